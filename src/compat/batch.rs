//! One line of a batch: a question as JSON in, the answer as JSON out.
//! Refuses to fail: a line that is no question gets an answer too.

use super::compare::ask;
use super::explain::{Failing, explain};
use super::side::Side;
use crate::inclusion::{
    Answer, Budget, Code, Dialect, Formats, Reading, Schema, Why, check_numbers,
};
use serde_json::{Value, json};
use wire::json::{Document, FaultKind, Limits};

/// Most levels of a line: those of a schema, and the question around it.
const LINE: Limits = Limits {
    depth: 130,
    ..Limits::FILE
};

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// One JSON object, without a line end.
    pub text: String,
    /// Whether the line was a question at all.
    pub was_readable: bool,
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
        Ok(document) => {
            let n = document.value().get("n").cloned().unwrap_or(Value::Null);
            (n, question(&document, formats, budget))
        }
        Err(fault) => (Value::Null, Err(Why::new(code(fault.kind)))),
    };
    let was_readable = result.is_ok();
    let verdict = result.unwrap_or_else(|why| Verdict::open(&why));
    Answered {
        text: verdict.line(&n, elapsed()),
        was_readable,
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
fn question(document: &Document, formats: Formats, budget: &Budget) -> Result<Verdict, Why> {
    let old = side(document, "old", formats, budget)?;
    let new = side(document, "new", formats, budget)?;
    let answer = ask(&old, &new, budget);
    Ok(match &answer {
        Answer::Compatible { proof } => Verdict {
            word: "compatible",
            witness: None,
            why: format!("proof/{}", proof.word()),
        },
        Answer::Breaking { witness } => {
            let explanations = explain(Failing::Forth, &old, &new, &answer, budget);
            let first = explanations.first();
            Verdict {
                word: "breaking",
                witness: Some(witness.value.clone()),
                why: first.map_or_else(String::new, |first| {
                    format!("{} at {}", first.rule, first.new_pointer)
                }),
            }
        }
        Answer::Unknown { why } => Verdict::open(why),
    })
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
