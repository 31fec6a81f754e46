//! The parts of a message around its body: method, path, status, query, headers.
//! Refuses to know bodies.

use super::super::interaction::Query;
use super::super::matcher::Matcher;
use super::super::path::Key;
use super::super::rule::{Combine, Force, Part, RuleSet};
use super::mismatch::Mismatch;
use super::scalar::{Habitat, Seen, accepts};
use super::seal::Seal;
use super::walk::{Extra, Origin, Pair, Trail, Walk, masked};
use serde_json::Value;
use wire::json::pointer_escape;

/// Where the expectation of one part stands in the contract file, and what marks the values that are seen there.
pub struct Stand<'a> {
    pub part: Part,
    /// Pointer of the part in the contract file.
    pub at: String,
    pub seal: Option<&'a Seal>,
}

/// What one comparison of texts comes to: the rule that is broken, and where that rule stands.
type Broken = Option<(&'static str, Option<String>)>;

impl Stand<'_> {
    fn mismatch(
        &self,
        name: Option<&str>,
        (rule, rule_at): (&'static str, Option<String>),
        seen: Option<&Value>,
    ) -> Mismatch {
        let pointer = name.map_or_else(String::new, |name| format!("/{}", pointer_escape(name)));
        let mark = |value| self.seal.map(|seal| seal.mark(value));
        Mismatch {
            part: self.part,
            rule,
            expected: "text",
            actual: if seen.is_some() { "text" } else { "absent" },
            mark: seen.and_then(mark),
            at: format!("{}{pointer}", self.at),
            pointer,
            rule_at,
        }
    }

    fn text(&self, name: Option<&str>, broken: Broken, seen: &str) -> Option<Mismatch> {
        broken.map(|broken| self.mismatch(name, broken, Some(&Value::from(seen))))
    }
}

/// The method: equal but for case.
pub fn method(stand: &Stand<'_>, expected: &str, actual: &str) -> Option<Mismatch> {
    let same = expected.eq_ignore_ascii_case(actual);
    stand.text(None, (!same).then_some(("equality", None)), actual)
}

/// A text that stands for itself: a path or a status.
pub fn text(stand: &Stand<'_>, expected: &str, actual: &str, rules: &RuleSet) -> Option<Mismatch> {
    stand.text(None, judged(rules, &[], expected, actual), actual)
}

/// The query: the same keys and, for each, the same values in the same order.
pub fn query(
    stand: &Stand<'_>,
    expected: &Query,
    actual: &Query,
    rules: &RuleSet,
) -> Vec<Mismatch> {
    let (Query::ByKey(expected), Query::ByKey(actual)) = (expected, actual) else {
        let seen = pairs(actual);
        let differs = expected.pairs() != actual.pairs();
        let mismatch = || stand.mismatch(None, ("equality", None), Some(&seen));
        return differs.then(mismatch).into_iter().collect();
    };
    let mut found = Vec::new();
    for (key, wanted) in expected {
        match actual.iter().find(|(name, _)| name == key) {
            Some((_, values)) => found.extend(values_of(stand, key, wanted, values, rules)),
            None => found.push(stand.mismatch(Some(key), ("presence", None), None)),
        }
    }
    let extra = actual
        .iter()
        .filter(|(name, _)| !expected.iter().any(|(key, _)| key == name));
    for (number, (key, values)) in extra.enumerate() {
        let seen = Value::from(values.clone());
        let mut mismatch = stand.mismatch(None, ("key", None), Some(&seen));
        mismatch.pointer = format!("/{}", masked(stand.seal, key, number + 1));
        mismatch.expected = "absent";
        found.push(mismatch);
    }
    found
}

fn pairs(query: &Query) -> Value {
    let pairs = query.pairs().into_iter();
    pairs.map(|(key, value)| format!("{key}={value}")).collect()
}

/// The headers: every expected one is there; more are borne.
///
/// Shape: expected names in lower case; actual ones as they came
pub fn headers(
    stand: &Stand<'_>,
    expected: &[(String, Vec<String>)],
    actual: &[(String, String)],
    rules: &RuleSet,
) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for (name, wanted) in expected {
        let lines: Vec<&str> = actual
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        if lines.is_empty() {
            found.push(stand.mismatch(Some(name), ("presence", None), None));
            continue;
        }
        found.extend(header(stand, name, wanted, &lines, rules));
    }
    found
}

