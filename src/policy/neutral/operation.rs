//! An operation that declares everything.

use crate::policy::input::{
    AuthFacts, CriticalityFacts, ErrorFacts, IdempotencyFacts, OperationFacts, RetryFacts,
    ScopeFacts,
};

pub(super) fn operation() -> OperationFacts {
    let canonical = "https://some.example/OperationDefinition/some-operation";
    OperationFacts {
        id: "$some-operation".to_owned(),
        schema: "some-entry".to_owned(),
        pointer: "/operation".to_owned(),
        auth: AuthFacts {
            pointer: "/operation/auth".to_owned(),
            scheme: "some-scheme".to_owned(),
            scopes: vec![ScopeFacts {
                text: canonical.to_owned(),
                pointer: "/operation/auth/scopes/0".to_owned(),
            }],
            scope_expected: canonical.to_owned(),
        },
        idempotency: IdempotencyFacts {
            pointer: "/operation/idempotency".to_owned(),
            key: "idempotency-key".to_owned(),
            retention_hours: 24,
            conflict: "some-conflict".to_owned(),
        },
        retry: vec![RetryFacts {
            pointer: "/operation/retry/some-class".to_owned(),
            code: "some-code".to_owned(),
            class: "some-class".to_owned(),
            class_expected: "some-class".to_owned(),
            retryable: true,
            max: 3,
            backoff: "exponential".to_owned(),
            jitter: "full".to_owned(),
            cap_ms: 1000,
            missing: Vec::new(),
        }],
        criticality: CriticalityFacts {
            pointer: "/operation/service".to_owned(),
            tier: "some-tier".to_owned(),
            timeout_ms: 1000,
            latency_p95_ms: 500,
            error_budget: 10,
            missing: Vec::new(),
        },
        headers: ["x-business-transaction-id", "x-correlation-id"]
            .map(str::to_owned)
            .to_vec(),
        errors: "some-outcome".to_owned(),
        error_schemas: vec![ErrorFacts {
            schema: "some-outcome@1.0.0".to_owned(),
            anchor: "/properties/code".to_owned(),
            bound: true,
            codes: 3,
            free_text: Vec::new(),
        }],
        owner: "some-team".to_owned(),
        reviewers: vec!["some-reviewers".to_owned()],
        escalation: "on-call@some.example".to_owned(),
    }
}
