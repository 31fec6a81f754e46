//! What our own systems and people say in a call: its body, the words of its query, the version that they have seen.
//! Refuses what it does not know, by its place and never by its value.

use super::body::whole;
use super::problem::Refusal;
use super::reply::text;
use crate::data::schema;
use axum::body::Body;
use axum::http::HeaderMap;
use domain::failure::Code;
use std::collections::BTreeMap;
use std::str::FromStr;
use wire::json::{Document, Limits};

/// The words of a query by their names.
pub(super) type Words = BTreeMap<String, String>;

/// What does not fit is at this place.
pub(super) fn unfit(place: impl Into<String>) -> Refusal {
    Refusal {
        code: Code::SchemaInvalid,
        fields: vec![place.into()],
    }
}

/// The body as a document.
pub(super) async fn document(body: Body) -> Result<Document, Refusal> {
    let limits = Limits::MATCH_BODY;
    let bytes = whole(body, limits.bytes).await?;
    Ok(Document::parse(&bytes, &limits).map_err(|fault| schema::of_fault(&fault))?)
}

/// Nothing but this may be asked for.
pub(super) fn only(query: &Words, known: &[&str]) -> Result<(), Refusal> {
    match query.keys().all(|name| known.contains(&name.as_str())) {
        true => Ok(()),
        false => Err(unfit("?*")),
    }
}

/// The word under a name of the query, if it is there and one of its vocabulary.
pub(super) fn word<T: FromStr>(query: &Words, name: &str) -> Result<Option<T>, Refusal> {
    let word = query.get(name).map(|word| word.parse());
    word.transpose().map_err(|_| unfit(format!("?{name}")))
}

/// The version that the caller has seen.
pub(super) fn seen(headers: &HeaderMap) -> Result<i64, Refusal> {
    let tag = text(headers, "if-match").map(|tag| tag.trim_matches('"').parse());
    let seen = tag.and_then(Result::ok);
    seen.ok_or_else(|| unfit("header if-match"))
}
