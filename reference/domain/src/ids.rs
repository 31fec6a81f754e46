//! Names of things: partners, exchanges, persons of the member store, numbered documents.
//! Refuses to know how an id is made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

text! {
    /// A payer in the registry, ourselves included.
    PartnerId = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// One exchange that we started.
    ExchangeId = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// One export of data that a partner asked us for.
    ExportId = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// One exchange seen from end to end: kept over retries, polls, callbacks and replays.
    BusinessTransactionId = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// One inbound call or one outbound attempt.
    CorrelationId = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// A person of the member store, by an opaque id that says nothing about the person.
    MemberRef = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// One row of the step table.
    StepId = "P0" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// A worker process, new at every start.
    WorkerId = "P0" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    /// A protected body in the payload store.
    PayloadId = "P1" "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
}

/// Ids that we made ourselves, or that a token or a store of ours vouches for, need no second look.
macro_rules! ours {
    ($($name:ident)+) => {$(
        impl $name {
            #[must_use]
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }
        }
    )+};
}

ours! { PartnerId ExchangeId ExportId BusinessTransactionId CorrelationId MemberRef StepId WorkerId PayloadId }

/// The number of a document of the control plane. Documents are immutable once numbered.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(inline)]
pub struct DocumentNumber(pub NonZeroU32);

impl std::fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
