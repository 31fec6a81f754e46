//! The resources of a payload, each with its pointer, its part and the member that it belongs to.
//! Refuses to know what a resource means.

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Name of the part that holds everything of one member.
///
/// Source: PDex 2.2.0 pdex-parameters-multi-member-match-bundle-in
const MEMBER: &str = "MemberBundle";

/// A resource where it stands. Contained resources belong to theirs and are not listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource<'a> {
    pub value: &'a Value,
    /// Type of the resource; empty where it has none.
    pub kind: &'a str,
    /// Name of its part, or its type.
    pub part: &'a str,
    pub at: Where,
}

/// Indexes that say where a resource stands in a Parameters resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// It is the payload.
    Root,
    Parameter(usize),
    /// Index of the member's bundle, and of the part in it.
    Member(usize, usize),
}

impl Where {
    pub(super) fn pointer(self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Parameter(index) => format!("/parameter/{index}/resource"),
            Self::Member(bundle, part) => format!("/parameter/{bundle}/part/{part}/resource"),
        }
    }

    /// Pointer of the member's bundle; empty where the payload is about one member.
    pub(super) fn member(self) -> String {
        match self {
            Self::Root | Self::Parameter(_) => String::new(),
            Self::Member(bundle, _) => format!("/parameter/{bundle}"),
        }
    }

    /// Whether both belong to one member.
    pub(super) fn is_beside(self, other: Self) -> bool {
        match (self, other) {
            (Self::Member(own, _), Self::Member(others, _)) => own == others,
            (Self::Member(..), _) | (_, Self::Member(..)) => false,
            _ => true,
        }
    }
}

impl<'a> Resource<'a> {
    fn new(value: &'a Value, part: Option<&'a str>, at: Where) -> Self {
        let kind = text(value, "resourceType").unwrap_or_default();
        Self {
            value,
            kind,
            part: part.unwrap_or(kind),
            at,
        }
    }

    pub(super) fn id(&self) -> Option<&'a str> {
        text(self.value, "id")
    }

    /// Pointer of something inside it.
    pub(super) fn pointer(&self, inside: &str) -> String {
        format!("{}{inside}", self.at.pointer())
    }

    /// The resources that it contains, each with its index.
    pub(super) fn contained(&self) -> impl Iterator<Item = (usize, &'a Value)> {
        items(self.value, "contained").enumerate()
    }
}

/// Every resource of a payload, in the order in which it stands there.
pub(super) fn resources(payload: &Value) -> Vec<Resource<'_>> {
    if text(payload, "resourceType") != Some("Parameters") {
        return vec![Resource::new(payload, None, Where::Root)];
    }
    let mut found = Vec::new();
    for (index, parameter) in items(payload, "parameter").enumerate() {
        let name = text(parameter, "name");
        if let Some(resource) = parameter.get("resource") {
            found.push(Resource::new(resource, name, Where::Parameter(index)));
        }
        if name != Some(MEMBER) {
            continue;
        }
        for (part, parameter) in items(parameter, "part").enumerate() {
            if let Some(resource) = parameter.get("resource") {
                let at = Where::Member(index, part);
                found.push(Resource::new(resource, text(parameter, "name"), at));
            }
        }
    }
    found
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// The items of a member that is a list; none of anything else.
pub(super) fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = value.get(name).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Whether a CodeableConcept holds this code.
pub(super) fn has_code(concept: &Value, system: &str, code: &str) -> bool {
    items(concept, "coding")
        .any(|coding| text(coding, "system") == Some(system) && text(coding, "code") == Some(code))
}

/// Visits every object of `value`, with its pointer, in document order.
pub(super) fn visit<'a>(value: &'a Value, see: &mut impl FnMut(&str, &'a Map<String, Value>)) {
    descend(value, &mut String::new(), see);
}

/// `pointer` is that of `value`, and the same again afterwards.
fn descend<'a>(
    value: &'a Value,
    pointer: &mut String,
    see: &mut impl FnMut(&str, &'a Map<String, Value>),
) {
    let length = pointer.len();
    match value {
        Value::Object(members) => {
            see(pointer, members);
            for (name, member) in members {
                if member.is_object() || member.is_array() {
                    pointer.push('/');
                    pointer.push_str(&wire::json::pointer_escape(name));
                    descend(member, pointer, see);
                    pointer.truncate(length);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if item.is_object() || item.is_array() {
                    // Writing to a text cannot fail.
                    let _ = write!(pointer, "/{index}");
                    descend(item, pointer, see);
                    pointer.truncate(length);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A pointer inside a resource as a path of names: indexes are left out.
pub(super) fn path(pointer: &str) -> String {
    let is_name = |segment: &&str| !segment.bytes().all(|byte| byte.is_ascii_digit());
    let names: Vec<&str> = pointer.split('/').filter(is_name).collect();
    names.join(".")
}
