//! Paths of matching rules: how they are written, which values they select, how closely they fit a value.
//! Refuses to know what a rule does with the value it selects.

use serde_json::Value;
use wire::json::{pointer_escape, pointer_segments};

/// One step of a rule's path, below the root `$`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// `.name` or `['name']`.
    Name(String),
    /// `[n]`.
    Index(usize),
    /// `[*]`: any index.
    AnyIndex,
    /// `.*`: any key or index, one level.
    Any,
    /// `**`: any depth; only in `forbidden`.
    Deep,
}

/// One step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Name(String),
    Index(usize),
    /// A key that no example shows: only a star fits it.
    Unnamed,
}

/// Which steps a path may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// Rules, `closed`, `optional`.
    Plain,
    /// `forbidden`: with `**`.
    Deep,
}

/// A path of a rule: the steps below the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    pub steps: Vec<Step>,
}

impl Path {
    /// The path that `text` writes, or nothing when it is outside the grammar.
    #[must_use]
    pub fn parse(text: &str, grammar: Grammar) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracket(inside)?,
                None => dotted(rest.strip_prefix('.')?)?,
            };
            if step == Step::Deep && grammar == Grammar::Plain {
                return None;
            }
            steps.push(step);
            rest = after;
        }
        Some(Self { steps })
    }

    /// The path of one named value, such as a header.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            steps: vec![Step::Name(name.to_owned())],
        }
    }

    /// This path and one step more.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }

    /// How closely this path fits the value at `keys` or one of its parents: more exact steps fit closer.
    ///
    /// The published weight is a product of 2 for an exact step and 1 for a star; this is its logarithm.
    #[must_use]
    pub fn fit(&self, keys: &[Key]) -> Option<usize> {
        if self.steps.len() > keys.len() {
            return None;
        }
        let mut exact = 0;
        for (step, key) in self.steps.iter().zip(keys) {
            match (step, key) {
                (Step::Name(name), Key::Name(key)) if name == key => exact += 1,
                (Step::Index(index), Key::Index(key)) if index == key => exact += 1,
                (Step::AnyIndex, Key::Index(_)) | (Step::Any, _) => {}
                _ => return None,
            }
        }
        Some(exact)
    }

    /// Whether this path leads to exactly the value at `keys`.
    #[must_use]
    pub fn is_at(&self, keys: &[Key]) -> bool {
        self.steps.len() == keys.len() && self.fit(keys).is_some()
    }

    /// Whether the way to what this path selects leads through the value at `keys`.
    #[must_use]
    pub fn leads_through(&self, keys: &[Key]) -> bool {
        let steps: Vec<_> = self.steps.iter().take(keys.len()).cloned().collect();
        steps.len() == keys.len() && Self { steps }.fit(keys).is_some()
    }

    /// Every value that this path selects, with its pointer, in document order.
    #[must_use]
    pub fn select<'v>(&self, root: &'v Value) -> Vec<(String, &'v Value)> {
        let mut found = vec![(String::new(), root)];
        for step in &self.steps {
            found = found
                .into_iter()
                .flat_map(|(pointer, value)| descend(step, &pointer, value))
                .collect();
        }
        found
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("$")?;
        for step in &self.steps {
            match step {
                Step::Name(name) if is_plain(name) => write!(f, ".{name}")?,
                Step::Name(name) => write!(f, "['{name}']")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::AnyIndex => f.write_str("[*]")?,
                Step::Any => f.write_str(".*")?,
                Step::Deep => f.write_str(".**")?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| ".[]'\"*".contains(c) || c.is_whitespace())
}

fn bracket(inside: &str) -> Option<(Step, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = inside.strip_prefix(quote) {
            let (name, after) = quoted.split_once(quote)?;
            return Some((Step::Name(name.to_owned()), after.strip_prefix(']')?));
        }
    }
    let (text, after) = inside.split_once(']')?;
    if text == "*" {
        return Some((Step::AnyIndex, after));
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Some((Step::Index(text.parse().ok()?), after)))?
}

