//! One member of a rule's `deny`: the only shape in which a rule can speak.
//! Refuses every other shape, and every text with a hole that nothing fills.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What a rule says about one subject. Exactly these members.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    pub subject: String,
    /// JSON pointer into the subject's file; empty for the whole of it.
    pub pointer: String,
    /// What tells two denials at one pointer apart.
    pub kind: String,
    pub args: BTreeMap<String, Argument>,
}

/// A word, number or list that fills a hole of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(untagged)]
pub enum Argument {
    Text(String),
    Number(i64),
    List(Vec<String>),
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::List(items) => f.write_str(&items.join(", ")),
        }
    }
}

impl Denial {
    /// A member of the set as a denial.
    ///
    /// Errors: it has another shape; the reason names no value
    pub fn read(member: &Value) -> Result<Self, String> {
        const SHAPE: &str = "an object of exactly subject, pointer, kind and args";
        let denial: Self = serde_json::from_value(member.clone())
            .map_err(|_| format!("a result is not {SHAPE}"))?;
        if denial.subject.is_empty() || denial.kind.is_empty() {
            return Err("a result has an empty subject or kind".to_owned());
        }
        if !denial.pointer.is_empty() && !denial.pointer.starts_with('/') {
            return Err("a result's pointer is no JSON pointer".to_owned());
        }
        Ok(denial)
    }

    /// The part of the subject behind `@`, when it names one version.
    fn version(&self) -> Option<&str> {
        self.subject.split_once('@').map(|(_, version)| version)
    }

    /// What fills the hole `name`.
    fn filling(&self, name: &str) -> Option<String> {
        match name {
            "subject" => Some(self.subject.clone()),
            "version" => self.version().map(str::to_owned),
            "pointer" => Some(self.pointer.clone()),
            _ => self.args.get(name).map(ToString::to_string),
        }
    }
}

/// A template with every hole filled.
///
/// Errors: the name of a hole that nothing fills
pub fn fill(template: &str, denial: &Denial) -> Result<String, String> {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template) {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Hole(name) => {
                let filling = denial
                    .filling(name)
                    .ok_or_else(|| format!("nothing fills `{{{name}}}`"))?;
                text.push_str(&filling);
            }
        }
    }
    Ok(text)
}

enum Piece<'a> {
    Text(&'a str),
    Hole(&'a str),
}

/// Text and holes in turn. A brace without its partner is text.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else {
            break;
        };
        pieces.push(Piece::Text(text));
        pieces.push(Piece::Hole(name));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn denial() -> Denial {
        Denial::read(&json!({
            "subject": "hrex-consent@2.0.1", "pointer": "/required", "kind": "missing",
            "args": {"item": "status", "least": 2, "cases": ["flat", "camel"]}
        }))
        .unwrap()
    }

    #[test]
    fn a_template_is_filled_from_the_denial_alone() {
        let text = fill(
            "{subject} {version} {pointer} {item} {least} {cases}",
            &denial(),
        );
        assert_eq!(
            text.unwrap(),
            "hrex-consent@2.0.1 2.0.1 /required status 2 flat, camel"
        );
        assert_eq!(
            fill("{kind}", &denial()),
            Err("nothing fills `{kind}`".to_owned())
        );
    }

    #[test]
    fn any_other_shape_is_refused() {
        let good = json!({"subject": "s", "pointer": "", "kind": "k", "args": {}});
        assert!(Denial::read(&good).is_ok());
        for (key, value) in [
            ("subject", json!("")),
            ("subject", json!(3)),
            ("pointer", json!("required")),
            ("kind", json!("")),
            ("args", json!({"a": {"b": 1}})),
            ("severity", json!("error")),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            assert!(Denial::read(&bad).is_err(), "{key}");
        }
        for key in ["subject", "pointer", "kind", "args"] {
            let mut bad = good.clone();
            bad.as_object_mut().unwrap().remove(key);
            assert!(Denial::read(&bad).is_err(), "{key}");
        }
    }
}
