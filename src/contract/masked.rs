//! Pointers that may be shown: keys that no schema declares are data, and are masked.
//! Refuses to know what stands at a pointer.

use std::collections::BTreeSet;

/// `pointer` with every segment masked that is neither an index nor declared nor masked already.
#[must_use]
pub fn masked(pointer: &str, declared: &BTreeSet<String>) -> String {
    let mut number = 0;
    pointer
        .split('/')
        .skip(1)
        .map(|segment| {
            let plain = segment.replace("~1", "/").replace("~0", "~");
            let index = segment.bytes().all(|byte| byte.is_ascii_digit());
            if index || is_mark(segment) || declared.contains(&plain) {
                return format!("/{segment}");
            }
            number += 1;
            format!("/{{key#{number}}}")
        })
        .collect()
}

/// Whether a segment is what a key was masked as, not a key that looks so.
fn is_mark(segment: &str) -> bool {
    let inner = segment.strip_prefix("{key#");
    let number = inner.and_then(|inner| inner.strip_suffix('}'));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_names_and_indexes_are_shown() {
        let declared = BTreeSet::from(["name".to_owned(), "a/b".to_owned()]);
        assert_eq!(
            masked("/name/0/canary/a~1b/{key#3}/other", &declared),
            "/name/0/{key#1}/a~1b/{key#3}/{key#2}"
        );
        assert_eq!(masked("/{key#canary 1}", &declared), "/{key#1}");
        assert_eq!(masked("", &declared), "");
    }
}
