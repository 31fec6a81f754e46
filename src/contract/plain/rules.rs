//! The flat rules of edition 2 as rules by category.
//! Refuses to judge them: what is no rule is carried over as it stands, and the reader rejects it there.

use super::tree::Tree;
use crate::contract::path::{Grammar, Path, Step, below};
use serde_json::Value;
use wire::json::Document;

/// Rules of one path, before they are joined.
struct Group {
    category: &'static str,
    /// Nothing where the category holds its rules directly.
    path: Option<String>,
    matchers: Vec<Tree>,
}

/// `{"$.body.a": {matcher}}` at `pointer`, as `{"body": {"$.a": {"combine", "matchers"}}}`.
pub fn by_category(document: &Document, pointer: &str) -> Tree {
    let kept = Tree::Kept(document.clone(), pointer.to_owned());
    let Some(Value::Object(members)) = document.value().pointer(pointer) else {
        return kept;
    };
    let mut groups: Vec<Group> = Vec::new();
    for (key, value) in members {
        let (category, path) = place(key);
        let matcher = matcher(document, &below(pointer, key), value);
        let same = |group: &&mut Group| group.category == category && group.path == path;
        match groups.iter_mut().find(same) {
            Some(group) => group.matchers.push(matcher),
            None => groups.push(Group {
                category,
                path,
                matchers: vec![matcher],
            }),
        }
    }
    let mut categories: Vec<(String, Tree)> = Vec::new();
    for group in groups {
        let list = Tree::Object(vec![
            ("combine".to_owned(), Tree::text("AND")),
            ("matchers".to_owned(), Tree::List(group.matchers)),
        ]);
        let Some(path) = group.path else {
            categories.push((group.category.to_owned(), list));
            continue;
        };
        let known = categories
            .iter_mut()
            .find(|(name, _)| name == group.category);
        match known {
            Some((_, Tree::Object(paths))) => paths.push((path, list)),
            _ => categories.push((group.category.to_owned(), Tree::Object(vec![(path, list)]))),
        }
    }
    Tree::Object(categories)
}

/// The category of a flat path, and what is left of the path in it.
fn place(key: &str) -> (&'static str, Option<String>) {
    let steps = Path::parse(key, Grammar::Plain).map(|path| path.steps);
    let Some((Step::Name(part), rest)) = steps.as_deref().and_then(<[Step]>::split_first) else {
        return ("body", Some(key.to_owned()));
    };
    let path = Path {
        steps: rest.to_vec(),
    };
    match part.as_str() {
        "body" => ("body", Some(written(key, &path))),
        "header" | "headers" => ("header", Some(name(&path))),
        "query" => ("query", Some(name(&path))),
        "path" => ("path", None),
        _ => ("body", Some(key.to_owned())),
    }
}

/// The path in the consumer's own spelling, where only the first step goes.
fn written(key: &str, path: &Path) -> String {
    match key
        .strip_prefix("$.body")
        .or_else(|| key.strip_prefix("$['body']"))
    {
        Some(rest) => format!("${rest}"),
        None => path.to_string(),
    }
}

/// Headers and queries are named, not pointed at.
fn name(path: &Path) -> String {
    match path.steps.as_slice() {
        [Step::Name(name)] if !name.starts_with('$') => name.clone(),
        _ => path.to_string(),
    }
}

/// A matcher with its name: the second edition left it out beside a bound or an expression.
fn matcher(document: &Document, pointer: &str, value: &Value) -> Tree {
    let Value::Object(members) = value else {
        return Tree::Kept(document.clone(), pointer.to_owned());
    };
    let word = match members.get("match").and_then(Value::as_str) {
        Some("min" | "max") => Some("type"),
        None if members.contains_key("match") => None,
        None if members.contains_key("min") || members.contains_key("max") => Some("type"),
        None if members.contains_key("regex") => Some("regex"),
        _ => None,
    };
    let mut written: Vec<(String, Tree)> = Vec::new();
    written.extend(word.map(|word| ("match".to_owned(), Tree::text(word))));
    for key in members
        .keys()
        .filter(|key| word.is_none() || *key != "match")
    {
        let kept = Tree::Kept(document.clone(), below(pointer, key));
        written.push((key.clone(), kept));
    }
    Tree::Object(written)
}
