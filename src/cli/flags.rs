//! Groups of flags that several commands share. A command takes only the groups that it honours.

use super::value;
use crate::model::{Format, Provider, Redact, Remote, Wanted};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Where a command acts.
#[derive(Args, Debug)]
pub(super) struct DirectoryFlag {
    /// Act as if started in DIR
    #[arg(
        short = 'C',
        value_name = "DIR",
        env = "MATCHMARK_DIR",
        default_value = ".",
        hide_default_value = true,
        hide_env = true
    )]
    pub directory: PathBuf,
}

/// Where the repository is.
#[derive(Args, Debug)]
pub(super) struct RepositoryFlags {
    #[command(flatten)]
    pub at: DirectoryFlag,
    /// Read FILE instead of matchmark.toml
    #[arg(long, value_name = "FILE", env = "MATCHMARK_CONFIG", hide_env = true)]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// When a result is coloured.
#[derive(Args, Debug)]
pub(super) struct ColorFlags {
    /// When to colour; NO_COLOR is honoured
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        env = "MATCHMARK_COLOR",
        default_value = "auto",
        hide_env = true
    )]
    pub color: Color,
}

/// How much a result says.
#[derive(Args, Debug)]
pub(super) struct VolumeFlags {
    /// Print no text and no progress; the exit code and asked formats remain
    #[arg(short, long)]
    pub quiet: bool,
    /// Print what passed and what is only worth knowing, too
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// How long work is shown while it runs.
#[derive(Args, Debug)]
pub(super) struct ProgressFlags {
    /// Show no progress on standard error
    #[arg(long, env = "MATCHMARK_NO_PROGRESS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub no_progress: bool,
}

/// What a verdict turns into.
#[derive(Args, Debug)]
pub(super) struct LeniencyFlags {
    /// Let a run that had nothing to check exit with 0 instead of 4
    #[arg(long, env = "MATCHMARK_ALLOW_EMPTY", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub allow_empty: bool,
    /// Exit with 0 whatever was found (for trials); an error still exits with 2
    #[arg(long, env = "MATCHMARK_EXIT_ZERO", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub exit_zero: bool,
}

/// How much work is done at once.
#[derive(Args, Debug)]
pub(super) struct WorkFlags {
    /// Work on N things at once; results do not depend on it
    #[arg(long, value_name = "N", env = "MATCHMARK_JOBS", hide_env = true)]
    pub jobs: Option<NonZeroUsize>,
}

/// How much people are shown.
#[derive(Args, Debug)]
pub(super) struct AmountFlags {
    /// Show people at most N findings; json holds all of them
    #[arg(
        long,
        value_name = "N",
        env = "MATCHMARK_MAX_FINDINGS",
        hide_env = true
    )]
    pub max_findings: Option<usize>,
}

/// Formats of the gate.
#[derive(Args, Debug)]
pub(super) struct GateFormats {
    /// Give text, json, markdown, comment, html, sarif, junit, github or github-output; repeatable, `json=report.json`
    /// writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, GATE_FORMATS))]
    pub format: Vec<Wanted>,
}

/// What a report of the gate can be given as.
const GATE_FORMATS: &[Format] = &[
    Format::Text,
    Format::Json,
    Format::Markdown,
    Format::Comment,
    Format::Html,
    Format::Sarif,
    Format::Junit,
    Format::Github,
    Format::GithubOutput,
];

/// Formats of `catalogue coverage`.
#[derive(Args, Debug)]
pub(super) struct CoverageFormats {
    /// Give text, json or markdown; repeatable, `json=coverage.json` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &[Format::Text, Format::Json, Format::Markdown]))]
    pub format: Vec<Wanted>,
}

/// Formats of what is asked about releases and rules.
#[derive(Args, Debug)]
pub(super) struct ReportFormats {
    /// Give text, json or markdown; repeatable, `json=answer.json` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &[Format::Text, Format::Json, Format::Markdown]))]
    pub format: Vec<Wanted>,
}

/// Formats of `diff`.
#[derive(Args, Debug)]
pub(super) struct DiffFormats {
    /// Give text, json, markdown or html; repeatable, `html=diff.html` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &[Format::Text, Format::Json, Format::Markdown, Format::Html]))]
    pub format: Vec<Wanted>,
}

/// Formats of `validate`.
#[derive(Args, Debug)]
pub(super) struct ValidationFormats {
    /// Give text, json or operation-outcome; repeatable, `json=report.json` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &[Format::Text, Format::Json, Format::OperationOutcome]))]
    pub format: Vec<Wanted>,
}

/// Formats of lists, explanations and `bump`.
#[derive(Args, Debug)]
pub(super) struct ListFormats {
    /// Give text or json; repeatable, `json=list.json` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &[Format::Text, Format::Json]))]
    pub format: Vec<Wanted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Redaction {
    /// Kind, length and character shape of a wrong value
    Normal,
    /// Kind only
    Strict,
}

impl From<Redaction> for Redact {
    fn from(redaction: Redaction) -> Self {
        match redaction {
            Redaction::Normal => Self::Normal,
            Redaction::Strict => Self::Strict,
        }
    }
}

/// Which service is asked.
#[derive(Args, Debug)]
pub(super) struct ProviderFlags {
    /// Drive the reference service, started for the occasion (the default)
    #[arg(long, conflicts_with = "provider_url")]
    pub reference: bool,
    /// Drive the service that answers here instead
    #[arg(
        long,
        value_name = "URL",
        env = "MATCHMARK_PROVIDER_URL",
        hide_env = true
    )]
    pub provider_url: Option<String>,
    /// Tell that service its states here: Pact's body, one POST a state
    #[arg(
        long,
        value_name = "URL",
        requires = "provider_url",
        env = "MATCHMARK_STATES_URL",
        hide_env = true
    )]
    pub states_url: Option<String>,
    /// Let HOST be called, though it is not this machine
    #[arg(
        long,
        value_name = "HOST",
        env = "MATCHMARK_ALLOW_NET",
        hide_env = true,
        value_delimiter = ','
    )]
    pub allow_net: Vec<String>,
}

impl ProviderFlags {
    /// The service that the flags name.
    pub(super) fn provider(&self) -> Provider {
        let remote = |url: &String| {
            Provider::Remote(Remote {
                url: url.clone(),
                states_url: self.states_url.clone(),
                allowed_hosts: self.allow_net.clone(),
            })
        };
        self.provider_url.as_ref().map(remote).unwrap_or_default()
    }
}
