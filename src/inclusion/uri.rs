//! Resolves one URI reference against another.
//! Refuses to fetch anything.

/// The parts of a URI reference without its fragment.
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

/// `reference` resolved against `base`, split into the resource and the fragment behind `#`.
///
/// Source: RFC 3986, section 5.2
pub(super) fn resolve(base: &str, reference: &str) -> (String, String) {
    let (text, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    if text.is_empty() {
        return (base.to_owned(), fragment.to_owned());
    }
    (against(&parts(base), &parts(text)), fragment.to_owned())
}

fn parts(text: &str) -> Parts<'_> {
    let (rest, query) = match text.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (text, None),
    };
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        Some(_) | None => (None, rest),
    };
    let Some(rest) = rest.strip_prefix("//") else {
        return Parts {
            scheme,
            authority: None,
            path: rest,
            query,
        };
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Parts {
        scheme,
        authority: Some(authority),
        path,
        query,
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn against(base: &Parts<'_>, reference: &Parts<'_>) -> String {
    let own = reference.scheme.is_some();
    let scheme = reference.scheme.or(base.scheme);
    let (authority, path, query) = if own || reference.authority.is_some() {
        (
            reference.authority,
            tidy(reference.path, reference.authority.is_some() || own),
            reference.query,
        )
    } else if reference.path.is_empty() {
        let query = reference.query.or(base.query);
        (base.authority, base.path.to_owned(), query)
    } else if reference.path.starts_with('/') {
        (base.authority, tidy(reference.path, true), reference.query)
    } else {
        let folder = base
            .path
            .rfind('/')
            .and_then(|end| base.path.get(..=end))
            .unwrap_or(if base.authority.is_some() { "/" } else { "" });
        let path = tidy(&format!("{folder}{}", reference.path), true);
        (base.authority, path, reference.query)
    };
    let mut text = String::new();
    if let Some(scheme) = scheme {
        text.push_str(scheme);
        text.push(':');
    }
    if let Some(authority) = authority {
        text.push_str("//");
        text.push_str(authority);
    }
    text.push_str(&path);
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    text
}

/// A path without the steps `.` and `..`.
fn tidy(path: &str, hierarchical: bool) -> String {
    if !hierarchical || !path.split('/').any(|step| matches!(step, "." | "..")) {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "." => {}
            ".." => {
                if kept.len() > 1 {
                    kept.pop();
                }
            }
            _ => kept.push(step),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    kept.join("/")
}

/// `text` with its percent escapes read; `None` when they are not UTF-8.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_resolved_as_a_browser_would() {
        let base = "http://a/b/c/d?q";
        for (reference, wanted) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d?y"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
            ("urn:x:y", "urn:x:y"),
            ("", "http://a/b/c/d?q"),
        ] {
            assert_eq!(resolve(base, reference).0, wanted, "{reference}");
        }
        assert_eq!(resolve("", "#/a").1, "/a");
        assert_eq!(resolve("", "other#x"), ("other".into(), "x".into()));
    }

    #[test]
    fn percent_escapes_are_read_or_refused() {
        assert_eq!(unescape("a%20b").as_deref(), Some("a b"));
        assert_eq!(unescape("%zz"), None);
        assert_eq!(unescape("%ff"), None);
    }
}
