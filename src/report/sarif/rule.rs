//! A rule as SARIF describes it: what must hold, why, how to settle it, and how heavy a breach of security weighs.
//! Refuses to call a rule a matter of security that is not in its table.

use super::{clean, level};
use crate::model::{self, Judged, TraceLine};
use serde_json::{Value, json};

/// Rules whose breach lets somebody in or data out, by the first word of their name, with their weight of 10.
///
/// Source: GitHub, SARIF support: over 9 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium; only rules of security have one
const SECURITY: [(&str, &[&str], &str); 5] = [
    ("policy", &["auth-"], "7.5"),
    ("policy", &["consent-", "phi-"], "7.0"),
    ("payload", &["assertion-"], "7.5"),
    ("payload", &["consent-", "member-"], "7.0"),
    ("payload", &["prior-authorization-"], "5.0"),
];

/// The weight of a rule of security.
fn weight(id: &str) -> Option<&'static str> {
    let (room, name) = id.split_once('/')?;
    let is_meant = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    let found = SECURITY
        .iter()
        .find(|(own, starts, _)| *own == room && is_meant(starts));
    found.map(|(_, _, weight)| *weight)
}

/// The rule of `judged`, as one entry of the driver.
pub(super) fn descriptor(judged: &Judged, trace: &[TraceLine]) -> Value {
    let id = &judged.rule;
    let known = model::rule(id);
    let traced = trace.iter().find(|line| line.rule == *id);
    let title = known.map_or_else(
        || traced.map_or_else(|| format!("{id} must hold"), |line| line.title.clone()),
        |rule| rule.title.to_owned(),
    );
    let why = known.map(|rule| rule.why.to_owned()).unwrap_or_else(|| {
        traced.map_or_else(
            || format!("`matchmark explain {id}` tells why"),
            |line| format!("Source: {}", line.source),
        )
    });
    let fix = known.map_or(judged.remedy.as_str(), |rule| rule.fix);
    let (title, why, fix) = (clean(&title), clean(&why), clean(fix));
    let room = id.split('/').next().unwrap_or_default();
    let mut tags = vec![clean(room)];
    let mut properties = json!({ "precision": "very-high" });
    if let Some(weight) = weight(id) {
        tags.push("security".to_owned());
        if let Some(map) = properties.as_object_mut() {
            map.insert("security-severity".to_owned(), weight.into());
        }
    }
    if let Some(map) = properties.as_object_mut() {
        map.insert("tags".to_owned(), tags.into());
    }
    json!({
        "id": clean(id),
        "shortDescription": { "text": title },
        "fullDescription": { "text": why },
        "help": {
            "text": format!("{title}\n{why}\nFix: {fix}\nMore: matchmark explain {}", clean(id)),
        },
        "defaultConfiguration": {
            "level": level(known.map_or(judged.severity, |rule| rule.severity)),
        },
        "properties": properties,
    })
}
