//! Every value of the configuration that holds, and whether its file or matchmark itself decided it.

use crate::catalogue::Config;
use crate::model::{Origin, Setting};
use toml::{Table, Value};

/// Each key of `config` with its value; `text` is the file that it was read from, `file` its name.
pub(super) fn of(config: &Config, text: Option<&str>, file: &str) -> Vec<Setting> {
    let written = text.and_then(|text| toml::from_str::<Table>(text).ok());
    let written = written.unwrap_or_default();
    let mut values = Vec::new();
    if let Ok(table) = Table::try_from(config) {
        flatten("", &Value::Table(table), &mut values);
    }
    let mut settings: Vec<Setting> = values
        .into_iter()
        .map(|(name, value)| {
            let stands = stands(&written, &name);
            Setting {
                origin: if stands {
                    Origin::File
                } else {
                    Origin::Default
                },
                by: if stands { file } else { "matchmark" }.to_owned(),
                name,
                value,
            }
        })
        .collect();
    settings.sort_by(|one, other| one.name.cmp(&other.name));
    settings
}

/// Leaves of a table by their dotted names; an empty table is a leaf.
fn flatten(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            for (key, value) in table {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                flatten(&name, value, found);
            }
        }
        Value::Table(_) => found.push((name.to_owned(), "{}".to_owned())),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_) => found.push((name.to_owned(), value.to_string())),
    }
}

/// Whether the file says this key.
fn stands(table: &Table, name: &str) -> bool {
    let Some((first, rest)) = name.split_once('.') else {
        return table.contains_key(name);
    };
    match table.get(first) {
        Some(Value::Table(inner)) => stands(inner, rest),
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_value_says_whether_the_file_decided_it() {
        let text =
            "edition = 1\n[gate]\nbase = \"trunk\"\n[board.quorum]\nwaiver = [\"a\", \"b\"]\n";
        let config: Config = toml::from_str(text).unwrap();
        let settings = of(&config, Some(text), "matchmark.toml");
        let told = |name: &str| {
            let setting = settings.iter().find(|setting| setting.name == name);
            let setting = setting.unwrap();
            (setting.value.as_str(), setting.origin, setting.by.as_str())
        };
        assert_eq!(
            told("gate.base"),
            ("\"trunk\"", Origin::File, "matchmark.toml")
        );
        assert_eq!(
            told("gate.against"),
            ("\"served\"", Origin::Default, "matchmark")
        );
        assert_eq!(told("board.quorum.waiver").1, Origin::File);
        assert_eq!(told("participants"), ("{}", Origin::Default, "matchmark"));
    }
}
