//! The codes of a comparison: what may be said of an interaction and an OpenAPI document, and how heavy it weighs.
//! Refuses to know when a code applies.
//!
//! Source: CONTRACTS.md 5.7; the codes are those of openapi-pact-comparator

/// How heavy a result weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Error,
    Warning,
}

/// One code with its finding id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    pub word: &'static str,
    /// `contract/` and the word with `-` for `.`.
    pub rule: &'static str,
    pub weight: Weight,
}

/// A reference that leads nowhere, or a schema that cannot be used: what it would have judged is open.
pub const UNDECIDED: &str = "contract/compare-undecided";

const fn error(word: &'static str, rule: &'static str) -> Code {
    Code {
        word,
        rule,
        weight: Weight::Error,
    }
}

const fn warning(word: &'static str, rule: &'static str) -> Code {
    Code {
        word,
        rule,
        weight: Weight::Warning,
    }
}

macro_rules! codes {
    ($($name:ident = $weight:ident($word:literal, $rule:literal);)*) => {
        impl Code {
            $(pub const $name: Self = $weight($word, $rule);)*

            /// Every code, requests first.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

codes! {
    PATH = error("request.path-or-method.unknown", "contract/request-path-or-method-unknown");
    AUTHORIZATION = error("request.authorization.missing", "contract/request-authorization-missing");
    ACCEPT_UNKNOWN = warning("request.accept.unknown", "contract/request-accept-unknown");
    ACCEPT = error("request.accept.incompatible", "contract/request-accept-incompatible");
    SENT_TYPE_UNKNOWN = warning("request.content-type.unknown", "contract/request-content-type-unknown");
    SENT_TYPE = error("request.content-type.incompatible", "contract/request-content-type-incompatible");
    SENT_TYPE_MISSING = warning("request.content-type.missing", "contract/request-content-type-missing");
    SENT_HEADER = error("request.header.incompatible", "contract/request-header-incompatible");
    SENT_HEADER_UNKNOWN = warning("request.header.unknown", "contract/request-header-unknown");
    QUERY = error("request.query.incompatible", "contract/request-query-incompatible");
    QUERY_UNKNOWN = warning("request.query.unknown", "contract/request-query-unknown");
    SENT_BODY = error("request.body.incompatible", "contract/request-body-incompatible");
    SENT_BODY_UNKNOWN = warning("request.body.unknown", "contract/request-body-unknown");
    SENT_BODY_UNVALIDATABLE = warning("request.body.unvalidatable", "contract/request-body-unvalidatable");
    STATUS_UNKNOWN = error("response.status.unknown", "contract/response-status-unknown");
    STATUS_DEFAULT = warning("response.status.default", "contract/response-status-default");
    READ_TYPE_UNKNOWN = warning("response.content-type.unknown", "contract/response-content-type-unknown");
    READ_TYPE = error("response.content-type.incompatible", "contract/response-content-type-incompatible");
    READ_HEADER = error("response.header.incompatible", "contract/response-header-incompatible");
    READ_HEADER_UNDEFINED = warning("response.header.undefined", "contract/response-header-undefined");
    READ_HEADER_UNKNOWN = error("response.header.unknown", "contract/response-header-unknown");
    READ_BODY = error("response.body.incompatible", "contract/response-body-incompatible");
    READ_BODY_UNKNOWN = error("response.body.unknown", "contract/response-body-unknown");
    READ_BODY_UNVALIDATABLE = warning("response.body.unvalidatable", "contract/response-body-unvalidatable");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_id_is_its_code_with_hyphens() {
        for code in Code::ALL {
            assert_eq!(
                code.rule,
                format!("contract/{}", code.word.replace('.', "-"))
            );
        }
    }
}
