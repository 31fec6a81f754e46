//! Our members, and what our source holds of them.
//! Refuses to decide who is meant: it gives every person who shares an identifier.

use super::row::text;
use super::{Store, StoreError};
use crate::config::Member;
use domain::consent::Standing;
use domain::export::History;
use domain::identity::{Asked, Candidate, normalise};
use domain::ids::MemberRef;
use domain::masked::Masked;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// What an answer says about a member.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub number: Masked<String>,
    pub patient: Masked<String>,
    pub umb: Masked<String>,
}

impl Store {
    /// Adds a member, or replaces the one of the same reference.
    pub(crate) async fn put_member(&self, member: &Member) -> Result<(), StoreError> {
        let families: Vec<&String> = member.families.iter().map(Masked::expose).collect();
        let families = serde_json::to_string(&families).map_err(|_| StoreError::Row("families"))?;
        let subscriber = member.subscriber_id.as_ref();
        sqlx::query(
            "INSERT INTO members (reference, member_key, subscriber_key, families, birth_date, patient, umb, member_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (reference) DO UPDATE SET member_key = ?2, subscriber_key = ?3, families = ?4,
                birth_date = ?5, patient = ?6, umb = ?7, member_id = ?8",
        )
        .bind(&member.reference)
        .bind(normalise::identifier(member.member_id.expose()))
        .bind(subscriber.map(|id| normalise::identifier(id.expose())))
        .bind(families)
        .bind(member.birth_date.expose())
        .bind(member.patient.expose())
        .bind(member.umb.expose())
        .bind(member.member_id.expose())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn remove_member(&self, reference: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM members WHERE reference = ?")
            .bind(reference)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Records what the member told us. False when there is no such member.
    pub(crate) async fn set_standing(
        &self,
        reference: &str,
        standing: Standing,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE members SET standing = ? WHERE reference = ?")
            .bind(standing_word(standing))
            .bind(reference)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Every person who shares a member or subscriber number with the request.
    pub(crate) async fn candidates(&self, asked: &Asked) -> Result<Vec<Candidate>, StoreError> {
        let mut found = Vec::new();
        let numbers = asked.member_ids.iter().map(|id| (Some(id), None));
        let subscriber = asked.subscriber_id.iter().map(|id| (None, Some(id)));
        for (member, subscriber) in numbers.chain(subscriber) {
            let rows = sqlx::query(
                "SELECT * FROM members WHERE member_key = ? OR subscriber_key = ? ORDER BY reference",
            )
            .bind(member.map(Masked::expose))
            .bind(subscriber.map(Masked::expose))
            .fetch_all(&self.pool)
            .await?;
            for row in &rows {
                found.push(candidate(row)?);
            }
        }
        found.sort_by(|one, other| one.person.cmp(&other.person));
        found.dedup_by(|one, other| one.person == other.person);
        Ok(found)
    }

    /// What our own records say about the member's permission.
    pub(crate) async fn standing(&self, person: &MemberRef) -> Result<Standing, StoreError> {
        let row = sqlx::query("SELECT standing FROM members WHERE reference = ?")
            .bind(person.as_str())
            .fetch_one(&self.pool)
            .await?;
        standing(&text(&row, "standing")?)
    }

    /// What an answer about this member says.
    pub(crate) async fn member(&self, person: &MemberRef) -> Result<Known, StoreError> {
        let row = sqlx::query("SELECT member_id, patient, umb FROM members WHERE reference = ?")
            .bind(person.as_str())
            .fetch_one(&self.pool)
            .await?;
        Ok(Known {
            number: Masked::new(text(&row, "member_id")?),
            patient: Masked::new(text(&row, "patient")?),
            umb: Masked::new(text(&row, "umb")?),
        })
    }

    /// Says what our source holds of a member. False when there is no such member.
    pub(crate) async fn put_history(
        &self,
        reference: &str,
        history: &History,
    ) -> Result<bool, StoreError> {
        let held = serde_json::to_string(history).map_err(|_| StoreError::Row("held"))?;
        let done = sqlx::query(
            "INSERT OR REPLACE INTO histories (member, held)
             SELECT reference, ? FROM members WHERE reference = ?",
        )
        .bind(held)
        .bind(reference)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// What our source holds of a member: everything where nothing else was said.
    pub(crate) async fn history_of(&self, person: &MemberRef) -> Result<History, StoreError> {
        let row = sqlx::query("SELECT held FROM histories WHERE member = ?")
            .bind(person.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(History::default()), |row| {
            serde_json::from_str(&text(&row, "held")?).map_err(|_| StoreError::Row("held"))
        })
    }
}

fn candidate(row: &SqliteRow) -> Result<Candidate, StoreError> {
    let families: Vec<String> =
        serde_json::from_str(&text(row, "families")?).map_err(|_| StoreError::Row("families"))?;
    let subscriber: Option<String> = row.try_get("subscriber_key")?;
    Ok(Candidate {
        person: MemberRef::new(text(row, "reference")?),
        member_id: Some(Masked::new(text(row, "member_key")?)),
        subscriber_id: subscriber.map(Masked::new),
        birth_date: Some(Masked::new(text(row, "birth_date")?)),
        families: families
            .iter()
            .map(|family| Masked::new(normalise::name(family)))
            .collect(),
    })
}

const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Ended => "ended",
        Standing::OptedOut => "opted-out",
        Standing::OtherRecipient => "other-recipient",
    }
}

fn standing(word: &str) -> Result<Standing, StoreError> {
    [
        Standing::Open,
        Standing::Ended,
        Standing::OptedOut,
        Standing::OtherRecipient,
    ]
    .into_iter()
    .find(|standing| standing_word(*standing) == word)
    .ok_or(StoreError::Row("standing"))
}
