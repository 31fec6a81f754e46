//! How the service is: whether it is alive, whether it is ready, and what is wrong where.
//! Refuses to judge: it gathers facts, the rules of `domain::health` say what they mean.

mod pulse;
mod ready;

pub(crate) use pulse::Pulse;
pub(crate) use ready::{Around, ready};

use crate::config::Config;
use domain::Timestamp;
use domain::health::{HealthPolicy, UnfitBound};
use domain::ports::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Why nobody could tell how the service is.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    #[error("the document health/1 is malformed")]
    Document(#[from] toml::de::Error),
    #[error("the bounds of health are unfit")]
    Unfit(#[from] UnfitBound),
}

/// What a running service knows of its health between two questions.
pub(crate) struct Health {
    pub policy: HealthPolicy,
    pub pulse: Arc<Pulse>,
    /// When the index of members was last found whole.
    whole: Mutex<Option<Timestamp>>,
}

impl Health {
    /// The health of a service of this configuration.
    ///
    /// Errors: the document cannot be used
    pub(crate) fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, HealthError> {
        let policy: HealthPolicy = match &config.health {
            Some(policy) => policy.clone(),
            None => toml::from_str(include_str!("../../../config/health/1.toml"))?,
        };
        policy.check()?;
        let hung = Duration::from_millis(policy.hung_ms);
        Ok(Self {
            policy,
            pulse: Arc::new(Pulse::new(clock, hung)),
            whole: Mutex::default(),
        })
    }

    /// Was the index of members found whole not long ago?
    fn is_whole(&self, now: Timestamp) -> bool {
        let last = *self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let age = last.and_then(|last| now.signed_duration_since(last).to_std().ok());
        age.is_some_and(|age| age < Duration::from_millis(self.policy.index_look_ms))
    }

    fn found(&self, is_whole: bool, now: Timestamp) {
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        *whole = is_whole.then_some(now);
    }
}
