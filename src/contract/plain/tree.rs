//! JSON to be written: parts of a document as they stand in it, and parts that are new.
//! Refuses to change a number's text or the order of members.

use crate::contract::path::below;
use serde_json::Value;
use wire::json::Document;

/// A value to be written.
#[derive(Clone, Debug)]
pub enum Tree {
    /// What stands at a pointer of a document, unchanged.
    Kept(Document, String),
    New(Value),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    pub fn text(text: impl Into<String>) -> Self {
        Self::New(Value::String(text.into()))
    }

    /// The tree as a file of ours is formatted: two blanks a level, members in their order, a line feed at the end.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Kept(document, pointer) => {
                let value = document.value().pointer(pointer);
                let number = |pointer: &str| document.number_text(pointer).map(str::to_owned);
                write(value.unwrap_or(&Value::Null), pointer, &number, out, depth);
            }
            Self::New(value) => write(value, "", &|_| None, out, depth),
            Self::List(items) => {
                let items = items.iter().map(|item| (None, item));
                group(out, depth, ['[', ']'], items, |item, out, depth| {
                    item.write(out, depth);
                });
            }
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, member)| (Some(key.as_str()), member));
                group(out, depth, ['{', '}'], members, |member, out, depth| {
                    member.write(out, depth);
                });
            }
        }
    }
}

/// The text of the number at a pointer, where it is known.
type Number<'n> = &'n dyn Fn(&str) -> Option<String>;

fn write(value: &Value, pointer: &str, number: Number<'_>, out: &mut String, depth: usize) {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, member)| (Some(key.as_str()), (key, member)));
            group(
                out,
                depth,
                ['{', '}'],
                members,
                |(key, member), out, depth| {
                    write(member, &below(pointer, key), number, out, depth);
                },
            );
        }
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|item| (None, item));
            group(
                out,
                depth,
                ['[', ']'],
                items,
                |(index, item), out, depth| {
                    write(item, &format!("{pointer}/{index}"), number, out, depth);
                },
            );
        }
        Value::Number(known) => {
            out.push_str(&number(pointer).unwrap_or_else(|| known.to_string()));
        }
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

/// Members or items, one a line; none of them on no line of their own.
fn group<'k, T>(
    out: &mut String,
    depth: usize,
    [open, close]: [char; 2],
    parts: impl Iterator<Item = (Option<&'k str>, T)>,
    mut one: impl FnMut(T, &mut String, usize),
) {
    out.push(open);
    let mut any = false;
    for (key, part) in parts {
        out.push_str(if any { ",\n" } else { "\n" });
        any = true;
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            out.push_str(&Value::from(key).to_string());
            out.push_str(": ");
        }
        one(part, out, depth + 1);
    }
    if any {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wire::json::Limits;

    #[test]
    fn what_is_kept_keeps_its_numbers_and_its_order() {
        let text =
            "{\"b\": 1.50, \"a\": [1e3, 9007199254740993, {}], \"c\": [], \"\u{e9}/~\": -0.0}";
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        let kept = Tree::Kept(document, String::new()).pretty();
        let expected = "{\n  \"b\": 1.50,\n  \"a\": [\n    1e3,\n    9007199254740993,\n    {}\n  ],\n  \
                        \"c\": [],\n  \"\u{e9}/~\": -0.0\n}\n";
        assert_eq!(kept, expected);
    }
}