fn header(
    stand: &Stand<'_>,
    name: &str,
    wanted: &[String],
    lines: &[&str],
    rules: &RuleSet,
) -> Option<Mismatch> {
    let key = Key::Name(name.to_owned());
    let (example, line) = (wanted.join(", "), lines.join(", "));
    if rules.in_force(std::slice::from_ref(&key)).is_some() {
        let broken = judged(rules, &[key], &example, &line);
        return stand.text(Some(name), broken, &line);
    }
    let (wanted, items) = (split(&example, ','), split(&line, ','));
    if wanted.len() != items.len() {
        return stand.text(Some(name), Some(("equality", None)), &line);
    }
    let is_media = matches!(name, "content-type" | "accept");
    let broken = wanted.iter().zip(&items).enumerate();
    let broken = broken.into_iter().find_map(|(index, (wanted, seen))| {
        let keys = [key.clone(), Key::Index(index)];
        if rules.in_force(&keys).is_some() {
            return judged(rules, &keys, wanted, seen);
        }
        let fits = wanted == seen || is_media && wanted.contains('/') && media_fits(wanted, seen);
        (!fits).then_some(("equality", None))
    });
    stand.text(Some(name), broken, &line)
}

fn values_of(
    stand: &Stand<'_>,
    key: &str,
    wanted: &[String],
    values: &[String],
    rules: &RuleSet,
) -> Vec<Mismatch> {
    let name = Key::Name(key.to_owned());
    let force = rules.in_force(std::slice::from_ref(&name));
    let broken = match force {
        Some(force) => list(stand, force, key, wanted, values),
        None => (wanted.len() != values.len()).then_some(("length", None)),
    };
    if let Some(broken) = broken {
        let seen = Value::from(values.to_vec());
        return vec![stand.mismatch(Some(key), broken, Some(&seen))];
    }
    let ruled = |keys: &[Key]| rules.in_force(keys).is_some();
    let mut found = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let Some(example) = wanted.get(index).or(wanted.first()) else {
            continue;
        };
        let keys = [name.clone(), Key::Index(index)];
        // Where only the list as a whole is ruled, its items are free.
        if force.is_none() || ruled(&keys) {
            found.extend(stand.text(Some(key), judged(rules, &keys, example, value), value));
        }
    }
    found
}

/// What a rule says of the list of values that one key has; single values are judged apart.
fn list(
    stand: &Stand<'_>,
    force: Force<'_>,
    key: &str,
    wanted: &[String],
    values: &[String],
) -> Broken {
    let size = u64::try_from(values.len()).unwrap_or(u64::MAX);
    let failed = force.matchers().find(|matcher| match matcher {
        Matcher::Type { min, max } => {
            force.own && (min.is_some_and(|min| size < min) || max.is_some_and(|max| size > max))
        }
        Matcher::NotEmpty => size == 0,
        Matcher::ArrayContains(_) => !contains(stand, force, key, wanted, values),
        // An object is no list.
        Matcher::Values | Matcher::EachKey(_) => true,
        Matcher::Equality
        | Matcher::Regex(_)
        | Matcher::Include(_)
        | Matcher::Semver
        | Matcher::Number
        | Matcher::Integer
        | Matcher::Decimal
        | Matcher::Boolean
        | Matcher::Null
        | Matcher::Temporal { .. }
        | Matcher::StatusCode(_)
        | Matcher::ContentType
        | Matcher::EachValue(_) => false,
    });
    failed.map(|matcher| (matcher.word(), Some(force.rule.pointer.clone())))
}