fn dotted(rest: &str) -> Option<(Step, &str)> {
    for (stars, step) in [("**", Step::Deep), ("*", Step::Any)] {
        if let Some(after) = rest.strip_prefix(stars) {
            return Some((step, after));
        }
    }
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end)?;
    is_plain(name).then(|| (Step::Name(name.to_owned()), after))
}

/// The keys of a pointer; a number is taken for an index.
#[must_use]
pub fn keys(pointer: &str) -> Vec<Key> {
    let segments = pointer_segments(pointer).unwrap_or_default();
    segments
        .iter()
        .map(|segment| match segment.parse() {
            Ok(index) => Key::Index(index),
            Err(_) => Key::Name(segment.to_string()),
        })
        .collect()
}

/// The pointer of a member or item below `pointer`.
#[must_use]
pub fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", pointer_escape(key))
}

fn descend<'v>(step: &Step, pointer: &str, value: &'v Value) -> Vec<(String, &'v Value)> {
    if *step == Step::Deep {
        return everything(pointer, value);
    }
    children(pointer, value)
        .into_iter()
        .filter(|(key, _, _)| match (step, key) {
            (Step::Name(name), Key::Name(key)) => name == key,
            (Step::Index(index), Key::Index(key)) => index == key,
            (Step::AnyIndex, Key::Index(_)) | (Step::Any, _) => true,
            _ => false,
        })
        .map(|(_, pointer, value)| (pointer, value))
        .collect()
}

/// The members or items of a value, in document order.
pub fn children<'v>(pointer: &str, value: &'v Value) -> Vec<(Key, String, &'v Value)> {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (Key::Name(key.clone()), below(pointer, key), member))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (Key::Index(index), format!("{pointer}/{index}"), item))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// A value and all that is below it.
pub fn everything<'v>(pointer: &str, value: &'v Value) -> Vec<(String, &'v Value)> {
    let mut open = vec![(pointer.to_owned(), value)];
    let mut found = Vec::new();
    while let Some((pointer, value)) = open.pop() {
        let below = children(&pointer, value);
        open.extend(
            below
                .into_iter()
                .rev()
                .map(|(_, pointer, value)| (pointer, value)),
        );
        found.push((pointer, value));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_outside_the_grammar_is_no_path() {
        for text in [
            "", "a", "$a", "$.", "$..a", "$[", "$[x]", "$['a", "$[-1]", "$.a b", "$.**",
        ] {
            assert_eq!(Path::parse(text, Grammar::Plain), None, "{text}");
        }
        assert!(Path::parse("$.**.patient", Grammar::Deep).is_some());
    }

    #[test]
    fn a_path_prints_as_it_was_written() {
        for text in ["$", "$.a[0].b", "$['a.b'][*].*", "$.**.id"] {
            let path = Path::parse(text, Grammar::Deep).unwrap();
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn exact_steps_fit_closer_than_stars() {
        let keys = [Key::Name("a".into()), Key::Index(1), Key::Name("b".into())];
        let fit = |text| Path::parse(text, Grammar::Plain).unwrap().fit(&keys);
        assert_eq!(fit("$"), Some(0));
        assert_eq!(fit("$.a[*].b"), Some(2));
        assert_eq!(fit("$.a[1].b"), Some(3));
        assert_eq!(fit("$.a[2]"), None);
        assert_eq!(fit("$.a[1].b.c"), None);
    }

    #[test]
    fn deep_steps_select_at_any_depth() {
        let value = json!({"id": 1, "a": [{"id": 2}, {"b": {"id": 3}}]});
        let path = Path::parse("$.**.id", Grammar::Deep).unwrap();
        let found: Vec<_> = path.select(&value).into_iter().map(|(p, _)| p).collect();
        assert_eq!(found, ["/id", "/a/0/id", "/a/1/b/id"]);
    }
}
