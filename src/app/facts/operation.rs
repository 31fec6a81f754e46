//! What an operation declares of itself, and what it leaves out.

use super::known;
use crate::catalogue::{Entry, Operation, RetryClass};
use crate::policy::input::{
    AuthFacts, CriticalityFacts, IdempotencyFacts, OperationFacts, RetryFacts, ScopeFacts, UNKNOWN,
};
use wire::outcome::{Class, Code};

/// Where an operation stands in its entry's own file.
const HERE: &str = "/operation";

/// Classes after which the same request is sent again by itself; a held one waits for somebody.
const AGAIN: [Class; 3] = [Class::Transient, Class::Throttled, Class::AuthRefresh];

pub(super) fn of(entry: &Entry) -> Option<OperationFacts> {
    let operation = entry.file.operation.as_ref()?;
    Some(OperationFacts {
        id: operation.name.clone(),
        schema: entry.file.id.clone(),
        pointer: HERE.to_owned(),
        auth: auth(operation),
        idempotency: idempotency(operation),
        retry: Code::ALL
            .iter()
            .map(|code| retry(operation, *code))
            .collect(),
        criticality: criticality(operation),
        headers: operation.headers.clone(),
        errors: known(&entry.file.errors),
        error_schemas: Vec::new(),
        owner: known(&entry.file.owner),
        reviewers: entry.file.reviewers.clone(),
        escalation: known(&entry.file.escalation),
    })
}

/// The pointer of a table of the operation, or of the operation that lacks it.
fn below(table: &str, present: bool) -> String {
    match present {
        true => format!("{HERE}/{table}"),
        false => HERE.to_owned(),
    }
}

fn word(text: Option<&String>) -> String {
    known(text.map_or("", String::as_str))
}

fn auth(operation: &Operation) -> AuthFacts {
    let auth = operation.auth.as_ref();
    let scopes = auth.map_or(&[][..], |auth| auth.scopes.as_slice());
    let scopes = scopes.iter().enumerate().map(|(index, text)| ScopeFacts {
        text: text.clone(),
        pointer: format!("{HERE}/auth/scopes/{index}"),
    });
    AuthFacts {
        pointer: below("auth", auth.is_some()),
        scheme: word(auth.and_then(|auth| auth.scheme.as_ref())),
        scopes: scopes.collect(),
        scope_expected: known(&operation.canonical),
    }
}

fn idempotency(operation: &Operation) -> IdempotencyFacts {
    let declared = operation.idempotency.as_ref();
    IdempotencyFacts {
        pointer: below("idempotency", declared.is_some()),
        key: word(declared.and_then(|one| one.key.as_ref())),
        retention_hours: declared.and_then(|one| one.retention_hours).unwrap_or(0),
        conflict: word(declared.and_then(|one| one.conflict.as_ref())),
    }
}

fn criticality(operation: &Operation) -> CriticalityFacts {
    let declared = operation.service.as_ref();
    let number = |of: fn(&crate::catalogue::Service) -> Option<u32>| declared.and_then(of);
    let tier = word(declared.and_then(|one| one.tier.as_ref()));
    let timeout = number(|one| one.timeout_ms);
    let latency = number(|one| one.latency_p95_ms);
    let budget = number(|one| one.error_budget);
    let promises = [
        ("tier", tier != UNKNOWN),
        ("timeout", timeout.is_some()),
        ("latency", latency.is_some()),
        ("error-budget", budget.is_some()),
    ];
    CriticalityFacts {
        pointer: below("service", declared.is_some()),
        tier,
        timeout_ms: timeout.unwrap_or(0),
        latency_p95_ms: latency.unwrap_or(0),
        error_budget: budget.unwrap_or(0),
        missing: lacking(&promises),
    }
}

/// The names of what is not there.
pub(super) fn lacking(parts: &[(&str, bool)]) -> Vec<String> {
    let absent = parts.iter().filter(|(_, there)| !there);
    absent.map(|(name, _)| (*name).to_owned()).collect()
}

fn retry(operation: &Operation, code: Code) -> RetryFacts {
    let holds = |class: &RetryClass| class.codes.iter().any(|word| word == code.word());
    let found = operation.retry.iter().find(|(_, class)| holds(class));
    let class = found.map_or(UNKNOWN, |(word, _)| word.as_str());
    let declared = found.map(|(_, class)| class);
    let backoff = match declared.and_then(|class| class.factor) {
        Some(2..) => "exponential",
        Some(_) => "constant",
        None => UNKNOWN,
    };
    let attempts = declared.and_then(|class| class.attempts);
    let cap = declared.and_then(|class| class.cap_ms);
    let jitter = word(declared.and_then(|class| class.jitter.as_ref()));
    let retryable = AGAIN.iter().any(|again| again.word() == class);
    let limits = [
        ("max", attempts.is_some()),
        ("backoff", backoff != UNKNOWN),
        ("jitter", jitter != UNKNOWN),
        ("cap", cap.is_some()),
    ];
    RetryFacts {
        pointer: below(&format!("retry/{class}"), found.is_some()),
        code: code.word().to_owned(),
        class: class.to_owned(),
        class_expected: code.class().word().to_owned(),
        retryable,
        max: attempts.unwrap_or(0),
        backoff: backoff.to_owned(),
        jitter,
        cap_ms: cap.unwrap_or(0),
        missing: match retryable {
            true => lacking(&limits),
            false => Vec::new(),
        },
    }
}
