//! One handler per provider state that this service can be put into.
//! Refuses parameters that it does not know, so that a contract is never satisfied by accident.

mod export;
mod matched;

use super::Stage;
use crate::config::{Member, derived};
use crate::data::Outage;
use crate::security::token::{self, MEMBER_MATCH, TokenRequest};
use crate::store::StoreError;
use chrono::NaiveDate;
use domain::consent::Standing;
use domain::ids::PartnerId;
use domain::masked::Masked;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The vocabulary of provider states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Authorization,
    Consent,
    Coverage,
    History,
    Job,
    Member,
    Outage,
    Partner,
    Request,
    Throttle,
}

impl std::str::FromStr for Name {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "authorization" => Self::Authorization,
            "consent" => Self::Consent,
            "coverage" => Self::Coverage,
            "history" => Self::History,
            "job" => Self::Job,
            "member" => Self::Member,
            "outage" => Self::Outage,
            "partner" => Self::Partner,
            "request" => Self::Request,
            "throttle" => Self::Throttle,
            _ => return Err(()),
        })
    }
}

/// Why a state was not set.
#[derive(Debug)]
pub(super) enum Unset {
    /// The state, or the way it is asked for, is in the vocabulary but not built.
    Unhandled,
    /// A parameter is missing, unknown, or of the wrong kind.
    Invalid(&'static str),
    Store(StoreError),
}

impl From<StoreError> for Unset {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

type Params = Map<String, Value>;
type Values = Map<String, Value>;

/// How long a token of the state `authorization` lives.
///
/// Source: PDex names no life; SMART Backend Services recommends at most 300 s
const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// Sets one state and gives the values that it makes known.
pub(super) async fn set(
    stage: &Stage,
    name: &str,
    params: &Params,
    consumer: Option<&str>,
) -> Result<Values, Unset> {
    match name.parse().map_err(|()| Unset::Invalid("name"))? {
        Name::Member => member(stage, params).await,
        Name::Coverage => coverage(stage, params).await,
        Name::Consent => consent(stage, params).await,
        Name::Partner => partner(stage, params),
        Name::Authorization => authorization(stage, params, consumer),
        Name::Throttle => throttle(stage, params),
        Name::Outage => outage(stage, params),
        Name::History => export::history(stage, params).await,
        Name::Job => export::job(stage, params, consumer).await,
        Name::Request => matched::request(stage, params, consumer).await,
    }
}

async fn member(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(params, &["ref", "matches", "tier", "identifiers"])?;
    let reference = text(params, "ref")?.ok_or(Unset::Invalid("ref"))?;
    let known = stage.book.get(reference).ok_or(Unset::Invalid("ref"))?;
    let matches = count(params, "matches")?.unwrap_or(1);
    let built = text(params, "tier")?.is_none_or(|tier| tier == "deterministic");
    if !built || params.contains_key("identifiers") {
        return Err(Unset::Unhandled);
    }
    let store = &stage.shared.plane.store;
    store.remove_member(reference).await?;
    for number in 0..matches {
        store.put_member(&double(known, number)).await?;
    }
    let mut values = Values::new();
    if matches > 0 {
        values.insert("patient".to_owned(), json!(known.patient.expose()));
        values.insert("umb".to_owned(), json!(known.umb.expose()));
        values.insert("memberId".to_owned(), json!(known.member_id.expose()));
    }
    Ok(values)
}

/// The person itself, or another one whom the request cannot tell from it.
fn double(known: &Member, number: u64) -> Member {
    if number == 0 {
        return known.clone();
    }
    let reference = format!("{}-{number}", known.reference);
    Member {
        patient: Masked::new(derived("pat", &reference)),
        umb: Masked::new(derived("umb", &reference)),
        reference,
        ..known.clone()
    }
}

async fn coverage(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(params, &["member", "role", "period", "memberId"])?;
    let reference = text(params, "member")?.ok_or(Unset::Invalid("member"))?;
    let known = stage.book.get(reference).ok_or(Unset::Invalid("member"))?;
    let ours = text(params, "role")?.is_none_or(|role| role == "old");
    if let Some(number) = text(params, "memberId")?.filter(|_| ours) {
        let member = Member {
            member_id: Masked::new(number.to_owned()),
            ..known.clone()
        };
        stage.shared.plane.store.put_member(&member).await?;
    }
    Ok(Values::new())
}

/// What our own records say; the consent itself comes with the request.
async fn consent(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(
        params,
        &["member", "status", "policy", "recipient", "period"],
    )?;
    let reference = text(params, "member")?.ok_or(Unset::Invalid("member"))?;
    if !stage.book.contains_key(reference) {
        return Err(Unset::Invalid("member"));
    }
    let today = stage.shared.plane.now().date_naive();
    let over = match params.get("period") {
        None => false,
        Some(period) => {
            let end = period.get("end").and_then(Value::as_str);
            let end: Option<NaiveDate> = end.and_then(|end| end.parse().ok());
            end.ok_or(Unset::Invalid("period"))? < today
        }
    };
    let standing = match (text(params, "status")?, text(params, "recipient")?) {
        (Some("revoked"), _) => Standing::OptedOut,
        (Some("expired"), _) => Standing::Ended,
        (Some("active" | "absent"), _) if over => Standing::Ended,
        (Some("active" | "absent"), Some("other")) => Standing::OtherRecipient,
        (Some("active" | "absent"), Some("caller") | None) => Standing::Open,
        (Some("active" | "absent"), Some(_)) => return Err(Unset::Invalid("recipient")),
        (Some(_) | None, _) => return Err(Unset::Invalid("status")),
    };
    stage
        .shared
        .plane
        .store
        .set_standing(reference, standing)
        .await?;
    Ok(Values::new())
}

/// Which dialect a partner asks in.
fn partner(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(params, &["profile", "answer"])?;
    let plane = &stage.shared.plane;
    let profile = text(params, "profile")?.ok_or(Unset::Invalid("profile"))?;
    let id = PartnerId::new(profile);
    let mut snapshot = (*plane.snapshot()).clone();
    let partner = snapshot
        .partners
        .get_mut(&id)
        .ok_or(Unset::Invalid("profile"))?;
    if let Some(answer) = text(params, "answer")? {
        if plane.dialects.get(answer).is_none() {
            return Err(Unset::Unhandled);
        }
        partner.edition = answer.to_owned();
        snapshot.number = snapshot.number.saturating_add(1);
        plane.publish(snapshot);
    }
    Ok(Values::new())
}

/// A token for the consumer of the contract, as the value of its `Authorization` header.
fn authorization(stage: &Stage, params: &Params, consumer: Option<&str>) -> Result<Values, Unset> {
    only(params, &["scopes", "token"])?;
    let snapshot = stage.shared.plane.snapshot();
    let client = client(stage, consumer)?;
    let now = stage.shared.plane.now();
    let issued_at = match text(params, "token")? {
        Some("valid") | None => now,
        Some("expired") => now - TOKEN_LIFE,
        Some("wrong-member") => return Err(Unset::Unhandled),
        Some(_) => return Err(Unset::Invalid("token")),
    };
    let scopes: Vec<&str> = match params.get("scopes") {
        None => vec![MEMBER_MATCH],
        Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(Unset::Invalid("scopes")),
    };
    let request = TokenRequest {
        client: client.as_str(),
        audience: snapshot.us.id.as_str(),
        scopes: &scopes,
        issued_at,
        lifetime: TOKEN_LIFE,
    };
    let token = token::issue(&stage.control.signer, &request).map_err(|_| Unset::Unhandled)?;
    let mut values = Values::new();
    values.insert("authorization".to_owned(), json!(format!("Bearer {token}")));
    Ok(values)
}

/// Who the consumer of the contract is among our partners; the first of them where nobody is named.
fn client(stage: &Stage, consumer: Option<&str>) -> Result<PartnerId, Unset> {
    let snapshot = stage.shared.plane.snapshot();
    match consumer {
        Some(consumer) => Ok(PartnerId::new(consumer)),
        None => snapshot
            .partners
            .keys()
            .next()
            .cloned()
            .ok_or(Unset::Unhandled),
    }
}

fn throttle(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(params, &["limit", "retryAfterS"])?;
    let limit = count(params, "limit")?.ok_or(Unset::Invalid("limit"))?;
    let wait = Duration::from_secs(count(params, "retryAfterS")?.unwrap_or(1));
    stage.shared.plane.conditions.throttle(limit, wait);
    Ok(Values::new())
}

fn outage(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(params, &["dependency", "kind"])?;
    let outage = match text(params, "dependency")? {
        Some("store") => Outage::Store,
        Some("member-store") => Outage::MemberStore,
        Some(_) => return Err(Unset::Unhandled),
        None => return Err(Unset::Invalid("dependency")),
    };
    stage.shared.plane.conditions.take_away(outage);
    Ok(Values::new())
}

fn only(params: &Params, known: &[&str]) -> Result<(), Unset> {
    let all_known = params.keys().all(|name| known.contains(&name.as_str()));
    all_known.then_some(()).ok_or(Unset::Invalid("unknown"))
}

fn text<'a>(params: &'a Params, name: &'static str) -> Result<Option<&'a str>, Unset> {
    match params.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Unset::Invalid(name)),
    }
}

fn count(params: &Params, name: &'static str) -> Result<Option<u64>, Unset> {
    match params.get(name) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(Unset::Invalid(name)),
    }
}
