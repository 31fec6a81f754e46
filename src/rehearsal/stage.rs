//! The reference service that its consumers ask, up and running on loopback.

use super::edition::edition;
use super::{RehearsalError, Script, members};
use crate::catalogue::{Partner, Payer};
use reference::clock::{ManualClock, Winding};
use reference::config::{organisation, partner};
use reference::domain::ids::PartnerId;
use reference::domain::snapshot::{self, KeyHandling};
use reference::token::SigningKey;
use reference::{Config, Running, TestControl};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(super) struct Stage {
    pub running: Running,
    pub control: SocketAddr,
    pub http: reqwest::Client,
}

impl Stage {
    /// Starts everything that the script needs.
    pub(super) async fn set(script: &Script<'_>) -> Result<Self, RehearsalError> {
        let key = SigningKey::generate()?;
        let clock = Arc::new(ManualClock::new(script.as_of, Winding::Itself));
        let mut config = Config::new(us(script.us));
        config.clock = Arc::clone(&clock) as _;
        config.keys = vec![key.verification_key()];
        config.schemas = script.schemas.clone();
        config.members = members::members(&script.people);
        // Nobody is asked from here: a partner that asks needs no address.
        let partners = script.partners.iter();
        config.partners = partners
            .map(|known| profile(script.us, known, NOWHERE))
            .collect();
        config.test_control = Some(TestControl {
            clock: Arc::clone(&clock),
            signer: key,
        });
        let running = reference::start(config).await?;
        let control = running.control.ok_or(RehearsalError::NoControl)?;
        Ok(Self {
            running,
            control,
            http: client()?,
        })
    }

    /// Ends the service.
    pub(super) async fn strike(self) {
        self.running.stop().await;
    }
}

/// Where a partner answers that is never called: a name that nobody can own.
///
/// Source: RFC 2606, section 2
pub(super) const NOWHERE: &str = "http://partner.invalid";

/// One client for the whole rehearsal. What a provider answers is taken as it is: a redirect is an answer.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

pub(super) fn us(payer: &Payer) -> snapshot::Payer {
    snapshot::Payer {
        id: PartnerId::new(&payer.id),
        organisation: organisation(&payer.identifiers, &payer.id),
    }
}

/// A partner's profile as the service reads it; `url` is where it answers.
pub(super) fn profile(us: &Payer, known: &Partner, url: &str) -> snapshot::Partner {
    let file = &known.file;
    let mut profile = partner(
        &file.id,
        organisation(&us.identifiers, &file.id),
        url,
        dialect(known),
    );
    edition(known).clone_into(&mut profile.edition);
    if let Some(failure) = &file.failure {
        if let Some(timeout) = failure.timeout_ms {
            profile.timeout = Duration::from_millis(timeout);
        }
        // Whoever is not said to honour a key acts again when asked again.
        let said = failure.idempotency.as_deref();
        profile.keys = match said.map(str::parse) {
            Some(Ok(KeyHandling::Honours)) => KeyHandling::Honours,
            Some(Ok(KeyHandling::Ignores) | Err(_)) | None => KeyHandling::Ignores,
        };
    }
    profile
}

/// The dialect in which a partner answers `$member-match`.
fn dialect(known: &Partner) -> &str {
    let dialect = known.file.dialect.get("member-match");
    dialect.map_or("hrex-1.2", String::as_str)
}
