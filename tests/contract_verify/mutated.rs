//! The reference service as a provider that goes wrong: what it really answered, changed in one way at a time.

use crate::shipped::{contracts, exchanges, versions};
use matchmark::contract::{Contract, Interaction, Polarity, verify};
use matchmark::model::{Exchange, Finding};
use serde_json::{Value, json};

/// The findings of one exchange after `change`, all others left as they were.
fn after(contract: &Contract, key: &str, change: impl FnOnce(&mut Exchange)) -> Vec<Finding> {
    let mut seen = exchanges().to_vec();
    let own = |seen: &&mut Exchange| seen.contract == contract.path && seen.interaction == key;
    change(seen.iter_mut().find(own).expect("an exchange of that key"));
    let findings = verify(contract, &seen, versions());
    let subject = format!("{}#{key}", contract.path);
    for finding in &findings {
        assert_eq!(finding.subject, subject, "{finding:#?}");
    }
    findings
}

fn body(exchange: &mut Exchange, change: impl FnOnce(&mut Value)) {
    let response = exchange.answer.as_mut().unwrap();
    let mut value: Value = serde_json::from_slice(&response.body).unwrap();
    change(&mut value);
    response.body = value.to_string().into_bytes();
}

/// Whether some finding has this rule, and names this place of the answer.
fn named(findings: &[Finding], rule: &str, pointer: &str) -> bool {
    let is = |finding: &Finding| finding.rule == rule && finding.pointer.starts_with(pointer);
    findings.iter().any(is)
}

/// Every interaction whose answer is of `kind`: `Parameters` serve, `OperationOutcome` refuse.
fn each(kind: &str, mut judge: impl FnMut(&Contract, &Interaction)) {
    let mut contracts_judged = 0;
    for contract in contracts() {
        let of_kind = |one: &&Interaction| {
            let json = one.response.content.body.json();
            json.is_some_and(|json| json.value()["resourceType"] == kind)
                && one.terms.sequence.is_none()
        };
        let interactions: Vec<&Interaction> =
            contract.interactions.iter().filter(of_kind).collect();
        contracts_judged += usize::from(!interactions.is_empty());
        for interaction in interactions {
            judge(&contract, interaction);
        }
    }
    assert!(contracts_judged >= 3, "{kind}: {contracts_judged}");
}

#[test]
fn row_s0_39_the_unmutated_provider_passes() {
    for contract in contracts() {
        let findings = verify(&contract, exchanges(), versions());
        assert!(findings.is_empty(), "{}: {findings:#?}", contract.path);
    }
}

#[test]
fn row_s0_39_another_shape_is_caught() {
    each("Parameters", |contract, interaction| {
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| {
                body["parameter"] = json!({"name": "MemberIdentifier"})
            });
        });
        assert!(
            named(&findings, "contract/body-mismatch", "/body/parameter"),
            "{findings:#?}"
        );
    });
    each("OperationOutcome", |contract, interaction| {
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| body["issue"] = json!("refused"));
        });
        assert!(
            named(&findings, "contract/body-mismatch", "/body/issue"),
            "{findings:#?}"
        );
    });
}

#[test]
fn row_s0_39_a_required_member_that_is_gone_is_caught() {
    each("Parameters", |contract, interaction| {
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| {
                body["parameter"][0]["valueIdentifier"]
                    .as_object_mut()
                    .unwrap()
                    .shift_remove("value")
                    .unwrap();
            });
        });
        let place = "/body/parameter/0/valueIdentifier";
        assert!(
            named(&findings, "contract/answer-invalid", place),
            "{findings:#?}"
        );
        assert!(
            named(
                &findings,
                "contract/body-mismatch",
                &format!("{place}/value")
            ),
            "{findings:#?}"
        );
    });
    each("OperationOutcome", |contract, interaction| {
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| {
                body["issue"][0]
                    .as_object_mut()
                    .unwrap()
                    .shift_remove("severity")
                    .unwrap();
            });
        });
        assert!(
            named(&findings, "contract/answer-invalid", "/body/issue/0"),
            "{findings:#?}"
        );
        assert!(
            named(
                &findings,
                "contract/body-mismatch",
                "/body/issue/0/severity"
            ),
            "{findings:#?}"
        );
    });
}

