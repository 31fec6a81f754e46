//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// One segment as it stands in a pointer.
#[must_use]
pub fn pointer_escape(segment: &str) -> String {
    if segment.contains(['~', '/']) {
        segment.replace('~', "~0").replace('/', "~1")
    } else {
        segment.to_owned()
    }
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

/// The position in an array that a segment stands for.
///
/// Source: RFC 6901, section 4
pub(crate) fn pointer_index(segment: &str) -> Option<usize> {
    let is_plain = segment == "0" || !segment.starts_with(['0', '+']);
    segment.parse().ok().filter(|_| is_plain)
}

/// The name that a segment stands for, whatever its escapes.
pub(crate) fn pointer_name(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        segment.replace("~1", "/").replace("~0", "~").into()
    } else {
        segment.into()
    }
}

fn unescape(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('~') {
        return Some(Cow::Borrowed(segment));
    }
    let plain = segment.replace("~0", "").replace("~1", "");
    (!plain.contains('~')).then(|| Cow::Owned(segment.replace("~1", "/").replace("~0", "~")))
}

/// The pointer with `*` for positions in arrays: they differ from payload to payload, the place is the same.
#[must_use]
pub fn pointer_starred(pointer: &str) -> String {
    let is_index =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let starred = |segment| if is_index(segment) { "*" } else { segment };
    let segments: Vec<&str> = pointer.split('/').map(starred).collect();
    segments.join("/")
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
}
