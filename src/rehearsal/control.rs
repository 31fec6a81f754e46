//! The test control of the reference service: reset, states, effects, clock.
//! Refuses to know the requests that are sent between.

use super::RehearsalError;
use super::stage::Stage;
use super::target::Set;
use crate::contract::State;
use crate::model::Effects;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

pub(super) struct Control<'a> {
    pub stage: &'a Stage,
}

impl Control<'_> {
    /// Empties the stores, sets the clock, ends every condition.
    pub(super) async fn reset(&self, as_of: DateTime<Utc>) -> Result<(), RehearsalError> {
        self.post("reset", &json!({"asOf": as_of.to_rfc3339()}))
            .await
    }

    pub(super) async fn advance(&self, ms: u64) -> Result<(), RehearsalError> {
        self.post("advance", &json!({ "ms": ms })).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<(), RehearsalError> {
        let url = format!("http://{}/_control/{path}", self.stage.control);
        let sent = self.stage.http.post(url).json(body).send().await?;
        // What one interaction leaves behind must not be what the next one finds.
        sent.error_for_status()?;
        Ok(())
    }

    /// Sets `states` in their order for `consumer`.
    pub(super) async fn states(
        &self,
        consumer: &str,
        states: &[&State],
    ) -> Result<Set, RehearsalError> {
        let wanted: Vec<Value> = states
            .iter()
            .map(|state| json!({"name": state.name, "params": state.params}))
            .collect();
        let url = format!("http://{}/_control/states", self.stage.control);
        let call = self.stage.http.put(url).header("x-consumer", consumer);
        let answer = call.json(&wanted).send().await?;
        let set = answer.status().is_success();
        let said: Value = answer.json().await.unwrap_or_default();
        if set {
            let values = said.get("values").and_then(Value::as_object).cloned();
            return Ok(Set::given(values.unwrap_or_default()));
        }
        let refused: Vec<String> = ["unknown", "unhandled", "invalid"]
            .into_iter()
            .filter_map(|key| said.get(key)?.as_array())
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        let all = states.iter().map(|state| state.name.clone());
        let missing: Vec<String> = match refused.is_empty() {
            true => all.collect(),
            false => refused,
        };
        Ok(Set {
            values: Map::new(),
            missing: match missing.is_empty() {
                // Refused without a state to blame: whoever asks is not known there.
                true => vec![consumer.to_owned()],
                false => missing,
            },
        })
    }

    pub(super) async fn effects(&self) -> Result<Option<Effects>, RehearsalError> {
        let url = format!("http://{}/_control/effects", self.stage.control);
        let answer = self.stage.http.get(url).send().await?;
        Ok(counted(&answer.error_for_status()?.json().await?))
    }
}

/// The three counts; none when one of them is missing, since what is not told is not nothing.
fn counted(said: &Value) -> Option<Effects> {
    let count = |name: &str| said.get(name).and_then(Value::as_u64);
    Some(Effects {
        rows: count("rows")?,
        events: count("events")?,
        outbound_calls: count("outbound_calls")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_is_not_told_is_not_taken_for_nothing() {
        let all = json!({"rows": 1, "events": 2, "outbound_calls": 3});
        assert!(counted(&all).is_some());
        for name in ["rows", "events", "outbound_calls"] {
            let mut some = all.clone();
            if let Value::Object(members) = &mut some {
                members.remove(name);
            }
            assert_eq!(counted(&some), None, "{name}");
        }
    }
}
