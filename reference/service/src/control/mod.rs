//! Builds the snapshot that a service starts with, from documents and from what it was configured with.
//! Refuses a document that is malformed, and a partner whose dialect nobody speaks.

use crate::adapters::Dialects;
use crate::config::Config;
use chrono::FixedOffset;
use domain::consent::{ConsentPolicy, Segmentation};
use domain::identity::MatchingPolicy;
use domain::ids::DocumentNumber;
use domain::resilience::RetryPolicy;
use domain::snapshot::Snapshot;
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
    #[error("the time zone of the consent policy is none")]
    Zone,
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
    let resilience: RetryPolicy = match &config.resilience {
        Some(policy) => policy.clone(),
        None => read(
            "resilience/1",
            include_str!("../../../config/resilience/1.toml"),
        )?,
    };
    let matching: MatchingPolicy = read(
        "matching/1",
        include_str!("../../../config/matching/1.toml"),
    )?;
    let partners = config.partners.iter().cloned();
    Ok(Snapshot {
        number: 1,
        us: config.us.clone(),
        partners: partners
            .map(|partner| (partner.id.clone(), partner))
            .collect(),
        routes: DocumentNumber(std::num::NonZeroU32::MIN),
        matching,
        resilience,
        consent: consent()?,
        schemas: Arc::new(schemas(config)?),
    })
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
