//! What others wrote stays text.

use super::*;

#[test]
fn nothing_that_others_wrote_is_markup() {
    let hostile = "</style><script>x</script><img src=x>\u{202e}'\"&";
    let text = serde_json::to_string(&example("packet")).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    soil(&mut value, hostile);
    let mut report: Report = serde_json::from_value(value).unwrap();
    report.governance.letterhead = Some(Letterhead {
        header: format!("{hostile} {{{{stage}}}}"),
        footer: hostile.to_owned(),
        style: String::new(),
    });
    let page = page(&report);
    for word in ["<script", "<img", "\u{202e}"] {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
}

/// Puts `hostile` behind every text that is no word of a closed list.
fn soil(value: &mut serde_json::Value, hostile: &str) {
    use serde_json::Value;
    match value {
        Value::String(text) => text.push_str(hostile),
        Value::Array(items) => items.iter_mut().for_each(|item| soil(item, hostile)),
        Value::Object(members) => {
            for (key, member) in members {
                let closed = [
                    "verdict",
                    "name",
                    "severity",
                    "effect",
                    "declared",
                    "required",
                    "direction",
                    "proof",
                    "state",
                    "from",
                ];
                let is_closed = closed.contains(&key.as_str())
                    && (key != "proof" || member.as_str().is_some_and(|word| !word.contains(' ')));
                if !is_closed {
                    soil(member, hostile);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
