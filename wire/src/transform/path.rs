//! Where something stands in a payload: names joined by dots, items of a list told by a name or a code.
//! Refuses positions: the order of a list says nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// `parameter[name=CoverageToMatch].resource.identifier[type=http://list.example#MB].value`.
///
/// A step into a list means each of its items; `[key=word]` keeps the items whose `key` is that word, and
/// `[key=system#code]` those whose `key` holds that code of that list; `!=` keeps the others. A key may itself
/// be a path: `[code.text=x]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(Vec<Step>);

/// One name of a path, with what tells the items that are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    pub name: String,
    pub filter: Option<Filter>,
}

/// What tells an item of a list from its neighbours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Filter {
    /// Names that lead from the item to the word.
    pub key: Vec<String>,
    pub want: Want,
    /// Whether the items are meant that do not say so.
    pub others: bool,
}

/// What an item must say of itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    Word(String),
    Code { system: String, code: String },
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    #[error("a step of the path has no name")]
    Nameless,
    #[error("`{0}` is a position; tell items by a name or a code")]
    Position(String),
    #[error("a filter is not closed")]
    Open,
    #[error("`[{0}]` is no filter; write [key=word] or [key=system#code]")]
    Filter(String),
}

impl Path {
    /// The payload itself.
    #[must_use]
    pub fn root() -> Self {
        Self(Vec::new())
    }

    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// `below`, seen from where this path leads.
    #[must_use]
    pub fn join(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    /// The same path with one step more.
    #[must_use]
    pub fn below(&self, step: Step) -> Self {
        self.join(&Self(vec![step]))
    }

    /// The path up to its last filter, and the names behind it.
    #[must_use]
    pub fn split_behind_filters(&self) -> (Self, Self) {
        let filtered = self.0.iter().rposition(|step| step.filter.is_some());
        let (parent, names) = self.0.split_at(filtered.map_or(0, |index| index + 1));
        (Self(parent.to_vec()), Self(names.to_vec()))
    }

    /// The rest of this path behind `start`; none where it does not begin with it.
    #[must_use]
    pub fn after(&self, start: &Self) -> Option<Self> {
        let rest = self.0.get(start.0.len()..)?;
        start.covers(self).then(|| Self(rest.to_vec()))
    }

    /// Whether everything at `other` stands at or below this path: its names begin with these, and no filter of this
    /// path leaves items out that `other` means.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let as_wide = |own: &Step, its: &Step| {
            own.name == its.name && (own.filter.is_none() || own.filter == its.filter)
        };
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| as_wide(a, b))
    }
}

impl Filter {
    /// Whether `item` is meant.
    #[must_use]
    pub fn admits(&self, item: &Value) -> bool {
        let mut reached = vec![item];
        for name in &self.key {
            reached = reached
                .into_iter()
                .flat_map(each)
                .filter_map(|value| value.get(name))
                .collect();
        }
        let mut reached = reached.into_iter().flat_map(each);
        reached.any(|value| self.want.is_said_by(value)) != self.others
    }
}

impl Want {
    fn is_said_by(&self, value: &Value) -> bool {
        match self {
            Self::Word(word) => value.as_str() == Some(word),
            Self::Code { system, code } => {
                let is =
                    |name: &str, text: &str| value.get(name).and_then(Value::as_str) == Some(text);
                let codings = value.get("coding").and_then(Value::as_array);
                let word = value.as_str().and_then(|text| text.rsplit_once('#'));
                word == Some((system, code))
                    || (is("system", system) && is("code", code))
                    || codings.is_some_and(|codings| codings.iter().any(|one| self.is_said_by(one)))
            }
        }
    }
}

/// The items of a list, or the value itself.
fn each(value: &Value) -> Vec<&Value> {
    value
        .as_array()
        .map_or_else(|| vec![value], |items| items.iter().collect())
}

impl FromStr for Path {
    type Err = PathFault;

