//! Dialects that follow a published guide: the answer is `MemberIdentifier`, and perhaps `MemberId`.
//! Refuses to know which partner it talks to.

use super::dialect::Dialect;
use super::refusal;
use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{
    Canonical, Failure, Op, PartnerAdapter, UniqueMember, Verb, WireRequest, WireResponse,
};
use serde_json::Value;

pub(super) struct Profiled {
    pub dialect: Dialect,
}

impl PartnerAdapter for Profiled {
    fn encode(&self, op: &Op<'_>) -> WireRequest {
        encode(op, &self.dialect)
    }

    fn decode(&self, _: &Op<'_>, response: &WireResponse) -> Result<Canonical, Failure> {
        let answer = body(response, &self.dialect)?;
        let identifier = part(&answer, "MemberIdentifier")
            .and_then(|part| part.get("valueIdentifier"))
            .ok_or(Failure::new(Code::BadResponse))?;
        let patient = part(&answer, "MemberId")
            .and_then(|part| part.pointer("/valueReference/reference"))
            .and_then(Value::as_str);
        Ok(Canonical {
            umb: unique(identifier)?,
            patient: patient.map(|reference| Masked::new(reference.to_owned())),
        })
    }
}

/// The request, with the part of the old coverage under the name that the dialect wants.
pub(super) fn encode(op: &Op<'_>, dialect: &Dialect) -> WireRequest {
    let Op::MemberMatch { parameters } = op;
    let mut parameters = (*parameters).clone();
    if let Some(Value::Array(parts)) = parameters.get_mut("parameter") {
        for part in parts {
            if part
                .get("name")
                .is_some_and(|name| name == "CoverageToMatch")
                && let Some(name) = part.get_mut("name")
            {
                *name = Value::String(dialect.coverage_part.clone());
            }
        }
    }
    let mut headers = vec![
        ("content-type", "application/fhir+json".to_owned()),
        ("accept", "application/fhir+json".to_owned()),
    ];
    if let Some(version) = dialect.pdex_versions.first() {
        headers.push(("x-pdex-spec-version", version.clone()));
    }
    WireRequest {
        verb: Verb::Post,
        path: "/Patient/$member-match".to_owned(),
        headers,
        body: Masked::new(parameters.to_string().into_bytes()),
    }
}

/// The JSON of a success, or what the refusal says.
pub(super) fn body(response: &WireResponse, dialect: &Dialect) -> Result<Value, Failure> {
    if response.status != 200 {
        return Err(refusal::read(response, dialect));
    }
    if !is_json(response.media.as_deref()) {
        return Err(Failure::new(Code::BadResponse));
    }
    serde_json::from_slice(response.body.expose()).map_err(|_| Failure::new(Code::BadResponse))
}

/// Whether a body that calls itself this is JSON; one that calls itself nothing is taken at its word.
fn is_json(media: Option<&str>) -> bool {
    media.is_none_or(|media| media == "application/json" || media.ends_with("+json"))
}

pub(super) fn part<'a>(parameters: &'a Value, name: &str) -> Option<&'a Value> {
    let parts = parameters.get("parameter")?.as_array()?;
    parts
        .iter()
        .find(|part| part.get("name").is_some_and(|found| found == name))
}

pub(super) fn unique(identifier: &Value) -> Result<UniqueMember, Failure> {
    let text = |name: &str| {
        identifier
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Ok(UniqueMember {
        system: text("system"),
        value: Masked::new(text("value").ok_or(Failure::new(Code::BadResponse))?),
    })
}
