//! A service on free loopback ports, with the catalogue's own schemas and the people of the fixture list.
//! Refuses the real clock: time stands where a test puts it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

pub mod admin;
pub mod audit;
pub mod bulk;
pub mod catalogue;
pub mod export;
pub mod held;
pub mod later;
pub mod log;
pub mod operator;
pub mod otlp;
pub mod request;
pub mod rotel;
pub mod spans;
pub mod stores;
pub mod stub;

use reference::clock::{ManualClock, Winding};
use reference::config::{organisation, partner};
use reference::domain::Timestamp;
use reference::domain::ids::PartnerId;
use reference::domain::masked::Masked;
use reference::domain::resilience::RetryPolicy;
use reference::domain::snapshot::Payer;
use reference::domain::workflow::State;
use reference::token::{self, EXCHANGES, MEMBER_MATCH, SigningKey, TokenRequest};
use reference::{Config, Member, PayloadKey, Running, TestControl};
use request::Person;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub const PAYER_IDS: &str = "https://payer-exchange.example/payer-ids";
pub const NOW: &str = "2026-10-01T12:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Everything that a test holds on to.
pub struct Scene {
    pub config: Config,
    pub clock: Arc<ManualClock>,
    pub key: SigningKey,
}

impl Scene {
    /// A payer with three partners, the first four people as members, and a clock that winds itself.
    pub fn new() -> Self {
        let clock = Arc::new(ManualClock::new(now(), Winding::Itself));
        let key = SigningKey::generate().unwrap();
        let mut config = Config::new(Payer {
            id: PartnerId::new("payer-exchange"),
            organisation: organisation(PAYER_IDS, "payer-exchange"),
        });
        config.clock = Arc::clone(&clock) as _;
        config.keys = vec![key.verification_key()];
        config.payload_keys = vec![PayloadKey {
            id: "test".to_owned(),
            key: Masked::new([7; 32]),
        }];
        config.schemas = catalogue::schemas();
        config.members = Person::all().iter().take(4).map(member).collect();
        for (id, dialect) in [
            ("northwind", "hrex-1.0"),
            ("contoso", "hrex-1.2"),
            ("fabrikam", "hapi"),
        ] {
            let known = organisation(PAYER_IDS, id);
            config
                .partners
                .push(partner(id, known, "http://127.0.0.1:9", dialect));
        }
        config.partners[2].edition = "hrex-1.2".to_owned();
        Self { config, clock, key }
    }

    /// The shipped retry policy, to be changed by a test.
    pub fn first_retry_policy(&self) -> RetryPolicy {
        let text =
            std::fs::read_to_string(catalogue::root().join("reference/config/resilience/1.toml"));
        toml::from_str(&text.unwrap()).unwrap()
    }

    /// Callers may call as often as they like: the clock stands, so that nobody's allowance comes back.
    pub fn unhurried(mut self) -> Self {
        let mut policy = self.first_retry_policy();
        policy.limits.inbound.clear();
        self.config.resilience = Some(policy);
        self
    }

    pub fn with_control(mut self) -> Self {
        self.config.test_control = Some(TestControl {
            clock: Arc::clone(&self.clock),
            signer: self.key.clone(),
        });
        self
    }

    pub async fn start(&self) -> Service {
        let mut config = self.config.clone();
        config.store = stores::usual(&config.store).await;
        let running = reference::start(config).await.unwrap();
        Service {
            running,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            key: self.key.clone(),
            clock: Arc::clone(&self.clock),
        }
    }
}

/// The person as a member of ours.
pub fn member(person: &Person) -> Member {
    Member::new(
        &person.id,
        &person.member("payer-exchange"),
        &person.family,
        &person.birth_date,
    )
    .with_subscriber_id(&person.subscriber("payer-exchange"))
}

/// A running service and a client of it.
pub struct Service {
    pub running: Running,
    pub http: reqwest::Client,
    pub key: SigningKey,
    pub clock: Arc<ManualClock>,
}

