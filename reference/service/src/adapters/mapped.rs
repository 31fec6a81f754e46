//! A shape that is told by its file alone: which part holds the identifier, and where in it.
//! Refuses an answer in which the identifier is not where the file says.

use super::dialect::{At, Dialect, Shape};
use super::profiled::{body, encode, part};
use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{
    Canonical, Failure, Op, PartnerAdapter, UniqueMember, WireRequest, WireResponse,
};
use serde_json::Value;

pub(super) struct Mapped {
    pub dialect: Dialect,
    pub shape: Shape,
}

impl PartnerAdapter for Mapped {
    fn encode(&self, op: &Op<'_>) -> WireRequest {
        encode(op, &self.dialect)
    }

    fn decode(&self, _: &Op<'_>, response: &WireResponse) -> Result<Canonical, Failure> {
        let answer = body(response, &self.dialect)?;
        let text = |at: &At| {
            let found = part(&answer, &at.part)?.pointer(&at.pointer)?;
            found.as_str().map(str::to_owned)
        };
        let maybe = |at: &Option<At>| at.as_ref().and_then(text);
        let value = text(&self.shape.identifier).filter(|value| !value.is_empty());
        Ok(Canonical {
            umb: UniqueMember {
                system: maybe(&self.shape.system),
                value: Masked::new(value.ok_or(Failure::new(Code::BadResponse))?),
            },
            patient: maybe(&self.shape.patient).map(Masked::new),
        })
    }
}

/// Our own answer in the same shape: values are put where the file says that they are read.
pub(super) fn write(shape: &Shape, value: &str, patient: &str) -> Vec<Value> {
    let mut parts: Vec<Value> = Vec::new();
    let wanted = [
        (Some(&shape.identifier), value),
        (shape.patient.as_ref(), patient),
    ];
    for (at, text) in wanted {
        let Some(at) = at else { continue };
        let found = parts
            .iter_mut()
            .find(|part| part.get("name").is_some_and(|name| *name == *at.part));
        let whole = match found {
            Some(part) => part,
            None => {
                parts.push(serde_json::json!({"name": at.part}));
                let Some(last) = parts.last_mut() else {
                    continue;
                };
                last
            }
        };
        put(whole, &at.pointer, text);
    }
    parts
}

/// Puts a text at a place, and makes the objects and lists on the way.
fn put(mut here: &mut Value, pointer: &str, text: &str) {
    let Some(segments) = wire::json::pointer_segments(pointer) else {
        return;
    };
    for segment in segments {
        if segment == "0" {
            if !here.is_array() {
                *here = Value::Array(vec![Value::Null]);
            }
        } else if !here.is_object() {
            *here = Value::Object(serde_json::Map::new());
        }
        let below = match here {
            Value::Object(members) => members.entry(segment.into_owned()).or_insert(Value::Null),
            Value::Array(items) => match items.first_mut() {
                Some(first) => first,
                None => return,
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
        };
        here = below;
    }
    *here = Value::String(text.to_owned());
}
