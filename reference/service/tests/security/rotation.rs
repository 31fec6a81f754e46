//! Secrets that change while calls go on: nothing fails, and what was replaced is refused when its time is over.
//! Refuses to rest between calls: the load goes on until the last change is made.

use crate::certificates::Authority;
use crate::fort::{Fort, files, write_secrets};
use crate::matched;
use crate::support::log;
use crate::support::request::{Person, member_match};
use reference::Alarm;
use reference::token::{MEMBER_MATCH, SigningKey};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Calls at once while secrets change.
const CALLERS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_s2_58_keys_and_certificates_change_under_load_and_no_request_fails() {
    let fort = Arc::new(Fort::new().await);
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (fort, stop, answered) =
                (Arc::clone(&fort), Arc::clone(&stop), Arc::clone(&answered));
            tokio::spawn(async move {
                let mut wrong = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let answer = matched(&fort).await;
                    answered.fetch_add(1, Ordering::SeqCst);
                    if answer.status != 200 {
                        wrong.push((answer.status, answer.text));
                    }
                }
                wrong
            })
        })
        .collect();
    for round in 1..=5 {
        until(&answered, round * 3 * CALLERS).await;
        write_secrets(
            fort.folder.path(),
            &fort.authority,
            &fort.authority.server(),
        );
        assert!(fort.service.running.rotate().unwrap());
    }
    until(&answered, 6 * 3 * CALLERS).await;
    stop.store(true, Ordering::SeqCst);
    for caller in callers {
        assert_eq!(caller.await.unwrap(), []);
    }
    // Certificates are still asked for.
    let sent = fort
        .client(None)
        .get(fort.partner_url("/.well-known/jwks.json"))
        .send();
    assert!(sent.await.is_err());
    assert_eq!(matched(&fort).await.status, 200);
}

async fn until(answered: &AtomicUsize, count: usize) {
    while answered.load(Ordering::SeqCst) < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn row_s2_58_a_replaced_key_is_believed_within_its_grace_and_refused_after_it() {
    let fort = Fort::new().await;
    let body = member_match(&Person::number(0), "northwind");
    // A token that would outlive the grace of its key by far.
    let key = std::fs::read(files(fort.folder.path()).signing_key).unwrap();
    let old = fort.signed_by(
        &SigningKey::from_pkcs8(&key).unwrap(),
        Duration::from_secs(3600),
    );
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let published = async || {
        let sent = fort
            .northwind
            .http
            .get(fort.partner_url("/.well-known/jwks.json"))
            .send();
        sent.await.unwrap().text().await.unwrap()
    };
    write_secrets(
        fort.folder.path(),
        &fort.authority,
        &fort.authority.server(),
    );
    assert!(fort.service.running.rotate().unwrap());
    assert!(
        !fort.service.running.rotate().unwrap(),
        "nothing has changed since"
    );
    let new = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
    assert_ne!(kid(&old), kid(&new));
    for token in [&old, &new] {
        assert_eq!(
            fort.ask(&fort.northwind.http, token, &body).await.status,
            200
        );
    }
    let keys = published().await;
    assert!(keys.contains(&kid(&old)) && keys.contains(&kid(&new)));
    fort.service.clock.advance(Duration::from_secs(599));
    assert_eq!(
        fort.ask(&fort.northwind.http, &old, &body).await.status,
        200
    );
    fort.service.clock.advance(Duration::from_secs(1));
    let keys = published().await;
    assert!(!keys.contains(&kid(&old)) && keys.contains(&kid(&new)));
    assert_eq!(
        fort.ask(&fort.northwind.http, &old, &body).await.status,
        401
    );
}

#[tokio::test]
async fn an_authority_that_is_no_longer_trusted_opens_nothing_not_even_what_is_open() {
    let fort = Fort::new().await;
    assert_eq!(matched(&fort).await.status, 200);
    let other = Authority::new("other");
    write_secrets(fort.folder.path(), &other, &fort.authority.server());
    assert!(fort.service.running.rotate().unwrap());
    // The connection that was open is answered once more, with a refusal, and closed.
    let path = fort.partner_url("/.well-known/jwks.json");
    let held = fort.northwind.http.get(&path).send().await;
    assert!(held.is_err() || held.is_ok_and(|answer| answer.status() == 403));
    assert!(fort.northwind.http.get(&path).send().await.is_err());
    let theirs = crate::fort::client_of(
        &fort.authority,
        &other.client(&crate::fort::uri("northwind")),
    );
    assert_eq!(theirs.get(&path).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn files_that_do_not_fit_together_change_nothing_and_say_so() {
    let fort = Fort::with(|scene| {
        let protection = scene.config.protection.as_mut().unwrap();
        protection.watch = Some(Duration::from_millis(1));
    })
    .await;
    let paths = files(fort.folder.path());
    let good = std::fs::read(&paths.private_key).unwrap();
    for bad in [
        b"".to_vec(),
        b"no key".to_vec(),
        fort.authority.server().key.into_bytes(),
    ] {
        std::fs::write(&paths.private_key, bad).unwrap();
        let error = fort.service.running.rotate().unwrap_err();
        assert!(!format!("{error:?}").contains("PRIVATE KEY"));
        assert_eq!(matched(&fort).await.status, 200);
    }
    // Whoever watches is told without having asked.
    while fort.service.running.alarms().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(fort.service.running.alarms()[0].alarm, Alarm::Secrets);
    std::fs::write(&paths.private_key, good).unwrap();
    assert!(fort.service.running.rotate().is_ok());
}

#[tokio::test]
async fn new_files_are_taken_up_without_anybody_asking() {
    let fort = Fort::with(|scene| {
        let protection = scene.config.protection.as_mut().unwrap();
        protection.watch = Some(Duration::from_millis(1));
    })
    .await;
    let kid = async || {
        let token = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
        jsonwebtoken::decode_header(&token).unwrap().kid
    };
    let before = kid().await;
    write_secrets(
        fort.folder.path(),
        &fort.authority,
        &fort.authority.server(),
    );
    while kid().await == before {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn row_s2_58_no_secret_is_in_any_line_of_the_log() {
    log::listen();
    let fort = Fort::new().await;
    let assertion = fort.assertion(&fort.northwind, |_| ());
    let answer = fort.ask_token(&fort.northwind, &assertion, &[("scope", MEMBER_MATCH)]);
    let token = answer.await.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = fort.ask_token(&fort.northwind, &assertion, &[("scope", MEMBER_MATCH)]);
    assert_eq!(again.await.status, 401);
    let body = member_match(&Person::number(0), "northwind");
    assert_eq!(
        fort.ask(&fort.northwind.http, &token, &body).await.status,
        200
    );
    let paths = files(fort.folder.path());
    let before = std::fs::read_to_string(&paths.private_key).unwrap();
    write_secrets(
        fort.folder.path(),
        &fort.authority,
        &fort.authority.server(),
    );
    assert!(fort.service.running.rotate().unwrap());
    let logged = log::text();
    assert!(
        logged.contains("secrets are taken up") && logged.contains("an assertion is not believed")
    );
    let mut secrets = vec![token.as_str(), assertion.as_str()];
    secrets.extend(before.lines().filter(|line| !line.starts_with("-----")));
    for part in secrets.iter().flat_map(|secret| secret.split('.')) {
        assert!(
            !logged.contains(part),
            "a secret of {} letters is in the log",
            part.len()
        );
    }
}
