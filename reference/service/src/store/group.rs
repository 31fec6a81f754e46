//! The lists of members that partners were matched with, of which data can be exported: a single match makes a list
//! of one, a bulk match a list of many.
//! Refuses to show a list to anybody but the partner it was made for.

use super::member::standing;
use super::review::{Approval, counted};
use super::row::{text, time};
use super::{Store, StoreError, audit, payload, stored};
use crate::config::derived;
use domain::Timestamp;
use domain::consent::{Grant, Standing};
use domain::identity::Decision;
use domain::ids::{MemberRef, PartnerId};
use domain::masked::Masked;
use domain::record::AuditEvent;
use sqlx::Row;
use sqlx::any::AnyRow;

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
    /// The person as the caller described it.
    pub submitted: Masked<Vec<u8>>,
    /// Who answers for it, where people made the match.
    pub approval: Option<Approval>,
}

impl Link<'_> {
    /// Id of the list: the same for every match of this partner with this member.
    pub(crate) fn group(&self) -> String {
        group(self.member, self.client)
    }
}

/// A member of a list, and the terms under which the partner was matched with it.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub member: MemberRef,
    pub terms: Masked<Vec<u8>>,
    /// The person as the caller described it; lists of one from before this was kept lack it.
    pub submitted: Option<Masked<Vec<u8>>>,
    /// Logical id of our Patient.
    pub patient: Masked<String>,
    pub umb: Masked<String>,
    /// What our own records say about the permission.
    pub standing: Standing,
}

/// A list as its owner sees it.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub id: String,
    pub asked_at: Timestamp,
    pub members: Vec<Membership>,
}

impl Store {
    /// Links the caller to the member, with the terms of the consent; a repetition replaces the terms.
    ///
    /// Source: HRex 1.2.0 mm-4, mm-5
    pub(crate) async fn link(&self, link: &Link<'_>, now: Timestamp) -> Result<(), StoreError> {
        let decision =
            serde_json::to_string(link.decision).map_err(|_| StoreError::Row("decision"))?;
        let mut tx = self.write().await?;
        let former =
            sqlx::query("SELECT terms, submitted, business_transaction_id FROM links WHERE member = $1 AND client = $2")
                .bind(link.member.as_str())
                .bind(link.client.as_str())
                .fetch_optional(&mut *tx)
                .await?;
        let terms = payload::keep(&mut tx, "consent", &link.terms, now).await?;
        let submitted = payload::keep(&mut tx, "submitted", &link.submitted, now).await?;
        sqlx::query(
            "INSERT INTO links
                (member, client, policy, consent_checked_at, decision, snapshot, business_transaction_id, group_id, terms,
                 submitted, ends_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (member, client) DO UPDATE SET policy = $3, consent_checked_at = $4, decision = $5,
                snapshot = $6, business_transaction_id = $7, group_id = $8, terms = $9,
                submitted = $10, ends_at = $11",
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
        .bind(submitted)
        .bind(stored(link.grant.ends_at()))
        .execute(&mut *tx)
        .await?;
        if let Some(former) = former {
            let transaction = text(&former, "business_transaction_id")?;
            let of = (transaction.as_str(), link.client.as_str());
            for column in ["terms", "submitted"] {
                let body: Option<String> = former.try_get(column)?;
                payload::discard(&mut tx, body.as_deref(), of, now).await?;
            }
        }
        counted(&mut tx, [link.decision.tier()], now).await?;
        audit::linked(&mut tx, link, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The list of this id, when it was made for `client`.
    ///
    /// Source: PDex 2.2.0 pdex-161
    pub(crate) async fn list(
        &self,
        client: &PartnerId,
        id: &str,
    ) -> Result<Option<List>, StoreError> {
        let row = sqlx::query(
            "SELECT asked_at FROM lists WHERE client = $1 AND id = $2
             UNION ALL SELECT consent_checked_at AS asked_at FROM links WHERE client = $1 AND group_id = $2",
        )
        .bind(client.as_str())
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let rows = sqlx::query(MEMBERS)
            .bind(client.as_str())
            .bind(id)
            .fetch_all(&self.pool)
            .await?;
        Ok(Some(List {
            id: id.to_owned(),
            asked_at: time(&row, "asked_at")?,
            members: rows
                .iter()
                .map(|row| self.membership(row))
                .collect::<Result<_, _>>()?,
        }))
    }

    /// Ids of the lists of `client` after `after`, at most `most` of them, in their order.
    pub(crate) async fn lists_of(
        &self,
        client: &PartnerId,
        after: &str,
        most: usize,
    ) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM (SELECT id FROM lists WHERE client = $1
                UNION ALL SELECT group_id AS id FROM links WHERE client = $1 AND group_id IS NOT NULL) AS all_lists
             WHERE id > $2 ORDER BY id LIMIT $3",
        )
        .bind(client.as_str())
        .bind(after)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| text(row, "id")).collect()
    }

    /// The newest terms under which `client` was matched with the member of this Patient.
    pub(crate) async fn membership_of(
        &self,
        client: &PartnerId,
        patient: &str,
    ) -> Result<Option<Membership>, StoreError> {
        let row = sqlx::query(
            "SELECT l.member, l.consent_checked_at AS asked_at, t.id AS terms_id, t.body AS terms, m.patient, m.umb,
                m.standing
             FROM links l JOIN payloads t ON t.id = l.terms JOIN members m ON m.reference = l.member
             WHERE l.client = $1 AND m.patient = $2
             UNION ALL
             SELECT l.member, l.consent_checked_at AS asked_at, t.id AS terms_id, t.body AS terms, m.patient, m.umb,
                m.standing
             FROM list_members l JOIN lists g ON g.id = l.list JOIN payloads t ON t.id = l.terms
                JOIN members m ON m.reference = l.member
             WHERE g.client = $1 AND m.patient = $2
             ORDER BY asked_at DESC LIMIT 1",
        )
        .bind(client.as_str())
        .bind(patient)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| self.member_of_list(&row, None)).transpose()
    }
    fn membership(&self, row: &AnyRow) -> Result<Membership, StoreError> {
        let submitted: Option<String> = row.try_get("submitted_id")?;
        let submitted = submitted
            .map(|_| self.opened(row, "submitted_id", "submitted"))
            .transpose()?;
        self.member_of_list(row, submitted)
    }

