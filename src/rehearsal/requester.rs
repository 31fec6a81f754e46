//! Us asking partners: one exchange for every interaction of the contracts in which we are the consumer.
//! Refuses to know whether an exchange ended as it must.

use super::lane::{Bill, Lane, Pace};
use super::members::part;
use super::stub::is_playable;
use super::{RehearsalError, Script};
use crate::catalogue::Partner;
use crate::contract::{Contract, Interaction};
use crate::model::{Call, Delivery};
use reference::domain::failure::Code;
use serde_json::{Value, json};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// The one operation that an exchange of one member starts with.
const MATCH: &str = "/Patient/$member-match";
/// The entry whose versions our service judges its own requests by.
const REQUEST: &str = "hrex-member-match-request";

/// Starts every exchange that our contracts show; partners without such a contract are not asked.
pub(super) async fn drive(script: &Script<'_>) -> Result<Vec<Delivery>, RehearsalError> {
    let mut schemas = script.schemas.clone();
    schemas.retain(|id, _| id.split('@').next() == Some(REQUEST));
    let mut bills: Vec<Bill<'_>> = Vec::new();
    for partner in &script.partners {
        let bill = |plays, pace| Bill {
            us: script.us,
            partner,
            schemas: &schemas,
            as_of: script.as_of,
            plays,
            pace,
        };
        for pace in [Pace::Agreed, Pace::Short] {
            let plays = plays(script, partner, pace);
            bills.extend((!plays.is_empty()).then(|| bill(plays, pace)));
        }
        let alone = plays(script, partner, Pace::Elsewhere).into_iter();
        bills.extend(alone.map(|play| bill(vec![play], Pace::Elsewhere)));
    }
    let lanes = bills
        .iter()
        .map(|bill| Box::pin(played(bill)) as Running<'_>);
    let mut deliveries = Vec::new();
    for lane in together(lanes.collect()).await {
        deliveries.extend(lane?);
    }
    Ok(deliveries)
}

/// What is played of a partner at one pace.
fn plays<'a>(
    script: &Script<'a>,
    partner: &Partner,
    pace: Pace,
) -> Vec<(&'a Contract, &'a Interaction)> {
    let of = script.ours.iter().copied();
    of.filter(|contract| contract.provider == partner.file.id)
        .flat_map(|contract| contract.interactions.iter().map(move |one| (contract, one)))
        .filter(|(_, one)| one.request.path == MATCH && Pace::of(one) == pace)
        .filter(|(_, one)| {
            let fault = one.terms.fault.as_ref();
            fault.is_none_or(|fault| is_playable(fault.kind))
        })
        .collect()
}

/// Everything that one lane plays, one after the other.
async fn played(bill: &Bill<'_>) -> Result<Vec<Delivery>, RehearsalError> {
    let lane = Lane::open(bill).await?;
    let mut deliveries = Vec::new();
    for (contract, interaction) in &bill.plays {
        deliveries.extend(delivered(&lane, bill, contract, interaction).await?);
    }
    lane.close().await;
    Ok(deliveries)
}

async fn delivered(
    lane: &Lane<'_>,
    bill: &Bill<'_>,
    contract: &Contract,
    interaction: &Interaction,
) -> Result<Option<Delivery>, RehearsalError> {
    let partner = &bill.partner.file.id;
    let Some(body) = started(interaction, partner) else {
        return Ok(None);
    };
    lane.stub.play(interaction).await?;
    let view = lane.exchange(&interaction.key, &body).await?;
    let text = |name: &str| view.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Some(Delivery {
        partner: partner.clone(),
        contract: contract.path.clone(),
        interaction: interaction.key.clone(),
        requests: lane.stub.seen(),
        arrived: lane.stub.arrived(),
        calls: calls(&view),
        state: text("state").unwrap_or_else(|| "refused".to_owned()),
        code: text("code"),
    }))
}

/// An exchange with `partner` that ends well when it is played as our contracts show; none without such a contract.
pub(super) fn sample(script: &Script<'_>, partner: &Partner) -> Option<Value> {
    let plays = plays(script, partner, Pace::Agreed).into_iter();
    let mut good = plays.filter(|(_, one)| one.response.status == 200 && one.terms.fault.is_none());
    good.find_map(|(_, one)| started(one, &partner.file.id))
}

/// What our own system asks for so that the partner is sent the request of the interaction.
fn started(interaction: &Interaction, partner: &str) -> Option<Value> {
    let request = interaction.request.content.body.json()?.value();
    let either = |names: [&str; 2]| names.into_iter().find_map(|name| part(request, name));
    let mut body = json!({
        "kind": "single",
        "partner": partner,
        "member_patient": either(["MemberPatient", "MemberPatient"])?,
        "coverage_to_match": either(["CoverageToMatch", "OldCoverage"])?,
        "consent": part(request, "Consent")?,
        "attestation": {"opted_in": true, "enrolled": true},
    });
    let link = either(["CoverageToLink", "NewCoverage"]);
    if let (Some(link), Some(members)) = (link, body.as_object_mut()) {
        members.insert("coverage_to_link".to_owned(), link.clone());
    }
    Some(body)
}

/// Every call of an exchange, by how its failure is treated.
fn calls(view: &Value) -> Vec<Call> {
    let attempts = view.get("attempts").and_then(Value::as_array);
    let call = |attempt: &Value| {
        let code = attempt.get("code").and_then(Value::as_str);
        let code = code.and_then(|code| code.parse::<Code>().ok());
        Call {
            class: code.map(|code| code.meaning().class.word().to_owned()),
            wait: attempt
                .get("wait_ms")
                .and_then(Value::as_u64)
                .map(Duration::from_millis),
        }
    };
    attempts.into_iter().flatten().map(call).collect()
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Vec<Delivery>, RehearsalError>> + 'a>>;

/// All of them at once; the results in the order of the list.
async fn together(lanes: Vec<Running<'_>>) -> Vec<Result<Vec<Delivery>, RehearsalError>> {
    let mut lanes: Vec<(Running<'_>, Option<_>)> =
        lanes.into_iter().map(|lane| (lane, None)).collect();
    poll_fn(|context| {
        let mut open = false;
        for (lane, ended) in &mut lanes {
            if ended.is_none() {
                match lane.as_mut().poll(context) {
                    Poll::Ready(result) => *ended = Some(result),
                    Poll::Pending => open = true,
                }
            }
        }
        if open { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    lanes.into_iter().filter_map(|(_, ended)| ended).collect()
}
