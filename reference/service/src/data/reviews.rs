//! What reviews come to beyond the review: the figures that are told, and what is added to an exchange that waits for it.
//! Refuses to decide who is meant, and to take a request that says something of another exchange.

use super::submit::{self, Unfit};
use super::{Plane, schema};
use crate::store::{Figures, StoreError};
use crate::telemetry::metrics::Level;
use domain::Timestamp;
use domain::failure::Code;
use domain::identity::dispute::Resolution;
use domain::identity::{Attribute, Raw};
use domain::masked::Masked;
use serde_json::{Value, json};
use wire::json::{Document, Limits};

/// What may be said anew of an exchange that waits for more.
const SAID_ANEW: [&str; 5] = [
    "member_patient",
    "coverage_to_match",
    "coverage_to_link",
    "consent",
    "attestation",
];

/// The request of an exchange with what was said anew in the place of what was said before.
///
/// Errors: a member that cannot be said anew, a request that is not whole
pub(crate) fn completed(
    before: &Masked<Vec<u8>>,
    said: &Document,
) -> Result<Masked<Vec<u8>>, Unfit> {
    let unfit = |field: &str| Unfit {
        code: Code::SchemaInvalid,
        fields: vec![field.to_owned()],
    };
    let before: Option<Value> = serde_json::from_slice(before.expose()).ok();
    let Some(Value::Object(mut request)) = before else {
        return Err(unfit(""));
    };
    let said = said.value().as_object().ok_or_else(|| unfit(""))?;
    if said.is_empty() || !said.keys().all(|name| SAID_ANEW.contains(&name.as_str())) {
        return Err(unfit("/*"));
    }
    request.extend(said.clone());
    let text = Value::Object(request).to_string();
    let whole = Document::parse(text.as_bytes(), &Limits::MATCH_BODY).map_err(|fault| Unfit {
        code: schema::of_fault(&fault),
        fields: Vec::new(),
    })?;
    submit::read(&whole).map(|wanted| wanted.request)
}

/// The request in which a member is named by the number that the partner knows; as it was for every other alias.
pub(crate) fn corrected(before: &Masked<Vec<u8>>, resolution: &Resolution) -> Masked<Vec<u8>> {
    let Resolution::Link {
        attribute, value, ..
    } = resolution
    else {
        return before.clone();
    };
    let (Raw::Text(number), Ok(mut request)) = (
        value.expose(),
        serde_json::from_slice::<Value>(before.expose()),
    ) else {
        return before.clone();
    };
    let coverage = request.get_mut("coverage_to_match");
    match (attribute, coverage) {
        (Attribute::SubscriberId, Some(Value::Object(coverage))) => {
            coverage.insert("subscriberId".to_owned(), json!(number));
        }
        (Attribute::MemberId, Some(coverage)) => {
            let ids = coverage.get_mut("identifier").and_then(Value::as_array_mut);
            for id in ids.into_iter().flatten().filter_map(Value::as_object_mut) {
                id.insert("value".to_owned(), json!(number));
            }
        }
        (_, _) => return before.clone(),
    }
    Masked::new(request.to_string().into_bytes())
}

/// Sets the levels of the reviews to what they are now. Figures that cannot be read are not told.
pub(crate) async fn measure(plane: &Plane) {
    let Ok(figures) = figures(plane, Timestamp::UNIX_EPOCH).await else {
        return;
    };
    let now = plane.now();
    let seconds = |ms: u64| std::time::Duration::from_millis(ms).as_secs_f64();
    let age = figures.oldest.and_then(|at| (now - at).to_std().ok());
    let levels = [
        (
            Level::ReviewBacklog,
            Some(f64::from(u32::try_from(figures.open).unwrap_or(u32::MAX))),
        ),
        (
            Level::ReviewAgeSeconds,
            Some(age.unwrap_or_default().as_secs_f64()),
        ),
        (
            Level::ReviewLongestSeconds,
            Some(seconds(figures.longest_ms)),
        ),
        (Level::MatchesAutomaticPercent, figures.per_cent_automatic()),
        (Level::MatchesManualPercent, figures.per_cent_manual()),
    ];
    for (level, value) in levels {
        if let Some(value) = value {
            plane.metrics.set(level, &[], value);
        }
    }
}

/// The figures of the reviews since that moment.
pub(crate) async fn figures(plane: &Plane, since: Timestamp) -> Result<Figures, StoreError> {
    plane.store.review_figures(since).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn completed_with(said: &str) -> Result<Value, Vec<String>> {
        let before =
            r#"{"partner":"northwind","member_patient":{},"coverage_to_match":{},"consent":{}}"#;
        let said = Document::parse(said.as_bytes(), &Limits::MATCH_BODY).unwrap();
        let whole = completed(&Masked::new(before.as_bytes().to_vec()), &said);
        whole
            .map(|whole| serde_json::from_slice(whole.expose()).unwrap())
            .map_err(|unfit| unfit.fields)
    }

    #[test]
    fn only_what_is_said_of_the_member_takes_the_place_of_what_was_said() {
        let whole = completed_with(r#"{"coverage_to_match":{"subscriberId":"S1"}}"#).unwrap();
        let told = whole.pointer("/coverage_to_match/subscriberId").unwrap();
        assert_eq!(told, "S1");
        assert_eq!(whole.get("partner").unwrap(), "northwind");
        assert_eq!(
            completed_with(r#"{"partner":"contoso"}"#).unwrap_err(),
            ["/*"]
        );
        assert_eq!(completed_with("{}").unwrap_err(), ["/*"]);
        assert_eq!(
            completed_with(r#"{"consent":[]}"#).unwrap_err(),
            ["/consent"]
        );
    }
}
