//! Consumers asking us: states set, one request sent, effects counted.

use super::stage::Stage;
use super::{RehearsalError, Script, client};
use crate::contract::Planned;
use crate::model::{Effects, Exchange};
use serde_json::{Value, json};

/// Sets the states of one interaction, sends its request and hands back what was seen.
pub(super) async fn drive(
    stage: &Stage,
    script: &Script<'_>,
    planned: &Planned,
) -> Result<Exchange, RehearsalError> {
    let control = Control { stage };
    let as_of = json!({"asOf": script.as_of.to_rfc3339()});
    control.call(reqwest::Method::POST, "reset", &as_of).await?;
    let (missing, values) = control.states(planned).await?;
    let mut exchange = Exchange {
        contract: planned.contract.clone(),
        interaction: planned.interaction.clone(),
        request: planned.request.clone(),
        answer: Err("the provider could not be brought into the states".to_owned()),
        effects: None,
        states_missing: missing,
    };
    if !exchange.states_missing.is_empty() {
        return Ok(exchange);
    }
    let before = control.effects().await?;
    let token = values.get("authorization").and_then(Value::as_str);
    let secret: Vec<(String, String)> = token
        .map(|token| ("authorization".to_owned(), token.to_owned()))
        .into_iter()
        .collect();
    let address = stage.running.partner;
    exchange.answer = client::send(&stage.http, address, &planned.request, &secret).await;
    let after = control.effects().await?;
    exchange.effects = before
        .zip(after)
        .map(|(before, after)| grown(before, after));
    Ok(exchange)
}

struct Control<'a> {
    stage: &'a Stage,
}

impl Control<'_> {
    async fn call(
        &self,
        verb: reqwest::Method,
        path: &str,
        body: &Value,
    ) -> Result<(), RehearsalError> {
        let url = format!("http://{}/_control/{path}", self.stage.control);
        let sent = self.stage.http.request(verb, url).json(body).send().await?;
        // What one interaction leaves behind must not be what the next one finds.
        sent.error_for_status()?;
        Ok(())
    }

    /// States that could not be set, and the values that the others made known.
    async fn states(&self, planned: &Planned) -> Result<(Vec<String>, Value), RehearsalError> {
        let wanted: Vec<Value> = planned
            .states
            .iter()
            .map(|state| json!({"name": state.name, "params": state.params}))
            .collect();
        let url = format!("http://{}/_control/states", self.stage.control);
        let answer = self
            .stage
            .http
            .put(url)
            .header("x-consumer", &planned.consumer)
            .json(&wanted)
            .send()
            .await?;
        let set = answer.status().is_success();
        let said: Value = answer.json().await.unwrap_or_default();
        if set {
            return Ok((Vec::new(), said.get("values").cloned().unwrap_or_default()));
        }
        let refused = ["unknown", "unhandled", "invalid"]
            .into_iter()
            .filter_map(|key| said.get(key)?.as_array())
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect::<Vec<_>>();
        let all = planned.states.iter().map(|state| state.name.clone());
        let missing: Vec<String> = match refused.is_empty() {
            true => all.collect(),
            false => refused,
        };
        if missing.is_empty() {
            // Refused without a state to blame: whoever asks is not known there.
            return Ok((vec![planned.consumer.clone()], Value::Null));
        }
        Ok((missing, Value::Null))
    }

    async fn effects(&self) -> Result<Option<Effects>, RehearsalError> {
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

/// What came about between two counts.
fn grown(before: Effects, after: Effects) -> Effects {
    Effects {
        rows: after.rows.saturating_sub(before.rows),
        events: after.events.saturating_sub(before.events),
        outbound_calls: after.outbound_calls.saturating_sub(before.outbound_calls),
    }
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
