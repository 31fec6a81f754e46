//! What is served here, for whoever asks: no token is needed to learn how to ask.
//! Refuses to say the same twice: who has it already is told that nothing has changed.

use super::{Turned, refuse};
use crate::data::capability::statement;
use crate::http::Shared;
use crate::http::outcome::FHIR;
use crate::http::reply::{context, reply, text, with_header, write};
use crate::store::Kept;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::masked::Masked;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tracing::Span;

pub(super) const PATH: &str = "/metadata";

pub(super) async fn metadata(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let kept = match statement(&shared.plane, &shared.base).await {
        Ok(statement) => fresh(reply(200, FHIR, &statement), &headers),
        Err(error) => {
            tracing::error!(cause = %error, "the store failed");
            refuse(&Turned::from(error.code()), &Span::none())
        }
    };
    write(kept, &context)
}

/// The answer with its tag, or that the caller has it.
fn fresh(answer: Kept, headers: &HeaderMap) -> Kept {
    let digest = Sha256::digest(answer.body.expose());
    let tag: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{tag}\"");
    let answer = match text(headers, "if-none-match") {
        Some(known) if is_known(known, &tag) => Kept {
            status: 304,
            headers: Vec::new(),
            body: Masked::new(Vec::new()),
        },
        Some(_) | None => answer,
    };
    with_header(answer, "etag", tag)
}

/// Source: RFC 9110 section 13.1.2, weak comparison
fn is_known(known: &str, tag: &str) -> bool {
    let mut tags = known.split(',').map(str::trim);
    tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn a_tag_is_known_by_itself_weakly_in_a_list_or_by_a_star() {
        for known in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(is_known(known, "\"a\""), "{known}");
        }
        for other in ["", "a", "\"b\"", "\"ab\""] {
            assert!(!is_known(other, "\"a\""), "{other}");
        }
    }
}
