//! What a partner's token endpoint answers: a token for a bounded time, or a refusal in our own codes.
//! Refuses a token whose end nobody knows, one that lives too long, and one for another right than was asked for.

use super::right::Right;
use chrono::TimeDelta;
use domain::Timestamp;
use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{Failure, WireResponse};
use serde::Deserialize;

/// The longest life of a partner's token that is used.
///
/// Units:  seconds
/// Source: UDAP Security IG, access tokens live at most 60 minutes
const LONGEST_LIFE: i64 = 3600;

/// How long before its end a token is not used any more, so that it does not end on its way; of a short life a fifth.
///
/// Units:  seconds
/// Source: ours
const MARGIN: i64 = 10;

/// The largest answer with a token that is read, in bytes (ours).
pub(super) const LARGEST: usize = 64 * 1024;
/// The longest token, in bytes (ours: what servers take of a header is not much more).
const LONGEST_TOKEN: usize = 16 * 1024;

/// A token, while it may be used.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub text: Masked<String>,
    /// From then on another one is asked for.
    pub until: Timestamp,
    /// The one Patient that it lets us read, when the endpoint says so.
    pub patient: Option<Masked<String>>,
}

/// Source: RFC 6749 section 5.1; SMART App Launch 2.0.0, launch context with the token
#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: String,
    expires_in: i64,
    scope: Option<String>,
    patient: Option<Masked<String>>,
}

/// Source: RFC 6749 section 5.2
#[derive(Deserialize)]
struct Told {
    error: String,
}

/// The token for `right` in the answer to a question of `now`.
///
/// Errors: a refusal, which is permanent unless the endpoint is only not well; an answer that is none
pub(super) fn read(
    answer: &WireResponse,
    right: Right<'_>,
    now: Timestamp,
) -> Result<Token, Failure> {
    let failure = |code| Failure {
        code,
        retry_after: answer.retry_after,
    };
    if answer.status != 200 {
        return Err(failure(refused(answer, right)));
    }
    let bad = failure(Code::BadResponse);
    let given: Given = serde_json::from_slice(answer.body.expose()).map_err(|_| bad)?;
    let token = &given.access_token;
    let sound = (1..=LONGEST_TOKEN).contains(&token.len())
        && token.chars().all(|c| c.is_ascii_graphic())
        && given.token_type.eq_ignore_ascii_case("bearer");
    if !sound || !(1..=LONGEST_LIFE).contains(&given.expires_in) {
        return Err(bad);
    }
    if given.scope.is_some_and(|told| !right.is_granted_by(&told)) {
        return Err(failure(Code::ScopeMissing));
    }
    let used = given
        .expires_in
        .saturating_sub(MARGIN.min(given.expires_in / 5));
    let until = now.checked_add_signed(TimeDelta::seconds(used));
    Ok(Token {
        text: Masked::new(given.access_token),
        until: until.ok_or(bad)?,
        patient: given.patient,
    })
}

/// What a refusal stands for. A word of OAuth says more than the status.
fn refused(answer: &WireResponse, right: Right<'_>) -> Code {
    let told: Option<Told> = serde_json::from_slice(answer.body.expose()).ok();
    let word = told.as_ref().map(|told| told.error.as_str());
    match (answer.status, word) {
        (429, _) => Code::PartnerThrottled,
        (408 | 500.., _) | (_, Some("temporarily_unavailable" | "server_error")) => {
            Code::PartnerUnavailable
        }
        (..400, _) => Code::BadResponse,
        (_, Some("invalid_scope" | "unauthorized_client")) => Code::ScopeMissing,
        (_, Some("invalid_target")) => Code::NotYourResource,
        (_, Some("invalid_grant")) if matches!(right, Right::Member(_)) => Code::NotYourResource,
        (403, _) => Code::ScopeMissing,
        _ => Code::TokenInvalid,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn now() -> Timestamp {
        "2026-10-01T12:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, body: &str) -> WireResponse {
        WireResponse::new(status, Masked::new(body.as_bytes().to_vec()))
    }

    fn code(status: u16, body: &str, right: Right<'_>) -> Code {
        read(&answer(status, body), right, now()).unwrap_err().code
    }

    fn given(change: impl FnOnce(&mut Value)) -> String {
        let mut given = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 300});
        change(&mut given);
        given.to_string()
    }

    #[test]
    fn a_token_is_used_until_shortly_before_its_end() {
        for (life, used) in [(300, 290), (3600, 3590), (50, 40), (10, 8), (1, 1)] {
            let text = given(|given| given["expires_in"] = json!(life));
            let token = read(&answer(200, &text), Right::Match, now()).unwrap();
            assert_eq!(token.until - now(), TimeDelta::seconds(used), "{life}");
        }
    }

    #[test]
    fn only_a_bearer_token_of_a_bounded_life_is_used() {
        let wrong: [(&str, Value); 9] = [
            ("expires_in", json!(3601)),
            ("expires_in", json!(0)),
            ("expires_in", json!(-1)),
            ("expires_in", json!("300")),
            ("expires_in", Value::Null),
            ("token_type", json!("mac")),
            ("access_token", json!("a\nb")),
            ("access_token", json!("")),
            ("access_token", json!("x".repeat(LONGEST_TOKEN + 1))),
        ];
        for (name, value) in wrong {
            let text = given(|given| given[name] = value.clone());
            assert_eq!(code(200, &text, Right::Match), Code::BadResponse, "{name}");
        }
        let endless = r#"{"access_token": "t", "token_type": "bearer"}"#;
        let twice =
            r#"{"access_token":"a","access_token":"b","token_type":"bearer","expires_in":9}"#;
        let deep = "[".repeat(5000);
        for text in [endless, twice, &deep, "", "<html></html>", "null"] {
            assert_eq!(code(200, text, Right::Match), Code::BadResponse);
        }
        let other = given(|given| given["scope"] = json!("openid"));
        assert_eq!(code(200, &other, Right::Match), Code::ScopeMissing);
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        let name = Masked::new("m-1".to_owned());
        let (ours, member) = (Right::Match, Right::Member(&name));
        for (status, word, right, wanted) in [
            (400, "", ours, Code::TokenInvalid),
            (401, "invalid_client", ours, Code::TokenInvalid),
            (400, "invalid_grant", ours, Code::TokenInvalid),
            (400, "invalid_grant", member, Code::NotYourResource),
            (400, "invalid_scope", ours, Code::ScopeMissing),
            (400, "unauthorized_client", ours, Code::ScopeMissing),
            (403, "", ours, Code::ScopeMissing),
            (
                400,
                "invalid_target",
                Right::List("x"),
                Code::NotYourResource,
            ),
            (
                400,
                "temporarily_unavailable",
                ours,
                Code::PartnerUnavailable,
            ),
            (408, "", ours, Code::PartnerUnavailable),
            (429, "", ours, Code::PartnerThrottled),
            (500, "invalid_scope", ours, Code::PartnerUnavailable),
            (503, "", ours, Code::PartnerUnavailable),
            (599, "", ours, Code::PartnerUnavailable),
            (201, "", ours, Code::BadResponse),
            (302, "", ours, Code::BadResponse),
        ] {
            let text = json!({"error": word}).to_string();
            assert_eq!(code(status, &text, right), wanted, "{status} {word}");
            if word.is_empty() {
                assert_eq!(code(status, "<html></html>", right), wanted, "{status}");
            }
        }
    }
}
