//! Who is calling, and what the caller may do.
//! Refuses to know what is being asked.

pub(crate) mod assertion;
pub mod caller;
pub(crate) mod keyring;
pub mod policy;
pub mod protection;
pub(crate) mod refusals;
pub mod secrets;
pub(crate) mod sentry;
pub(crate) mod thumbprint;
pub mod token;

use crate::config::Config;
use crate::data::doorstep::Doorstep;
use crate::data::guess::Guesses;
use domain::masked::Masked;
use domain::ports::Clock;
use keyring::Keyring;
use policy::{GuessLimit, SecurityPolicy};
use protection::Account;
use refusals::Refusals;
use secrets::{SecretError, Secrets, Watching};
use sentry::Sentry;
use std::sync::Arc;

/// What judges the callers of a running service.
pub(crate) struct Security {
    pub policy: SecurityPolicy,
    pub ring: Arc<Keyring>,
    pub sentry: Arc<Sentry>,
    pub refusals: Refusals,
    /// Only where every caller has to show a certificate.
    pub secrets: Option<Arc<Secrets>>,
    pub accounts: Vec<Account>,
}

/// Why there is no security.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    #[error("the security policy is malformed")]
    Policy(#[from] toml::de::Error),
    #[error(transparent)]
    Secrets(#[from] SecretError),
    #[error("the rate of one address is none")]
    Rate,
}

impl Security {
    /// What a service of this configuration is judged by.
    pub(crate) fn open(config: &Config, clock: &Arc<dyn Clock>) -> Result<Self, SecurityError> {
        let policy = match &config.security {
            Some(policy) => policy.clone(),
            None => SecurityPolicy::built_in()?,
        };
        let ring = Keyring::new(config.keys.clone());
        let protection = config.protection.as_ref();
        let secrets = protection
            .map(|protection| {
                let files = protection.files.clone();
                Secrets::open(files, Arc::clone(clock), &policy, &ring).map(Arc::new)
            })
            .transpose()?;
        Ok(Self {
            sentry: Arc::new(Sentry::new(policy.alarm)),
            refusals: Refusals::new(policy.refusals),
            policy,
            ring: Arc::new(ring),
            secrets,
            accounts: protection.map_or_else(Vec::new, |protection| protection.accounts.clone()),
        })
    }

    /// Does every caller have to show a certificate?
    pub(crate) const fn is_protected(&self) -> bool {
        self.secrets.is_some()
    }

    /// Begins to look at the files of the secrets; nothing where there are none.
    pub(crate) fn watch(&self, config: &Config) -> Option<Watching> {
        let protection = config.protection.as_ref()?;
        let every = protection.watch.unwrap_or(self.policy.watch);
        let secrets = Arc::clone(self.secrets.as_ref()?);
        let (ring, sentry) = (Arc::clone(&self.ring), Arc::clone(&self.sentry));
        Some(Watching::begin(secrets, ring, sentry, every))
    }

    /// What stands before every listener.
    ///
    /// Errors: the policy lets one address ask at no rate
    pub(crate) fn doorstep(&self) -> Result<Doorstep, SecurityError> {
        let SecurityPolicy {
            address, bodies, ..
        } = &self.policy;
        Doorstep::new(address, u64::from(*bodies)).ok_or(SecurityError::Rate)
    }

    /// What guesses are counted with.
    pub(crate) fn guesses(&self, key: Option<&Masked<Vec<u8>>>) -> Guesses {
        let GuessLimit { limit, window } = self.policy.guesses;
        Guesses::new(key, (limit, window), Arc::clone(&self.sentry))
    }
}
