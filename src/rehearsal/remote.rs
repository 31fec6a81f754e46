//! A provider by its address, and the address where it is told its states.
//! Refuses to leave this machine without leave, to follow a redirect, and to wait without end.

use super::RehearsalError;
use super::target::Set;
use crate::contract::State;
use crate::model::Remote;
use reqwest::Url;
use reqwest::redirect::Policy;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long one call may take, unless more is asked for: a share of the time that a whole rehearsal has.
pub(super) const CALL: Duration = Duration::from_secs(10);

/// A service that runs already.
pub(super) struct Outside {
    http: reqwest::Client,
    url: String,
    states: Option<Url>,
}

/// What a state handler is to do.
///
/// Source: Pact, provider state change URL: `action` is `setup` or `teardown`
#[derive(Clone, Copy)]
enum Action {
    Setup,
    Teardown,
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Teardown => "teardown",
        }
    }
}

/// Whether a service may be called.
///
/// Errors: an address that is none, or one beyond this machine that was not allowed
pub fn permitted(remote: &Remote) -> Result<(), RehearsalError> {
    addresses(remote).map(|_| ())
}

/// Where the service answers, and where it is told its states.
fn addresses(remote: &Remote) -> Result<(Url, Option<Url>), RehearsalError> {
    let url = address(&remote.url, &remote.allowed_hosts)?;
    let states = remote.states_url.as_deref();
    let states = states.map(|url| address(url, &remote.allowed_hosts));
    Ok((url, states.transpose()?))
}

impl Outside {
    /// A client of the service, each of whose calls may take as long as `call`.
    ///
    /// Errors: an address that is none, or one beyond this machine that was not allowed
    pub(super) fn at(remote: &Remote, call: Duration) -> Result<Self, RehearsalError> {
        let (url, states) = addresses(remote)?;
        // Another part of the process may have set one up; theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(call)
            .build()?;
        Ok(Self {
            http,
            url: url.as_str().trim_end_matches('/').to_owned(),
            states,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Whether there is somebody who can be told states.
    pub(super) fn is_told_states(&self) -> bool {
        self.states.is_some()
    }

    /// Sets `states` one by one, and stops at the first one that has no handler.
    pub(super) async fn set(&self, consumer: &str, states: &[&State]) -> Set {
        let mut set = Set::default();
        for state in states {
            match self.change(consumer, state, Action::Setup).await {
                Some(values) => set.values.extend(values),
                None => {
                    set.missing.push(state.name.clone());
                    return set;
                }
            }
        }
        set
    }

    pub(super) async fn unset(&self, consumer: &str, states: &[State]) {
        for state in states.iter().rev() {
            // A state that cannot be ended is met by the next setup, which says so.
            let _ = self.change(consumer, state, Action::Teardown).await;
        }
    }

    /// What the handler of a state makes known; nothing when there is none, or when it fails.
    async fn change(
        &self,
        consumer: &str,
        state: &State,
        action: Action,
    ) -> Option<Map<String, Value>> {
        let body = json!({
            "consumer": consumer,
            "state": state.name,
            "params": state.params,
            "action": action.word(),
        });
        let sent = self.http.post(self.states.clone()?).json(&body).send();
        let answer = sent.await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        // A handler need not say anything; what is no object makes nothing known.
        let said: Value = answer.json().await.unwrap_or_default();
        Some(said.as_object().cloned().unwrap_or_default())
    }
}

/// The address, where it may be called.
fn address(text: &str, allowed: &[String]) -> Result<Url, RehearsalError> {
    let url: Url = text.parse().map_err(|_| RehearsalError::NoAddress)?;
    let host = url.host_str().unwrap_or_default();
    let speaks_http = matches!(url.scheme(), "http" | "https");
    // An address is told in results; who is let in by it must not be.
    let lets_in = !url.username().is_empty() || url.password().is_some();
    let has_more = url.query().is_some() || url.fragment().is_some();
    if !speaks_http || host.is_empty() || lets_in || has_more {
        return Err(RehearsalError::NoAddress);
    }
    if !is_loopback(host) && !allowed.iter().any(|known| known.eq_ignore_ascii_case(host)) {
        return Err(RehearsalError::HostNotAllowed(host.to_owned()));
    }
    Ok(url)
}

/// Whether `host` is this machine, by its number or by the one name that is kept for it.
///
/// Source: RFC 6761, section 6.3
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let number = bare.parse::<std::net::IpAddr>();
    number.map_or(bare == "localhost", |number| number.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_called_only_with_leave() {
        for text in [
            "http://127.0.0.1:80",
            "https://localhost/fhir",
            "http://[::1]:8080/",
        ] {
            assert!(address(text, &[]).is_ok(), "{text}");
        }
        let outside = "https://fhir.payer-exchange.example/base";
        let leave = ["fhir.payer-exchange.example".to_owned()];
        assert!(matches!(
            address(outside, &[]),
            Err(RehearsalError::HostNotAllowed(_))
        ));
        assert!(address(outside, &leave).is_ok());
        for text in ["http://127.0.0.1.example", "http://localhost.example"] {
            assert!(address(text, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_service_is_told() {
        for text in [
            "",
            "payer",
            "file:///etc",
            "http://localhost?a=1",
            "http://localhost#a",
        ] {
            assert!(
                matches!(address(text, &[]), Err(RehearsalError::NoAddress)),
                "{text}"
            );
        }
    }

    #[test]
    fn an_address_that_lets_somebody_in_is_refused_and_not_repeated() {
        for user in ["canary:canary", "canary", ":canary"] {
            let url = format!("http://{user}@127.0.0.1:80");
            let remote = |url: &str, states: Option<&str>| Remote {
                url: url.to_owned(),
                states_url: states.map(str::to_owned),
                allowed_hosts: Vec::new(),
            };
            for remote in [remote(&url, None), remote("http://127.0.0.1", Some(&url))] {
                let refused = permitted(&remote).map_err(|error| error.to_string());
                assert!(
                    refused.as_ref().is_err_and(|it| !it.contains("canary")),
                    "{refused:?}"
                );
            }
        }
    }
}
