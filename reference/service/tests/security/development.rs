//! What a developer is given: files that open every door of a service on this machine, and none of another.
//! Refuses to know how the files are made: they are used as they lie there.

use crate::certificates::Credential;
use crate::support::Scene;
use crate::support::request::{Person, member_match};
use reference::clock::{ManualClock, SystemClock, Winding};
use reference::domain::ports::Clock as _;
use reference::{DevCaller, DevFort, DevelopmentError, dev_fort};
use std::path::Path;
use std::sync::Arc;

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn client(authority: &Path, caller: Option<&DevCaller>) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(text(authority).as_bytes()).unwrap();
    let builder = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([authority]);
    let shown = caller.map(|caller| Credential {
        certificate: text(&caller.certificate),
        key: text(&caller.key),
    });
    match shown {
        Some(shown) => builder.identity(shown.identity()),
        None => builder,
    }
    .build()
    .unwrap()
}

#[tokio::test]
async fn the_files_for_development_open_every_listener_and_only_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    // Certificates are for today: clients check ours against the clock of the machine.
    scene.config.clock = Arc::new(SystemClock);
    let first = dev_fort(folder.path(), &mut scene.config).unwrap();
    let old = text(&first.partner.token);
    // A second start makes everything anew but the signing keys.
    let key = std::fs::read(folder.path().join("signing-key.p8")).unwrap();
    let fort = dev_fort(folder.path(), &mut scene.config).unwrap();
    assert_eq!(
        std::fs::read(folder.path().join("signing-key.p8")).unwrap(),
        key
    );
    let service = scene.start().await;
    let running = &service.running;
    let body = member_match(&Person::number(0), &fort.partner.id).to_string();
    let ask = async |caller: &DevCaller, token: &str| {
        let url = format!("https://{}/Patient/$member-match", running.partner);
        let sent = client(&fort.authority, Some(caller))
            .post(url)
            .bearer_auth(token);
        let sent = sent
            .header("content-type", "application/fhir+json")
            .body(body.clone());
        sent.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask(&fort.partner, &text(&fort.partner.token)).await, 200);
    // The token of the first start was bound to a certificate that is gone.
    assert_eq!(ask(&fort.partner, &old).await, 403);
    assert_eq!(
        ask(&fort.enterprise, &text(&fort.enterprise.token)).await,
        403
    );
    for (address, path, caller) in [
        (running.enterprise, "/exchanges", &fort.enterprise),
        (running.admin, "/audit", &fort.operator),
    ] {
        let url = format!("https://{address}{path}");
        let http = client(&fort.authority, Some(caller));
        let sent = http
            .get(&url)
            .bearer_auth(text(&caller.token))
            .header("x-purpose", "operations");
        assert_eq!(sent.send().await.unwrap().status(), 200, "{path}");
        assert!(
            client(&fort.authority, None)
                .get(&url)
                .send()
                .await
                .is_err()
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_for_development_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    dev_fort(folder.path(), &mut scene.config).unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(files.len() > 12);
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn nothing_for_development_is_made_where_others_could_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    scene.config.bind.admin = "0.0.0.0:0".parse().unwrap();
    let refused = dev_fort(folder.path(), &mut scene.config);
    assert!(matches!(refused, Err(DevelopmentError::NotLoopback(_))));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn tokens_for_development_are_renewed_in_their_files_before_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    // Certificates are for today; from then on the test moves the clock.
    let start = SystemClock.now();
    let clock = Arc::new(ManualClock::new(start, Winding::ByHand));
    scene.config.clock = Arc::clone(&clock) as _;
    let fort = dev_fort(folder.path(), &mut scene.config).unwrap();
    let service = scene.start().await;
    let url = format!("https://{}/exchanges", service.running.enterprise);
    let ask = async || {
        let sent = client(&fort.authority, Some(&fort.enterprise))
            .get(&url)
            .bearer_auth(text(&fort.enterprise.token));
        sent.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask().await, 200);
    clock.advance(DevFort::RENEWAL * 2);
    assert_eq!(
        ask().await,
        200,
        "there is time left when fresh ones are due"
    );
    clock.advance(DevFort::RENEWAL * 2);
    assert_eq!(ask().await, 401);
    fort.renew(clock.now()).unwrap();
    assert_eq!(ask().await, 200);
    let names = std::fs::read_dir(folder.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.ends_with(".fresh")));
}
