//! References and addresses of the net: types stay, everything that names something gets a pseudonym.
//! Refuses to look up what an address leads to.

use super::key::Key;
use super::pseudonym::{pseudonym, token};
use super::vocabulary::is_type;

const SCHEMES: &[&str] = &["http", "https", "ftp", "ldap"];
/// Parts of a path that name nothing.
const PARTS: &[&str] = &["_history", "fhir", "metadata"];
/// Ports that are no one's own.
const PORTS: &[&str] = &["80", "443", "8080", "8443"];
/// Longest text whose parts are looked at.
const LONGEST: usize = 2_048;
/// A domain that nobody can own.
///
/// Source: RFC 2606, section 2
const DOMAIN: &str = "example";

/// Whether `text` is an address or names something by a scheme.
pub(super) fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with("urn:")
}

/// `text` with a pseudonym for each part that is none of a reference's own words.
pub(super) fn renamed(key: &Key, text: &str) -> String {
    if text.len() > LONGEST {
        return token(key, text);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return absolute(key, scheme, rest);
    }
    if let Some(rest) = text.strip_prefix("urn:") {
        let kept = |part: &str| matches!(part, "uuid" | "oid");
        let parts = rest.split(':').map(|part| match kept(part) {
            true => part.to_owned(),
            false => pseudonym(key, part),
        });
        return format!("urn:{}", parts.collect::<Vec<_>>().join(":"));
    }
    path(key, text)
}

fn absolute(key: &Key, scheme: &str, rest: &str) -> String {
    let scheme = match SCHEMES.contains(&scheme) {
        true => scheme.to_owned(),
        false => token(key, scheme),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if PORTS.contains(&port) => (host, format!(":{port}")),
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => (host, String::new()),
        _ => (host, String::new()),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    let host = match host.bytes().all(is_plain) {
        true => pseudonym(key, host),
        false => token(key, host),
    };
    format!("{scheme}://{host}.{DOMAIN}{port}{}", path(key, rest))
}

/// Part by part; what stands between them stays.
fn path(key: &Key, text: &str) -> String {
    let mut made = String::new();
    for piece in text.split_inclusive(['/', '?', '#', '&', '=', '|']) {
        let is_mark = |c: char| matches!(c, '/' | '?' | '#' | '&' | '=' | '|');
        let part = piece.trim_end_matches(is_mark);
        let mark = piece.strip_prefix(part).unwrap_or_default();
        let part = match is_type(part) || PARTS.contains(&part) {
            true => part.to_owned(),
            false => pseudonym(key, part),
        };
        made.push_str(&part);
        made.push_str(mark);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_keeps_its_type_and_meets_the_id_that_it_means() {
        let key = Key::of_byte(9);
        let id = pseudonym(&key, "p16");
        assert_eq!(renamed(&key, "Patient/p16"), format!("Patient/{id}"));
        assert_eq!(renamed(&key, "#p16"), format!("#{id}"));
        let made = renamed(
            &key,
            "https://plan.invented:8443/fhir/Patient/p16/_history/2",
        );
        assert!(
            made.contains(&format!(".example:8443/fhir/Patient/{id}/_history/")),
            "{made}"
        );
        assert!(
            !made.contains("plan") && !made.contains("invented"),
            "{made}"
        );
        let uuid = "c64672f8-f367-531f-aa2e-e1111c9a0371";
        let made = renamed(&key, &format!("urn:uuid:{uuid}"));
        assert_eq!(made, format!("urn:uuid:{}", pseudonym(&key, uuid)));
        let made = renamed(&key, "somebody://u:p@h/x");
        assert!(
            !made.contains("somebody") && !made.contains("u:p"),
            "{made}"
        );
    }
}
