//! Bodies byte by byte: as text, as the base64 that archives write, or why they are not here.
//! Refuses what is no text after all.

use crate::contract::base64::from_base64;
use serde_json::Value;

/// The text of a body as it travelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    #[default]
    Nothing,
    Text(String),
    /// There was one, and why it is not here.
    Lost(&'static str),
}

impl Kept {
    pub(super) fn of(text: &str) -> Self {
        match text.is_empty() {
            true => Self::Nothing,
            false => Self::Text(text.to_owned()),
        }
    }
}

/// A length that the archive knows: it writes -1 for one that it does not.
pub(super) fn size(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}

/// The text of `{mimeType, text, encoding?, params?}`, which had so many bytes.
///
/// Source: HTTP Archive 1.2, objects `postData` and `content`
pub(super) fn text_of(content: Option<&Value>, size: Option<u64>) -> Kept {
    let content = content.filter(|content| !content.is_null());
    let media = content.and_then(|it| it.get("mimeType")?.as_str());
    if media.is_some_and(|media| media.starts_with("multipart/")) {
        return Kept::Lost("a body of several parts is not kept byte by byte");
    }
    let text = content.and_then(|it| it.get("text")?.as_str());
    let Some(text) = text else {
        let fields = content.and_then(|it| it.get("params")?.as_array());
        // One of a length that nobody knows is empty only where the archive shows that there was none.
        let is_none = size == Some(0) || size.is_none() && content.is_none();
        let is_empty = is_none && fields.is_none_or(Vec::is_empty);
        return match is_empty {
            true => Kept::Nothing,
            false => Kept::Lost("the archive holds no text of the body"),
        };
    };
    let encoding = content.and_then(|it| it.get("encoding")?.as_str());
    let text = match encoding {
        None | Some("") => text.to_owned(),
        // Archives do not write the letters for addresses.
        Some("base64") => match from_base64(text).filter(|_| !text.contains(['-', '_'])) {
            Some(text) => text,
            None => return Kept::Lost("the body is no text"),
        },
        Some(_) => return Kept::Lost("the body is kept in an encoding that is not known"),
    };
    match size.is_some_and(|size| size > text.len() as u64) {
        true => Kept::Lost("the archive holds a part of the body only"),
        false => Kept::of(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_without_text_is_empty_only_where_that_is_told() {
        let bare = json!({ "mimeType": "application/json" });
        let said = json!({ "text": "" });
        for (content, size, is_empty) in [
            (None, None, true),
            (None, Some(0), true),
            (None, Some(7), false),
            (Some(&Value::Null), None, true),
            (Some(&bare), Some(0), true),
            (Some(&bare), None, false),
            (Some(&bare), Some(7), false),
            (Some(&said), None, true),
        ] {
            let text = text_of(content, size);
            assert_eq!(text == Kept::Nothing, is_empty, "{content:?} {size:?}");
            assert_eq!(matches!(text, Kept::Lost(_)), !is_empty);
        }
    }

    #[test]
    fn a_packed_text_is_read_and_nothing_else() {
        // Source: RFC 4648, section 10
        for (packed, text) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmFy", "foobar"),
        ] {
            let content = json!({ "text": packed, "encoding": "base64" });
            assert_eq!(text_of(Some(&content), None), Kept::of(text));
        }
        // No UTF-8, and no base64.
        for packed in ["/w==", "Z-=="] {
            let content = json!({ "text": packed, "encoding": "base64" });
            assert_eq!(
                text_of(Some(&content), None),
                Kept::Lost("the body is no text")
            );
        }
    }
}
