//! `policies/calendar.toml`: days on which a rule of the outside world takes hold.

use super::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A day that a regulator set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CalendarEntry {
    /// Names the day in waivers.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,99}$"))]
    pub id: String,
    /// From this day it holds.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: chrono::NaiveDate,
    /// What takes hold, for people.
    #[schemars(length(min = 1, max = 400))]
    pub title: String,
    /// Document and section that set the day.
    #[schemars(length(min = 1, max = 400))]
    pub source: String,
}

/// `policies/calendar.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CalendarFile {
    #[serde(default, rename = "entry")]
    pub entries: Vec<CalendarEntry>,
}

/// The calendar with the file that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub source: Source,
    pub file: CalendarFile,
}
