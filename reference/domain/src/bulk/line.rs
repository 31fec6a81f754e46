//! What of a submitted member is copied into a list: the person unchanged, and the cover where it is needed.
//! Refuses to abridge a person beyond what FHIR forbids inside another resource.

use super::Submission;
use crate::masked::Masked;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Elements of `meta` that a contained resource may not carry.
///
/// Source: FHIR R4 references, contained resources; PDex 2.2.0 pdex-151a
const FORBIDDEN: [&str; 3] = ["versionId", "lastUpdated", "security"];

/// One line of a list.
#[derive(Clone, Debug)]
pub struct Line {
    pub person: Masked<Value>,
    /// The cover that tells apart two lines of one person.
    ///
    /// Source: PDex 2.2.0 pdex-153
    pub cover: Option<Masked<Value>>,
    /// Only on the list of those who were found.
    pub found: Option<Found>,
}

/// What the caller learns of a member who was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Logical id of the Patient.
    pub patient: Masked<String>,
    pub umb: Masked<String>,
}

/// A line as it is kept between the match and the answer.
#[derive(Serialize, Deserialize)]
struct Kept {
    person: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cover: Option<Value>,
}

impl Line {
    /// What was submitted, as protected bytes.
    #[must_use]
    pub fn submitted(&self) -> Masked<Vec<u8>> {
        let kept = Kept {
            person: self.person.expose().clone(),
            cover: self.cover.as_ref().map(|cover| cover.expose().clone()),
        };
        // Two JSON values always serialise.
        Masked::new(serde_json::to_vec(&kept).unwrap_or_default())
    }

    /// The line of what was kept; none when it is no line.
    #[must_use]
    pub fn of_submitted(kept: &Masked<Vec<u8>>, found: Option<Found>) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(kept.expose()).ok()?;
        Some(Self {
            person: Masked::new(kept.person),
            cover: kept.cover.map(Masked::new),
            found,
        })
    }
}

/// The line of a submitted member.
#[must_use]
pub fn line(member: &Submission<'_>, found: Option<Found>) -> Line {
    let cover = member.cover_id.as_ref().map(|id| {
        let mut cover = contained(member.parts.coverage_to_match);
        if let Some(members) = cover.as_object_mut() {
            members.insert("id".to_owned(), id.clone().into());
        }
        Masked::new(cover)
    });
    Line {
        person: Masked::new(contained(member.parts.patient)),
        cover,
        found,
    }
}

/// A resource as it may stand inside another one.
pub(super) fn contained(resource: &Value) -> Value {
    let mut copy = resource.clone();
    let Some(members) = copy.as_object_mut() else {
        return copy;
    };
    members.remove("contained");
    let emptied = members.get_mut("meta").and_then(Value::as_object_mut);
    let emptied = emptied.is_some_and(|meta| {
        FORBIDDEN.iter().for_each(|name| {
            meta.remove(*name);
        });
        meta.is_empty()
    });
    if emptied {
        // FHIR has no empty objects.
        members.remove("meta");
    }
    copy
}
