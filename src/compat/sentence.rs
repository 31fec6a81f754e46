//! Sentences about a change, from names that stand in the schemas.
//! Refuses to contain a value.

use super::families::Says;
use crate::inclusion::pointer;

/// What a sentence is about.
pub(super) struct About<'a> {
    /// Where the changed schema was written.
    pub(super) pointer: &'a str,
    pub(super) keyword: &'a str,
    pub(super) name: Option<&'a str>,
}

/// The sentence for an edit that narrows or widens.
pub(super) fn sentence(says: Says, narrows: bool, about: &About<'_>) -> String {
    let pattern = if narrows { says.narrows } else { says.widens };
    let place = place(about.pointer);
    let inside = place
        .as_ref()
        .map_or_else(String::new, |place| format!(" in {place}"));
    pattern
        .replace("{name}", &quoted(about.name.unwrap_or_default()))
        .replace("{in}", &inside)
        .replace(
            "{place}",
            &place.unwrap_or_else(|| "the document".to_owned()),
        )
        .replace("{keyword}", &quoted(about.keyword))
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// The innermost member, item or bundled version on the way to `at`; `None` for the whole document.
fn place(at: &str) -> Option<String> {
    let mut found: Option<String> = None;
    let mut steps = pointer::split(at).into_iter();
    while let Some(step) = steps.next() {
        match step.as_str() {
            "properties" | "patternProperties" => found = steps.next().map(|name| quoted(&name)),
            "$defs" | "definitions" => {
                found = steps.next().filter(|name| name.contains('@')).or(found);
            }
            "items" | "prefixItems" | "additionalItems" | "contains" => {
                let list = found.take().filter(|list| !list.starts_with("an item"));
                found = Some(
                    list.map_or_else(|| "an item".to_owned(), |list| format!("an item of {list}")),
                );
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_its_innermost_name() {
        for (pointer, wanted) in [
            ("", None),
            ("/allOf/0", None),
            ("/properties/a/properties/b", Some("`b`")),
            ("/properties/a/items", Some("an item of `a`")),
            ("/$defs/hrex-coverage@2.0.0", Some("hrex-coverage@2.0.0")),
            (
                "/$defs/hrex-coverage@2.0.0/properties/payor",
                Some("`payor`"),
            ),
        ] {
            assert_eq!(place(pointer).as_deref(), wanted, "{pointer}");
        }
    }
}
