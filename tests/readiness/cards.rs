//! Cards and handovers: every part is asked for, and nothing of a payload gets in.

use crate::Absent;
use crate::repository::Repository;
use std::fs;

#[test]
fn row_s0_29_a_card_says_owner_budget_and_way_back_in_250_words() {
    let repository = Repository::complete();
    let output = repository.run(&["partner", "card", "northwind"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.split_whitespace().count() <= 250, "{text}");
    for words in [
        "exchange-platform, platform-oncall@payer-exchange.example",
        "0.50 % of answers may be our failures",
        "runbooks/back.md",
        "Say which release is to go.",
        "integration@northwind.example",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let table: [Absent; 5] = [
        ("owner", |r| r.strike("policies/raci.toml", "accountable =")),
        ("error budget", |r| {
            fs::remove_dir_all(r.at("operating/sla")).unwrap()
        }),
        ("rollback path", |r| {
            fs::remove_file(r.at("runbooks/back.md")).unwrap()
        }),
        ("escalation", |r| {
            r.strike("partners/northwind.toml", "escalation =")
        }),
        ("brevity", |r| {
            let many = "word ".repeat(260);
            r.edit(
                "operating/sla/northwind.json",
                "\"team\": \"exchange-platform\" }]",
                &format!("\"team\": \"{many}\" }}]"),
            );
        }),
    ];
    for (part, remove) in table {
        let repository = Repository::complete();
        remove(&repository);
        let (code, card) = repository.ask(&["partner", "card", "northwind"]);
        assert_eq!(code, Some(1), "{part}");
        let missing = card["missing"].as_array().unwrap();
        assert_eq!(missing.len(), 1, "{part}: {missing:?}");
        assert!(
            missing[0].as_str().unwrap().starts_with(part),
            "{missing:?}"
        );
    }
    let unknown = repository.run(&["partner", "card", "nortwind"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        String::from_utf8(unknown.stderr)
            .unwrap()
            .contains("did you mean `northwind`?")
    );
}

#[test]
fn row_s2_66_a_handover_names_everybody_outside_and_nobody_inside_a_payload() {
    const CANARY: &str = "Canaryson-7f3a";
    let repository = Repository::complete();
    repository.edit(
        "contracts/northwind/member-match.json",
        "Testmember-03",
        CANARY,
    );
    repository.write(
        "payloads/northwind/2026-10.ndjson",
        &format!("{{\"id\":\"{CANARY}\",\"payload\":{{\"{CANARY}\":\"{CANARY}\"}}}}\n"),
    );
    for format in ["text", "json", "markdown"] {
        let output = repository.run(&["partner", "handover", "northwind", "--format", format]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text}");
        for words in [
            "cloud-provider",
            "Everything inside the process is ours.",
            "region",
            "runbooks/back.md",
            "correlation_id",
            "platform-oncall@payer-exchange.example",
        ] {
            assert!(text.contains(words), "{format}: {words} in {text}");
        }
        assert!(
            !text.contains(CANARY) && !text.contains("Testmember"),
            "{format}"
        );
    }
    for key in ["contact =", "boundary =", "handover ="] {
        let repository = Repository::complete();
        repository.strike("policies/raci.toml", key);
        let (code, handover) = repository.ask(&["partner", "handover", "northwind"]);
        assert_eq!(code, Some(1), "{key}");
        let said = handover["missing"][0].as_str().unwrap();
        assert!(said.contains("cloud-provider"), "{said}");
    }
}