fn contains(
    stand: &Stand<'_>,
    force: Force<'_>,
    key: &str,
    wanted: &[String],
    values: &[String],
) -> bool {
    let (example, actual) = (Value::from(wanted.to_vec()), Value::from(values.to_vec()));
    let mut only = RuleSet::default();
    only.add(force.rule.clone());
    let mut walk = Walk {
        part: stand.part,
        rules: &only,
        extra: Extra::Refused,
        optional: &[],
        habitat: Habitat::Text,
        example: Origin::Text(&stand.at),
        actual: Origin::Text(""),
        seal: None,
        prefix: Vec::new(),
        keys: vec![Key::Name(key.to_owned())],
        trail: Trail::default(),
        found: Vec::new(),
    };
    walk.value(Pair {
        example: &example,
        actual: &actual,
    });
    walk.found.is_empty()
}

/// The rule that a text breaks, and where that rule stands.
fn judged(rules: &RuleSet, keys: &[Key], expected: &str, actual: &str) -> Broken {
    let Some(force) = rules.in_force(keys) else {
        return (expected != actual).then_some(("equality", None));
    };
    let (example, value) = (Value::from(expected), Value::from(actual));
    broken(force, &example, &value).map(|rule| (rule, Some(force.rule.pointer.clone())))
}

/// The first matcher that a value outside a body breaks, joined as the rule says.
pub fn broken(force: Force<'_>, example: &Value, value: &Value) -> Option<&'static str> {
    let seen = Seen {
        value,
        number: None,
        habitat: Habitat::Text,
    };
    let failed: Vec<_> = force
        .matchers()
        .filter(|matcher| match matcher {
            Matcher::Equality => example != value,
            // The rules inside judge single values.
            Matcher::EachValue(_) => !value.is_array(),
            other => !accepts(other, example, seen),
        })
        .map(Matcher::word)
        .collect();
    let passes = match force.rule.list.combine {
        Combine::And => failed.is_empty(),
        Combine::Or => failed.len() < force.matchers().count(),
    };
    if passes {
        None
    } else {
        failed.first().copied()
    }
}

/// Whether two media types agree: equal but for case, every expected parameter there, in any order.
pub fn media_fits(expected: &str, actual: &str) -> bool {
    let (expected, actual) = (split(expected, ';'), split(actual, ';'));
    let (Some(wanted), Some(seen)) = (expected.first(), actual.first()) else {
        return expected.is_empty() && actual.is_empty();
    };
    let parameter = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (
            name.trim().to_ascii_lowercase(),
            value.trim().trim_matches('"').to_ascii_lowercase(),
        )
    };
    let there: Vec<_> = actual.iter().skip(1).map(|text| parameter(text)).collect();
    wanted.eq_ignore_ascii_case(seen)
        && expected
            .iter()
            .skip(1)
            .all(|text| there.contains(&parameter(text)))
}

fn split(text: &str, at: char) -> Vec<&str> {
    text.split(at).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_agree_without_case_and_with_more_parameters() {
        assert!(media_fits(
            "application/json;charset=UTF-8",
            "Application/JSON; a=1; charset=utf-8"
        ));
        assert!(!media_fits(
            "application/json;charset=utf-8",
            "application/json"
        ));
        assert!(!media_fits("application/json", "text/plain"));
    }

    #[test]
    fn headers_compare_their_list_and_bear_more_headers() {
        let stand = Stand {
            part: Part::Header,
            at: "/request/headers".to_owned(),
            seal: None,
        };
        let expected = [("x-list".to_owned(), vec!["a, b".to_owned()])];
        let actual = |value: &str| {
            vec![
                ("X-List".to_owned(), value.to_owned()),
                ("X-More".to_owned(), "1".to_owned()),
            ]
        };
        let rules = RuleSet::default();
        assert!(headers(&stand, &expected, &actual("a,b"), &rules).is_empty());
        assert_eq!(headers(&stand, &expected, &actual("b,a"), &rules).len(), 1);
        let missing = headers(&stand, &expected, &[], &rules);
        assert_eq!(missing.first().map(|found| found.rule), Some("presence"));
    }
}
