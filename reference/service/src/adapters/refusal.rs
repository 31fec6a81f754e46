//! What a partner's refusal means in our own codes: by the rules of its dialect, our bound words, the rules of all.
//! Refuses to keep any of its text; the beginning of one is compared where a dialect says nothing else.

use super::dialect::{Dialect, TypeCode};
use domain::consent::Refusal;
use domain::failure::Code;
use domain::ports::{Failure, WireResponse};
use serde::Deserialize;
use serde_json::Value;
use wire::json::{Document, Limits};
use wire::outcome::{CODE_SYSTEM, Code as Outcome};

/// One line of the taxonomy: a refusal that fits everything that is said here has this code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ErrorRule {
    pub status: Option<u16>,
    /// Type of an issue.
    ///
    /// Source: FHIR R4 value set issue-type
    pub issue: Option<String>,
    /// A coding in the details of an issue.
    pub coding: Option<TypeCode>,
    /// How the text of an issue begins.
    pub says: Option<String>,
    pub code: Code,
}

impl ErrorRule {
    /// Does it say anything at all? One that does not would take every refusal.
    pub(super) const fn is_sound(&self) -> bool {
        self.status.is_some() || self.wants_an_issue()
    }

    const fn wants_an_issue(&self) -> bool {
        self.issue.is_some() || self.coding.is_some() || self.says.is_some()
    }

    fn fits(&self, status: u16, issues: &[Value]) -> bool {
        let by_status = self.status.is_none_or(|wanted| wanted == status);
        by_status && (!self.wants_an_issue() || issues.iter().any(|issue| self.fits_issue(issue)))
    }

    fn fits_issue(&self, issue: &Value) -> bool {
        let by_type = self
            .issue
            .as_ref()
            .is_none_or(|word| issue.get("code").is_some_and(|code| code == word.as_str()));
        let by_coding = self
            .coding
            .as_ref()
            .is_none_or(|wanted| codings(issue).any(|coding| wanted.is(coding)));
        let by_text = self.says.as_ref().is_none_or(|begin| {
            let mut said = [issue.get("diagnostics"), issue.pointer("/details/text")]
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            said.any(|text| text.trim_start().starts_with(begin.as_str()))
        });
        by_type && by_coding && by_text
    }
}

/// The failure that an answer other than 200 stands for.
pub(crate) fn read(response: &WireResponse, dialect: &Dialect) -> Failure {
    let code = match response.status {
        429 => Code::PartnerThrottled,
        502..=504 => Code::PartnerUnavailable,
        status => said(status, &issues(response.body.expose()), dialect),
    };
    Failure {
        code,
        retry_after: response.retry_after,
    }
}

fn said(status: u16, issues: &[Value], dialect: &Dialect) -> Code {
    let by = |rules: &[ErrorRule]| {
        let rule = rules.iter().find(|rule| rule.fits(status, issues));
        rule.map(|rule| rule.code)
    };
    by(&dialect.errors)
        .or_else(|| Some(of_bound(issues.iter().find_map(bound)?, status)))
        .or_else(|| by(&dialect.common))
        .unwrap_or(Code::Unmapped)
}

/// The issues of an OperationOutcome; a body that is none has none.
fn issues(body: &[u8]) -> Vec<Value> {
    let Ok(document) = Document::parse(body, &Limits::MATCH_BODY) else {
        return Vec::new();
    };
    let issues = document.value().get("issue").and_then(Value::as_array);
    issues.cloned().unwrap_or_default()
}

fn codings(issue: &Value) -> impl Iterator<Item = &Value> {
    let codings = issue.pointer("/details/coding").and_then(Value::as_array);
    codings.into_iter().flatten()
}

fn bound(issue: &Value) -> Option<Outcome> {
    codings(issue)
        .filter(|coding| coding.get("system").is_some_and(|it| it == CODE_SYSTEM))
        .find_map(|coding| coding.get("code")?.as_str()?.parse().ok())
}

const fn of_bound(word: Outcome, status: u16) -> Code {
    match word {
        Outcome::MissingIdentifier => Code::MissingIdentifier,
        Outcome::AttestationMissing => Code::AttestationMissing,
        Outcome::ConflictingField => Code::ConflictingField,
        Outcome::NoMatch => Code::NoMatch,
        Outcome::MultipleMatch => Code::MultipleMatch,
        Outcome::MatchUnderReview => Code::LowConfidence,
        Outcome::ConsentConstraint => Code::Consent(Refusal::ByPartner),
        Outcome::Auth => unauthorised(status),
        Outcome::Throttled => Code::PartnerThrottled,
        Outcome::Transient => Code::PartnerUnavailable,
        Outcome::PartnerTimeout => Code::CompletionMissing,
        Outcome::Partial => Code::Unmapped,
        Outcome::Malformed
        | Outcome::BadBundle
        | Outcome::UnsupportedTypeFilter
        | Outcome::NoRoute
        | Outcome::Duplicate
        | Outcome::TooLarge
        | Outcome::KeyMissing
        | Outcome::PartnerError => Code::PartnerRejected,
    }
}

const fn unauthorised(status: u16) -> Code {
    match status {
        401 => Code::TokenInvalid,
        403 => Code::ScopeMissing,
        _ => Code::NotYourResource,
    }
}
