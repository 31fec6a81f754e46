//! `validate`: its flags and examples.

use super::flags::{
    AmountFlags, ColorFlags, LeniencyFlags, ProgressFlags, Redaction, RepositoryFlags,
    ValidationFormats, VolumeFlags, WorkFlags,
};
use super::value;
use chrono::{DateTime, Utc};
use clap::Args;
use std::num::NonZeroU64;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct ValidateArguments {
    /// Payloads: JSON or NDJSON files, plain, .gz or .zst; folders; patterns as 'day/**/*.ndjson'; `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Judge against this entry of the catalogue (newest served version unless named)
    #[arg(
        long = "as",
        value_name = "ID[@VERSION]",
        conflicts_with = "schema",
        env = "MATCHMARK_AS",
        hide_env = true
    )]
    pub entry: Option<String>,
    /// Judge against a schema file outside the catalogue: draft 4, 6, 7, 2019-09 or 2020-12, as its `$schema` says
    /// (2020-12 without one)
    #[arg(long, value_name = "FILE", env = "MATCHMARK_SCHEMA", hide_env = true)]
    pub schema: Option<PathBuf>,
    /// Leave the payload rules out, as for a witness that is made from schemas alone
    #[arg(long, env = "MATCHMARK_SCHEMA_ONLY", hide_env = true)]
    pub schema_only: bool,
    /// Also tell what these versions say of each payload: ranges such as 1.x,2.0.1
    #[arg(
        long,
        value_name = "VERSIONS",
        value_delimiter = ',',
        conflicts_with = "schema",
        env = "MATCHMARK_AGAINST",
        hide_env = true
    )]
    pub against: Vec<semver::VersionReq>,
    /// Hold consents against this date (its first second in UTC) or RFC 3339 instant instead of now
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    /// Who sends these payloads and will get the answer: a partner's id, or SYSTEM|VALUE; without it nobody
    /// judges whether a consent names the right payers
    #[arg(long, value_name = "PAYER", env = "MATCHMARK_CALLER", hide_env = true)]
    pub caller: Option<String>,
    /// How much is said about a value that is wrong
    #[arg(
        long,
        value_enum,
        default_value = "normal",
        env = "MATCHMARK_REDACT",
        hide_env = true
    )]
    pub redact: Redaction,
    /// Stop after N invalid payloads; what follows is not judged, and the result says so
    #[arg(long, value_name = "N", env = "MATCHMARK_MAX_ERRORS", hide_env = true)]
    pub max_errors: Option<NonZeroU64>,
    #[command(flatten)]
    pub work: WorkFlags,
    #[command(flatten)]
    pub formats: ValidationFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub leniency: LeniencyFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
    #[command(flatten)]
    pub progress: ProgressFlags,
}

pub(super) const VALIDATE_EXAMPLES: &str = "\
Examples:
  matchmark validate out/*.json --as hrex-member-match-request
  matchmark validate day.ndjson --as hrex-coverage@2.0.1 --format json=/dev/stdout
  cat match.json | matchmark validate - --as hrex-member-match-request
  matchmark validate match.json --schema my-schema.json --format operation-outcome
  matchmark validate out/*.json --against 1.x,2.x   which of the two takes what we send
  matchmark validate 'data/**/*.ndjson.zst' --max-errors 100
";
