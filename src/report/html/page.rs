//! The shell of a page: one file that loads nothing, runs nothing, and says so to the browser.
//! Refuses to know what stands on it.

use crate::model::digest;
use crate::report::hygiene::clean;
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// The whole page. `title` is text; `header`, `main` and `footer` are markup of ours.
pub(super) fn page(title: &str, header: &str, main: &str, footer: &str) -> String {
    styled(title, "", header, main, footer)
}

/// The same with rules of style behind our own. `more` holds no `<`.
pub(super) fn styled(title: &str, more: &str, header: &str, main: &str, footer: &str) -> String {
    let style = format!("{STYLE}{more}");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
         <header>\n{header}</header>\n<main id=\"main\">\n{main}</main>\n<footer>\n{footer}</footer>\n</body>\n</html>\n",
        hash(&style),
        escape(title)
    )
}

/// `text` as text of a page: no markup, no character that steers the reader.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

/// `text` with its backticks turned into code.
pub(super) fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escape(text);
    }
    let piece = |(index, piece): (usize, &&str)| match index % 2 {
        1 => code(piece),
        _ => escape(piece),
    };
    pieces.iter().enumerate().map(piece).collect()
}

pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// A path or a rule, which may be broken behind its slashes and nowhere else.
pub(super) fn path(text: &str) -> String {
    format!("<code>{}</code>", escape(text).replace('/', "/<wbr>"))
}

/// Labels with their text, which is markup of ours.
pub(super) fn list(rows: &[(&str, String)]) -> String {
    let mut out = "<dl>\n".to_owned();
    for (label, text) in rows {
        let _ = writeln!(out, "<dt>{}</dt><dd>{text}</dd>", escape(label));
    }
    out.push_str("</dl>\n");
    out
}

/// A part of a page with its heading; `body` is markup of ours.
pub(super) fn section(id: &str, title: &str, body: &str) -> String {
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{body}</section>\n")
}

/// What a result does not prove, where there is such a thing.
pub(super) fn limits(limits: &[String]) -> String {
    if limits.is_empty() {
        return String::new();
    }
    let mut body = "<ul>\n".to_owned();
    for limit in limits {
        let _ = writeln!(body, "<li>{}</li>", prose(limit));
    }
    body.push_str("</ul>\n");
    section("limits", "What this does not prove", &body)
}

/// The SHA-256 of `text` as a content security policy writes it.
fn hash(text: &str) -> String {
    let digest = digest(text.as_bytes());
    let hex = digest.rsplit(':').next().unwrap_or_default().as_bytes();
    let nibble = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or_default();
    let bits: Vec<u32> = hex.iter().map(nibble).collect();
    // Three digits of four bits are two of six.
    let pairs = bits.chunks(3).flat_map(|three| {
        let at = |index: usize| three.get(index).copied().unwrap_or_default();
        let twelve = at(0) << 8 | at(1) << 4 | at(2);
        [twelve >> 6, twelve & 63]
    });
    let mut text: String = pairs.map(letter).collect();
    // 64 digits are 256 bits: 43 letters, and one that fills up.
    text.truncate(43);
    text.push('=');
    text
}

/// Source: RFC 4648, section 4
fn letter(six: u32) -> char {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let index = usize::try_from(six).unwrap_or_default();
    LETTERS.get(index).map_or('=', |byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_as_browsers_read_it() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn names_of_others_make_no_markup() {
        assert_eq!(
            prose("<b> & `a\"<i>` \u{202e}x"),
            "&lt;b&gt; &amp; <code>a&quot;&lt;i&gt;</code> \u{fffd}x"
        );
        assert_eq!(prose("one ` alone"), "one ` alone");
    }
}
