//! A replay by filter, order after order: each looks at a bounded number of letters and says where the next begins.
//! Refuses to start more than one order might: the bound of a batch is the service's, or the operator's.

use super::OpsError;
use super::call::Call;
use super::client::Told;
use serde_json::{Value, json};

/// Orders until as many have started as may be, or all letters have been looked at, and tells after each how far it is.
///
/// Errors: a call fails; what has started until then goes on
pub(super) async fn whole(
    mut call: impl AsyncFnMut(&Call) -> Result<Told, OpsError>,
    first: &Call,
    progress: &mut dyn FnMut(&str),
) -> Result<Told, OpsError> {
    let mut whole = call(first).await?;
    let mut orders = 1_u32;
    while let Some((after, left)) = goes_on(&whole.body) {
        let looked_at = number(&whole.body, "looked_at");
        let count = number(&whole.body, "replayed");
        progress(&format!(
            "{looked_at} letters looked at, {count} that may start"
        ));
        orders = orders.saturating_add(1);
        let told = call(&behind(first, &after, left, orders)).await?;
        if told.is_conflict() {
            return Ok(told);
        }
        add(&mut whole.body, told.body);
    }
    Ok(whole)
}

/// Where the next order begins and how many it may start, where one is to follow.
fn goes_on(body: &Value) -> Option<(String, u64)> {
    let next = body.get("next")?.as_str()?;
    let left = number(body, "limit").checked_sub(number(body, "replayed"))?;
    (left > 0).then(|| (next.to_owned(), left))
}

/// The order again from there on, under a key that follows from the key of the first.
fn behind(first: &Call, after: &str, left: u64, number: u32) -> Call {
    let mut call = first.clone();
    if let Some(body) = call.body.as_mut().and_then(Value::as_object_mut) {
        body.insert("after".to_owned(), json!(after));
        body.insert("limit".to_owned(), json!(left));
    }
    call.key = first.key.as_ref().map(|key| format!("{key}-{number}"));
    call
}

/// Adds what an order came to. What stays is told by the first.
fn add(whole: &mut Value, mut more: Value) {
    let sum = |name: &str| number(whole, name).saturating_add(number(&more, name));
    let (replayed, looked_at) = (sum("replayed"), sum("looked_at"));
    let next = more.get_mut("next").map(Value::take);
    let items = more.get_mut("items").and_then(Value::as_array_mut);
    let items = items.map(std::mem::take).unwrap_or_default();
    let Some(whole) = whole.as_object_mut() else {
        return;
    };
    whole.insert("replayed".to_owned(), json!(replayed));
    whole.insert("looked_at".to_owned(), json!(looked_at));
    whole.insert("next".to_owned(), json!(next));
    if let Some(told) = whole.get_mut("items").and_then(Value::as_array_mut) {
        let starts = |item: &Value| item.get("verdict") == Some(&json!("replay"));
        told.extend(items.into_iter().filter(starts));
    }
}

fn number(body: &Value, name: &str) -> u64 {
    let number = body.get(name).and_then(Value::as_u64);
    number.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::unwrap_used)]
    use super::super::call::calls;
    use super::*;
    use crate::model::OpsAsk;

    fn told(looked_at: u64, replayed: u64, next: Value, items: Value) -> Told {
        let body = json!({"dry_run": false, "replayed": replayed, "looked_at": looked_at, "limit": 3,
            "next": next, "items": items});
        Told { status: 202, body }
    }

    fn item(id: &str, verdict: &str) -> Value {
        json!({"exchange": id, "verdict": verdict})
    }

    /// What these answers come to, the orders that were given, and what was said meanwhile.
    fn followed(mut answers: Vec<Told>) -> (Told, Vec<Call>, Vec<String>) {
        let ask = OpsAsk::DlqReplay {
            ids: Vec::new(),
            code: None,
            partner: Some("contoso".to_owned()),
            limit: None,
            after: None,
            dry_run: false,
            key: Some("mine".to_owned()),
        };
        let first = calls(&ask, "fresh").remove(0);
        let (mut given, mut said) = (Vec::new(), Vec::new());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let call = async |call: &Call| {
            given.push(call.clone());
            Ok(answers.remove(0))
        };
        let mut progress = |step: &str| said.push(step.to_owned());
        let whole = runtime.block_on(whole(call, &first, &mut progress));
        (whole.unwrap(), given, said)
    }

    #[test]
    fn an_order_goes_on_where_the_last_one_stopped_until_all_have_been_looked_at() {
        let stays = json!([item("e1", "stays")]);
        let both = json!([item("e2", "stays"), item("e3", "replay")]);
        let answers = vec![
            told(1_000, 0, json!("t1,e1"), stays),
            told(1_000, 1, json!("t3,e3"), both),
            told(7, 0, Value::Null, json!([])),
        ];
        let (whole, given, said) = followed(answers);
        let items = json!([item("e1", "stays"), item("e3", "replay")]);
        assert_eq!(whole, told(2_007, 1, Value::Null, items));
        let keys: Vec<_> = given.iter().map(|call| call.key.as_deref()).collect();
        assert_eq!(keys, [Some("mine"), Some("mine-2"), Some("mine-3")]);
        let filter = json!({"partner": "contoso"});
        let body = |number: usize| given[number].body.clone().unwrap();
        assert_eq!(body(0), json!({"filter": filter, "dry_run": false}));
        assert_eq!(
            body(2),
            json!({"filter": filter, "dry_run": false, "after": "t3,e3", "limit": 2})
        );
        assert_eq!(said[1], "2000 letters looked at, 1 that may start");
    }

    #[test]
    fn a_batch_that_is_full_is_not_gone_beyond_and_a_refusal_is_the_answer() {
        let full = told(10, 3, json!("t3,e3"), json!([]));
        assert_eq!(followed(vec![full.clone()]).0, full);
        let refused = Told {
            status: 409,
            body: json!({"code": "idempotency/reused"}),
        };
        let first = told(1_000, 0, json!("t1,e1"), json!([]));
        assert_eq!(followed(vec![first, refused.clone()]).0, refused);
    }
}
