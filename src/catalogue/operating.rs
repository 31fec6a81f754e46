//! How the exchange is run: promises, alerts, runbooks, who answers for what, and when all of it was last reviewed.
//! Refuses to judge: a document is kept as it stands, lints and policies say what it lacks.

use super::{Runbook, Source};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wire::json::Document;

/// Where operating documents are kept; without this table none are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct OperatingConfig {
    /// Folder with `sla/*.json`, `alerts/*.json` and `synthetic/<n>.toml`.
    pub documents: String,
    /// Folder with one Markdown file for each runbook.
    pub runbooks: String,
}

impl Default for OperatingConfig {
    fn default() -> Self {
        Self {
            documents: "operating".to_owned(),
            runbooks: "docs/runbooks".to_owned(),
        }
    }
}

/// A JSON document of ours that an entry of our own catalogue describes.
#[derive(Clone, Debug)]
pub struct OperatingDocument {
    pub source: Source,
    pub document: Arc<Document>,
}

/// A team that can be woken, from a day and until a day; both are included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OnCall {
    /// A team of `policies/board.toml`.
    pub team: String,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub from: Option<NaiveDate>,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<NaiveDate>,
}

impl OnCall {
    /// Whether the team can be woken on `day`.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// An area of work: who answers, who works, who is asked, who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Area {
    /// Name in kebab case.
    pub id: String,
    /// The one team that answers for it.
    #[serde(default)]
    pub accountable: Vec<String>,
    #[serde(default)]
    pub responsible: Vec<String>,
    #[serde(default)]
    pub consulted: Vec<String>,
    #[serde(default)]
    pub informed: Vec<String>,
    /// Teams that look at changes.
    #[serde(default)]
    pub reviewers: Vec<String>,
    /// Whom to wake when the accountable team does not answer.
    #[serde(default)]
    pub escalation: String,
}

/// Something that happens after an exchange and needs somebody who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Process {
    /// Name in kebab case.
    pub id: String,
    /// What happens, as one sentence.
    #[serde(default)]
    pub what: String,
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub reviewers: Vec<String>,
    #[serde(default)]
    pub escalation: String,
}

/// Somebody outside on whom the exchange depends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct External {
    /// Name in kebab case.
    pub id: String,
    /// Address that is read around the clock, or says when.
    #[serde(default)]
    pub contact: String,
    /// Where our part ends and theirs begins.
    #[serde(default)]
    pub boundary: String,
    /// What is handed over with an incident; never anything about a member.
    #[serde(default)]
    pub handover: Vec<String>,
}

/// A failure response that runs without a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Response {
    /// Name in kebab case.
    pub id: String,
    /// Alert that it answers.
    #[serde(default)]
    pub alert: String,
    /// Path of the runbook that says what it does and how to undo it.
    #[serde(default)]
    pub runbook: String,
}

/// `policies/raci.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RaciFile {
    /// Who can be woken, and when.
    #[serde(default)]
    pub on_call: Vec<OnCall>,
    #[serde(default, rename = "area")]
    pub areas: Vec<Area>,
    #[serde(default, rename = "process")]
    pub processes: Vec<Process>,
    #[serde(default, rename = "external")]
    pub externals: Vec<External>,
    #[serde(default, rename = "response")]
    pub responses: Vec<Response>,
}

impl RaciFile {
    /// Whether a team can be woken on `day`.
    #[must_use]
    pub fn is_on_call(&self, team: &str, day: NaiveDate) -> bool {
        let mut shifts = self.on_call.iter();
        shifts.any(|shift| shift.team == team && shift.covers(day))
    }
}

/// The file that says who answers for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raci {
    pub source: Source,
    pub file: RaciFile,
}

/// `policies/reviews/<date>.toml`: the board looked at everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReviewFile {
    /// Day of the review; the file is called after it.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: NaiveDate,
    /// Seats of the board that took part.
    #[schemars(length(min = 1))]
    pub roles: Vec<String>,
    /// What was looked at.
    #[schemars(length(min = 1))]
    pub looked_at: Vec<String>,
    /// What was decided, one sentence each.
    #[serde(default)]
    pub decisions: Vec<String>,
}

/// A review with the file that records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub source: Source,
    pub file: ReviewFile,
}

/// Everything of one revision about how the exchange is run.
#[derive(Clone, Debug, Default)]
pub struct Operating {
    /// Service level documents, in order of their paths.
    pub slas: Vec<OperatingDocument>,
    /// Alerts, in order of their paths.
    pub alerts: Vec<OperatingDocument>,
    /// In order of their paths.
    pub runbooks: Vec<Runbook>,
    /// Where there is one.
    pub raci: Option<Raci>,
    /// In order of their paths, which are their days.
    pub reviews: Vec<Review>,
}

impl Operating {
    /// The newest review that was held on `day` or before.
    #[must_use]
    pub fn last_review(&self, day: NaiveDate) -> Option<&Review> {
        let held = self.reviews.iter().filter(|review| review.file.date <= day);
        held.max_by_key(|review| review.file.date)
    }

    /// Whether a team can be woken on `day`; nobody can where nobody wrote it down.
    #[must_use]
    pub fn is_on_call(&self, team: &str, day: NaiveDate) -> bool {
        let raci = self.raci.as_ref();
        raci.is_some_and(|raci| raci.file.is_on_call(team, day))
    }
}
