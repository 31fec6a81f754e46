//! The messages of an exchange beside the match: kick-off, status, files, tokens; the same in every dialect.
//! Refuses to know what is done with the answers.

use domain::masked::Masked;
use domain::message::export::ExportUse;
use domain::ports::{Verb, WireRequest};
use serde_json::{Value, json};

/// Where a partner that agreed to tell us reaches us.
///
/// Source: ours; PDex defines asking only
pub(crate) const CALLBACK: &str = "x-callback-url";

/// The wish that an answer may come later, with the place where we can be told.
///
/// Source: RFC 7240; Bulk Data 2.0.0 kick-off request
pub(crate) fn later(mut request: WireRequest, callback: Option<&str>) -> WireRequest {
    request.headers.push(("prefer", "respond-async".to_owned()));
    told(request, callback)
}

/// The place where we can be told.
pub(crate) fn told(mut request: WireRequest, callback: Option<&str>) -> WireRequest {
    let callback = callback.map(|url| (CALLBACK, url.to_owned()));
    request.headers.extend(callback);
    request
}

/// Asks who many members are.
///
/// Source: PDex 2.2.0 `$bulk-member-match`
pub(crate) fn bulk_match(question: &Value, callback: Option<&str>) -> WireRequest {
    let request = WireRequest {
        verb: Verb::Post,
        path: "/Group/$bulk-member-match".to_owned(),
        headers: vec![
            ("content-type", "application/fhir+json".to_owned()),
            ("accept", "application/fhir+json".to_owned()),
        ],
        body: Masked::new(question.to_string().into_bytes()),
    };
    later(request, callback)
}

/// Asks for the data of a list of members.
///
/// Source: PDex 2.2.0 pdex-171, 179: no kinds named means every kind
pub(crate) fn kick_off(list: &str, callback: Option<&str>) -> WireRequest {
    let question = json!({"resourceType": "Parameters", "parameter": [
        {"name": "exportType", "valueCanonical": ExportUse::PayerToPayer.word()},
    ]});
    let request = WireRequest {
        verb: Verb::Post,
        path: format!("{list}/$davinci-data-export"),
        headers: vec![
            ("content-type", "application/fhir+json".to_owned()),
            ("accept", "application/fhir+json".to_owned()),
        ],
        body: Masked::new(question.to_string().into_bytes()),
    };
    later(request, callback)
}

/// Asks how work stands, or for the next page of a list.
pub(crate) fn status(url: &str) -> WireRequest {
    get(url, "application/json, application/fhir+json")
}

/// Asks for everything about a member, or for the next page of it.
pub(crate) fn page(url: &str) -> WireRequest {
    get(url, "application/fhir+json")
}

/// Asks for a file.
pub(crate) fn file(url: &str) -> WireRequest {
    get(url, "application/fhir+ndjson")
}

/// What is told to a token endpoint.
pub(crate) struct TokenForm<'a> {
    /// The assertion by which it knows us.
    pub client: &'a Masked<String>,
    /// The assertion that names a member, when the token is to be about one.
    pub about: Option<&'a Masked<String>>,
    pub scope: &'a str,
    /// What the token is for, when the scope alone does not say it.
    ///
    /// Source: RFC 8707 section 2
    pub resource: Option<&'a str>,
}

/// Asks for an access token.
///
/// Source: RFC 6749 section 4.4; RFC 7523 sections 2.1 and 2.2
pub(crate) fn token(url: &str, told: &TokenForm<'_>) -> WireRequest {
    let grant = match told.about {
        None => "client_credentials",
        Some(_) => "urn:ietf:params:oauth:grant-type:jwt-bearer",
    };
    let mut form = vec![
        ("grant_type", grant),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", told.client.expose()),
        ("scope", told.scope),
    ];
    form.extend(told.resource.map(|resource| ("resource", resource)));
    form.extend(
        told.about
            .map(|about| ("assertion", about.expose().as_str())),
    );
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    WireRequest {
        verb: Verb::Post,
        path: url.to_owned(),
        headers: vec![
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
            ("accept", "application/json".to_owned()),
        ],
        body: Masked::new(pairs.join("&").into_bytes()),
    }
}

fn get(url: &str, accept: &str) -> WireRequest {
    WireRequest {
        verb: Verb::Get,
        path: url.to_owned(),
        headers: vec![("accept", accept.to_owned())],
        body: Masked::new(Vec::new()),
    }
}

/// Source: RFC 3986 section 2.1: all but the unreserved signs
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            if plain {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The list that a match has made, by the link that names it.
///
/// Source: RFC 8288; RFC 6573, relation collection
pub(crate) fn collection(link: &str) -> Option<&str> {
    link.split(',').find_map(|link| {
        let (target, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let mut parameters = rest.split(';').map(str::trim);
        let named = parameters.any(|one| matches!(one, "rel=\"collection\"" | "rel=collection"));
        named.then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_asked_for_with_a_form() {
        let assertion = Masked::new("a.b+c".to_owned());
        let form = TokenForm {
            client: &assertion,
            about: None,
            scope: "x/y z",
            resource: None,
        };
        let request = token("https://contoso.example/token", &form);
        let body = String::from_utf8_lossy(request.body.expose()).into_owned();
        assert!(body.contains("grant_type=client_credentials&"));
        assert!(body.ends_with("client_assertion=a.b%2Bc&scope=x%2Fy%20z"));
    }

    #[test]
    fn the_list_of_a_match_is_found_among_links() {
        for (link, list) in [
            ("</Group/1>; rel=\"collection\"", Some("/Group/1")),
            (
                "</a>; rel=\"next\", </Group/2>; rel=collection",
                Some("/Group/2"),
            ),
            ("</a>; rel=\"self\"", None),
            ("/Group/1; rel=\"collection\"", None),
            ("", None),
        ] {
            assert_eq!(collection(link), list, "{link}");
        }
    }
}
