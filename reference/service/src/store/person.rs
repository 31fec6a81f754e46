//! What we hold of our members over time, and the keys under which they are found.
//! Refuses to decide who is meant, and to keep a key that can be read.

use super::row::text;
use super::{Store, StoreError, Tx};
use domain::identity::policy::{BlockingKey, PersonSuffix};
use domain::identity::{
    Attribute, Entry, MatchingPolicy, PersonRecord, Profile, Provenance, Raw, keys,
};
use domain::ids::{DocumentNumber, MemberRef};
use domain::masked::Masked;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

/// More persons than this share no key that says anything; the nearest by the order of ids are compared.
const MOST_CANDIDATES: i64 = 500;

impl Store {
    /// Replaces what is held of a person, and the keys under which the person is found.
    pub(crate) async fn put_person(
        &self,
        person: &str,
        record: &PersonRecord,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        put_within(&mut tx, person, record).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Everybody who shares a key of the policy with the request, and what is held of them.
    pub(crate) async fn persons(
        &self,
        policy: &MatchingPolicy,
        asked: &Profile,
    ) -> Result<Vec<(MemberRef, PersonRecord)>, StoreError> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        for key in keys(&kinds(policy), asked) {
            let rows = sqlx::query(
                "SELECT person FROM person_keys WHERE key = $1 ORDER BY person LIMIT $2",
            )
            .bind(hidden(&key))
            .bind(MOST_CANDIDATES)
            .fetch_all(&self.pool)
            .await?;
            for row in &rows {
                found.insert(text(row, "person")?);
            }
        }
        let mut persons = Vec::with_capacity(found.len());
        for person in found {
            let record = self.person(&person).await?;
            persons.push((MemberRef::new(person), record));
        }
        Ok(persons)
    }

    /// What is held of a person, in the order in which it was said.
    pub(crate) async fn person(&self, person: &str) -> Result<PersonRecord, StoreError> {
        let rows = sqlx::query(ENTRIES)
            .bind(person)
            .fetch_all(&self.pool)
            .await?;
        let entries: Result<Vec<Entry>, StoreError> = rows.iter().map(entry).collect();
        Ok(PersonRecord::of(entries?))
    }
}

/// As [`Store::put_person`], in the transaction of what changes the person.
pub(super) async fn put_within(
    tx: &mut Tx,
    person: &str,
    record: &PersonRecord,
) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM person_entries WHERE person = $1",
        "DELETE FROM person_keys WHERE person = $1",
    ] {
        sqlx::query(statement)
            .bind(person)
            .execute(&mut **tx)
            .await?;
    }
    for (place, entry) in (0_i64..).zip(record.entries()) {
        put_entry(tx, person, place, entry).await?;
    }
    for key in every_key(record) {
        sqlx::query(
            "INSERT INTO person_keys (key, person) VALUES ($1, $2) ON CONFLICT (key, person) DO NOTHING",
        )
        .bind(key)
        .bind(person)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// What is held of a person, as the transaction sees it.
pub(super) async fn record_within(tx: &mut Tx, person: &str) -> Result<PersonRecord, StoreError> {
    let rows = sqlx::query(ENTRIES)
        .bind(person)
        .fetch_all(&mut **tx)
        .await?;
    let entries: Result<Vec<Entry>, StoreError> = rows.iter().map(entry).collect();
    Ok(PersonRecord::of(entries?))
}

const ENTRIES: &str =
    "SELECT attribute, value, provenance FROM person_entries WHERE person = $1 ORDER BY place";

async fn put_entry(tx: &mut Tx, person: &str, place: i64, entry: &Entry) -> Result<(), StoreError> {
    let value =
        serde_json::to_string(entry.value.expose()).map_err(|_| StoreError::Row("value"))?;
    let provenance =
        serde_json::to_string(&entry.provenance).map_err(|_| StoreError::Row("provenance"))?;
    sqlx::query(
        "INSERT INTO person_entries (person, place, attribute, value, provenance) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(person)
    .bind(place)
    .bind(entry.attribute.word())
    .bind(value)
    .bind(provenance)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn entry(row: &AnyRow) -> Result<Entry, StoreError> {
    let attribute = text(row, "attribute")?;
    let value: Raw =
        serde_json::from_str(&text(row, "value")?).map_err(|_| StoreError::Row("value"))?;
    let provenance: Provenance = serde_json::from_str(&text(row, "provenance")?)
        .map_err(|_| StoreError::Row("provenance"))?;
    Ok(Entry {
        attribute: attribute
            .parse()
            .map_err(|_| StoreError::Row("attribute"))?,
        value: Masked::new(value),
        provenance,
    })
}

/// The keys that a policy looks under. A policy of the first tier looks for identifiers only.
fn kinds(policy: &MatchingPolicy) -> BTreeSet<BlockingKey> {
    match &policy.scoring {
        Some(scoring) => scoring.blocking.clone(),
        None => BTreeSet::from([BlockingKey::MemberId, BlockingKey::SubscriberId]),
    }
}

/// Every key of a person, whatever policy will look for them: identifiers with and without their person suffix.
fn every_key(record: &PersonRecord) -> BTreeSet<String> {
    let all: BTreeSet<BlockingKey> = BlockingKey::ALL.iter().copied().collect();
    let attributes: BTreeSet<Attribute> = Attribute::ALL.iter().copied().collect();
    let mut found = BTreeSet::new();
    for person_suffix in [None, Some(SUFFIX)] {
        let number = DocumentNumber(std::num::NonZeroU32::MIN);
        let mut policy = MatchingPolicy::deterministic(number, attributes.clone());
        policy.person_suffix = person_suffix;
        let keys = keys(&all, &Profile::read(&policy, record));
        found.extend(keys.iter().map(|key| hidden(key)));
    }
    found
}

/// How our own plans write the person behind the number of a family.
const SUFFIX: PersonSuffix = PersonSuffix {
    separator: '-',
    digits: 2,
};

/// A key holds values of a person; its digest finds as well.
fn hidden(key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
