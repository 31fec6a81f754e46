//! One partner played by a stub, with a service of ours that asks it: nothing that happens here reaches another lane.
//! Refuses to know what an exchange must come to.

use super::RehearsalError;
use super::stage::{profile, us};
use super::stub::{Manner, Stub};
use crate::catalogue::{Partner, Payer};
use crate::contract::{Contract, FaultKind, Interaction};
use chrono::{DateTime, Utc};
use reference::chance::FixedChance;
use reference::clock::{ManualClock, Winding};
use reference::domain::ports::Clock as _;
use reference::token::{self, EXCHANGES, SigningKey, TokenRequest};
use reference::{Config, Running, TestControl};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a partner is waited for where its fault is silence.
///
/// Units: milliseconds; ours: long enough for an answer on a busy machine, short enough to spend it a few times
const PATIENCE: Duration = Duration::from_millis(500);
/// First pause between two looks at an exchange that is still open, and the longest; each is twice the one before.
const LOOK: Duration = Duration::from_millis(2);
const LONGEST_LOOK: Duration = Duration::from_millis(64);
/// Life of the token that our own systems use, and for how much of it one is used.
const TOKEN_LIFE: Duration = Duration::from_secs(300);
const TOKEN_USE: Duration = Duration::from_secs(200);
/// Where between nothing and a whole wait every retry falls.
const CHANCE: f64 = 0.5;

/// What one lane plays.
pub(super) struct Bill<'a> {
    pub us: &'a Payer,
    pub partner: &'a Partner,
    pub schemas: &'a BTreeMap<String, Value>,
    pub as_of: DateTime<Utc>,
    pub plays: Vec<(&'a Contract, &'a Interaction)>,
    pub pace: Pace,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// As the partner's profile says.
    Agreed,
    /// As little as a silent partner deserves.
    Short,
    /// As agreed, at an address of its own: under another scheme or name.
    Elsewhere,
}

impl Pace {
    /// The pace at which an interaction is played.
    pub(super) fn of(interaction: &Interaction) -> Self {
        let silent = |kind| {
            matches!(
                kind,
                FaultKind::Timeout
                    | FaultKind::StallMidBody
                    | FaultKind::Drip
                    | FaultKind::BlackHole
            )
        };
        let elsewhere = |kind| {
            matches!(
                kind,
                FaultKind::TlsUntrusted
                    | FaultKind::TlsExpired
                    | FaultKind::TlsWrongHost
                    | FaultKind::MtlsRefused
                    | FaultKind::DnsFailure
            )
        };
        match interaction.terms.fault.as_ref().map(|fault| fault.kind) {
            Some(kind) if silent(kind) => Self::Short,
            Some(kind) if elsewhere(kind) => Self::Elsewhere,
            Some(_) | None => Self::Agreed,
        }
    }
}

/// A lane up and running.
pub(super) struct Lane<'a> {
    bill: &'a Bill<'a>,
    running: Running,
    clock: Arc<ManualClock>,
    key: SigningKey,
    http: reqwest::Client,
    pub stub: Stub,
}

impl<'a> Lane<'a> {
    /// Starts the stub and the service.
    pub(super) async fn open(bill: &'a Bill<'a>) -> Result<Self, RehearsalError> {
        let mut contracts: Vec<Contract> = Vec::new();
        for (contract, _) in &bill.plays {
            if contracts.iter().all(|known| known.path != contract.path) {
                contracts.push((*contract).clone());
            }
        }
        let stub = Stub::start(contracts, Manner::default()).await?;
        // Where a partner is called may be part of its fault.
        if let Some((_, first)) = bill.plays.first() {
            stub.play(first).await?;
        }
        let key = SigningKey::generate()?;
        let clock = Arc::new(ManualClock::new(bill.as_of, Winding::Itself));
        let mut config = Config::new(us(bill.us));
        config.clock = Arc::clone(&clock) as _;
        config.chance = Arc::new(FixedChance(CHANCE));
        config.keys = vec![key.verification_key()];
        config.schemas = bill.schemas.clone();
        config.test_control = Some(TestControl {
            clock: Arc::clone(&clock),
            signer: key.clone(),
        });
        config.partners = vec![bill.profile(&stub.url())];
        let running = reference::start(config).await?;
        Ok(Self {
            bill,
            running,
            clock,
            key,
            http: reqwest::Client::builder().no_proxy().build()?,
            stub,
        })
    }

    pub(super) async fn close(self) {
        self.running.stop().await;
    }

    /// Starts an exchange and looks at it until it is over or waits for a person.
    pub(super) async fn exchange(&self, key: &str, body: &Value) -> Result<Value, RehearsalError> {
        self.reset().await?;
        let url = format!("http://{}/exchanges", self.running.enterprise);
        let mut token = self.token()?;
        let mut pause = LOOK;
        let started = self
            .http
            .post(&url)
            .bearer_auth(&token.text)
            .header("idempotency-key", key)
            .json(body)
            .send()
            .await?;
        let begun: Value = started.json().await.unwrap_or_default();
        let Some(id) = begun.get("id").and_then(Value::as_str) else {
            return Ok(begun);
        };
        loop {
            let asked = self.http.get(format!("{url}/{id}"));
            if !token.is_fresh(self.clock.now()) {
                token = self.token()?;
            }
            let view = asked.bearer_auth(&token.text).send().await?;
            let view: Value = view.json().await.unwrap_or_default();
            let text = |name: &str| view.get(name).and_then(Value::as_str);
            let ended = matches!(
                text("state"),
                Some("fulfilled" | "failed" | "dead-lettered") | None
            );
            if ended || text("hold") == Some("review") {
                return Ok(view);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }

    /// What one exchange waited, and how its partner failed it, is not taken from the next.
    async fn reset(&self) -> Result<(), RehearsalError> {
        if let Some(control) = self.running.control {
            let url = format!("http://{control}/_control/reset");
            let as_of = json!({"asOf": self.bill.as_of.to_rfc3339()});
            let sent = self.http.post(url).json(&as_of).send().await?;
            sent.error_for_status()?;
        }
        Ok(())
    }

    fn token(&self) -> Result<Token, RehearsalError> {
        let issued_at = self.clock.now();
        let text = token::issue(
            &self.key,
            &TokenRequest {
                client: "enterprise",
                audience: &self.bill.us.id,
                scopes: &[EXCHANGES],
                issued_at,
                lifetime: TOKEN_LIFE,
            },
        )?;
        Ok(Token { text, issued_at })
    }
}

/// A token of our own systems; the clock of a lane runs ahead while an exchange waits.
struct Token {
    text: String,
    issued_at: DateTime<Utc>,
}

impl Token {
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let age = now.signed_duration_since(self.issued_at).to_std();
        age.is_ok_and(|age| age < TOKEN_USE)
    }
}

impl Bill<'_> {
    fn profile(&self, url: &str) -> reference::domain::snapshot::Partner {
        let mut profile = profile(self.us, self.partner, url);
        if self.pace == Pace::Short {
            profile.timeout = profile.timeout.min(PATIENCE);
        }
        profile
    }
}
