//! What partners have been linked to: each link is a list of one member, of which data can be exported.
//! Refuses to show a list to anybody but the partner it was made for.

use super::row::text;
use super::{Store, StoreError, payload, stored};
use crate::config::derived;
use domain::Timestamp;
use domain::consent::Grant;
use domain::identity::Decision;
use domain::ids::{MemberRef, PartnerId};
use domain::masked::Masked;
use sqlx::Row;

/// The trace that a granted match leaves.
pub(crate) struct Link<'a> {
    pub member: &'a MemberRef,
    pub client: &'a PartnerId,
    pub grant: Grant,
    pub decision: &'a Decision,
    pub snapshot: u64,
    pub business_transaction: &'a str,
    /// The consent and whom it is about, to be judged again when data are asked for.
    pub terms: Masked<Vec<u8>>,
}

impl Link<'_> {
    /// Id of the list: the same for every match of this partner with this member.
    pub(crate) fn group(&self) -> String {
        group(self.member, self.client)
    }
}

/// The member of a list, and the terms under which the partner was linked to it.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub member: MemberRef,
    pub terms: Masked<Vec<u8>>,
}

impl Store {
    /// Links the caller to the member, with the terms of the consent; a repetition replaces the terms.
    ///
    /// Source: HRex 1.2.0 mm-4, mm-5
    pub(crate) async fn link(&self, link: &Link<'_>, now: Timestamp) -> Result<(), StoreError> {
        let decision =
            serde_json::to_string(link.decision).map_err(|_| StoreError::Row("decision"))?;
        let mut tx = self.write().await?;
        let former = sqlx::query("SELECT terms FROM links WHERE member = ? AND client = ?")
            .bind(link.member.as_str())
            .bind(link.client.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let terms = payload::keep(&mut tx, "consent", &link.terms, now).await?;
        sqlx::query(
            "INSERT OR REPLACE INTO links
                (member, client, policy, consent_checked_at, decision, snapshot, business_transaction_id, group_id, terms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(link.member.as_str())
        .bind(link.client.as_str())
        .bind(link.grant.policy().word())
        .bind(stored(link.grant.checked_at()))
        .bind(decision)
        .bind(i64::try_from(link.snapshot).unwrap_or(i64::MAX))
        .bind(link.business_transaction)
        .bind(link.group())
        .bind(terms)
        .execute(&mut *tx)
        .await?;
        let former: Option<String> = former
            .map(|row| row.try_get("terms"))
            .transpose()?
            .flatten();
        sqlx::query("DELETE FROM payloads WHERE id = ?")
            .bind(former)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The list of this id, when it was made for `client`.
    ///
    /// Source: PDex 2.2.0 pdex-161
    pub(crate) async fn membership(
        &self,
        client: &PartnerId,
        group: &str,
    ) -> Result<Option<Membership>, StoreError> {
        let row = sqlx::query(
            "SELECT l.member, p.body FROM links l JOIN payloads p ON p.id = l.terms
             WHERE l.client = ? AND l.group_id = ?",
        )
        .bind(client.as_str())
        .bind(group)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(Membership {
                member: MemberRef::new(text(&row, "member")?),
                terms: Masked::new(row.try_get("body")?),
            })
        })
        .transpose()
    }
}

/// The id of the list that a match of `client` with `member` makes.
pub(crate) fn group(member: &MemberRef, client: &PartnerId) -> String {
    derived("grp", &format!("{member}\n{client}"))
}
