//! Bulk matches: the question until it is answered, and the list of those who were found.
//! Refuses to keep anything of those who were not found beyond the files of the answer.

use super::job::{self, RunId};
use super::review::{Approval, counted};
use super::{NamedFile, Store, StoreError, audit, export, files, payload, stored};
use domain::Timestamp;
use domain::bulk::Cleared;
use domain::export::Made;
use domain::ids::{BusinessTransactionId, ExportId, PartnerId};
use domain::masked::Masked;
use domain::record::{Action, Actor, ActorKind, MatchTold};
use domain::workflow::Disposition;

/// A member who was found, with what was submitted and the terms of the consent.
pub(crate) struct Placed {
    pub cleared: Cleared,
    pub terms: Masked<Vec<u8>>,
    pub submitted: Masked<Vec<u8>>,
    /// Who answers for it, where people made the match.
    pub approval: Option<Approval>,
}

/// The list that a bulk match makes.
pub(crate) struct NewList<'a> {
    pub id: &'a str,
    pub client: &'a PartnerId,
    pub asked_at: Timestamp,
    pub business_transaction: &'a BusinessTransactionId,
    pub snapshot: u64,
    pub members: &'a [Placed],
}

impl Store {
    /// The question of a bulk match; none when it has been answered or given up.
    pub(crate) async fn bulk_question(
        &self,
        id: &ExportId,
    ) -> Result<Option<Masked<Vec<u8>>>, StoreError> {
        let row = sqlx::query(
            "SELECT p.id, p.body FROM exports e JOIN payloads p ON p.id = e.request WHERE e.id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| self.opened(&row, "id", "body")).transpose()
    }

    /// Ends a bulk match: the list, the files and the end are there together, or none of them. False when it had
    /// ended before, or has been taken over.
    pub(crate) async fn complete_bulk(
        &self,
        (id, run): (&ExportId, &RunId),
        list: &NewList<'_>,
        answer: &[NamedFile],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let made = Made::default();
        if !job::is_of(&mut tx, self.lock_clause(), id, run).await? {
            return Ok(false);
        }
        put_list(&mut tx, list, now).await?;
        for file in answer {
            files::keep(&mut tx, id, file, now).await?;
        }
        let tiers = list.members.iter();
        let tiers = tiers.map(|member| member.cleared.decision.tier());
        counted(&mut tx, tiers, now).await?;
        export::remove_request(&mut tx, id, now).await?;
        // The log last: whoever else has something to write down waits for it from here on, and holds the figures.
        for member in list.members {
            by_people(&mut tx, list, member, now).await?;
        }
        if !export::complete(&mut tx, id, &made, expires_at, now).await? {
            return Ok(false);
        }
        listed(&mut tx, list, answer.len(), now).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Writes down a match of the list that people made, with who answers for it.
async fn by_people(
    tx: &mut super::Tx,
    list: &NewList<'_>,
    member: &Placed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(approval) = &member.approval else {
        return Ok(());
    };
    let decision = &member.cleared.decision;
    let mut event = audit::act(now, responder()?, Action::Matched, list.snapshot)?;
    event.business_transaction_id = Some(list.business_transaction.clone());
    event.partner = Some(list.client.clone());
    event.found = Some(MatchTold {
        tier: decision.tier(),
        band: decision.band(),
        policy: decision.policy(),
    });
    event.approver = Some(approval.approver.clone());
    event.rule = Some(approval.rule.clone());
    audit::append(tx, event).await?;
    Ok(())
}

fn responder() -> Result<Actor, StoreError> {
    Ok(Actor {
        kind: ActorKind::Automation,
        id: "responder".parse().map_err(|_| StoreError::Row("actor"))?,
        role: "workflow".parse().map_err(|_| StoreError::Row("role"))?,
    })
}

/// Writes down that a partner was told which of its members are known to us, and in how many forms.
async fn listed(
    tx: &mut super::Tx,
    list: &NewList<'_>,
    forms: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rule = match forms {
        0 | 1 => "bulk-answer/the-overlap-has-ended",
        _ => "bulk-answer/written-in-both-forms",
    };
    let mut event = audit::act(now, responder()?, Action::Matched, list.snapshot)?;
    event.business_transaction_id = Some(list.business_transaction.clone());
    event.partner = Some(list.client.clone());
    event.disposition = Some(Disposition::Complete);
    event.rule = rule.parse().ok();
    audit::append(tx, event).await?;
    Ok(())
}

async fn put_list(
    tx: &mut super::Tx,
    list: &NewList<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lists (id, client, asked_at, business_transaction_id, snapshot) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(list.id)
    .bind(list.client.as_str())
    .bind(stored(list.asked_at))
    .bind(list.business_transaction.as_str())
    .bind(i64::try_from(list.snapshot).unwrap_or(i64::MAX))
    .execute(&mut **tx)
    .await?;
    for (place, member) in (0_i64..).zip(list.members) {
        let cleared = &member.cleared;
        let decision =
            serde_json::to_string(&cleared.decision).map_err(|_| StoreError::Row("decision"))?;
        let terms = payload::keep(tx, "consent", &member.terms, now).await?;
        let submitted = payload::keep(tx, "submitted", &member.submitted, now).await?;
        sqlx::query(
            "INSERT INTO list_members (list, place, member, policy, consent_checked_at, decision, terms, submitted,
                ends_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(list.id)
        .bind(place)
        .bind(cleared.person.as_str())
        .bind(cleared.grant.policy().word())
        .bind(stored(cleared.grant.checked_at()))
        .bind(decision)
        .bind(terms)
        .bind(submitted)
        .bind(stored(cleared.grant.ends_at()))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
