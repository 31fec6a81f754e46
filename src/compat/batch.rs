//! One line of a batch: a question as JSON in, the answer as JSON out.
//! Refuses to fail: a line that is no question gets an answer too.

use super::compare::ask;
use super::explain::{Explanation, cause};
use super::side::Side;
use crate::inclusion::{
    Answer, Budget, Code, Dialect, Formats, Proof, Reading, Schema, Why, Witness, check_numbers,
    worker,
};
use serde_json::{Value, json};
use wire::json::{Document, FaultKind, Limits};

/// Most levels of a line: those of a schema, and the question around it.
const LINE: Limits = Limits {
    depth: 130,
    ..Limits::FILE
};

/// A line that is too deep for an answer may still tell its `n`.
const ECHO: Limits = Limits {
    depth: Limits::DEEPEST,
    ..Limits::FILE
};

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// One JSON object, without a line end.
    pub text: String,
    /// Whether the line was a question at all.
    pub was_readable: bool,
    /// Whether the stop flag was set, so that work on the line may still go on behind the answer.
    pub ran_out: bool,
}

impl Answered {
    /// The answer to a line on which no work was done, or none was finished.
    ///
    /// `line` is left out where it cannot be looked at again; its `n` is echoed otherwise.
    #[must_use]
    pub fn lost(line: Option<&[u8]>, code: Code, us: u64) -> Self {
        let document = line.and_then(|line| Document::parse(line, &LINE).ok());
        let n = document.as_ref().map_or(Value::Null, number);
        Self {
            text: Verdict::open(&Why::new(code)).line(&n, us),
            was_readable: document.is_some(),
            ran_out: false,
        }
    }
}

fn number(document: &Document) -> Value {
    document.value().get("n").cloned().unwrap_or(Value::Null)
}

/// Answers one line: is everything that its `old` accepts accepted by its `new`?
///
/// `elapsed` gives the microseconds since the line was taken up.
pub fn answer(
    line: &[u8],
    formats: Formats,
    budget: &Budget,
    elapsed: impl FnOnce() -> u64,
) -> Answered {
    let (n, result) = match Document::parse(line, &LINE) {
        Ok(document) => (number(&document), settled(document, formats, budget)),
        Err(fault) if fault.kind == FaultKind::TooDeep => {
            let deep = Document::parse(line, &ECHO);
            let n = deep.map_or(Value::Null, |document| number(&document));
            (n, Err(Why::new(Code::Depth)))
        }
        Err(fault) => (Value::Null, Err(Why::new(code(fault.kind)))),
    };
    let was_readable = result.is_ok();
    let verdict = result.unwrap_or_else(|why| Verdict::open(&why));
    Answered {
        text: verdict.line(&n, elapsed()),
        was_readable,
        ran_out: budget.stop.is_set(),
    }
}

fn code(kind: FaultKind) -> Code {
    match kind {
        FaultKind::TooDeep => Code::Depth,
        FaultKind::TooLarge | FaultKind::TooManyNodes => Code::Size,
        FaultKind::Number => Code::NumberPrecision,
        _ => Code::Malformed,
    }
}

/// The answer to a line that can be read; an error is a line that cannot.
fn settled(document: Document, formats: Formats, budget: &Budget) -> Result<Verdict, Why> {
    let own = budget.clone();
    // One deep stack for everything about the line; the flag ends the wait even where nothing looks at it.
    let settled = worker::run(&budget.stop, move || question(&document, formats, &own));
    let (old, new, answer) = match settled {
        Ok(settled) => settled?,
        Err(why) => return Ok(Verdict::open(&why)),
    };
    Ok(match &answer {
        Answer::Compatible { proof } => Verdict {
            word: "compatible",
            witness: None,
            why: format!("proof/{}", proof.word()),
        },
        Answer::Breaking { witness } => {
            let first = cause(&old, &new, &answer, budget);
            Verdict {
                word: "breaking",
                witness: Some(witness.value.clone()),
                why: first.as_ref().map_or_else(String::new, because) + &against(witness),
            }
        }
        Answer::Unknown { why } => Verdict::open(why),
    })
}

fn question(
    document: &Document,
    formats: Formats,
    budget: &Budget,
) -> Result<(Side, Side, Answer), Why> {
    let old = side(document, "old", formats, budget)?;
    let new = side(document, "new", formats, budget)?;
    let answer = ask(&old, &new, budget);
    Ok((old, new, answer))
}

/// Finding id and pointer; the root needs none.
fn because(explanation: &Explanation) -> String {
    if explanation.new_pointer.is_empty() {
        return explanation.rule.to_owned();
    }
    format!("{} at {}", explanation.rule, explanation.new_pointer)
}

/// The alarm that a value refuted a proof.
fn against(witness: &Witness) -> String {
    let proof = witness.refutes.map(Proof::word);
    proof.map_or_else(String::new, |word| format!(", against proof/{word}"))
}

