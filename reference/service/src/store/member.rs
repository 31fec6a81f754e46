//! Our members, and what our source holds of them.
//! Refuses to decide who is meant.

use super::row::text;
use super::{Store, StoreError};
use crate::config::Member;
use domain::consent::Standing;
use domain::export::History;
use domain::identity::normalise;
use domain::ids::MemberRef;
use domain::masked::Masked;

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
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (reference) DO UPDATE SET member_key = $2, subscriber_key = $3, families = $4,
                birth_date = $5, patient = $6, umb = $7, member_id = $8",
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
        self.put_person(&member.reference, &member.record()).await
    }

    pub(crate) async fn remove_member(&self, reference: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM members WHERE reference = $1")
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
        let done = sqlx::query("UPDATE members SET standing = $1 WHERE reference = $2")
            .bind(standing_word(standing))
            .bind(reference)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// What our own records say about the member's permission.
    pub(crate) async fn standing(&self, person: &MemberRef) -> Result<Standing, StoreError> {
        let row = sqlx::query("SELECT standing FROM members WHERE reference = $1")
            .bind(person.as_str())
            .fetch_one(&self.pool)
            .await?;
        standing(&text(&row, "standing")?)
    }

    /// What an answer about this member says.
    pub(crate) async fn member(&self, person: &MemberRef) -> Result<Known, StoreError> {
        let row = sqlx::query("SELECT member_id, patient, umb FROM members WHERE reference = $1")
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
            "INSERT INTO histories (member, held)
             SELECT reference, $1 FROM members WHERE reference = $2
             ON CONFLICT (member) DO UPDATE SET held = $1",
        )
        .bind(held)
        .bind(reference)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// What our source holds of a member: everything where nothing else was said.
    pub(crate) async fn history_of(&self, person: &MemberRef) -> Result<History, StoreError> {
        let row = sqlx::query("SELECT held FROM histories WHERE member = $1")
            .bind(person.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(History::default()), |row| {
            serde_json::from_str(&text(&row, "held")?).map_err(|_| StoreError::Row("held"))
        })
    }
}

const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Ended => "ended",
        Standing::OptedOut => "opted-out",
        Standing::OtherRecipient => "other-recipient",
    }
}

pub(super) fn standing(word: &str) -> Result<Standing, StoreError> {
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
