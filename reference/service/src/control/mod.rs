//! Builds the snapshot that a service starts with, from documents and from what it was configured with.
//! Refuses a document that is malformed, and a partner whose dialect nobody speaks.

mod approval;
mod build;
mod document;
mod explain;
mod publish;
mod rollout;
mod state;
mod trial;
pub(crate) mod watch;

pub(crate) use document::{LONGEST, Refused};
pub(crate) use publish::{Author, Control, Offer, Put, Unpublished};

use crate::adapters::Dialects;
use crate::config::Config;
use crate::snapshot::Published;
use crate::store::{Store, StoreError};
use chrono::FixedOffset;
use domain::bulk::Overlap;
use domain::consent::{ConsentPolicy, Segmentation};
use domain::control::OverlapDocument;
use domain::identity::model::UnsoundModel;
use domain::identity::policy::UnsoundPolicy;
use domain::identity::{Knowledge, MatchingPolicy};
use domain::ids::DocumentNumber;
use domain::operator::Role;
use domain::ports::Clock;
use domain::record::Slug;
use domain::resilience::RetryPolicy;
use domain::routing::{RouteSet, Routing, SetFault, document_of};
use domain::snapshot::{Partner, Snapshot};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::payload::{Schema, SchemaFault};

/// A document of the control plane, or a part of the configuration, that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("the document {name} is malformed")]
    Document {
        name: &'static str,
        #[source]
        source: toml::de::Error,
    },
    #[error("the schema {name} cannot be compiled")]
    Schema {
        name: String,
        #[source]
        source: SchemaFault,
    },
    #[error("partner {partner} speaks {dialect}, which is no dialect of ours")]
    Dialect { partner: String, dialect: String },
    #[error("the retry policy cannot work")]
    Resilience(#[from] domain::resilience::Unfit),
    #[error("the time zone of the consent policy is none")]
    Zone,
    #[error("the address of a partner has not the form of one")]
    Address,
    #[error("the routes do not hold")]
    Routes(#[from] SetFault),
    #[error("what is in force could not be taken up: {0}")]
    Unfit(String),
    #[error(transparent)]
    Matching(#[from] UnsoundPolicy),
    #[error(transparent)]
    Model(#[from] UnsoundModel),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Unpublished> for ControlError {
    fn from(unpublished: Unpublished) -> Self {
        match unpublished {
            Unpublished::Store(error) => Self::Store(error),
            Unpublished::Refused(refused) => Self::Unfit(refused.to_string()),
            Unpublished::Stale(_)
            | Unpublished::Overtaken
            | Unpublished::SamePerson
            | Unpublished::Nothing => Self::Unfit("a document is missing".to_owned()),
        }
    }
}

/// What a control plane starts with.
pub(crate) struct Start {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub published: Arc<Published>,
    /// As configured.
    pub base: Snapshot,
    pub dialects: Dialects,
}

/// The role under which documents are published.
fn role() -> Result<Slug, StoreError> {
    Role::Control
        .word()
        .parse()
        .map_err(|_| StoreError::Row("role"))
}

/// `reference/config/consent/<n>.toml`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ConsentDocument {
    #[allow(
        dead_code,
        reason = "stored with decisions once there is a control listener"
    )]
    number: DocumentNumber,
    #[allow(dead_code, reason = "for whoever reads the file")]
    title: String,
    segmentation: Segmentation,
    zone_offset_minutes: i32,
}

/// The first snapshot of a service.
pub(crate) fn snapshot(config: &Config, dialects: &Dialects) -> Result<Snapshot, ControlError> {
    for partner in &config.partners {
        let named = [&partner.dialect, &partner.edition];
        if let Some(unknown) = named.into_iter().find(|id| dialects.get(id).is_none()) {
            return Err(ControlError::Dialect {
                partner: partner.id.to_string(),
                dialect: unknown.clone(),
            });
        }
    }
    let matching: MatchingPolicy = match &config.matching {
        Some(policy) => policy.clone(),
        None => read(
            "matching/1",
            include_str!("../../../config/matching/1.toml"),
        )?,
    };
    let partners = config.partners.iter().cloned();
    Ok(Snapshot {
        number: 1,
        us: config.us.clone(),
        partners: partners
            .map(|partner| (partner.id.clone(), partner))
            .collect(),
        routes: routing(&config.partners, dialects)?,
        versions: dialects.versions(),
        flags: read("flags/1", include_str!("../../../config/flags/1.toml"))?,
        audit: read("audit/1", include_str!("../../../config/audit/1.toml"))?,
        knowledge: Arc::new(knowledge(&matching)?),
        matching,
        resilience: resilience(config)?,
        consent: consent()?,
        schemas: Arc::new(schemas(config)?),
        fulfilment: match &config.fulfilment {
            Some(policy) => policy.clone(),
            None => read(
                "fulfilment/1",
                include_str!("../../../config/fulfilment/1.toml"),
            )?,
        },
        calendar: read(
            "calendar/1",
            include_str!("../../../config/calendar/1.toml"),
        )?,
        overlap: overlap(config)?,
        turnaround: read("reviews/1", include_str!("../../../config/reviews/1.toml"))?,
    })
}

