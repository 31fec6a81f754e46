//! The registry as two operators change it while partners call: certificates and keys of a partner come and go.
//! Refuses to start the service again.

use crate::fort::{Caller, Fort};
use crate::matched;
use crate::support::Answer;
use crate::support::stores::stores;
use reference::domain::operator::Role;
use reference::token::{MEMBER_MATCH, role_scope};
use reqwest::Method;
use std::collections::BTreeSet;
use toml::Value;

/// A call of somebody of ours in the role `control`.
async fn control(
    fort: &Fort,
    who: &Caller,
    (method, path): (Method, &str),
    text: &str,
    seen: &str,
) -> Answer {
    let token = fort.role_token(&who.id, &role_scope(Role::Control), &who.credential);
    let sent = who
        .http
        .request(method, Fort::url(fort.service.running.admin, path))
        .bearer_auth(token)
        .header("x-purpose", "operations")
        .header("x-reason", "a partner changes its proofs")
        .header("if-match", seen)
        .body(text.to_owned());
    Answer::of(sent.send().await.unwrap()).await
}

/// The registry in force, changed, under the next number; and the tag of the one in force.
async fn changed(fort: &Fort, change: impl FnOnce(&mut Vec<Value>)) -> (String, String) {
    let get = (Method::GET, "/control/partners");
    let shown = control(fort, &fort.desk, get, "", "").await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let json = shown.json();
    let text = json["in_force"]["document"].as_str().unwrap();
    let mut document: toml::Table = toml::from_str(text).unwrap();
    let next = json["in_force"]["number"].as_i64().unwrap() + 1;
    document.insert("number".to_owned(), Value::Integer(next));
    change(document["partner"].as_array_mut().unwrap());
    let tag = shown.header("etag").unwrap().to_owned();
    (toml::to_string(&document).unwrap(), tag)
}

/// What is registered of a partner becomes that of this caller.
fn becomes(partners: &mut [Value], id: &str, caller: &Caller) {
    let mut partners = partners.iter_mut();
    let partner = partners.find(|one| one["id"].as_str() == Some(id)).unwrap();
    let registration = Value::try_from(caller.registration()).unwrap();
    partner
        .as_table_mut()
        .unwrap()
        .insert("registration".to_owned(), registration);
}

async fn published(fort: &Fort, number: u32, (text, tag): &(String, String)) -> Answer {
    let put = (Method::PUT, "/control/partners");
    let waits = control(fort, &fort.desk, put, text, tag).await;
    if waits.status != 202 {
        return waits;
    }
    let path = format!("/control/partners/{number}/approve");
    control(fort, &fort.operator, (Method::POST, &path), "", "").await
}

/// Does a token of this caller, whose id is contoso, come to be?
async fn gets_in(fort: &Fort, caller: &Caller) -> bool {
    let assertion = fort.assertion(caller, |claims| {
        (claims["iss"], claims["sub"]) = ("contoso".into(), "contoso".into());
    });
    let answer = fort
        .ask_token(caller, &assertion, &[("scope", MEMBER_MATCH)])
        .await;
    assert!([200, 401, 403].contains(&answer.status), "{}", answer.text);
    answer.status == 200
}

#[tokio::test]
async fn a_partner_changes_its_certificate_and_keys_without_a_restart_and_the_old_ones_are_refused()
{
    for place in stores().await {
        let fort = Fort::with(|scene| {
            scene.config.store = place.at.clone();
            let protection = scene.config.protection.as_mut().unwrap();
            for account in &mut protection.accounts {
                account.actions = BTreeSet::from([role_scope(Role::Control)]);
            }
        })
        .await;
        let next = Caller::new("contoso-next", &fort.authority);
        assert!(gets_in(&fort, &fort.contoso).await && !gets_in(&fort, &next).await);

        // One certificate for two partners would prove neither: refused whole.
        let both = changed(&fort, |all| becomes(all, "contoso", &fort.northwind)).await;
        let refused = published(&fort, 2, &both).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (422, Some("control/refused"))
        );
        assert!(gets_in(&fort, &fort.contoso).await, "{}", place.name);

        let moved = changed(&fort, |all| becomes(all, "contoso", &next)).await;
        let agreed = published(&fort, 2, &moved).await;
        assert_eq!(agreed.status, 200, "{}", agreed.text);
        assert!(
            gets_in(&fort, &next).await && !gets_in(&fort, &fort.contoso).await,
            "{}",
            place.name
        );
        assert_eq!(
            matched(&fort).await.status,
            200,
            "the other partner is left alone"
        );

        let gone = changed(&fort, |all| {
            all.retain(|one| one["id"].as_str() != Some("contoso"))
        })
        .await;
        let agreed = published(&fort, 3, &gone).await;
        assert_eq!(agreed.status, 200, "{}", agreed.text);
        assert!(!gets_in(&fort, &next).await && !gets_in(&fort, &fort.contoso).await);
        assert_eq!(matched(&fort).await.status, 200);
        fort.service.running.stop().await;
    }
}

#[tokio::test]
async fn a_service_that_others_can_reach_does_not_start_without_a_key_for_digests() {
    let fort = Fort::new().await;
    let mut config = fort.scene.config.clone();
    config.digest_key = None;
    let refused = reference::start(config).await.err();
    assert!(matches!(refused, Some(reference::StartError::NoDigestKey)));
}
