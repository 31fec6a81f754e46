//! Messages of a contract: what a provider sends of its own accord, and what the consumer reads of it.
//! Refuses to know how a message travels.

use super::generator::Generators;
use super::interaction::Body;
use super::interaction::{Content, Contract, Interaction, Json, Query, Request, Response};
use super::rule::Rules;
use super::states::State;
use super::terms::Terms;
use wire::json::canonical;

/// A message without a request before it and without an answer.
#[derive(Clone, Debug)]
pub struct Event {
    pub content: Content,
    /// What travels beside the contents: an object of the file.
    pub metadata: Option<Json>,
    /// Of the contents (`Part::Body`) and of the metadata.
    pub rules: Rules,
    pub generators: Generators,
    /// Pointer in the contract file of the object that holds `contents` and `metadata`.
    pub pointer: String,
}

/// One message that the consumer expects.
#[derive(Clone, Debug)]
pub struct MessageExpectation {
    pub key: String,
    pub description: String,
    /// New and never passed yet: it does not stop the provider.
    pub pending: bool,
    pub states: Vec<State>,
    pub event: Event,
    /// `contents` names the schema; what is `closed` or `optional` on `Side::Response` speaks of the contents.
    pub terms: Terms,
    /// Pointer in the contract file.
    pub pointer: String,
}

impl Contract {
    /// This contract with every message in the place of an answer: to be proved, not to be sent.
    #[must_use]
    pub fn with_messages_as_answers(&self) -> Self {
        let mut contract = self.clone();
        let answers = contract.messages.drain(..).map(answer);
        contract.interactions.extend(answers);
        contract
    }
}

/// A message as the answer of an operation that its metadata name.
fn answer(message: MessageExpectation) -> Interaction {
    let event = message.event;
    let metadata = event.metadata.as_ref();
    let operation = metadata.map_or_else(String::new, |json| canonical(json.value()));
    let terms = Terms {
        response: message.terms.contents.clone(),
        ..message.terms
    };
    Interaction {
        key: message.key,
        description: message.description,
        pending: message.pending,
        states: message.states,
        request: Request {
            method: "MESSAGE".to_owned(),
            path: operation,
            query: Query::ByKey(Vec::new()),
            headers: Vec::new(),
            content: Content {
                media: None,
                body: Body::Absent,
            },
            rules: Rules::default(),
            generators: Generators::default(),
        },
        response: Response {
            status: 200,
            headers: Vec::new(),
            content: event.content,
            rules: event.rules,
            generators: event.generators,
        },
        terms,
        pointer: message.pointer,
    }
}
