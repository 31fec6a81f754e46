//! The provider that is driven: the reference service with its test control, or any other by its address.
//! Refuses to make up what a provider does not tell.

use super::RehearsalError;
use super::control::Control;
use super::remote::Outside;
use crate::contract::State;
use crate::model::Effects;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// A provider that can be brought into states and called.
pub(super) enum Target<'a> {
    Reference(Control<'a>),
    Remote(Outside),
}

/// What setting states came to.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// What the states make known, such as a token or a number that was made up.
    pub values: Map<String, Value>,
    /// States that could not be set.
    pub missing: Vec<String>,
}

impl Set {
    pub(super) fn given(values: Map<String, Value>) -> Self {
        Self {
            values,
            missing: Vec::new(),
        }
    }
}

impl Target<'_> {
    /// Where the provider answers, without a slash at the end.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Reference(control) => format!("http://{}", control.stage.running.partner),
            Self::Remote(outside) => outside.url().to_owned(),
        }
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        match self {
            Self::Reference(control) => &control.stage.http,
            Self::Remote(outside) => outside.http(),
        }
    }

    /// Makes a fresh start, where the provider can.
    pub(super) async fn reset(&self, as_of: DateTime<Utc>) -> Result<(), RehearsalError> {
        match self {
            Self::Reference(control) => control.reset(as_of).await,
            Self::Remote(_) => Ok(()),
        }
    }

    pub(super) async fn set(
        &self,
        consumer: &str,
        states: &[&State],
    ) -> Result<Set, RehearsalError> {
        match self {
            _ if states.is_empty() => Ok(Set::default()),
            Self::Reference(control) => control.states(consumer, states).await,
            Self::Remote(outside) => Ok(outside.set(consumer, states).await),
        }
    }

    /// Ends `states`, last first, where the provider wants to be told.
    pub(super) async fn unset(&self, consumer: &str, states: &[State]) {
        match self {
            Self::Reference(_) => {}
            Self::Remote(outside) => outside.unset(consumer, states).await,
        }
    }

    /// What calls have left behind so far; `None` where the provider does not tell.
    pub(super) async fn effects(&self) -> Result<Option<Effects>, RehearsalError> {
        match self {
            Self::Reference(control) => control.effects().await,
            Self::Remote(_) => Ok(None),
        }
    }

    /// Whether the provider has a clock that can be moved.
    pub(super) fn has_clock(&self) -> bool {
        match self {
            Self::Reference(_) => true,
            Self::Remote(_) => false,
        }
    }

    /// Moves the clock of the provider, where it has one that can be moved.
    pub(super) async fn advance(&self, ms: u64) -> Result<(), RehearsalError> {
        match self {
            Self::Reference(control) => control.advance(ms).await,
            Self::Remote(_) => Ok(()),
        }
    }
}
