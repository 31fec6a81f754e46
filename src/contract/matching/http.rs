//! The parts of a message around its body: method, path, status, query, headers.
//! Refuses to know bodies.

use super::super::interaction::Query;
use super::super::matcher::Matcher;
use super::super::path::Key;
use super::super::rule::{Combine, Force, Part, RuleSet};
use super::mismatch::Mismatch;
use super::scalar::{Habitat, Seen, accepts};
use serde_json::Value;

/// Where the expectation of one part stands in the contract file.
pub struct Stand<'a> {
    pub part: Part,
    /// Pointer of the request or response in the contract file.
    pub side: &'a str,
}

impl Stand<'_> {
    fn mismatch(&self, name: Option<&str>, rule: &'static str, at: Option<String>) -> Mismatch {
        let pointer = name.map_or_else(String::new, |name| format!("/{name}"));
        Mismatch {
            part: self.part,
            rule,
            expected: "text",
            actual: "text",
            at: format!("{}{}{pointer}", self.side, self.member()),
            pointer,
            rule_at: at,
        }
    }

    fn member(&self) -> &'static str {
        match self.part {
            Part::Method => "/method",
            Part::Path => "/path",
            Part::Query => "/query",
            Part::Header => "/headers",
            Part::Status => "/status",
            Part::Body => "/body",
            Part::Metadata => "/metadata",
        }
    }
}

/// The method: equal but for case.
pub fn method(stand: &Stand<'_>, expected: &str, actual: &str) -> Option<Mismatch> {
    (!expected.eq_ignore_ascii_case(actual)).then(|| stand.mismatch(None, "equality", None))
}

/// A text that stands for itself: a path or a status.
pub fn text(stand: &Stand<'_>, expected: &str, actual: &str, rules: &RuleSet) -> Option<Mismatch> {
    judged(rules, &[], expected, actual).map(|(rule, at)| stand.mismatch(None, rule, at))
}

/// The query: the same keys and, for each, the same values in the same order.
pub fn query(
    stand: &Stand<'_>,
    expected: &Query,
    actual: &Query,
    rules: &RuleSet,
) -> Vec<Mismatch> {
    let (Query::ByKey(expected), Query::ByKey(actual)) = (expected, actual) else {
        let same = expected.pairs() == actual.pairs();
        return (!same)
            .then(|| stand.mismatch(None, "equality", None))
            .into_iter()
            .collect();
    };
    let mut found = Vec::new();
    for (key, wanted) in expected {
        match actual.iter().find(|(name, _)| name == key) {
            Some((_, values)) => found.extend(values_of(stand, key, wanted, values, rules)),
            None => found.push(absent(stand.mismatch(Some(key), "presence", None))),
        }
    }
    let extra = actual
        .iter()
        .filter(|(name, _)| !expected.iter().any(|(key, _)| key == name));
    for (number, _) in extra.enumerate() {
        let mut mismatch = stand.mismatch(None, "key", None);
        mismatch.pointer = format!("/{{key#{}}}", number + 1);
        mismatch.expected = "absent";
        found.push(mismatch);
    }
    found
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
            found.push(absent(stand.mismatch(Some(name), "presence", None)));
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
    if rules.in_force(std::slice::from_ref(&key)).is_some() {
        let (wanted, line) = (wanted.join(", "), lines.join(", "));
        return judged(rules, &[key], &wanted, &line)
            .map(|(rule, at)| stand.mismatch(Some(name), rule, at));
    }
    let (wanted, line) = (wanted.join(","), lines.join(","));
    let (wanted, line) = (split(&wanted, ','), split(&line, ','));
    let is_media = matches!(name, "content-type" | "accept");
    let fits = |(wanted, seen): (&&str, &&str)| {
        wanted == seen || is_media && wanted.contains('/') && media_fits(wanted, seen)
    };
    let fits = wanted.len() == line.len() && wanted.iter().zip(&line).all(fits);
    (!fits).then(|| stand.mismatch(Some(name), "equality", None))
}

fn values_of(
    stand: &Stand<'_>,
    key: &str,
    wanted: &[String],
    values: &[String],
    rules: &RuleSet,
) -> Vec<Mismatch> {
    let name = Key::Name(key.to_owned());
    let ruled = rules.in_force(std::slice::from_ref(&name)).is_some();
    if !ruled && wanted.len() != values.len() {
        return vec![stand.mismatch(Some(key), "length", None)];
    }
    let mut found = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let Some(example) = wanted.get(index).or(wanted.first()) else {
            continue;
        };
        let keys = [name.clone(), Key::Index(index)];
        found.extend(
            judged(rules, &keys, example, value)
                .map(|(rule, at)| stand.mismatch(Some(key), rule, at)),
        );
    }
    found
}

/// The rule that a text breaks, and where that rule stands.
fn judged(
    rules: &RuleSet,
    keys: &[Key],
    expected: &str,
    actual: &str,
) -> Option<(&'static str, Option<String>)> {
    let Some(force) = rules.in_force(keys) else {
        return (expected != actual).then_some(("equality", None));
    };
    broken(force, expected, actual).map(|rule| (rule, Some(force.rule.pointer.clone())))
}

fn broken(force: Force<'_>, expected: &str, actual: &str) -> Option<&'static str> {
    let (example, value) = (Value::from(expected), Value::from(actual));
    let seen = Seen {
        value: &value,
        number: None,
        habitat: Habitat::Text,
    };
    let failed: Vec<_> = force
        .matchers()
        .filter(|matcher| match matcher {
            Matcher::Equality => expected != actual,
            other => !accepts(other, &example, seen),
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

fn absent(mut mismatch: Mismatch) -> Mismatch {
    mismatch.actual = "absent";
    mismatch
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
            side: "/request",
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