    fn member_of_list(
        &self,
        row: &AnyRow,
        submitted: Option<Masked<Vec<u8>>>,
    ) -> Result<Membership, StoreError> {
        Ok(Membership {
            member: MemberRef::new(text(row, "member")?),
            terms: self.opened(row, "terms_id", "terms")?,
            submitted,
            patient: Masked::new(text(row, "patient")?),
            umb: Masked::new(text(row, "umb")?),
            standing: standing(&text(row, "standing")?)?,
        })
    }

    /// Writes down that a partner reads what we hold, before it is given.
    pub(crate) async fn note_reading(&self, reading: AuditEvent) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        audit::append(&mut tx, reading).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The members of one list of one client, in the order in which they were submitted.
const MEMBERS: &str = "SELECT CAST(0 AS BIGINT) AS place, l.member, t.id AS terms_id, t.body AS terms,
        s.id AS submitted_id, s.body AS submitted, m.patient, m.umb, m.standing
     FROM links l JOIN payloads t ON t.id = l.terms LEFT JOIN payloads s ON s.id = l.submitted
        JOIN members m ON m.reference = l.member
     WHERE l.client = $1 AND l.group_id = $2
     UNION ALL
     SELECT l.place, l.member, t.id AS terms_id, t.body AS terms, s.id AS submitted_id, s.body AS submitted,
        m.patient, m.umb, m.standing
     FROM list_members l JOIN lists g ON g.id = l.list JOIN payloads t ON t.id = l.terms
        JOIN payloads s ON s.id = l.submitted JOIN members m ON m.reference = l.member
     WHERE g.client = $1 AND g.id = $2
     ORDER BY place";

/// The id of the list that a match of `client` with `member` makes.
pub(crate) fn group(member: &MemberRef, client: &PartnerId) -> String {
    derived("grp", &format!("{member}\n{client}"))
}
