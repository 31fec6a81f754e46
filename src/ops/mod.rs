//! The operator's client of a running service: what is asked becomes calls to its listeners, the answers one value.
//! Refuses to know everything but what the listeners answer: no store, no log, no file.

mod call;
mod client;
mod error;
mod replay;

pub use error::OpsError;

use crate::model::{Operated, OpsAsk, OpsRequest, ServiceDoors, Verdict};
use call::{Call, calls};
use client::{Client, Told};
use serde_json::{Map, Value};

/// Asks a running service. `fresh` names an order that has no key of its own; `progress` hears of what takes long.
///
/// Errors: nobody answers, the caller is not let in, what is asked about is not there
pub fn ask(
    request: &OpsRequest,
    doors: &ServiceDoors,
    fresh: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<Operated, OpsError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(OpsError::Runtime)?;
    let client = Client::new(doors, &request.purpose)?;
    let calls = calls(&request.ask, fresh);
    let told = runtime.block_on(async {
        let mut told = Vec::new();
        for call in &calls {
            let answer = match matches!(request.ask, OpsAsk::DlqReplay { .. }) {
                true => replay::whole(async |call| client.call(call).await, call, progress).await,
                false => client.call(call).await,
            };
            told.push(answer?);
        }
        Ok::<_, OpsError>(told)
    })?;
    Ok(operated(&request.ask, &calls, told))
}

/// What the answers come to.
fn operated(ask: &OpsAsk, calls: &[Call], told: Vec<Told>) -> Operated {
    let refused = told.iter().find(|told| told.is_conflict());
    let (verdict, said) = match refused {
        Some(refused) => (Verdict::NoGo, refused.title()),
        None => judged(ask, told.first()),
    };
    Operated {
        verdict,
        exit_code: verdict.exit_code(),
        command: ask.word().to_owned(),
        said,
        answer: together(calls, told),
    }
}

/// One answer as it is; several by their names.
fn together(calls: &[Call], mut told: Vec<Told>) -> Value {
    if told.len() == 1 {
        return told.pop().map(|told| told.body).unwrap_or_default();
    }
    let parts = calls.iter().zip(told);
    let parts: Map<String, Value> = parts
        .map(|(call, told)| (call.part.to_owned(), told.body))
        .collect();
    Value::Object(parts)
}

/// What an answer means for whoever waits for an exit code.
fn judged(ask: &OpsAsk, told: Option<&Told>) -> (Verdict, String) {
    let body = told.map(|told| &told.body);
    let member = |name: &str| body.and_then(|body| body.get(name));
    match ask {
        OpsAsk::Status => {
            let status = member("status").and_then(Value::as_str).unwrap_or("down");
            let verdict = match status {
                "ok" | "degraded" => Verdict::Go,
                _ => Verdict::NoGo,
            };
            (verdict, format!("The service is {status}."))
        }
        OpsAsk::DlqReplay { dry_run, .. } => replayed(body, *dry_run),
        OpsAsk::TraceExplain(_) | OpsAsk::TxnExplain(_) => {
            let sentence = body.and_then(|body| body.pointer("/explain/sentence"));
            let said = sentence.and_then(Value::as_str).unwrap_or_default();
            (Verdict::Go, said.to_owned())
        }
        OpsAsk::TxnList(_)
        | OpsAsk::TxnShow(_)
        | OpsAsk::TxnTimeline(_)
        | OpsAsk::TxnAct { .. }
        | OpsAsk::RouteExplain { .. }
        | OpsAsk::DlqList(_)
        | OpsAsk::DlqShow(_)
        | OpsAsk::DlqFix { .. }
        | OpsAsk::DlqClose { .. }
        | OpsAsk::AuditAnswer(_)
        | OpsAsk::AuditSearch(_)
        | OpsAsk::ReviewList
        | OpsAsk::ReviewDecide { .. } => (Verdict::Go, String::new()),
    }
}

/// An order that starts nothing is no success.
fn replayed(body: Option<&Value>, dry_run: bool) -> (Verdict, String) {
    let member = |name: &str| body.and_then(|body| body.get(name));
    let count = member("replayed").and_then(Value::as_u64);
    let count = count.unwrap_or_default();
    let verdict = if count == 0 {
        Verdict::Empty
    } else {
        Verdict::Go
    };
    let letters = if count == 1 { "letter" } else { "letters" };
    let said = match dry_run {
        true => format!("{count} {letters} would be started again; nothing was."),
        false => format!("{count} {letters} were started again."),
    };
    let more = match member("next").and_then(Value::as_str) {
        Some(next) => format!(" Others lie behind them: go on with `--after {next}`."),
        None => String::new(),
    };
    (verdict, said + &more)
}
