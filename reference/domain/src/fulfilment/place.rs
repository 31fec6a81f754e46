//! Addresses that a partner names in its answers: where to ask, where a file lies.
//! Refuses every address that is not the partner's own: a token of ours must not go elsewhere.

use crate::failure::Code;

/// The longest address that is kept, in bytes (ours).
const LONGEST: usize = 2048;

/// The full address that a partner at `base_url` named.
///
/// Errors: it leads elsewhere, or is no address
/// Source: RFC 9110 10.2.2 and 17.3; a redirect by body is one too
pub fn within(base_url: &str, named: &str) -> Result<String, Code> {
    let named = named.trim();
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '#' | '\\' | '<' | '>');
    if named.is_empty() || named.len() > LONGEST || named.contains(odd) {
        return Err(Code::BadResponse);
    }
    let home = origin(base_url).ok_or(Code::BadResponse)?;
    if named.starts_with('/') {
        return if named.starts_with("//") {
            Err(Code::BadResponse)
        } else {
            Ok(format!("{home}{named}"))
        };
    }
    match origin(named) {
        Some(theirs) if theirs.eq_ignore_ascii_case(&home) => Ok(named.to_owned()),
        Some(_) | None => Err(Code::BadResponse),
    }
}

/// Scheme and authority. An authority with a user in it is none: it hides the host from a reader.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?']).next()?;
    let sound = !authority.is_empty() && !authority.contains('@');
    sound.then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://contoso.example:8443/fhir";

    #[test]
    fn an_address_of_the_partner_is_taken_whole_or_from_its_root() {
        for (named, full) in [
            (
                "https://contoso.example:8443/async/j1?page=2",
                "https://contoso.example:8443/async/j1?page=2",
            ),
            ("/async/j1", "https://contoso.example:8443/async/j1"),
            (
                "HTTPS://CONTOSO.example:8443/x",
                "HTTPS://CONTOSO.example:8443/x",
            ),
        ] {
            assert_eq!(within(BASE, named).as_deref(), Ok(full));
        }
    }

    #[test]
    fn an_address_elsewhere_is_refused() {
        for named in [
            "https://elsewhere.example/j1",
            "http://contoso.example:8443/j1",
            "https://contoso.example/j1",
            "https://contoso.example:8443@elsewhere.example/j1",
            "https://user@contoso.example:8443/j1",
            "//elsewhere.example/j1",
            "\\\\elsewhere.example\\j1",
            "file:///etc/passwd",
            "j1",
            "/a b",
            "/a#b",
            "",
        ] {
            assert_eq!(within(BASE, named), Err(Code::BadResponse), "{named}");
        }
        assert!(within(BASE, &format!("/{}", "x".repeat(3000))).is_err());
    }
}