fn side(document: &Document, name: &str, formats: Formats, budget: &Budget) -> Result<Side, Why> {
    let value = document.value();
    let schema = value.get(name).ok_or(Why::new(Code::Malformed))?;
    let word = value
        .get(format!("draft_{name}"))
        .or_else(|| value.get("draft"))
        .ok_or(Why::new(Code::Malformed))?;
    let dialect = word.as_str().and_then(Dialect::named);
    let dialect = dialect.ok_or(Why::new(Code::Dialect))?;
    let reading = Reading {
        dialect: Some(dialect),
        formats,
    };
    let ready = check_numbers(document, &format!("/{name}"), dialect)
        .and_then(|()| Schema::read(schema, reading, &budget.stop));
    Ok(Side::unread(ready))
}

struct Verdict {
    word: &'static str,
    witness: Option<Value>,
    why: String,
}

impl Verdict {
    fn open(why: &Why) -> Self {
        Self {
            word: "unknown",
            witness: None,
            why: why.to_string(),
        }
    }

    fn line(self, n: &Value, us: u64) -> String {
        let mut line = json!({"n": n, "verdict": self.word});
        if let Some(members) = line.as_object_mut() {
            if let Some(witness) = self.witness {
                members.insert("witness".to_owned(), witness);
            }
            members.insert("why".to_owned(), self.why.into());
            members.insert("us".to_owned(), us.into());
        }
        line.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(line: &str) -> Answered {
        answer(
            line.as_bytes(),
            Formats::Annotation,
            &Budget::default(),
            || 7,
        )
    }

    #[test]
    fn a_question_gets_one_line() {
        for (line, wanted) in [
            (
                r#"{"n":7,"old":{"type":"string"},"new":{"type":["string","null"]},"draft":"2020-12"}"#,
                r#"{"n":7,"verdict":"compatible","why":"proof/canonical","us":7}"#,
            ),
            (
                r#"{"n":8,"old":{"type":"number"},"new":{"type":"integer"},"draft_old":"7","draft_new":"2020-12"}"#,
                r#"{"n":8,"verdict":"breaking","witness":0.5,"why":"compat/type-narrowed at /type","us":7}"#,
            ),
            (
                r#"{"n":9,"old":{"type":"string","pattern":"^(a|b)\\1$"},"new":{"type":"string","maxLength":2},"draft":"7"}"#,
                r#"{"n":9,"verdict":"unknown","why":"pattern at /pattern","us":7}"#,
            ),
            (
                r#"{"n":{"a":[1]},"old":{"maximum":18446744073709551617},"new":{},"draft":"7"}"#,
                r#"{"n":{"a":[1]},"verdict":"unknown","why":"number-precision at /maximum","us":7}"#,
            ),
        ] {
            assert_eq!(ask(line).text, wanted);
            assert!(ask(line).was_readable);
        }
    }

    #[test]
    fn a_line_whose_work_was_lost_keeps_its_number() {
        let line = br#"{"n":[4],"old":{},"new":{},"draft":"7"}"#;
        let lost = Answered::lost(Some(line), Code::WorkerDied, 7);
        let wanted = r#"{"n":[4],"verdict":"unknown","why":"worker-died","us":7}"#;
        assert_eq!((lost.text.as_str(), lost.was_readable), (wanted, true));
        let lost = Answered::lost(None, Code::Size, 0);
        let wanted = r#"{"n":null,"verdict":"unknown","why":"input/size","us":0}"#;
        assert_eq!((lost.text.as_str(), lost.was_readable), (wanted, false));
    }

    #[test]
    fn a_line_that_is_too_deep_tells_its_number() {
        let deep = format!(r#"{{"n":8,"old":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        let wanted = r#"{"n":8,"verdict":"unknown","why":"input/depth","us":7}"#;
        assert_eq!(ask(&deep).text, wanted);
    }

    #[test]
    fn a_line_whose_time_is_up_is_unknown_and_says_that_it_ran_out() {
        let budget = Budget::default();
        budget.stop.set();
        let line = br#"{"n":1,"old":{},"new":{"type":"null"},"draft":"7"}"#;
        let answered = answer(line, Formats::Annotation, &budget, || 7);
        assert!(answered.ran_out && answered.was_readable);
        assert!(!answered.text.contains("compatible"), "{}", answered.text);
    }

    #[test]
    fn a_line_that_is_no_question_gets_an_answer_too() {
        for (line, why) in [
            ("{", "input/malformed"),
            ("[1]", "input/malformed"),
            (r#"{"old":{},"draft":"7"}"#, "input/malformed"),
            (r#"{"old":{},"new":{},"draft":"3"}"#, "dialect"),
        ] {
            let answered = ask(line);
            let wanted = format!(r#"{{"n":null,"verdict":"unknown","why":"{why}","us":7}}"#);
            assert_eq!(answered.text, wanted);
            assert!(!answered.was_readable);
        }
    }
}
