//! The machine format: the whole value, pretty, keys in the order of its type.

use serde::Serialize;

/// `value` as indented JSON with a final newline.
pub(super) fn pretty<T: Serialize>(value: &T) -> String {
    // Our values hold strings as keys and finite numbers only, which always serialise.
    let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| unfinished(""));
    // A `#` stands only inside strings; written so, no build service takes it for a command.
    let mut text = text.replace("##[", "#\\u0023[");
    text.push('\n');
    text
}

/// `value` on one line, for formats that count their bytes.
pub(super) fn compact(value: &serde_json::Value) -> String {
    value.to_string().replace("##[", "#\\u0023[")
}

/// The report of a run that did not end.
pub(super) fn unfinished(why: &str) -> String {
    let text = serde_json::json!({
        "verdict": "error",
        "exit_code": 2,
        "error": why,
        "not_proved": ["the run did not end"],
    });
    format!("{text:#}\n").replace("##[", "#\\u0023[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_did_not_end_is_an_error() {
        assert!(unfinished("no").starts_with("{\n  \"verdict\": \"error\",\n  \"exit_code\": 2,"));
    }

    #[test]
    fn json_keeps_its_value_while_no_command_stands_in_it() {
        let value = serde_json::json!({"a": "##[group]x"});
        let text = pretty(&value);
        assert!(!text.contains("##["));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).ok(),
            Some(value)
        );
    }
}
