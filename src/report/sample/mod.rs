//! Results written by hand, as the six checks would give them.

mod payload;

pub(super) use payload::{problem, validation};

use crate::model::{
    AppliedWaiver, Bump, Cell, Change, Check, CheckName, Direction, Effect, EntryCard, Excerpt,
    FieldCard, Finding, Governance, Hurt, Judged, Mention, Place, Proof, Report, ReportHeader,
    Severity, Summary, Verdict, VersionCard, Witness, WitnessSource,
};
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn at(file: &str, line: u32, column: u32) -> Place {
    Place {
        file: file.to_owned(),
        line,
        column,
    }
}

fn check(name: CheckName, subjects: u64, unit: &str, summary: &str, findings: u64) -> Check {
    Check {
        name,
        ran: true,
        subjects,
        unit: unit.to_owned(),
        summary: summary.to_owned(),
        findings,
        verdict: None,
        not_proved: Vec::new(),
    }
}

/// One partner against a version in each standing.
fn matrix() -> Vec<Cell> {
    let cell = |version: &str, partner: &str, proof, interactions, because: &[&str]| Cell {
        entry: "hrex-coverage".to_owned(),
        version: version.to_owned(),
        status: "released".to_owned(),
        partner: partner.to_owned(),
        proof,
        interactions,
        exchanges: if proof == Proof::Tested {
            interactions
        } else {
            0
        },
        because: because.iter().map(|&word| word.to_owned()).collect(),
    };
    vec![
        cell("1.0.0", "contoso", Proof::Stale, 2, &["older than 90 days"]),
        cell("2.0.0", "contoso", Proof::Proved, 2, &[]),
        cell(
            "2.0.0",
            "northwind",
            Proof::Unproven,
            0,
            &["no contract speaks of it"],
        ),
        cell(
            "next",
            "contoso",
            Proof::Broken,
            2,
            &["contract/response-not-read"],
        ),
        cell("next", "northwind", Proof::Tested, 3, &[]),
    ]
}

/// A run in which everything holds.
pub(super) fn green() -> Report {
    Report {
        verdict: Verdict::Go,
        exit_code: 0,
        header: ReportHeader {
            tool: "matchmark 0.1.0".to_owned(),
            as_of: "2026-11-21T00:00:00Z".to_owned(),
            stage: "local".to_owned(),
            head: "working tree".to_owned(),
            base: Some("9be01d4".to_owned()),
        },
        summary: Summary::default(),
        checks: vec![
            check(
                CheckName::Catalogue,
                14,
                "versions",
                "7 schemas, all complete",
                0,
            ),
            check(CheckName::Policy, 5, "rules", "5 evaluated, 0 findings", 0),
            check(CheckName::Compat, 9, "pairs", "0 changes, same as base", 0),
            check(CheckName::Contract, 12, "interactions", "12 hold", 0),
            check(CheckName::Replay, 318, "envelopes", "318 still accepted", 0),
            check(
                CheckName::Lifecycle,
                14,
                "versions and waivers",
                "0 waivers, 2 deprecations",
                0,
            ),
        ],
        findings: Vec::new(),
        changes: Vec::new(),
        matrix: matrix(),
        governance: Governance::default(),
        not_proved: vec!["No recorded payload is older than 2026-08.".to_owned()],
        inputs: BTreeMap::from([("matchmark.toml".to_owned(), "sha256:00".to_owned())]),
        digest: "sha256:11".to_owned(),
    }
}

