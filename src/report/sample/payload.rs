//! Payloads judged by hand.

use crate::model::{
    ExpectedAnswer, PayloadCount, PayloadProblem, PayloadState, ProblemCause, ValidatedPayload,
    Validation, ValidationSummary, Verdict, VersionVerdict,
};
use std::collections::BTreeMap;

pub(in crate::report) fn problem() -> PayloadProblem {
    PayloadProblem {
        rule: "payload/format-wrong".to_owned(),
        line: 31,
        column: 22,
        pointer: "/parameter/0/resource/birthDate".to_owned(),
        expression: "Parameters.parameter[0].resource.birthDate".to_owned(),
        message: "must be a date".to_owned(),
        found: Some("string, 10 characters, shape 99/99/9999".to_owned()),
        want: Some("date, YYYY-MM-DD".to_owned()),
        means: Some("the member's date of birth; not a date of service".to_owned()),
        form: None,
        statement: Some("HRex 1.2.0 mm-6".to_owned()),
        fix: None,
        code: "bad-bundle".to_owned(),
    }
}

fn summary() -> ValidationSummary {
    let old = PayloadCount {
        valid: 1,
        ..PayloadCount::default()
    };
    let new = PayloadCount {
        invalid: 1,
        ..PayloadCount::default()
    };
    let answer = "422 bad-bundle; not retryable unchanged, only after repair".to_owned();
    ValidationSummary {
        schemas: BTreeMap::from([
            ("hrex-member-match-request@1.0.0".to_owned(), old),
            ("hrex-member-match-request@2.0.1".to_owned(), new),
        ]),
        causes: vec![ProblemCause {
            against: Some("hrex-member-match-request@2.0.1".to_owned()),
            rule: problem().rule,
            pointer: problem().pointer,
            problems: 1,
            first: "out/match-0007.json".to_owned(),
        }],
        answers: BTreeMap::from([(answer, 1)]),
        ..ValidationSummary::default()
    }
}

pub(in crate::report) fn validation() -> Validation {
    let invalid = ValidatedPayload {
        file: "out/match-0007.json".to_owned(),
        record: None,
        state: PayloadState::Invalid,
        against: Some("hrex-member-match-request@2.0.1".to_owned()),
        problems: vec![problem()],
        more_problems: 0,
        not_judged: Vec::new(),
        obstacle: None,
        answer: Some(ExpectedAnswer {
            status: 422,
            code: "bad-bundle".to_owned(),
            retry: "not retryable unchanged, only after repair".to_owned(),
        }),
        refused_by: Vec::new(),
        versions: Vec::new(),
    };
    Validation {
        verdict: Verdict::Error,
        exit_code: 2,
        valid: 1,
        invalid: 1,
        undecided: 0,
        unreadable: 1,
        stopped: false,
        not_listed: 0,
        summary: summary(),
        payloads: vec![
            ValidatedPayload {
                file: "out/match-0001.json".to_owned(),
                state: PayloadState::Valid,
                problems: Vec::new(),
                answer: None,
                against: Some("hrex-member-match-request@1.0.0".to_owned()),
                refused_by: vec![VersionVerdict {
                    version: "hrex-member-match-request@2.0.1".to_owned(),
                    state: PayloadState::Invalid,
                    problems: BTreeMap::from([("payload/unknown-name".to_owned(), 2)]),
                }],
                ..invalid.clone()
            },
            invalid.clone(),
            ValidatedPayload {
                file: "out/day.ndjson".to_owned(),
                record: Some(12),
                state: PayloadState::Unreadable,
                against: None,
                problems: Vec::new(),
                more_problems: 0,
                not_judged: Vec::new(),
                obstacle: Some("cannot be opened".to_owned()),
                answer: None,
                refused_by: Vec::new(),
                versions: Vec::new(),
            },
        ],
    }
}
