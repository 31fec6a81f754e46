//! What a token is good for: one right, one list, one member, and the actions that an account lists.
//! Refuses to take a refusal for granted: beside each stands the call that is allowed.

use crate::certificates::Credential;
use crate::fort::{Fort, JWT_BEARER};
use crate::support::export::everything;
use crate::support::request::{Person, exchange, member_match};
use crate::support::{Answer, now};
use reference::domain::operator::Role;
use reference::token::{
    self, DATA_EXPORT, EXCHANGES, GROUP, MEMBER_MATCH, MEMBER_READ, TokenRequest, role_scope,
};
use serde_json::json;
use std::time::Duration;

/// The id of the list that a match of this person makes.
async fn list(fort: &Fort, person: usize) -> String {
    let token = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
    let body = member_match(&Person::number(person), "northwind");
    let answer = fort.ask(&fort.northwind.http, &token, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (_, rest) = answer
        .header("link")
        .unwrap()
        .split_once("/Group/")
        .unwrap();
    rest.split_once('>').unwrap().0.to_owned()
}

async fn kick_off(fort: &Fort, token: &str, group: &str) -> Answer {
    let path = format!("/Group/{group}/$davinci-data-export");
    let sent = fort.northwind.http.post(fort.partner_url(&path));
    let sent = sent.bearer_auth(token).header("prefer", "respond-async");
    let sent = sent.header("content-type", "application/fhir+json");
    Answer::of(sent.body(everything().to_string()).send().await.unwrap()).await
}

async fn get(fort: &Fort, http: &reqwest::Client, token: &str, url: &str) -> Answer {
    let _ = fort;
    Answer::of(http.get(url).bearer_auth(token).send().await.unwrap()).await
}

#[tokio::test]
async fn row_s2_57_a_match_token_cannot_export_and_a_token_of_one_list_is_for_no_other() {
    let fort = Fort::new().await;
    let (one, two) = (list(&fort, 0).await, list(&fort, 1).await);
    assert_ne!(one, two);
    let matching = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
    assert_eq!(kick_off(&fort, &matching, &one).await.status, 403);
    let first = fort.token(&fort.northwind, GROUP, Some(&one)).await;
    let taken = kick_off(&fort, &first, &one).await;
    assert_eq!(taken.status, 202, "{}", taken.text);
    assert_eq!(kick_off(&fort, &first, &two).await.status, 403);
    assert_eq!(
        kick_off(&fort, &first, &format!("%67{}", two.get(1..).unwrap()))
            .await
            .status,
        403
    );
    // Nor does it match, nor read the job of the other list, nor its files.
    let body = member_match(&Person::number(0), "northwind");
    assert_eq!(
        fort.ask(&fort.northwind.http, &first, &body).await.status,
        403
    );
    let second = fort.token(&fort.northwind, GROUP, Some(&two)).await;
    let job = taken.header("content-location").unwrap();
    let http = &fort.northwind.http;
    assert_eq!(get(&fort, http, &second, job).await.status, 403);
    assert_eq!(
        get(&fort, http, &second, &format!("{job}/Patient.ndjson"))
            .await
            .status,
        403
    );
    assert_ne!(get(&fort, http, &first, job).await.status, 403);
    // Another payer is not even told that there is a list.
    let assertion = fort.assertion(&fort.contoso, |_| ());
    let resource = fort.partner_url(&format!("/Group/{one}"));
    let more = [("scope", GROUP), ("resource", resource.as_str())];
    let refused = fort.ask_token(&fort.contoso, &assertion, &more).await;
    assert_eq!(
        (refused.status, refused.json()),
        (400, json!({"error": "invalid_target"}))
    );
}

#[tokio::test]
async fn a_member_token_is_for_one_member_and_only_while_the_consent_holds() {
    let fort = Fort::new().await;
    list(&fort, 0).await;
    let people = &fort.scene.config.members;
    let (mine, other) = (people[0].patient.expose(), people[1].patient.expose());
    let ask = async |subject: &str| {
        let own = fort.assertion(&fort.northwind, |_| ());
        let about = fort.assertion(&fort.northwind, |claims| claims["sub"] = json!(subject));
        let more = [("grant_type", JWT_BEARER), ("assertion", about.as_str())];
        fort.ask_token(&fort.northwind, &own, &more).await
    };
    for name in [
        mine.clone(),
        format!("Patient/{mine}"),
        people[0].umb.expose().clone(),
    ] {
        let answer = ask(&name).await;
        assert_eq!(
            (answer.status, &answer.json()["scope"]),
            (200, &json!(MEMBER_READ))
        );
    }
    let refused = json!({"error": "invalid_grant"});
    for name in [other.as_str(), "pat-unknown", "northwind"] {
        let answer = ask(name).await;
        assert_eq!((answer.status, answer.json()), (400, refused.clone()));
    }
    let token = ask(mine).await.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let http = &fort.northwind.http;
    for path in [
        format!("/Patient/{other}/$everything"),
        format!("/Coverage?patient={other}"),
        format!("/Coverage?patient={mine}&patient={other}"),
        "/Coverage".to_owned(),
        "/async/job".to_owned(),
    ] {
        assert_eq!(
            get(&fort, http, &token, &fort.partner_url(&path))
                .await
                .status,
            404,
            "{path}"
        );
    }
    let body = member_match(&Person::number(0), "northwind");
    assert_eq!(fort.ask(http, &token, &body).await.status, 404);
    // The consent of the match ends with the year.
    fort.service
        .clock
        .set("2027-01-02T00:00:00Z".parse().unwrap());
    let later = fort.client(Some(&fort.authority.client_with(
        &crate::fort::uri("northwind"),
        |params| {
            params.not_after = rcgen::date_time_ymd(2028, 1, 1);
        },
    )));
    let own = fort.assertion(&fort.northwind, |_| ());
    let about = fort.assertion(&fort.northwind, |claims| claims["sub"] = json!(mine));
    let form = [
        ("grant_type", JWT_BEARER),
        ("client_assertion_type", crate::fort::BY_ASSERTION),
        ("client_assertion", own.as_str()),
        ("assertion", about.as_str()),
    ];
    let answer = fort.post_token(&later, &form).await;
    assert_eq!((answer.status, answer.json()), (400, refused));
}

/// Starts an exchange as `http` with this token.
async fn start(fort: &Fort, http: &reqwest::Client, token: &str) -> u16 {
    let url = Fort::url(fort.service.running.enterprise, "/exchanges");
    let sent = http
        .post(url)
        .bearer_auth(token)
        .header("idempotency-key", "one");
    let body = exchange(&Person::number(0), "northwind");
    sent.json(&body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn row_s2_57_an_account_does_what_it_lists_and_a_partner_does_none_of_it() {
    let fort = Fort::new().await;
    let shown = |credential: &Credential, client: &str, scope: &str| {
        fort.role_token(client, scope, credential)
    };
    let desk = &fort.desk;
    assert_eq!(
        start(
            &fort,
            &desk.http,
            &shown(&desk.credential, "desk", EXCHANGES)
        )
        .await,
        202
    );
    let northwind = &fort.northwind;
    for (what, http, token) in [
        (
            "a partner",
            &northwind.http,
            shown(&northwind.credential, "northwind", EXCHANGES),
        ),
        (
            "a partner as the desk",
            &northwind.http,
            shown(&northwind.credential, "desk", EXCHANGES),
        ),
        (
            "a stolen token",
            &northwind.http,
            shown(&desk.credential, "desk", EXCHANGES),
        ),
        (
            "an action in the place of another",
            &desk.http,
            shown(&desk.credential, "desk", MEMBER_MATCH),
        ),
        (
            "an account that is none",
            &desk.http,
            shown(&desk.credential, "nobody", EXCHANGES),
        ),
    ] {
        assert_eq!(start(&fort, http, &token).await, 403, "{what}");
    }
    let token = fort.token(northwind, MEMBER_MATCH, None).await;
    assert_eq!(start(&fort, &northwind.http, &token).await, 403);
    // The desk is no operator, whatever a token says.
    for role in Role::ALL {
        let token = shown(&desk.credential, "desk", &role_scope(*role));
        let url = Fort::url(fort.service.running.admin, "/audit");
        let answer = desk
            .http
            .get(url)
            .bearer_auth(token)
            .header("x-purpose", "operations");
        assert!(
            [403, 404].contains(&answer.send().await.unwrap().status().as_u16()),
            "{role}"
        );
    }
}

/// Without certificates nothing has changed, but a bound token is not taken for an unbound one.
#[tokio::test]
async fn a_bound_token_is_worth_nothing_where_certificates_are_not_asked_for() {
    use crate::support::Scene;
    let service = Scene::new().start().await;
    let person = Person::number(0);
    let path = service.matched("northwind", &person).await;
    let id = path.strip_prefix("/Group/").unwrap();
    let issue = |bounds: &token::Bounds, scope: &str| {
        let request = TokenRequest {
            client: "northwind",
            audience: "payer-exchange",
            scopes: &[scope],
            issued_at: now(),
            lifetime: Duration::from_secs(300),
        };
        token::issue_bound(&service.key, &request, bounds).unwrap()
    };
    let kick = async |token: String| {
        let url = format!(
            "http://{}{path}/$davinci-data-export",
            service.running.partner
        );
        let sent = service
            .http
            .post(url)
            .bearer_auth(token)
            .header("prefer", "respond-async");
        sent.body(everything().to_string())
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    let certificate = token::Bounds {
        certificate: Some("x".to_owned()),
        ..token::Bounds::default()
    };
    let list = |group: &str| token::Bounds {
        group: Some(group.to_owned()),
        ..token::Bounds::default()
    };
    assert_eq!(kick(issue(&certificate, DATA_EXPORT)).await, 403);
    assert_eq!(kick(issue(&list("other"), GROUP)).await, 403);
    assert_eq!(kick(issue(&token::Bounds::default(), GROUP)).await, 403);
    assert_eq!(kick(issue(&list(id), GROUP)).await, 202);
}