/// A property became required.
pub(super) fn required_added() -> Judged {
    let witness = Witness {
        source: WitnessSource::Generated,
        accepted_by: "hrex-coverage@2.0.1".to_owned(),
        rejected_by: "hrex-coverage@next".to_owned(),
        bytes: 262,
        value: Some(json!({
            "resourceType": "Coverage", "status": "active",
            "beneficiary": {"reference": "Patient/1"}, "relationship": {"text": "self"},
            "payor": [{"display": "p"}],
        })),
    };
    let finding = Finding::new(
        "compat/required-added",
        "hrex-coverage",
        at("schemas/hrex-coverage/next/schema.json", 58, 25),
    )
    .pointer("/required")
    .kind("subscriberId")
    .message("`subscriberId` became required: payloads that were valid are now rejected")
    .remedy("keep the choice of us-core-15, or release 3.0.0 beside 2.x")
    .note(
        "change",
        "hrex-coverage is shared: 3.0.0 is required, next says 2.1.0",
    )
    .witness(witness)
    .hurt(Hurt {
        who: "northwind".to_owned(),
        why: "\"card shows a member number only\"".to_owned(),
        place: Some(at("contracts/northwind/member-match.json", 41, 7)),
    })
    .hurt(Hurt {
        who: "history".to_owned(),
        why: "39 of 318 stored payloads newly rejected, all northwind".to_owned(),
        place: None,
    });
    Judged::new(finding, Severity::Error, None).quoting(Some(Excerpt {
        before: Some("  \"required\": [\"status\", \"beneficiary\",".to_owned()),
        line: "               \"payor\", \"subscriberId\"],".to_owned(),
        length: 14,
    }))
}

fn not_proved() -> Judged {
    let finding = Finding::new(
        "compat/not-proved",
        "hrex-coverage",
        at("schemas/hrex-coverage/next/schema.json", 90, 5),
    )
    .pointer("/properties/class")
    .message("a look-ahead in `class` was neither proved harmless nor refuted")
    .remedy("write it without look-ahead, or add a payload that shows the difference")
    .note("tried", "inclusion prover; 318 stored payloads: no witness");
    Judged::new(finding, Severity::Undecided, None)
}

fn waived() -> Judged {
    let finding = Finding::new(
        "policy/name-irregular",
        "hrex-consent",
        at("schemas/hrex-consent/entry.toml", 2, 1),
    )
    .message("`hrex-consent` departs from the table of names")
    .remedy("rename it with its next major version");
    let waiver = AppliedWaiver {
        id: "WV-0001".to_owned(),
        owner: "exchange-platform".to_owned(),
        expires: "2026-12-31".to_owned(),
    };
    Judged::new(finding, Severity::Error, Some(waiver))
}

fn info() -> Judged {
    let finding = Finding::new(
        "replay/newly-accepted",
        "contoso",
        at("payloads/contoso/2026-10.ndjson", 9, 1),
    )
    .message("1 stored payload is newly accepted")
    .remedy("check that the relaxation is meant");
    Judged::new(finding, Severity::Info, None)
}

fn change() -> Change {
    let file = "schemas/hrex-coverage/next/schema.json";
    Change {
        entry: "hrex-coverage".to_owned(),
        from: "2.0.1".to_owned(),
        to: "next (2.1.0)".to_owned(),
        new: true,
        direction: Direction::Shared,
        effect: Effect::Both,
        declared: Bump::Minor,
        required: Bump::Major,
        proof: "forth: witness; back: proved".to_owned(),
        details: vec![
            Mention {
                rule: "compat/required-added".to_owned(),
                effect: Effect::Narrows,
                pointer: "/required".to_owned(),
                location: at(file, 58, 25),
                message: "`subscriberId` became required".to_owned(),
            },
            Mention {
                rule: "compat/property-added".to_owned(),
                effect: Effect::Widens,
                pointer: "/properties/order".to_owned(),
                location: at(file, 70, 5),
                message: "`order` is new and optional".to_owned(),
            },
        ],
        lines: Vec::new(),
    }
}

/// A run with a break, a question, a waived finding and a remark.
pub(super) fn red() -> Report {
    let findings = vec![required_added(), waived(), not_proved(), info()];
    let mut report = Report {
        verdict: Verdict::NoGo,
        exit_code: 1,
        summary: Summary::of(&findings),
        findings,
        changes: vec![change()],
        ..green()
    };
    if let Some(contract) = report.checks.get_mut(3) {
        contract.ran = false;
        contract.subjects = 0;
        contract.summary = "the reference could not be started".to_owned();
    }
    report
}

