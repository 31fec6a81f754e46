//! What a partner's answer says about work that it took on: it goes on, it is done, it is lost, or only the question failed.
//! Refuses to keep any of its text: a share of the work and a wait are all that is read.

use crate::failure::Code;
use crate::ports::WireResponse;
use serde_json::Value;
use std::time::Duration;
use wire::json::{Document, Limits};

/// How work at a partner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Working {
        /// Share that is done, when the partner tells a number.
        percent: Option<u8>,
        wait: Option<Duration>,
    },
    /// Only the question failed; the work may go on.
    AskLater { code: Code, wait: Option<Duration> },
    /// It is done: the answer is in the body.
    Done,
    /// The partner does not know the work, or not any more.
    Lost,
    /// The work failed; the body may say why.
    Failed,
}

/// How the work stands by this answer.
///
/// Source: Bulk Data 2.0.0, status request; FHIR R4 asynchronous pattern
#[must_use]
pub fn progress(answer: &WireResponse) -> Progress {
    let wait = answer.retry_after;
    let later = |code| Progress::AskLater { code, wait };
    match answer.status {
        200 => Progress::Done,
        202 => Progress::Working {
            percent: answer.header("x-progress").and_then(percent),
            wait,
        },
        429 => later(Code::PartnerThrottled),
        502..=504 => later(Code::PartnerUnavailable),
        404 | 410 => Progress::Lost,
        _ if is_transient(answer.body.expose()) => later(Code::PartnerUnavailable),
        _ => Progress::Failed,
    }
}

/// A number of hundredths; other words about progress are passed over.
fn percent(text: &str) -> Option<u8> {
    let number = text.trim().strip_suffix('%')?.trim_end();
    number.parse().ok().filter(|share| *share <= 100)
}

/// Source: Bulk Data 2.0.0, error status: issue code transient
fn is_transient(body: &[u8]) -> bool {
    let Ok(document) = Document::parse(body, &Limits::MATCH_BODY) else {
        return false;
    };
    let issues = document.value().get("issue").and_then(Value::as_array);
    let mut issues = issues.into_iter().flatten();
    issues.any(|issue| issue.get("code").is_some_and(|code| code == "transient"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masked::Masked;

    fn answer(status: u16, progress: Option<&str>, body: &str) -> WireResponse {
        let mut answer = WireResponse::new(status, Masked::new(body.as_bytes().to_vec()));
        answer.retry_after = Some(Duration::from_secs(7));
        if let Some(text) = progress {
            answer.headers.insert("x-progress", text.to_owned());
        }
        answer
    }

    #[test]
    fn every_status_has_its_meaning() {
        let wait = Some(Duration::from_secs(7));
        let working = |percent| Progress::Working { percent, wait };
        let later = |code| Progress::AskLater { code, wait };
        let transient = r#"{"resourceType":"OperationOutcome","issue":[{"code":"transient"}]}"#;
        for (given, told) in [
            (answer(200, None, "{}"), Progress::Done),
            (answer(202, Some("37%"), ""), working(Some(37))),
            (answer(202, Some("101%"), ""), working(None)),
            (answer(202, Some("nearly done"), ""), working(None)),
            (answer(429, None, ""), later(Code::PartnerThrottled)),
            (answer(503, None, ""), later(Code::PartnerUnavailable)),
            (
                answer(500, None, transient),
                later(Code::PartnerUnavailable),
            ),
            (
                answer(400, None, transient),
                later(Code::PartnerUnavailable),
            ),
            (answer(500, None, "<html>"), Progress::Failed),
            (answer(422, None, "{}"), Progress::Failed),
            (answer(404, None, ""), Progress::Lost),
            (answer(410, None, transient), Progress::Lost),
        ] {
            assert_eq!(progress(&given), told, "{}", given.status);
        }
    }
}