/// Will nothing more happen to an exchange without a person's word?
fn has_ended(view: &Value) -> bool {
    let state = view["state"]
        .as_str()
        .and_then(|word| word.parse::<State>().ok());
    state.is_some_and(|state| !state.is_open())
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The bound word of the first issue.
    pub fn code(&self) -> String {
        let code = self.json()["issue"][0]["details"]["coding"][0]["code"].clone();
        code.as_str().unwrap_or_default().to_owned()
    }
}

impl Service {
    pub fn token(&self, client: &str, scope: &str) -> String {
        self.token_at(client, scope, now())
    }

    pub fn token_at(&self, client: &str, scope: &str, issued_at: Timestamp) -> String {
        let request = TokenRequest {
            client,
            audience: "payer-exchange",
            scopes: &[scope],
            issued_at,
            lifetime: Duration::from_secs(3600),
        };
        token::issue(&self.key, &request).unwrap()
    }

    pub fn url(address: SocketAddr, path: &str) -> String {
        format!("http://{address}{path}")
    }

    /// A `$member-match` as `client`, not sent yet.
    pub fn asking(&self, client: &str, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.http
            .post(Self::url(self.running.partner, "/Patient/$member-match"))
            .bearer_auth(self.token(client, MEMBER_MATCH))
            .header("content-type", "application/fhir+json")
            .body(body)
    }

    pub async fn ask(&self, client: &str, body: &Value) -> Answer {
        Answer::of(self.asking(client, body.to_string()).send().await.unwrap()).await
    }

    pub async fn start_exchange(&self, key: &str, body: &Value) -> Answer {
        let sent = self
            .http
            .post(Self::url(self.running.enterprise, "/exchanges"))
            .bearer_auth(self.token_at("enterprise", EXCHANGES, self.now_for_token()))
            .header("idempotency-key", key)
            .json(body)
            .send()
            .await;
        Answer::of(sent.unwrap()).await
    }

    pub async fn exchanges(&self, path: &str) -> Answer {
        let sent = self
            .http
            .get(Self::url(
                self.running.enterprise,
                &format!("/exchanges{path}"),
            ))
            .bearer_auth(self.token_at("enterprise", EXCHANGES, self.now_for_token()))
            .send()
            .await;
        Answer::of(sent.unwrap()).await
    }

    pub(crate) fn now_for_token(&self) -> Timestamp {
        use reference::domain::ports::Clock;
        self.clock.now()
    }

    /// The view of an exchange once it is in `state`.
    pub async fn until(&self, id: &str, state: &str) -> Value {
        self.once(id, |view| view["state"] == state).await
    }

    /// The view of an exchange once it waits for this reason.
    pub async fn until_held(&self, id: &str, hold: &str) -> Value {
        self.once(id, |view| view["hold"] == hold).await
    }

    /// The view of an exchange once it is as wanted. Nobody waits for one that has ended otherwise.
    pub async fn once(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..20_000 {
            last = self.exchanges(&format!("/{id}")).await.json();
            if wanted(&last) {
                return last;
            }
            assert!(!has_ended(&last), "the exchange has ended as {last}");
            tokio::task::yield_now().await;
        }
        panic!("the exchange stayed {last}");
    }

    /// The text of `/metrics`.
    pub async fn metrics(&self) -> String {
        let url = Self::url(self.running.probe, "/metrics");
        Answer::of(self.http.get(url).send().await.unwrap())
            .await
            .text
    }

    pub async fn control(&self, method: reqwest::Method, path: &str, body: &Value) -> Answer {
        let address = self.running.control.unwrap();
        let url = Self::url(address, &format!("/_control/{path}"));
        let sent = self
            .http
            .request(method, url)
            .header("x-consumer", "contoso")
            .json(body)
            .send();
        Answer::of(sent.await.unwrap()).await
    }
}