/// The comparison behind `red`.
pub(super) fn diff() -> crate::model::Diff {
    crate::model::Diff {
        verdict: Verdict::NoGo,
        exit_code: 1,
        direction: Direction::Shared,
        change: change(),
        findings: vec![required_added()],
        not_proved: vec!["Only the keyword `format` as an annotation was compared.".to_owned()],
    }
}

pub(super) fn bumped() -> crate::model::Bumped {
    let reason = crate::model::Reason {
        class: Bump::Major,
        effect: Effect::Narrows,
        rule: "compat/required-added".to_owned(),
        location: at("schemas/hrex-coverage/next/schema.json", 58, 25),
        message: "`subscriberId` is now required".to_owned(),
        witness: Some("sha256:0123456789abcdef".to_owned()),
        settle: None,
    };
    let against = |version: &str, required| crate::model::Comparand {
        version: version.to_owned(),
        required,
        proof: "old fits new: refuted by a witness; new fits old: proved (canonical)".to_owned(),
    };
    crate::model::Bumped {
        verdict: Verdict::Go,
        exit_code: 0,
        entry: "hrex-coverage".to_owned(),
        direction: Direction::Shared,
        from: "2.0.1".to_owned(),
        declared: Some("2.1.0".to_owned()),
        to: "3.0.0".to_owned(),
        required: Bump::Major,
        effect: Effect::Narrows,
        against: vec![against("2.0.1", Bump::Major), against("1.0.0", Bump::Major)],
        reasons: vec![
            crate::model::Reason {
                class: Bump::Major,
                effect: Effect::Unsure,
                rule: "compat/not-proved".to_owned(),
                message: "neither a proof nor a witness was found".to_owned(),
                witness: None,
                settle: Some("write it without look-ahead".to_owned()),
                ..reason.clone()
            },
            reason,
        ],
        outcome: "the draft is 3.0.0 now; `matchmark check` judges it".to_owned(),
        approved: Vec::new(),
        refused: Vec::new(),
        files: vec!["schemas/hrex-coverage/next/NOTES.md".to_owned()],
        written: true,
        not_proved: Vec::new(),
    }
}

pub(super) fn entry() -> EntryCard {
    EntryCard {
        id: "hrex-coverage".to_owned(),
        title: "Coverage of a member, as used in matching".to_owned(),
        direction: Direction::Shared,
        owner: "integration-architecture".to_owned(),
        reviewers: vec!["clinical-data".to_owned(), "security".to_owned()],
        escalation: "integration-oncall@payer-exchange.example".to_owned(),
        criticality: "high".to_owned(),
        phi: "P2".to_owned(),
        source: "HL7 Da Vinci HRex".to_owned(),
        profiles: vec![
            "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition/hrex-coverage".to_owned(),
        ],
        errors: "p2p-operation-outcome".to_owned(),
        identity: vec!["/subscriberId".to_owned()],
        consent: "none".to_owned(),
        depends_on: Vec::new(),
        needed_by: vec!["hrex-member-match-request".to_owned()],
        used_by: vec!["northwind ^1".to_owned()],
        versions: vec![VersionCard {
            version: "1.0.0".to_owned(),
            status: "deprecated".to_owned(),
            guide_version: Some("1.0.0".to_owned()),
            released: Some("2026-03-02".to_owned()),
            sunset: Some("2027-06-30".to_owned()),
            replaced_by: Some("2.0.1".to_owned()),
            path: "schemas/hrex-coverage/1.0.0/schema.json".to_owned(),
            digest: "sha256:00".to_owned(),
            accepted: 2,
            rejected: 3,
        }],
        fields: vec![FieldCard {
            pointer: "/subscriberId".to_owned(),
            means: "The number on the card of the person who holds the policy.".to_owned(),
            phi: Some("P2".to_owned()),
            place: at("schemas/hrex-coverage/1.0.0/schema.json", 20, 5),
        }],
    }
}
