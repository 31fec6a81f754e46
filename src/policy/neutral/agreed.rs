//! What was proved, agreed and written down where nothing is wrong.

use crate::catalogue::{Criticality, Maturity};
use crate::model::{Bump, Effect, Proof};
use crate::policy::input::{
    AlertFacts, AreaFacts, ChangeFacts, ContractFacts, DeprecationFacts, DutyFacts, EvidenceFacts,
    ExternalFacts, FailureFacts, PartnerFacts, ProcessFacts, ReplayFacts, ResponseFacts,
    ReviewFacts, RunbookFacts, SlaFacts, StepFacts, TouchedFacts, UseFacts, WindowFacts,
};

const RACI: &str = "policies/raci.toml";
const ON_CALL: &str = "on-call@some.example";

fn one(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

pub(super) fn change() -> ChangeFacts {
    ChangeFacts {
        schema: "some-entry@1.1.0".to_owned(),
        entry: "some-entry".to_owned(),
        pointer: "/$id".to_owned(),
        from: "1.0.0".to_owned(),
        to: "1.1.0".to_owned(),
        new: true,
        declared_bump: Bump::Minor,
        required_bump: Bump::Minor,
        enough: true,
        verdict: Effect::Widens,
        proved: true,
        kinds: one("compat/required-added"),
        touches_closed_consumers: vec![TouchedFacts {
            consumer: "some-partner".to_owned(),
            notified: true,
        }],
    }
}

pub(super) fn deprecation() -> DeprecationFacts {
    DeprecationFacts {
        schema: "some-entry@1.0.0".to_owned(),
        entry: "some-entry".to_owned(),
        version: "1.0.0".to_owned(),
        pointer: "/version/0".to_owned(),
        notice_known: true,
        sunset_known: true,
        notice_days: 365,
        required_days: 300,
        days_left: 200,
        replacement: "2.0.0".to_owned(),
        migration_note: true,
        partners: vec![WindowFacts {
            partner: "some-partner".to_owned(),
            required_days: 300,
            enough: true,
        }],
        acknowledged: one("some-partner"),
        missing_ack: Vec::new(),
    }
}

pub(super) fn contract() -> ContractFacts {
    ContractFacts {
        partner: "some-partner".to_owned(),
        pointer: "/uses/some-entry".to_owned(),
        schema: "some-entry".to_owned(),
        operation: "$some-operation".to_owned(),
        positive: 1,
        negative: 1,
        missing_edges: Vec::new(),
        evidence: EvidenceFacts {
            state: Proof::Tested,
            same_digest: true,
            age_days: 0,
        },
    }
}

pub(super) fn replay() -> ReplayFacts {
    ReplayFacts {
        schema: "some-entry@1.0.0".to_owned(),
        partner: "some-partner".to_owned(),
        payloads: 1,
        newly_rejected: 0,
        newly_accepted: 0,
        same_digest: true,
    }
}

pub(super) fn partner() -> PartnerFacts {
    PartnerFacts {
        id: "some-partner".to_owned(),
        maturity: Maturity::Medium,
        criticality: Criticality::Medium,
        live: true,
        support_pointer: "/support".to_owned(),
        support_missing: Vec::new(),
        failure: FailureFacts {
            pointer: "/failure".to_owned(),
            idempotency: "key".to_owned(),
            timeout_ms: 1000,
            duplicate_suppression: "request-id".to_owned(),
            dead_letter: "default".to_owned(),
            retry: "default".to_owned(),
            fallback: "queue".to_owned(),
            missing: Vec::new(),
        },
        contract: true,
        telemetry: "synthetic".to_owned(),
        escalation: ON_CALL.to_owned(),
        responsibilities: DutyFacts {
            pointer: "/responsibilities".to_owned(),
            ours: one("some-duty"),
            theirs: one("another-duty"),
        },
        uses: vec![UseFacts {
            schema: "some-entry".to_owned(),
            range: "^1".to_owned(),
            pointer: "/uses/some-entry".to_owned(),
        }],
    }
}

pub(super) fn sla() -> SlaFacts {
    SlaFacts {
        id: "some-sla".to_owned(),
        file: "operating/slas/some-sla.json".to_owned(),
        partner: "some-partner".to_owned(),
        missing: Vec::new(),
        exclusions: 1,
        shared_responsibilities: true,
    }
}

pub(super) fn alert() -> AlertFacts {
    AlertFacts {
        id: "some-alert".to_owned(),
        file: "operating/alerts/some-alert.json".to_owned(),
        runbook: "docs/runbooks/some-runbook.md".to_owned(),
        runbook_known: true,
        owner: "some-team".to_owned(),
        owner_known: true,
        on_call: true,
    }
}

pub(super) fn runbook() -> RunbookFacts {
    RunbookFacts {
        id: "some-runbook".to_owned(),
        file: "docs/runbooks/some-runbook.md".to_owned(),
        owner: "some-team".to_owned(),
        alerts: one("some-alert"),
        steps: vec![StepFacts {
            number: 1,
            pointer: "/steps/0".to_owned(),
            command: true,
            success: true,
            vague: false,
        }],
    }
}

pub(super) fn area() -> AreaFacts {
    AreaFacts {
        area: "some-area".to_owned(),
        file: RACI.to_owned(),
        pointer: "/area/0".to_owned(),
        accountable: one("some-team"),
        responsible: one("some-team"),
        reviewers: one("some-reviewers"),
        escalation: ON_CALL.to_owned(),
        on_call: true,
    }
}

pub(super) fn process() -> ProcessFacts {
    ProcessFacts {
        id: "some-process".to_owned(),
        file: RACI.to_owned(),
        pointer: "/process/0".to_owned(),
        owner: "some-team".to_owned(),
        reviewers: one("some-reviewers"),
        escalation: ON_CALL.to_owned(),
    }
}

pub(super) fn external() -> ExternalFacts {
    ExternalFacts {
        id: "some-vendor".to_owned(),
        file: RACI.to_owned(),
        pointer: "/external/0".to_owned(),
        missing: Vec::new(),
    }
}

pub(super) fn response() -> ResponseFacts {
    ResponseFacts {
        id: "some-response".to_owned(),
        file: RACI.to_owned(),
        pointer: "/response/0".to_owned(),
        alert: "some-alert".to_owned(),
        alert_known: true,
        runbook_known: true,
    }
}

pub(super) fn review() -> ReviewFacts {
    ReviewFacts {
        file: "policies/reviews/2026-01-01.toml".to_owned(),
        pointer: String::new(),
        known: true,
        days_since: 0,
    }
}
