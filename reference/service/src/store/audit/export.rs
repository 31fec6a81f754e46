//! What is written down of an export that a partner asked us for.
//! Refuses to say whose data it is: the partner and the transaction are enough to find that out with the right to.

use super::append::{act, append};
use crate::store::row::text;
use crate::store::{StoreError, Tx};
use domain::Timestamp;
use domain::export::Phase;
use domain::failure::Code;
use domain::ids::{BusinessTransactionId, ExportId, PartnerId};
use domain::record::{Action, Actor, ActorKind, RuleId};
use domain::workflow::Disposition;
use sqlx::Row;

/// What is done to an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Deed {
    Entered(Phase),
    /// One of its files was fetched.
    Read,
}

impl Deed {
    const fn action(self) -> Action {
        match self {
            Self::Entered(Phase::Accepted) => Action::Created,
            Self::Entered(Phase::InProgress) => Action::Acknowledged,
            Self::Entered(Phase::Complete) => Action::Fulfilled,
            Self::Entered(Phase::Failed) => Action::Failed,
            Self::Entered(Phase::Cancelled) => Action::Closed,
            Self::Read => Action::PayloadRead,
        }
    }

    /// The partner asks, fetches and gives up; the rest is our own work.
    const fn is_of_the_partner(self) -> bool {
        match self {
            Self::Entered(Phase::Accepted | Phase::Cancelled) | Self::Read => true,
            Self::Entered(Phase::InProgress | Phase::Complete | Phase::Failed) => false,
        }
    }

    const fn disposition(self) -> Option<Disposition> {
        match self {
            Self::Entered(Phase::Accepted | Phase::InProgress) => Some(Disposition::Queued),
            Self::Entered(Phase::Complete) => Some(Disposition::Complete),
            Self::Entered(Phase::Failed) => Some(Disposition::Rejected),
            Self::Entered(Phase::Cancelled) => Some(Disposition::Cancelled),
            Self::Read => None,
        }
    }

    /// Under which rule protected bytes are read: what they are, and what for.
    fn rule(self) -> Option<RuleId> {
        match self {
            Self::Entered(_) => None,
            Self::Read => "export-file/fetched-by-its-partner".parse().ok(),
        }
    }
}

/// Writes down what was done to an export, after everything else of the transaction.
pub(in crate::store) async fn exported(
    tx: &mut Tx,
    id: &ExportId,
    deed: Deed,
    code: Option<Code>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row =
        sqlx::query("SELECT client, business_transaction_id, snapshot FROM exports WHERE id = $1")
            .bind(id.as_str())
            .fetch_one(&mut **tx)
            .await?;
    let client = text(&row, "client")?;
    let snapshot = u64::try_from(row.try_get::<i64, _>("snapshot")?).unwrap_or_default();
    let mut event = act(now, actor(&client, deed)?, deed.action(), snapshot)?;
    event.business_transaction_id = Some(BusinessTransactionId::new(text(
        &row,
        "business_transaction_id",
    )?));
    event.partner = Some(PartnerId::new(client));
    event.code = code;
    event.disposition = deed.disposition();
    event.rule = deed.rule();
    append(tx, event).await?;
    Ok(())
}

fn actor(client: &str, deed: Deed) -> Result<Actor, StoreError> {
    let (kind, id, role) = if deed.is_of_the_partner() {
        (ActorKind::Client, client, "partner")
    } else {
        (ActorKind::Automation, "engine", "workflow")
    };
    Ok(Actor {
        kind,
        id: id.parse().map_err(|_| StoreError::Row("actor"))?,
        role: role.parse().map_err(|_| StoreError::Row("role"))?,
    })
}
