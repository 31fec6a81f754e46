//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// One segment as it stands in a pointer.
#[must_use]
pub fn pointer_escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The segments of a pointer, unescaped; `None` when it is not a pointer.
///
/// Source: RFC 6901, sections 3 and 4
#[must_use]
pub fn pointer_segments(pointer: &str) -> Option<Vec<Cow<'_, str>>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    pointer
        .strip_prefix('/')?
        .split('/')
        .map(unescape)
        .collect()
}

fn unescape(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('~') {
        return Some(Cow::Borrowed(segment));
    }
    let plain = segment.replace("~0", "").replace("~1", "");
    (!plain.contains('~')).then(|| Cow::Owned(segment.replace("~1", "/").replace("~0", "~")))
}

/// The array index that a segment names.
pub(super) fn index(segment: &str) -> Option<usize> {
    let digits = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let plain = segment == "0" || !segment.starts_with('0');
    if digits && plain {
        segment.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn escaping_and_splitting_undo_each_other() {
        for segment in ["", "a", "a/b", "m~n", "~1", "~0", "/~/"] {
            let pointer = format!("/x/{}", pointer_escape(segment));
            assert_eq!(pointer_segments(&pointer).unwrap(), ["x", segment]);
        }
    }

    #[test]
    fn what_is_not_a_pointer_has_no_segments() {
        for text in ["a", "a/b", "/~", "/~2", "/a~"] {
            assert_eq!(pointer_segments(text), None, "{text}");
        }
        assert_eq!(pointer_segments("").unwrap().len(), 0);
    }

    #[test]
    fn an_index_has_no_leading_zero_and_no_sign() {
        assert_eq!(index("0"), Some(0));
        assert_eq!(index("10"), Some(10));
        for text in ["", "-", "01", "+1", "1.0", "99999999999999999999999"] {
            assert_eq!(index(text), None, "{text}");
        }
    }
}
