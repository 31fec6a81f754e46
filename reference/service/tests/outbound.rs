//! Calls to a partner that asks for our certificate: who we are there is what our files say, and they may change.
//! Refuses the clock of the machine: the certificates of these tests are good for a century.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[allow(dead_code)]
#[path = "security/certificates.rs"]
mod certificates;
mod support;

use certificates::{Authority, Credential};
use rcgen::date_time_ymd;
use reference::ClientFiles;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::request::{Person, exchange};
use support::stub::scene;
use support::{Scene, Service};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const ANSWER: &str = r#"{"resourceType":"Parameters","parameter":[{"name":"MemberIdentifier","valueIdentifier":{"value":"n"}}]}"#;

/// What a partner has seen of its callers.
#[derive(Default)]
struct Seen {
    /// The certificates of calls that were answered.
    shown: Vec<Vec<u8>>,
    /// Handshakes that came to nothing.
    refused: usize,
}

struct Payer {
    url: String,
    seen: Arc<Mutex<Seen>>,
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// A partner with this certificate that lets in only who has one of the authority.
async fn payer(own: &Credential, lets_in: &Authority) -> Payer {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    roots.add(der(&lets_in.pem())).unwrap();
    let check = WebPkiClientVerifier::builder(Arc::new(roots))
        .build()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap();
    let config = ServerConfig::builder()
        .with_client_cert_verifier(check)
        .with_single_cert(vec![der(&own.certificate)], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Seen::default()));
    let told = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            serve(&acceptor, stream, &told).await;
        }
    });
    Payer { url, seen }
}

async fn serve(acceptor: &TlsAcceptor, stream: tokio::net::TcpStream, seen: &Mutex<Seen>) {
    let mut stream = match acceptor.accept(stream).into_fallible().await {
        Ok(stream) => stream,
        Err((_, mut stream)) => {
            seen.lock().unwrap().refused += 1;
            // Read to its end, so that closing does not overtake the reason.
            let _ = stream.shutdown().await;
            drain(&mut stream).await;
            return;
        }
    };
    let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    whole_request(&mut stream).await;
    let length = ANSWER.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    seen.lock().unwrap().shown.push(shown);
    let answered = stream.write_all(format!("{head}{ANSWER}").as_bytes()).await;
    answered.unwrap();
    let _ = stream.shutdown().await;
    drain(&mut stream).await;
}

async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

async fn whole_request(stream: &mut (impl AsyncRead + Unpin)) {
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the call ended early");
        text.extend_from_slice(&buffer[..read]);
        let so_far = String::from_utf8_lossy(&text).to_ascii_lowercase();
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return;
        }
    }
}

fn ours(authority: &Authority, name: &str) -> Credential {
    authority.client_with(name, |params| {
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
    })
}

fn write(folder: &Path, own: &Credential) {
    std::fs::write(folder.join("client.pem"), &own.certificate).unwrap();
    std::fs::write(folder.join("client-key.pem"), &own.key).unwrap();
}

/// A service that shows `own` to partners, and trusts those of the authority.
async fn shows(own: &Credential, trusted: &Authority, payer: &Payer) -> (Scene, Service, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), own);
    let authorities = folder.path().join("authorities.pem");
    std::fs::write(&authorities, trusted.pem()).unwrap();
    let (mut scene, _) = scene().await;
    scene.config.partners[1].base_url.clone_from(&payer.url);
    scene.config.client_files = Some(ClientFiles {
        certificate: folder.path().join("client.pem"),
        private_key: folder.path().join("client-key.pem"),
        partner_authorities: Some(authorities),
    });
    let service = scene.start().await;
    (scene, service, folder)
}

async fn ended(service: &Service, key: &str) -> (String, String) {
    let request = exchange(&Person::number(5), "contoso");
    let answer = service.start_exchange(key, &request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let view = service
        .once(&id, |view| view["disposition"] != "queued")
        .await;
    let word = |name: &str| view[name].as_str().unwrap_or_default().to_owned();
    (word("state"), word("code"))
}

fn end(state: &str, code: &str) -> (String, String) {
    (state.to_owned(), code.to_owned())
}

#[tokio::test]
async fn a_partner_that_asks_for_a_certificate_is_shown_ours_and_the_new_one_after_a_change() {
    let authority = Authority::new("of the exchange");
    let payer = payer(&authority.server(), &authority).await;
    let first = ours(&authority, "https://payer-exchange.example/payer");
    let (_scene, service, folder) = shows(&first, &authority, &payer).await;
    assert_eq!(ended(&service, "k1").await, end("fulfilled", ""));
    assert!(!service.running.rotate().unwrap(), "nothing has changed");

    let second = ours(&authority, "https://payer-exchange.example/payer");
    write(folder.path(), &second);
    assert!(service.running.rotate().unwrap());
    assert_eq!(ended(&service, "k2").await, end("fulfilled", ""));

    // Files that do not fit together change nothing.
    std::fs::write(folder.path().join("client-key.pem"), "no key").unwrap();
    assert!(service.running.rotate().is_err());
    assert_eq!(ended(&service, "k3").await, end("fulfilled", ""));
    let seen = payer.seen.lock().unwrap();
    let expected = [&first, &second, &second].map(|own| der(&own.certificate).to_vec());
    assert_eq!(
        (seen.shown.as_slice(), seen.refused),
        (expected.as_slice(), 0)
    );
}

#[tokio::test]
async fn without_the_right_certificate_on_either_side_nothing_is_sent_and_nothing_is_tried_again() {
    let (authority, other) = (Authority::new("of the exchange"), Authority::new("another"));
    let name = "https://payer-exchange.example/payer";
    // They do not know who vouches for us; we do not know who vouches for them.
    for (own, theirs) in [
        (ours(&other, name), authority.server()),
        (ours(&authority, name), other.server()),
    ] {
        let payer = payer(&theirs, &authority).await;
        let (_scene, service, _folder) = shows(&own, &authority, &payer).await;
        assert_eq!(
            ended(&service, "k1").await,
            end("dead-lettered", "transport/tls")
        );
        let seen = payer.seen.lock().unwrap();
        assert!(seen.shown.is_empty(), "no call was let in");
        assert_eq!(seen.refused, 1, "one handshake, and no other");
    }
    // A service with nothing to show is let in nowhere.
    let payer = payer(&authority.server(), &authority).await;
    let (mut scene, _) = scene().await;
    scene.config.partners[1].base_url.clone_from(&payer.url);
    let service = scene.start().await;
    assert_eq!(
        ended(&service, "k1").await,
        end("dead-lettered", "transport/tls")
    );
    assert!(payer.seen.lock().unwrap().shown.is_empty());
}

#[tokio::test]
async fn a_service_does_not_start_with_files_that_show_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    let missing = folder.path().join("none.pem");
    scene.config.client_files = Some(ClientFiles {
        certificate: missing.clone(),
        private_key: missing,
        partner_authorities: None,
    });
    let Err(error) = reference::start(scene.config).await else {
        panic!("it started");
    };
    assert_eq!(
        error.to_string(),
        "our private key as a client cannot be read"
    );
}
