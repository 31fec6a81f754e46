//! Us asking partners: an exchange with each, once for each thing that a partner may do.

use super::members::part;
use super::stage::{Stage, dialect};
use super::stub::Case;
use super::{RehearsalError, Script};
use crate::contract::{Planned, Polarity};
use crate::model::Delivery;
use reference::domain::ports::Clock as _;
use reference::token::{self, EXCHANGES, TokenRequest};
use serde_json::{Value, json};
use std::time::Duration;

/// Pause between two looks at an exchange that is still open.
const LOOK: Duration = Duration::from_millis(2);
/// Life of the token that our own systems use.
const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// Starts one exchange a partner and case; partners without a positive contract have no person to ask about.
pub(super) async fn drive(
    stage: &Stage,
    script: &Script<'_>,
) -> Result<Vec<Delivery>, RehearsalError> {
    let mut deliveries = Vec::new();
    for known in &script.partners {
        let id = &known.file.id;
        let asked = script
            .planned
            .iter()
            .find(|planned| planned.consumer == *id && planned.polarity == Polarity::Positive);
        let body = asked.and_then(|planned| mirrored(planned, id));
        let (Some(stub), Some(body)) = (stage.stubs.get(id), body) else {
            continue;
        };
        for case in Case::ALL {
            stub.play(case, dialect(known)).await;
            let key = format!("rehearsal-{id}-{}", case.word());
            let view = exchange(stage, script, &key, &body).await?;
            let text = |name: &str| view.get(name).and_then(Value::as_str).map(str::to_owned);
            let (state, calls) = case.expected();
            deliveries.push(Delivery {
                partner: id.clone(),
                case: case.word().to_owned(),
                requests: stub.seen().await,
                state: text("state").unwrap_or_else(|| "refused".to_owned()),
                code: text("code"),
                expected: (state.to_owned(), calls),
            });
        }
    }
    Ok(deliveries)
}

/// The consumer's own request, seen from the other side: it discloses, we receive.
fn mirrored(planned: &Planned, partner: &str) -> Option<Value> {
    let request: Value = serde_json::from_slice(&planned.request.body).ok()?;
    let ours = part(&request, "CoverageToMatch")?;
    let theirs = part(&request, "CoverageToLink").unwrap_or(ours);
    let mut consent = part(&request, "Consent")?.clone();
    swap_roles(&mut consent)?;
    Some(json!({
        "kind": "single",
        "partner": partner,
        "member_patient": part(&request, "MemberPatient")?,
        "coverage_to_match": theirs,
        "coverage_to_link": ours,
        "consent": consent,
        "attestation": {"opted_in": true, "enrolled": true},
    }))
}

/// Discloser and recipient change places.
fn swap_roles(consent: &mut Value) -> Option<()> {
    let actors = consent.pointer_mut("/provision/actor")?.as_array_mut()?;
    let [first, second, ..] = actors.as_mut_slice() else {
        return None;
    };
    let role = first.get("role")?.clone();
    let other = second.get("role")?.clone();
    *first.get_mut("role")? = other;
    *second.get_mut("role")? = role;
    Some(())
}

/// Starts an exchange and looks at it until it is over.
async fn exchange(
    stage: &Stage,
    script: &Script<'_>,
    key: &str,
    body: &Value,
) -> Result<Value, RehearsalError> {
    let url = format!("http://{}/exchanges", stage.running.enterprise);
    let started = stage
        .http
        .post(&url)
        .bearer_auth(token(stage, script)?)
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await?;
    if !started.status().is_success() {
        return Ok(started.json().await.unwrap_or_default());
    }
    let begun: Value = started.json().await.unwrap_or_default();
    let Some(id) = begun.get("id").and_then(Value::as_str) else {
        return Ok(begun);
    };
    loop {
        let view = stage
            .http
            .get(format!("{url}/{id}"))
            .bearer_auth(token(stage, script)?)
            .send()
            .await?;
        let view: Value = view.json().await.unwrap_or_default();
        let state = view.get("state").and_then(Value::as_str);
        if matches!(state, Some("fulfilled" | "failed" | "dead-lettered") | None) {
            return Ok(view);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn token(stage: &Stage, script: &Script<'_>) -> Result<String, RehearsalError> {
    Ok(token::issue(
        &stage.key,
        &TokenRequest {
            client: "enterprise",
            audience: &script.us.id,
            scopes: &[EXCHANGES],
            issued_at: stage.clock.now(),
            lifetime: TOKEN_LIFE,
        },
    )?)
}
