//! What is told of one validated payload: its problems in the words of the result, and what its receiver would answer.
//! Refuses to judge: the schema and the rules have done so before.

use crate::model::{
    ExpectedAnswer, NotJudged, PayloadProblem, PayloadState, Redact, ValidatedPayload, rule,
};
use crate::policy::{Break, Judgement};
use wire::json::{Document, Fault, FaultKind, Position};
use wire::outcome::Code;
use wire::payload::{Problem, Schema};

pub(super) fn problem(found: &Problem, redact: Redact) -> PayloadProblem {
    PayloadProblem {
        rule: found.id.to_owned(),
        line: found.position.line,
        column: found.position.column,
        pointer: found.pointer.clone(),
        expression: found.expression.clone(),
        message: found.message.clone(),
        found: match redact {
            Redact::Normal => found.found.clone(),
            // Length and shape stand behind the first comma.
            Redact::Strict => found
                .found
                .as_deref()
                .and_then(|found| found.split(',').next())
                .map(str::to_owned),
        },
        want: found.want.clone(),
        means: found.means.clone(),
        form: found.form.clone(),
        statement: found.statement.clone(),
        fix: rule(found.id).map(|rule| rule.fix.to_owned()),
        code: found.code.word().to_owned(),
    }
}

/// What a rule says, in the words of a problem.
pub(super) fn broken(found: &Break, schema: &Schema, document: &Document) -> PayloadProblem {
    let finding = &found.finding;
    let (pointer, expression) = schema.shown(document, &finding.pointer);
    PayloadProblem {
        rule: finding.rule.clone(),
        line: finding.place.line,
        column: finding.place.column,
        pointer,
        expression,
        message: finding.message.clone(),
        found: None,
        want: None,
        means: None,
        form: found
            .per_member
            .then(|| "one member of several: the others go on".to_owned()),
        statement: Some(found.statement.clone()),
        fix: Some(finding.remedy.clone()),
        code: found.code.word().to_owned(),
    }
}

/// Adds what the rules could not say. A payload that one of them gave no answer about is never valid, and one of
/// which they only hold back members is not refused as a whole.
pub(super) fn with_rules(mut told: ValidatedPayload, judgement: Judgement) -> ValidatedPayload {
    let not_judged = judgement.not_judged.into_iter();
    told.not_judged = not_judged
        .map(|(rule, why)| NotJudged { rule, why })
        .collect();
    let of_rules = judgement.breaks.len();
    if of_rules == told.problems.len() && judgement.breaks.iter().all(|found| found.per_member) {
        told.answer = None;
    }
    if told.state == PayloadState::Valid && !judgement.not_evaluated.is_empty() {
        let why = judgement.not_evaluated.iter();
        let why: Vec<&str> = why.map(|finding| finding.message.as_str()).collect();
        told.state = PayloadState::Undecided;
        told.obstacle = Some(why.join("; "));
    }
    told
}

/// What is told of a line over the limit of a payload: it ends no sooner than that.
pub(super) fn too_long() -> Problem {
    Problem::from_fault(&Fault {
        kind: FaultKind::TooLarge,
        position: Position::START,
    })
}

/// In a file of lines the record's number is the line.
pub(super) fn in_file(problem: &mut PayloadProblem, record: Option<u64>) {
    if let Some(record) = record {
        problem.line = u32::try_from(record).unwrap_or(u32::MAX);
    }
}

pub(super) fn judged(
    file: &str,
    record: Option<u64>,
    against: Option<String>,
    problems: Vec<PayloadProblem>,
) -> ValidatedPayload {
    let answer = shared_code(&problems).map(|code| ExpectedAnswer {
        status: code.status(),
        code: code.word().to_owned(),
        retry: code.retry().sentence().to_owned(),
    });
    ValidatedPayload {
        file: file.to_owned(),
        record,
        state: if problems.is_empty() {
            PayloadState::Valid
        } else {
            PayloadState::Invalid
        },
        against,
        problems,
        more_problems: 0,
        not_judged: Vec::new(),
        obstacle: None,
        answer,
        refused_by: Vec::new(),
        versions: Vec::new(),
    }
}

/// The one code of a refusal for all of these: the one that they share, or else that the bundle is bad.
fn shared_code(problems: &[PayloadProblem]) -> Option<Code> {
    let first = &problems.first()?.code;
    if problems.iter().all(|problem| problem.code == *first) {
        first.parse().ok()
    } else {
        Some(Code::BadBundle)
    }
}

pub(super) fn unreadable(file: &str, record: Option<u64>, why: String) -> ValidatedPayload {
    ValidatedPayload {
        state: PayloadState::Unreadable,
        obstacle: Some(why),
        ..judged(file, record, None, Vec::new())
    }
}
