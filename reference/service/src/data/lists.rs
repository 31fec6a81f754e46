//! The lists of those who were found, for the payer that asked: one by its id, or all that fit a search.
//! Refuses to tell a list of somebody else from one that does not exist.

use super::Plane;
use super::bulk::run::caller;
use super::export::run::payer;
use super::read::note;
use super::respond::Refused;
use crate::store::{List, Membership};
use crate::telemetry::Context;
use domain::bulk::{Found, Heading, LISTS, Line, group};
use domain::consent::Identifier;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::message::group::{MatchOutcome, OUTCOMES};
use domain::record::Instant;
use serde_json::{Value, json};

/// Lists in one page of a search.
///
/// Source: ours
const PAGE: usize = 20;

/// Members after which a page takes no further list.
///
/// Source: ours; a list of ten thousand members takes some ten megabytes
const FULL: usize = 10_000;

/// What a search is for. Words that the guide does not name are not looked at, as FHIR has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// Tokens of which one has to fit.
    pub identifier: Option<String>,
    pub characteristic: Option<String>,
    /// The last list of the page before.
    pub after: String,
}

/// The list of this id.
///
/// Source: PDex 2.2.0 pdex-161, pdex-163
pub(crate) async fn one(
    plane: &Plane,
    context: &Context,
    client: &PartnerId,
    id: &str,
) -> Result<Value, Refused> {
    let list = plane.store.list(client, id).await?;
    let list = list.ok_or(Code::NotYourResource)?;
    note(plane, context, client, "list/read-by-its-partner").await?;
    resource(plane, client, &list)
}

/// The lists of the caller that fit, as a page.
///
/// Source: PDex 2.2.0 pdex-157, pdex-160, pdex-161; FHIR R4 search, token
pub(crate) async fn search(
    plane: &Plane,
    context: &Context,
    client: &PartnerId,
    search: &Search,
    base: &str,
) -> Result<Value, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(client).ok_or(Code::TokenInvalid)?;
    let asked_by = caller(partner);
    let mut fitting = Vec::new();
    let mut after = search.after.clone();
    if fits(search.characteristic.as_deref(), OUTCOMES, "match") {
        loop {
            let ids = plane.store.lists_of(client, &after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            fitting.extend(
                ids.into_iter()
                    .filter(|id| identified(search, &asked_by, id)),
            );
            if fitting.len() > PAGE {
                break;
            }
        }
    }
    let mut entries = Vec::new();
    let mut members = 0_usize;
    for id in fitting.iter().take(PAGE) {
        if members >= FULL {
            break;
        }
        let list = one(plane, context, client, id).await?;
        let listed = list.get("member").and_then(Value::as_array);
        members = members.saturating_add(listed.map_or(0, Vec::len));
        entries.push(json!({
            "fullUrl": format!("{base}/Group/{id}"),
            "resource": list,
            "search": {"mode": "match"},
        }));
    }
    let given = fitting.get(..entries.len()).unwrap_or_default();
    let next = given.last().filter(|_| given.len() < fitting.len());
    Ok(page(search, base, &entries, next.map(String::as_str)))
}

fn identified(search: &Search, asked_by: &Identifier, id: &str) -> bool {
    let tokens = search.identifier.as_deref();
    fits(tokens, &asked_by.system, &asked_by.value) || fits(tokens, LISTS, id)
}

/// Does one of the tokens mean this code of this system?
fn fits(tokens: Option<&str>, system: &str, code: &str) -> bool {
    let fits = |token: &str| match token.split_once('|') {
        Some((asked, value)) => asked == system && (value.is_empty() || value == code),
        None => token == code,
    };
    tokens.is_none_or(|tokens| tokens.split(',').any(fits))
}

fn page(search: &Search, base: &str, entries: &[Value], next: Option<&str>) -> Value {
    let address = |after: &str| {
        let asked = [
            ("identifier", search.identifier.as_deref()),
            ("characteristic", search.characteristic.as_deref()),
            ("_after", Some(after).filter(|after| !after.is_empty())),
        ];
        let named = asked.into_iter();
        let named = named.filter_map(|(name, value)| Some(format!("{name}={}", escaped(value?))));
        format!("{base}/Group?{}", named.collect::<Vec<_>>().join("&"))
    };
    let mut links = vec![json!({"relation": "self", "url": address(&search.after)})];
    if let Some(next) = next {
        links.push(json!({"relation": "next", "url": address(next)}));
    }
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "link": links});
    if let (Some(members), false) = (bundle.as_object_mut(), entries.is_empty()) {
        members.insert("entry".to_owned(), entries.into());
    }
    bundle
}

/// A text as it stands in a query.
///
/// Source: RFC 3986 2.3
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                all.push(char::from(byte));
            }
            other => all.push_str(&format!("%{other:02X}")),
        }
        all
    })
}

fn resource(plane: &Plane, client: &PartnerId, list: &List) -> Result<Value, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(client).ok_or(Code::TokenInvalid)?;
    let lines: Vec<Line> = list.members.iter().filter_map(line).collect();
    let heading = Heading {
        id: &list.id,
        us: &payer(&snapshot),
        caller: &caller(partner),
        at: Instant::new(list.asked_at),
    };
    Ok(group(MatchOutcome::Match, &lines, &heading))
}

fn line(member: &Membership) -> Option<Line> {
    let found = Found {
        patient: member.patient.clone(),
        umb: member.umb.clone(),
    };
    Line::of_submitted(member.submitted.as_ref()?, Some(found))
}
