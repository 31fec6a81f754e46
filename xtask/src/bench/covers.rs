//! The ground that the engine is measured against: containment of the crate `jsonschema` alone, one question a line.
//! Refuses to look for a value, to confirm a proof, or to bound its work.

use super::score::named;
use crate::fault::Fault;
use jsonschema::canonical::{self, CanonicalSchema, Containment};
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _};
use std::time::Instant;

/// Stack of the thread that answers, in bytes: that of the engine's own threads.
const STACK: usize = 64 * 1024 * 1024;

/// Answers standard input until it ends.
pub fn run() -> Result<(), Fault> {
    let work = std::thread::Builder::new().stack_size(STACK).spawn(answers);
    let done = work.map(|work| {
        work.join()
            .unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))
    });
    done.and_then(|done| done)
        .map_err(|error| Fault::Said(format!("covers: {error}")))
}

#[allow(
    clippy::disallowed_methods,
    reason = "a measurement is at the edge, and has a clock of its own"
)]
fn answers() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?).unwrap_or_default();
        let begun = Instant::now();
        let verdict = verdict(&question);
        let us = begun.elapsed().as_secs_f64() * 1e6;
        writeln!(output, "{}", json!({"verdict": verdict, "us": us}))?;
        output.flush()?;
    }
    Ok(())
}

fn verdict(question: &Value) -> &'static str {
    let side = |name: &str| -> Option<CanonicalSchema> {
        let own = question.get(format!("draft_{name}"));
        let draft = own.or_else(|| question.get("draft"))?.as_str()?;
        canonical::options()
            .with_draft(named(draft)?)
            .should_validate_formats(false)
            .offline()
            .canonicalize(question.get(name)?)
            .ok()
    };
    let (Some(old), Some(new)) = (side("old"), side("new")) else {
        return "refused";
    };
    match new.covers(&old) {
        Ok(Containment::Yes) => "compatible",
        Ok(Containment::No) => "breaking",
        Ok(Containment::Unknown) => "unknown",
        Err(_) => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_by_containment_alone() {
        let ask = |old: Value, new: Value| {
            verdict(&json!({"old": old, "new": new, "draft": "7", "draft_new": "7"}))
        };
        assert_eq!(
            ask(json!({"type": "integer"}), json!({"type": "number"})),
            "compatible"
        );
        assert_eq!(
            ask(json!({"type": "string"}), json!({"type": "integer"})),
            "breaking"
        );
        assert_eq!(ask(json!({"type": 1}), json!({})), "refused");
    }
}
