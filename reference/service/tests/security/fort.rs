//! A service that asks for certificates, two partners and a system of ours that have them, and their ways to a token.
//! Refuses to trust anybody whose certificate is not of the authority of the test.

use crate::certificates::{Authority, Credential};
use crate::support::{Answer, Scene, Service, now};
use reference::domain::Timestamp;
use reference::domain::ids::PartnerId;
use reference::domain::masked::Masked;
use reference::domain::operator::Role;
use reference::domain::registration::{ClientKey, Registration};
use reference::token::{self, Bounds, EXCHANGES, SigningKey, TokenRequest};
use reference::{Account, Protection, SecretFiles};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

pub const BY_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Somebody who calls: a certificate, and a key for assertions.
pub struct Caller {
    pub id: String,
    pub key: SigningKey,
    pub credential: Credential,
    /// The client with this certificate.
    pub http: reqwest::Client,
}

impl Caller {
    pub fn new(id: &str, authority: &Authority) -> Self {
        let credential = authority.client(&uri(id));
        Self {
            id: id.to_owned(),
            key: SigningKey::generate().unwrap(),
            http: client(authority, Some(&credential)),
            credential,
        }
    }

    pub fn registration(&self) -> Registration {
        let public = self.key.verification_key();
        let key = ClientKey {
            key: public.published().unwrap(),
            until: None,
        };
        Registration {
            certificate_uris: BTreeSet::from([uri(&self.id)]),
            keys: BTreeMap::from([(public.kid, key)]),
            key_set_url: None,
        }
    }
}

/// The name in the certificates of a caller.
pub fn uri(id: &str) -> String {
    format!("https://{id}.example/payer")
}

/// A client that trusts the authority and shows this certificate.
pub fn client(authority: &Authority, shown: Option<&Credential>) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_rustls()
        .tls_certs_only([authority.trusted()]);
    match shown {
        Some(credential) => builder.identity(credential.identity()),
        None => builder,
    }
    .build()
    .unwrap()
}

/// A client that trusts one authority and shows a certificate of any.
pub fn client_of(authority: &Authority, shown: &Credential) -> reqwest::Client {
    client(authority, Some(shown))
}

/// The files of the secrets in a folder.
pub fn files(folder: &Path) -> SecretFiles {
    SecretFiles {
        certificate: folder.join("server.pem"),
        private_key: folder.join("server-key.pem"),
        client_authorities: folder.join("authorities.pem"),
        signing_key: folder.join("signing-key.p8"),
    }
}

pub struct Fort {
    pub authority: Authority,
    pub folder: TempDir,
    pub scene: Scene,
    pub service: Service,
    pub northwind: Caller,
    pub contoso: Caller,
    /// A system of ours that may start and read exchanges, and nothing else.
    pub desk: Caller,
    /// Somebody who may read the audit log, and nothing else.
    pub operator: Caller,
}

impl Fort {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A fort whose scene was changed before the start.
    pub async fn with(change: impl FnOnce(&mut Scene)) -> Self {
        let authority = Authority::new("authority");
        let folder = tempfile::tempdir().unwrap();
        write_secrets(folder.path(), &authority, &authority.server());
        let caller = |id| Caller::new(id, &authority);
        let operator = caller("operator");
        let (northwind, contoso, desk) = (caller("northwind"), caller("contoso"), caller("desk"));
        let mut scene = Scene::new();
        scene.config.partners[0].registration = northwind.registration();
        scene.config.partners[1].registration = contoso.registration();
        let mut protection = Protection::new(files(folder.path()));
        protection.watch = Some(Duration::from_secs(3600));
        let account = |caller: &Caller, action: String| Account {
            id: PartnerId::new(caller.id.as_str()),
            registration: caller.registration(),
            actions: BTreeSet::from([action]),
        };
        protection.accounts = vec![
            account(&desk, EXCHANGES.to_owned()),
            account(&operator, token::role_scope(Role::Audit)),
        ];
        scene.config.protection = Some(protection);
        scene.config.digest_key = Some(Masked::new(vec![5; 32]));
        change(&mut scene);
        let service = scene.start().await;
        Self {
            authority,
            folder,
            scene,
            service,
            northwind,
            contoso,
            desk,
            operator,
        }
    }

    pub fn url(address: SocketAddr, path: &str) -> String {
        format!("https://{address}{path}")
    }

    pub fn partner_url(&self, path: &str) -> String {
        Self::url(self.service.running.partner, path)
    }

    pub fn client(&self, shown: Option<&Credential>) -> reqwest::Client {
        client(&self.authority, shown)
    }

