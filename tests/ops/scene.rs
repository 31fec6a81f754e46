//! A service of the reference in this process, partners played by stubs, and the program that asks about it.
//! Refuses the real clock: time stands where a test puts it.

use crate::request::Person;
use crate::{PAYER_IDS, catalogue};
use reference::chance::FixedChance;
use reference::clock::{ManualClock, Winding};
use reference::config::{organisation, partner};
use reference::domain::Timestamp;
use reference::domain::ids::PartnerId;
use reference::domain::masked::Masked;
use reference::domain::operator::Role;
use reference::domain::ports::Clock as _;
use reference::domain::snapshot::{Partner, Payer};
use reference::token::{self, EXCHANGES, SigningKey, TokenRequest, role_scope};
use reference::{Config, PayloadKey, Running, StoreAt};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

const NOW: &str = "2026-10-01T12:00:00Z";

/// Where a database of a test is.
pub struct Place {
    pub name: &'static str,
    pub at: StoreAt,
    _folder: Option<TempDir>,
}

impl Place {
    pub fn postgres(url: String) -> Self {
        Self {
            name: "postgres",
            at: StoreAt::Postgres(Masked::new(url)),
            _folder: None,
        }
    }
}

/// SQLite, and PostgreSQL where a server is named.
pub fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let mut places = vec![Place {
        name: "sqlite",
        at: StoreAt::Folder(folder.path().to_owned()),
        _folder: Some(folder),
    }];
    if let Some(url) = server() {
        places.push(Place::postgres(url));
    }
    places
}

/// A new database on the server that the suite names.
pub fn server() -> Option<String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("MATCHMARK_POSTGRES") else {
        eprintln!("MATCHMARK_POSTGRES is not set: the test did not run on PostgreSQL");
        return None;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let since = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let name = format!("o_{}_{since}_{number}", std::process::id());
    let made = Command::new("psql")
        .args(["-q", "-c", &format!("CREATE DATABASE {name}")])
        .arg(format!("{server}/postgres"))
        .status();
    if !made.is_ok_and(|made| made.success()) {
        eprintln!("there is no psql here: the test did not run on PostgreSQL");
        return None;
    }
    Some(format!("{server}/{name}"))
}

/// A service that has not been started.
pub struct Scene {
    pub config: Config,
    pub clock: Arc<ManualClock>,
    key: SigningKey,
}

impl Scene {
    /// A payer with three partners who answer at `url`.
    pub fn new(place: &Place, url: &str) -> Self {
        let clock = Arc::new(ManualClock::new(NOW.parse().unwrap(), Winding::Itself));
        let key = SigningKey::generate().unwrap();
        let mut config = Config::new(Payer {
            id: PartnerId::new("payer-exchange"),
            organisation: organisation(PAYER_IDS, "payer-exchange"),
        });
        config.store = place.at.clone();
        config.clock = Arc::clone(&clock) as _;
        config.chance = Arc::new(FixedChance(0.5));
        config.keys = vec![key.verification_key()];
        config.payload_keys = vec![PayloadKey {
            id: "test".to_owned(),
            key: Masked::new([7; 32]),
        }];
        config.schemas = catalogue::schemas();
        for (id, dialect) in [
            ("northwind", "hrex-1.0"),
            ("contoso", "hrex-1.2"),
            ("fabrikam", "hapi"),
        ] {
            let known = organisation(PAYER_IDS, id);
            config.partners.push(partner(id, known, url, dialect));
        }
        config.partners[2].edition = "hrex-1.2".to_owned();
        Self { config, clock, key }
    }

    /// The partner that is asked.
    pub fn contoso(&mut self) -> &mut Partner {
        &mut self.config.partners[1]
    }

    pub async fn start(&self) -> Service {
        let running = reference::start(self.config.clone()).await.unwrap();
        let service = Service {
            running,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            key: self.key.clone(),
            clock: Arc::clone(&self.clock),
            folder: tempfile::tempdir().unwrap(),
        };
        service.write_file();
        service
    }
}

