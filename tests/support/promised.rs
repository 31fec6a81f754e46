//! Results against the JSON Schema that is published for them.
//! Refuses to know what a result should say.

use serde_json::{Value, json};
use std::path::Path;

/// What in `result` breaks the published schema called `name`, which must refuse the result of a run that did not end.
pub fn broken(name: &str, result: &Value) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    ["json", "draft-07.json"]
        .iter()
        .flat_map(|end| {
            let bytes = std::fs::read(folder.join(format!("{name}.{end}"))).unwrap();
            let schema: Value = serde_json::from_slice(&bytes).unwrap();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let unfinished =
                json!({"verdict": "error", "exit_code": 2, "error": "", "not_proved": []});
            assert!(!validator.is_valid(&unfinished), "{name}");
            let errors = validator.iter_errors(result).map(|it| it.to_string());
            errors.collect::<Vec<_>>()
        })
        .collect()
}