    fn from_str(text: &str) -> Result<Self, PathFault> {
        let mut steps = Vec::new();
        let mut rest = Some(text).filter(|text| !text.is_empty());
        while let Some(text) = rest {
            let end = text.find(['.', '[']).unwrap_or(text.len());
            let (name, after) = text.split_at(end);
            let name = checked(name)?;
            let (filter, after) = match after.strip_prefix('[') {
                Some(inside) => {
                    let (filter, after) = inside.split_once(']').ok_or(PathFault::Open)?;
                    (Some(filter.parse()?), after)
                }
                None => (None, after),
            };
            steps.push(Step { name, filter });
            rest = match after.strip_prefix('.') {
                Some(next) => Some(next),
                None if after.is_empty() => None,
                None => return Err(PathFault::Nameless),
            };
        }
        Ok(Self(steps))
    }
}

fn checked(name: &str) -> Result<String, PathFault> {
    if name.is_empty() {
        return Err(PathFault::Nameless);
    }
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PathFault::Position(name.to_owned()));
    }
    Ok(name.to_owned())
}

impl FromStr for Filter {
    type Err = PathFault;

    fn from_str(text: &str) -> Result<Self, PathFault> {
        let fault = || PathFault::Filter(text.to_owned());
        let (key, want) = text.split_once('=').ok_or_else(fault)?;
        let (key, others) = match key.strip_suffix('!') {
            Some(key) => (key, true),
            None => (key, false),
        };
        let key: Result<Vec<String>, PathFault> = key.split('.').map(checked).collect();
        let want = match want.rsplit_once('#') {
            Some((system, code)) if !system.is_empty() && !code.is_empty() => Want::Code {
                system: system.to_owned(),
                code: code.to_owned(),
            },
            None if !want.is_empty() => Want::Word(want.to_owned()),
            _ => return Err(fault()),
        };
        Ok(Self {
            key: key?,
            want,
            others,
        })
    }
}

impl TryFrom<String> for Path {
    type Error = PathFault;

    fn try_from(text: String) -> Result<Self, PathFault> {
        text.parse()
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.to_string()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            let mark = if index == 0 { "" } else { "." };
            write!(f, "{mark}{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.filter {
            Some(filter) => write!(f, "[{filter}]"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.others { "!=" } else { "=" };
        write!(f, "{}{mark}", self.key.join("."))?;
        match &self.want {
            Want::Word(word) => f.write_str(word),
            Want::Code { system, code } => write!(f, "{system}#{code}"),
        }
    }
}

impl JsonSchema for Path {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Path".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "names joined by dots; items of a list by [key=word] or [key=system#code], never by position"
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_written_as_it_was_read() {
        for text in [
            "",
            "subscriberId",
            "parameter[name=CoverageToMatch].resource.identifier[type=http://a.example/b-0203#MB].value",
            "extension[url=http://a.example/x].valueCode",
            "item[code.text=x]",
            "identifier[type!=s#MB]",
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "a..b", ".a", "a.", "a[", "a[b]", "a[b=]", "a[=b]", "a[b=c]d", "a[b=#c]",
        ] {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
        let position = PathFault::Position("0".to_owned());
        assert_eq!("parameter.0.resource".parse::<Path>(), Err(position));
    }

    #[test]
    fn a_filter_reads_words_codings_and_concepts() {
        let filter = |text: &str| text.parse::<Filter>().unwrap();
        let coded = json!({"type": {"coding": [{"system": "s", "code": "MB"}]}, "use": "home"});
        assert!(filter("type=s#MB").admits(&coded));
        assert!(filter("type.coding=s#MB").admits(&coded));
        assert!(filter("type.coding.code=MB").admits(&coded));
        assert!(filter("use=home").admits(&coded));
        assert!(filter("use!=work").admits(&coded) && !filter("use!=home").admits(&coded));
        assert!(filter("uri=http://a.example/x#y").admits(&json!({"uri": "http://a.example/x#y"})));
        for other in ["type=t#MB", "type=s#mb", "use=work", "absent=x"] {
            assert!(!filter(other).admits(&coded), "{other}");
        }
    }

    #[test]
    fn a_path_covers_what_stands_below_it() {
        let covers = |a: &str, b: &str| a.parse::<Path>().unwrap().covers(&b.parse().unwrap());
        assert!(covers("", "a"));
        assert!(covers("a", "a[n=x].b"));
        assert!(covers("a[n=x]", "a[n=x].b"));
        assert!(!covers("a[n=x]", "a.b"));
        assert!(!covers("a.b", "a"));
    }
}
