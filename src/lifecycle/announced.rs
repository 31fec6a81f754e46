//! What a partner is told of an end, as one digest that it can answer to, and who has answered.
//! Refuses to know how the letter looks and how it was delivered.

use crate::catalogue::{Acknowledgement, AcknowledgementFile, SchemaVersion};
use crate::model::digest;
use chrono::{DateTime, Utc};
use serde_json::json;

/// The digest of what `partner` is told about the end of `version`: another date or another way is another notice.
#[must_use]
pub fn notice_digest(version: &SchemaVersion, partner: &str) -> String {
    let file = &version.file;
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let told = json!({
        "about": "end-of-version",
        "partner": partner,
        "version": version.id.to_string(),
        "deprecated": day(file.deprecated),
        "sunset": day(file.sunset),
        "replaced_by": file.replaced_by,
        "migration": file.migration,
    });
    digest(wire::json::canonical(&told).as_bytes())
}

/// The digest of the day on which a version ends: what the board approves when that is earlier than was announced, or
/// sooner than the policy allows.
///
/// The day of the notice is no part of it: partners are told after the board agreed, on a day that it cannot know.
#[must_use]
pub fn sunset_digest(version: &SchemaVersion) -> String {
    let file = &version.file;
    let ends = json!({
        "about": "sunset",
        "version": version.id.to_string(),
        "schema": version.digest,
        "sunset": file.sunset.map(|day| day.to_string()),
    });
    digest(wire::json::canonical(&ends).as_bytes())
}

/// Whether `partner` has answered the notice that stands now.
///
/// An answer counts where it is kept under the partner and the version that it names, and not before its day.
#[must_use]
pub fn is_acknowledged(
    acknowledgements: &[Acknowledgement],
    version: &SchemaVersion,
    partner: &str,
    now: DateTime<Utc>,
) -> bool {
    let path = AcknowledgementFile::path(partner, &version.id);
    let named = version.id.to_string();
    let notice = notice_digest(version, partner);
    acknowledgements.iter().any(|answer| {
        let file = &answer.file;
        answer.source.path == path
            && file.partner == partner
            && file.version == named
            && file.notice == notice
            && file.date <= now.date_naive()
    })
}