#[test]
fn row_s0_39_a_broken_validation_rule_is_caught() {
    each("Parameters", |contract, interaction| {
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| {
                body["parameter"][0]["valueIdentifier"]["type"]["coding"][0]["code"] = json!("XX")
            });
        });
        let place = "/body/parameter/0/valueIdentifier/type/coding";
        assert!(
            named(&findings, "contract/answer-invalid", place),
            "{findings:#?}"
        );
    });
    each("OperationOutcome", |contract, interaction| {
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| body["issue"][0]["severity"] = json!("loud"));
        });
        assert!(
            named(
                &findings,
                "contract/answer-invalid",
                "/body/issue/0/severity"
            ),
            "{findings:#?}"
        );
    });
}

#[test]
fn row_s0_39_another_error_meaning_is_caught() {
    each("OperationOutcome", |contract, interaction| {
        let status = if interaction.response.status == 422 {
            400
        } else {
            422
        };
        let findings = after(contract, &interaction.key, |seen| {
            seen.answer.as_mut().unwrap().status = status;
        });
        assert!(
            named(&findings, "contract/status-mismatch", "/status"),
            "{findings:#?}"
        );
        let declared = interaction.terms.outcome.as_ref().unwrap().code.word();
        let other = if declared == "no-match" {
            "multiple-match"
        } else {
            "no-match"
        };
        let findings = after(contract, &interaction.key, |seen| {
            body(seen, |body| {
                body["issue"][0]["details"]["coding"][0]["code"] = json!(other)
            });
        });
        assert!(
            named(&findings, "contract/outcome-mismatch", "/body"),
            "{findings:#?}"
        );
    });
}

/// Whether a contract lives with this version of what we answer.
fn reads(interaction: &Interaction, version: &str) -> bool {
    let range = interaction.terms.response.as_ref();
    range.is_some_and(|range| range.range.matches(&version.parse().unwrap()))
}

#[test]
fn row_s0_39_an_answer_in_the_shape_of_another_major_version_is_caught() {
    let positive = |contract: &Contract| {
        let mut all = contract.interactions.iter();
        let found = all.find(|one| {
            one.terms.polarity == Polarity::Positive && one.request.path.ends_with("$member-match")
        });
        found.cloned()
    };
    let answer = |contract: &Contract, key: &str| {
        let mut all = exchanges().iter();
        let seen = all.find(|seen| seen.contract == contract.path && seen.interaction == key);
        seen.unwrap().answer.clone()
    };
    let all = contracts();
    let asked: Vec<(&Contract, Interaction)> = all
        .iter()
        .filter_map(|contract| Some((contract, positive(contract)?)))
        .collect();
    let mut crossed = 0;
    for (contract, interaction) in &asked {
        let is_old = reads(interaction, "1.0.0");
        let others = asked
            .iter()
            .filter(|(_, other)| reads(other, "1.0.0") != is_old);
        for (provider, other) in others {
            crossed += 1;
            let findings = after(contract, &interaction.key, |seen| {
                seen.answer = answer(provider, &other.key);
            });
            assert!(
                named(&findings, "contract/answer-invalid", "/body"),
                "{findings:#?}"
            );
        }
    }
    assert_eq!(crossed, 4, "one asks for 1.x, two ask for 2.x");
}

#[test]
fn row_s0_42_no_negative_may_be_served_not_even_with_the_answer_of_a_positive() {
    let served = exchanges()
        .iter()
        .find(|seen| seen.answer.as_ref().is_ok_and(|a| a.status == 200));
    let served = served.unwrap().answer.clone();
    let mut negatives = 0;
    for contract in contracts() {
        let refused = contract.interactions.iter();
        for one in refused.filter(|one| one.terms.polarity == Polarity::Negative) {
            negatives += 1;
            for status in [200, 201, 202, 204, 302] {
                let findings = after(&contract, &one.key, |seen| {
                    seen.answer = served.clone();
                    seen.answer.as_mut().unwrap().status = status;
                });
                assert!(
                    named(&findings, "contract/negative-accepted", "/status"),
                    "{findings:#?}"
                );
            }
        }
    }
    assert!(negatives >= 12);
}
