//! What a rehearsal must send to verify a contract: states and one concrete request an interaction.
//! Refuses to know who sends it and how.

use super::interaction::{Body, Contract, Interaction, Request};
use super::states::State;
use super::terms::Polarity;
use crate::model::HttpRequest;

/// One interaction, ready to be driven.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Path of the contract file.
    pub contract: String,
    /// Who sends the request.
    pub consumer: String,
    /// Key of the interaction.
    pub interaction: String,
    pub polarity: Polarity,
    /// States that the provider must be in before.
    pub states: Vec<State>,
    pub request: HttpRequest,
}

/// Every interaction of a contract, in the order of the file.
#[must_use]
pub fn plan(contract: &Contract) -> Vec<Planned> {
    contract
        .interactions
        .iter()
        .map(|interaction| planned(contract, interaction))
        .collect()
}

fn planned(contract: &Contract, interaction: &Interaction) -> Planned {
    Planned {
        contract: contract.path.clone(),
        consumer: contract.consumer.clone(),
        interaction: interaction.key.clone(),
        polarity: interaction.terms.polarity,
        states: interaction.states.clone(),
        request: request(&interaction.request),
    }
}

/// The request as the example shows it.
fn request(request: &Request) -> HttpRequest {
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, values)| (name.clone(), values.join(", ")))
        .collect();
    let body = match &request.content.body {
        Body::Json(json) => json.value().to_string().into_bytes(),
        Body::Text(text) => text.clone().into_bytes(),
        Body::Absent | Body::Empty | Body::Unsupported => Vec::new(),
    };
    let typed = headers.iter().any(|(name, _)| name == "content-type");
    if let (false, false, Some(media)) = (typed, body.is_empty(), &request.content.media) {
        headers.push(("content-type".to_owned(), media.clone()));
    }
    HttpRequest {
        method: request.method.to_ascii_uppercase(),
        path: format!("{}{}", request.path, query(request)),
        headers,
        body,
    }
}

fn query(request: &Request) -> String {
    let pairs: Vec<String> = request
        .query
        .pairs()
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    if pairs.is_empty() {
        return String::new();
    }
    format!("?{}", pairs.join("&"))
}

/// Source: RFC 3986, section 2.3: everything but unreserved characters is escaped
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
