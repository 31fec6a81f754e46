//! Names of things: partners, exchanges, persons of the member store, numbered documents.
//! Refuses to know how an id is made.

use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

macro_rules! text_id {
    ($($(#[$note:meta])* $name:ident,)+) => {$(
        $(#[$note])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

text_id! {
    /// A payer in the registry, ourselves included.
    PartnerId,
    /// One exchange that we started.
    ExchangeId,
    /// One exchange seen from end to end: kept over retries, polls, callbacks and replays.
    BusinessTransactionId,
    /// One inbound call or one outbound attempt.
    CorrelationId,
    /// A person of the member store, by an opaque id that says nothing about the person.
    MemberRef,
}

/// The number of a document of the control plane. Documents are immutable once numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentNumber(pub NonZeroU32);

impl std::fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