/// What the matching policy builds on, and whether it may.
fn knowledge(matching: &MatchingPolicy) -> Result<Knowledge, ControlError> {
    let knowledge = Knowledge {
        model: read("models/1", include_str!("../../../config/models/1.toml"))?,
        aliases: read("aliases/1", include_str!("../../../config/aliases/1.toml"))?,
    };
    knowledge.model.check()?;
    matching.check(&knowledge)?;
    Ok(knowledge)
}

fn resilience(config: &Config) -> Result<RetryPolicy, ControlError> {
    let policy: RetryPolicy = match &config.resilience {
        Some(policy) => policy.clone(),
        None => read(
            "resilience/1",
            include_str!("../../../config/resilience/1.toml"),
        )?,
    };
    match policy.faults().into_iter().next() {
        Some(unfit) => Err(unfit.into()),
        None => Ok(policy),
    }
}

/// The route set that the registry stands for, until somebody publishes one.
fn routing(partners: &[Partner], dialects: &Dialects) -> Result<Routing, ControlError> {
    let versions = dialects.versions();
    let first = DocumentNumber(std::num::NonZeroU32::MIN);
    let document = document_of(first, partners.iter(), |partner| {
        versions.get(&partner.dialect).cloned()
    });
    let set = RouteSet::check(document.ok_or(ControlError::Address)?)?;
    Ok(Routing::of(set))
}

fn consent() -> Result<ConsentPolicy, ControlError> {
    let document: ConsentDocument =
        read("consent/1", include_str!("../../../config/consent/1.toml"))?;
    let seconds = document.zone_offset_minutes.saturating_mul(60);
    Ok(ConsentPolicy {
        segmentation: document.segmentation,
        zone: FixedOffset::east_opt(seconds).ok_or(ControlError::Zone)?,
    })
}

fn overlap(config: &Config) -> Result<Overlap, ControlError> {
    let document: OverlapDocument =
        read("overlap/1", include_str!("../../../config/overlap/1.toml"))?;
    Ok(Overlap {
        ends: config.overlap_ends.unwrap_or(document.ends),
    })
}

fn schemas(config: &Config) -> Result<BTreeMap<String, Schema>, ControlError> {
    config
        .schemas
        .iter()
        .map(|(name, document)| match Schema::compile(document) {
            Ok(schema) => Ok((name.clone(), schema)),
            Err(source) => Err(ControlError::Schema {
                name: name.clone(),
                source,
            }),
        })
        .collect()
}

fn read<T: DeserializeOwned>(name: &'static str, text: &str) -> Result<T, ControlError> {
    toml::from_str(text).map_err(|source| ControlError::Document { name, source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{organisation, partner};
    use domain::ids::PartnerId;
    use domain::snapshot::Payer;

    fn config() -> Config {
        Config::new(Payer {
            id: PartnerId::new("payer-exchange"),
            organisation: organisation("urn:payers", "us"),
        })
    }

    #[test]
    fn the_documents_that_are_built_in_are_whole() {
        let snapshot = snapshot(&config(), &Dialects::built_in().unwrap()).unwrap();
        assert_eq!(
            snapshot
                .resilience
                .attempts(domain::failure::RetryClass::Transient),
            6
        );
        assert_eq!(
            snapshot
                .resilience
                .attempts(domain::failure::RetryClass::Throttled),
            8
        );
        assert_eq!(snapshot.consent.zone.local_minus_utc(), -5 * 3600);
    }

    #[test]
    fn a_partner_with_an_unknown_dialect_is_refused() {
        let mut config = config();
        let organisation = organisation("urn:payers", "northwind");
        config.partners = vec![partner(
            "northwind",
            organisation,
            "http://127.0.0.1:1",
            "esperanto",
        )];
        let refused = snapshot(&config, &Dialects::built_in().unwrap());
        assert!(matches!(refused, Err(ControlError::Dialect { .. })));
    }
}