/// A running service, and the folder that tells the program where it is.
pub struct Service {
    pub running: Running,
    pub http: reqwest::Client,
    pub key: SigningKey,
    pub clock: Arc<ManualClock>,
    pub folder: TempDir,
}

/// An answer, read whole.
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
}

impl Service {
    pub fn token_at(&self, client: &str, scope: &str, issued_at: Timestamp) -> String {
        self.token(client, &[scope], issued_at)
    }

    fn token(&self, client: &str, scopes: &[&str], issued_at: Timestamp) -> String {
        let request = TokenRequest {
            client,
            audience: "payer-exchange",
            scopes,
            issued_at,
            lifetime: Duration::from_secs(3600),
        };
        token::issue(&self.key, &request).unwrap()
    }

    pub fn now_for_token(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn url(address: SocketAddr, path: &str) -> String {
        format!("http://{address}{path}")
    }

    fn write_file(&self) {
        let caller = |file: &str| format!("token = '{}'", self.folder.path().join(file).display());
        let running = &self.running;
        let text = format!(
            "edition = 1\npartner = \"http://{}\"\nenterprise = \"http://{}\"\nadmin = \"http://{}\"\n\
             probe = \"http://{}\"\n[enterprise-caller]\n{}\n[operator-caller]\n{}\n",
            running.partner,
            running.enterprise,
            running.admin,
            running.probe,
            caller("enterprise.token"),
            caller("operator.token"),
        );
        std::fs::write(self.folder.path().join("service.toml"), text).unwrap();
    }

    /// `matchmark ops` with these arguments, as somebody whose tokens are fresh.
    pub fn ops(&self, arguments: &[&str]) -> Output {
        let now = self.now_for_token();
        let roles: Vec<String> = Role::ALL.iter().map(|role| role_scope(*role)).collect();
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let put = |file: &str, token: String| {
            std::fs::write(self.folder.path().join(file), token).unwrap();
        };
        put(
            "enterprise.token",
            self.token("enterprise", &[EXCHANGES], now),
        );
        put("operator.token", self.token("operator", &roles, now));
        ops(self.folder.path(), arguments)
    }

    /// The answer of the service to such a command, and the exit code.
    pub fn asked(&self, arguments: &[&str]) -> (Value, i32) {
        let output = self.ops(&[arguments, &["--format", "json"]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let told: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{complaint}"));
        assert_eq!(told["exit_code"], output.status.code().unwrap());
        (told["answer"].clone(), output.status.code().unwrap())
    }

    /// Starts an exchange of the sixth person with contoso.
    pub async fn begin(&self, key: &str, body: &Value) -> String {
        let sent = self
            .http
            .post(Self::url(self.running.enterprise, "/exchanges"))
            .bearer_auth(self.token_at("enterprise", EXCHANGES, self.now_for_token()))
            .header("idempotency-key", key)
            .json(body)
            .send();
        let answer = Answer::of(sent.await.unwrap()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub async fn exchanges(&self, path: &str) -> Answer {
        let url = Self::url(self.running.enterprise, &format!("/exchanges{path}"));
        let token = self.token_at("enterprise", EXCHANGES, self.now_for_token());
        let sent = self.http.get(url).bearer_auth(token).send();
        Answer::of(sent.await.unwrap()).await
    }

    /// The view of an exchange once it is as wanted.
    pub async fn once(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..20_000 {
            last = self.exchanges(&format!("/{id}")).await.json();
            if wanted(&last) {
                return last;
            }
            tokio::task::yield_now().await;
        }
        panic!("the exchange stayed {last}");
    }

    pub async fn until(&self, id: &str, state: &str) -> Value {
        self.once(id, |view| view["state"] == state).await
    }
}

/// The program, deaf to the caller's environment but for where programs lie.
pub fn ops(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .arg("ops")
        .args(arguments)
        .arg("--service")
        .arg(folder)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Somebody of the list.
pub fn sixth() -> Person {
    Person::number(5)
}
