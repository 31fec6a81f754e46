//! What a stub of the provider works with: the call that an interaction shows, the answer to it, which calls fit.
//! Refuses to know sockets, and how a fault comes about.

use super::interaction::{Body, Content, Contract, Edition, Interaction, Query};
use super::matching::{self, Message, Mismatch, Target};
use super::promise::{Fault, FaultKind};
use crate::model::{HttpRequest, HttpResponse};

/// The call that an interaction shows.
///
/// Shape: no query; what a partner is asked for stands in path and body
#[must_use]
pub fn call(interaction: &Interaction) -> HttpRequest {
    let request = &interaction.request;
    HttpRequest {
        method: request.method.to_ascii_uppercase(),
        path: request.path.clone(),
        headers: headers(&request.headers, &request.content),
        body: bytes(&request.content),
    }
}

/// The answer that an interaction shows.
#[must_use]
pub fn answer(interaction: &Interaction) -> HttpResponse {
    let response = &interaction.response;
    HttpResponse {
        status: response.status,
        headers: headers(&response.headers, &response.content),
        body: bytes(&response.content),
    }
}

/// Every difference between a call and the request that an interaction shows.
#[must_use]
pub fn differences(interaction: &Interaction, call: &HttpRequest) -> Vec<Mismatch> {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let target = Target {
        method: &call.method,
        path,
        query: Query::of_text(query, Edition::V4),
    };
    let message = Message {
        headers: &call.headers,
        body: Some(&call.body),
    };
    matching::request(
        &interaction.request,
        &interaction.terms,
        &interaction.pointer,
        &target,
        &message,
    )
}

/// Whether the consumer reads an answer to an interaction.
#[must_use]
pub fn is_read(interaction: &Interaction, answer: &HttpResponse) -> bool {
    let message = Message {
        headers: &answer.headers,
        body: Some(&answer.body),
    };
    let (terms, pointer) = (&interaction.terms, &interaction.pointer);
    matching::response(
        &interaction.response,
        terms,
        pointer,
        answer.status,
        &message,
    )
    .is_empty()
}

/// The interaction that answers a call which the fault of `interaction` does not hit: itself, unless its own answer is
/// the fault; then the first one without a fault that is asked the same.
#[must_use]
pub fn spared<'a>(contract: &'a Contract, interaction: &'a Interaction) -> &'a Interaction {
    let is_the_fault = |fault: &Fault| fault.kind == FaultKind::Status;
    if !interaction.terms.fault.as_ref().is_some_and(is_the_fault) {
        return interaction;
    }
    let asked = call(interaction);
    let mut usual = contract.interactions.iter();
    usual
        .find(|one| one.terms.fault.is_none() && differences(one, &asked).is_empty())
        .unwrap_or(interaction)
}

fn headers(shown: &[(String, Vec<String>)], content: &Content) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = shown
        .iter()
        .map(|(name, values)| (name.clone(), values.join(", ")))
        .collect();
    let typed = headers.iter().any(|(name, _)| name == "content-type");
    if let (false, Some(media)) = (typed, &content.media) {
        headers.push(("content-type".to_owned(), media.clone()));
    }
    headers
}

fn bytes(content: &Content) -> Vec<u8> {
    match &content.body {
        Body::Json(json) => json.value().to_string().into_bytes(),
        Body::Text(text) => text.clone().into_bytes(),
        Body::Form(keys) => super::plan::form_text(keys).into_bytes(),
        Body::Absent | Body::Empty | Body::Unsupported => Vec::new(),
    }
}

impl Fault {
    /// Whether the call with this number is hit; the first call has number 1.
    #[must_use]
    pub fn hits(&self, number: u64) -> bool {
        let from = self.at.max(1);
        let end = self.times.map(|times| from.saturating_add(times));
        number >= from && end.is_none_or(|end| number < end)
    }
}

impl FaultKind {
    /// Whether a call that is hit never comes to the partner.
    #[must_use]
    pub fn never_arrives(self) -> bool {
        matches!(self, Self::Refused | Self::DnsFailure | Self::BlackHole)
    }

    /// Whether a call is hit before it could say anything.
    #[must_use]
    pub fn is_unheard(self) -> bool {
        match self {
            Self::Refused
            | Self::ResetOnAccept
            | Self::TlsUntrusted
            | Self::TlsExpired
            | Self::TlsWrongHost
            | Self::MtlsRefused
            | Self::DnsFailure
            | Self::BlackHole => true,
            Self::Delay
            | Self::Timeout
            | Self::ResetAfterRequest
            | Self::EmptyReply
            | Self::TruncatedBody
            | Self::ResetMidBody
            | Self::StallMidBody
            | Self::Drip
            | Self::Garbage
            | Self::MalformedJson
            | Self::WrongContentType
            | Self::Status
            | Self::TokenExpired
            | Self::PollNeverEnds
            | Self::PollThrottled
            | Self::JobExpired
            | Self::DuplicateRequest
            | Self::CallbackDuplicate
            | Self::CallbackOutOfOrder
            | Self::CallbackEarly
            | Self::CallbackMissing
            | Self::CallbackWrongId
            | Self::SchemaDrift => false,
        }
    }
}