    /// The claims of a good assertion; every one has an id of its own.
    pub fn claims(&self, caller: &Caller) -> Value {
        let issued = self.now().timestamp();
        json!({
            "iss": caller.id, "sub": caller.id, "aud": self.partner_url("/token"),
            "iat": issued, "exp": issued + 300, "jti": uuid::Uuid::now_v7().to_string(),
        })
    }

    pub fn now(&self) -> Timestamp {
        self.service.now_for_token()
    }

    pub fn assertion(&self, caller: &Caller, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims(caller);
        change(&mut claims);
        token::sign(&caller.key, &claims).unwrap()
    }

    /// `POST /token` with this form.
    pub async fn post_token(&self, http: &reqwest::Client, form: &[(&str, &str)]) -> Answer {
        let sent = http
            .post(self.partner_url("/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded(form))
            .send();
        Answer::of(sent.await.unwrap()).await
    }

    /// Asks for a token with an assertion.
    pub async fn ask_token(
        &self,
        caller: &Caller,
        assertion: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", BY_ASSERTION),
            ("client_assertion", assertion),
        ];
        for (name, value) in more {
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        self.post_token(&caller.http, &form).await
    }

    /// A token of the caller with this scope, and for this list.
    pub async fn token(&self, caller: &Caller, scope: &str, group: Option<&str>) -> String {
        let resource = group.map(|id| self.partner_url(&format!("/Group/{id}")));
        let mut more = vec![("scope", scope)];
        more.extend(resource.as_deref().map(|resource| ("resource", resource)));
        let assertion = self.assertion(caller, |_| ());
        let answer = self.ask_token(caller, &assertion, &more).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A `$member-match` with this token over this client.
    pub async fn ask(&self, http: &reqwest::Client, token: &str, body: &Value) -> Answer {
        let sent = http
            .post(self.partner_url("/Patient/$member-match"))
            .bearer_auth(token)
            .header("content-type", "application/fhir+json")
            .body(body.to_string())
            .send();
        Answer::of(sent.await.unwrap()).await
    }

    /// A match token of northwind, signed by this key for this long.
    pub fn signed_by(&self, key: &SigningKey, lifetime: Duration) -> String {
        let request = TokenRequest {
            client: "northwind",
            audience: "payer-exchange",
            scopes: &[token::MEMBER_MATCH],
            issued_at: self.now(),
            lifetime,
        };
        let bounds = Bounds {
            certificate: Some(thumbprint(&self.northwind.credential)),
            ..Bounds::default()
        };
        token::issue_bound(key, &request, &bounds).unwrap()
    }

    /// A role token as our own identity service signs them, for this certificate.
    pub fn role_token(&self, client: &str, scope: &str, shown: &Credential) -> String {
        let request = TokenRequest {
            client,
            audience: "payer-exchange",
            scopes: &[scope],
            issued_at: now(),
            lifetime: Duration::from_secs(300),
        };
        let bounds = Bounds {
            certificate: Some(thumbprint(shown)),
            ..Bounds::default()
        };
        token::issue_bound(&self.service.key, &request, &bounds).unwrap()
    }
}

/// Writes the secrets of a service anew; the signing key as well.
pub fn write_secrets(folder: &Path, authority: &Authority, server: &Credential) {
    let files = files(folder);
    std::fs::write(files.certificate, &server.certificate).unwrap();
    std::fs::write(files.private_key, &server.key).unwrap();
    std::fs::write(files.client_authorities, authority.pem()).unwrap();
    std::fs::write(files.signing_key, SigningKey::generate().unwrap().pkcs8()).unwrap();
}

/// Digest of a certificate, as tokens name it; computed apart from the service.
pub fn thumbprint(shown: &Credential) -> String {
    use sha2::{Digest, Sha256};
    let (_, pem) = x509_parser::pem::parse_x509_pem(shown.certificate.as_bytes()).unwrap();
    let digest = Sha256::digest(&pem.contents);
    let bits: String = digest.iter().fold(String::new(), |mut bits, byte| {
        let _ = write!(bits, "{byte:08b}");
        bits
    });
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bits.as_bytes()
        .chunks(6)
        .map(|six| {
            let six = format!("{:0<6}", std::str::from_utf8(six).unwrap());
            let place = usize::from_str_radix(&six, 2).unwrap();
            char::from(digits.as_bytes()[place])
        })
        .collect()
}

/// A form, every byte but letters and digits escaped.
pub fn encoded(form: &[(&str, &str)]) -> String {
    let escaped = |text: &str| {
        text.bytes().fold(String::new(), |mut escaped, byte| {
            if byte.is_ascii_alphanumeric() {
                escaped.push(char::from(byte));
            } else {
                let _ = write!(escaped, "%{byte:02X}");
            }
            escaped
        })
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    pairs.join("&")
}
