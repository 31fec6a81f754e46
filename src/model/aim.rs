//! What a rehearsal is aimed at: which interactions of which contracts, against which provider.
//! Refuses to know how they are driven.

/// What a rehearsal drives, and against whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aim {
    pub provider: Provider,
    /// The contracts of this consumer only.
    pub consumer: Option<String>,
    /// Interactions with these keys only; all of them where it is empty.
    pub only: Vec<String>,
}

impl Aim {
    /// Whether something that could be driven is left out.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.consumer.is_some() || !self.only.is_empty()
    }

    /// What a rehearsal with this aim does not show.
    #[must_use]
    pub fn limits(&self) -> Vec<String> {
        let mut limits = vec![match self.provider {
            Provider::Reference => {
                "Contracts were verified against the reference service, not against the service that is deployed."
            }
            Provider::Remote(_) => {
                "Contracts were verified against one service as it answered then: what it stored and sent was not \
                 seen, its clock could not be moved, and what we ask partners was not rehearsed."
            }
        }
        .to_owned()];
        if self.is_partial() {
            limits.push("Only the interactions that were asked for were verified.".to_owned());
        }
        limits
    }

    /// Whether the interaction `key` of a contract of `consumer` was asked for.
    #[must_use]
    pub fn admits(&self, consumer: &str, key: &str) -> bool {
        let by_consumer = self.consumer.as_deref().is_none_or(|own| own == consumer);
        by_consumer && (self.only.is_empty() || self.only.iter().any(|own| own == key))
    }
}

/// Who is held to the contracts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Provider {
    /// The reference service, started for the occasion.
    #[default]
    Reference,
    /// A service that runs already.
    Remote(Remote),
}

/// A service that runs already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Where it answers.
    pub url: String,
    /// Where it is told the states that it must be in.
    pub states_url: Option<String>,
    /// Hosts beyond this machine that may be called.
    pub allowed_hosts: Vec<String>,
}
