//! Finding ids of `contract compare`: one for each code of a comparison.

use super::{Rule, Severity};

const fn entry(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    texts: [&'static str; 2],
) -> Rule {
    let [why, fix] = texts;
    Rule {
        id,
        severity,
        title,
        why,
        fix,
    }
}

const fn error(id: &'static str, title: &'static str, texts: [&'static str; 2]) -> Rule {
    entry(id, Severity::Error, title, texts)
}

const fn warning(id: &'static str, title: &'static str, texts: [&'static str; 2]) -> Rule {
    entry(id, Severity::Warning, title, texts)
}

/// What the consumer sends.
const SENT: &str = "a provider that keeps to its document may refuse what the consumer sends";
/// What the consumer reads.
const READ: &str =
    "a provider that keeps to its document never gives the answer that the consumer relies on";
const OPEN: &str = "nothing was judged here, so nothing is proved";

const AGREE_SENT: &str =
    "correct the request of the interaction, or have the provider document what it takes";
const AGREE_READ: &str =
    "correct the response of the interaction, or have the provider document what it answers";

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    error("contract/request-path-or-method-unknown",
        "path and method of a request must be those of a documented operation, and values in the path must fit it",
        [SENT, AGREE_SENT]),
    error("contract/request-authorization-missing",
        "a request must carry what one of the documented security alternatives asks for",
        [SENT, "add the header or query parameter of the security scheme to the request"]),
    warning("contract/request-accept-unknown",
        "an `Accept` header must meet an operation that documents what it answers with",
        [OPEN, "have the provider document its answer's media types, or drop the header"]),
    error("contract/request-accept-incompatible",
        "an `Accept` header must name a media type that the operation answers with",
        [READ, "ask for a documented media type"]),
    warning("contract/request-content-type-unknown",
        "a `Content-Type` header must meet an operation that documents what it takes",
        [OPEN, "have the provider document what it takes, or drop the header"]),
    error("contract/request-content-type-incompatible",
        "the media type of a request must be one that the operation takes",
        [SENT, "send a documented media type"]),
    warning("contract/request-content-type-missing",
        "a request with a body must say its media type when the operation documents some",
        [SENT, "add the `Content-Type` header"]),
    error("contract/request-header-incompatible",
        "a documented request header must fit its schema, and be there when it is required",
        [SENT, AGREE_SENT]),
    warning("contract/request-header-unknown",
        "a request header must be documented, unless HTTP knows it",
        ["a provider that keeps to its document does not look at it", AGREE_SENT]),
    error("contract/request-query-incompatible",
        "a documented query parameter must fit its schema, and be there when it is required",
        [SENT, AGREE_SENT]),
    warning("contract/request-query-unknown",
        "a query parameter must be documented",
        ["a provider that keeps to its document does not look at it", AGREE_SENT]),
    error("contract/request-body-incompatible",
        "the body of a request must fit the documented schema",
        [SENT, AGREE_SENT]),
    warning("contract/request-body-unknown",
        "the body of a request must have a documented schema",
        [OPEN, "have the provider document the body, or drop it"]),
    warning("contract/request-body-unvalidatable",
        "the body of a request must be JSON, a form or multipart to be judged",
        [OPEN, "verify this interaction against the running provider"]),
    error("contract/response-status-unknown",
        "the status that a consumer expects must be documented",
        [READ, AGREE_READ]),
    warning("contract/response-status-default",
        "the status that a consumer expects must be documented by itself, not only as `default`",
        ["`default` promises nothing about this status", "have the provider document the status"]),
    warning("contract/response-content-type-unknown",
        "an expected `Content-Type` must meet an answer that documents its media types",
        [OPEN, "have the provider document its answer's media types, or drop the header"]),
    error("contract/response-content-type-incompatible",
        "the media type that a consumer expects must be one that the operation answers with",
        [READ, AGREE_READ]),
    error("contract/response-header-incompatible",
        "an expected response header must fit its documented schema",
        [READ, AGREE_READ]),
    warning("contract/response-header-undefined",
        "an expected response header that HTTP knows must be documented",
        [OPEN, "have the provider document the header, or drop it from the interaction"]),
    error("contract/response-header-unknown",
        "an expected response header must be documented",
        [READ, AGREE_READ]),
    error("contract/response-body-incompatible",
        "what a consumer reads of a response body must be declared by the documented schema and fit it",
        [READ, AGREE_READ]),
    error("contract/response-body-unknown",
        "the body that a consumer reads must have a documented schema",
        [READ, "have the provider document the body, or drop it from the interaction"]),
    warning("contract/response-body-unvalidatable",
        "the body of a response must be JSON, a form or multipart to be judged",
        [OPEN, "verify this interaction against the running provider"]),
    entry("contract/compare-undecided", Severity::Undecided,
        "every part of an OpenAPI document that an interaction needs must be there and usable",
        [OPEN, "have the provider mend the document at the place named, then compare again"]),
];
