//! The commands and their own flags, as clap derives them. Help texts live here.

use super::approve::{APPROVE_EXAMPLES, ApproveArguments};
use super::catalogue::CatalogueVerb;
use super::compat::{COMPAT_CODES, COMPAT_EXAMPLES, CompatArguments};
use super::contract::ContractVerb;
use super::course::{
    DEPRECATE_CODES, DEPRECATE_EXAMPLES, DeprecateArguments, PROMOTE_CODES, PROMOTE_EXAMPLES,
    PromoteArguments, RELEASE_CODES, RELEASE_EXAMPLES, ReleaseArguments,
};
use super::daily::{
    DOCTOR_CODES, DOCTOR_EXAMPLES, DoctorArguments, FMT_CODES, FMT_EXAMPLES, FmtArguments,
    PARTNER_EXAMPLES, PartnerVerb, READINESS_CODES, READINESS_EXAMPLES, ReadinessArguments,
    SCHEMA_CODES, SCHEMA_EXAMPLES, SchemaArguments,
};
use super::evidence::{EVIDENCE_EXAMPLES, EvidenceVerb};
use super::flags::{
    AmountFlags, ColorFlags, DirectoryFlag, GateFormats, LeniencyFlags, ListFormats, ProgressFlags,
    RepositoryFlags, VolumeFlags, WorkFlags,
};
#[cfg(feature = "service")]
use super::ops::{OPS_EXAMPLES, OpsVerb};
use super::policy::{POLICY_EXAMPLES, PolicyVerb};
use super::replay::{REPLAY_CODES, REPLAY_EXAMPLES, ReplayArguments};
use super::report::{REPORT_CODES, REPORT_EXAMPLES, ReportArguments};
use super::scrub::{SCRUB_CODES, SCRUB_EXAMPLES, ScrubArguments};
use super::step::{
    BUMP_CODES, BUMP_EXAMPLES, BumpArguments, DIFF_CODES, DIFF_EXAMPLES, DiffArguments,
};
#[cfg(feature = "service")]
use super::stub::{STUB_EXAMPLES, StubArguments};
use super::transform::{TRANSFORM_CODES, TRANSFORM_EXAMPLES, TransformArguments};
use super::validate::{VALIDATE_EXAMPLES, ValidateArguments};
use super::value;
use super::waiver::{WAIVER_EXAMPLES, WaiverVerb};
use crate::model::CheckName;
use chrono::{DateTime, Utc};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::time::Duration;

/// Widest line of help.
const HELP_WIDTH: usize = 100;

/// The whole command, for parsing, completions and the manual.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command().max_term_width(HELP_WIDTH)
}

/// Tells a payer, before a merge, whether a change still fits every partner, and proves it
#[derive(Parser, Debug)]
#[command(
    name = "matchmark",
    version,
    before_long_help = ROOT_EXAMPLES,
    after_help = EXIT_CODES,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Subcommand, Debug)]
pub(super) enum Verb {
    /// Run the gate: catalogue, policy, compat, contract, replay, lifecycle
    #[command(before_long_help = CHECK_EXAMPLES, after_long_help = EXIT_CODES)]
    Check(Box<CheckArguments>),
    /// Judge payloads against a schema, offline
    #[command(before_long_help = VALIDATE_EXAMPLES, after_long_help = EXIT_CODES)]
    Validate(Box<ValidateArguments>),
    /// Judge recorded payloads by the versions of the repository, or by one candidate: a history of any size
    #[command(before_long_help = REPLAY_EXAMPLES, after_long_help = REPLAY_CODES)]
    Replay(Box<ReplayArguments>),
    /// Make a history of real people one of nobody: pseudonyms that keep joins, dates moved, texts dropped
    #[command(before_long_help = SCRUB_EXAMPLES, after_long_help = SCRUB_CODES)]
    Scrub(Box<ScrubArguments>),
    /// Turn payloads of one version into another, or refuse by the fact that is missing
    #[command(before_long_help = TRANSFORM_EXAMPLES, after_long_help = TRANSFORM_CODES)]
    Transform(Box<TransformArguments>),
    /// Tell what changed between two versions, with one witness per break
    #[command(before_long_help = DIFF_EXAMPLES, after_long_help = DIFF_CODES)]
    Diff(DiffArguments),
    /// Give a draft the version number that its change requires, with release notes
    #[command(before_long_help = BUMP_EXAMPLES, after_long_help = BUMP_CODES)]
    Bump(BumpArguments),
    /// Make a draft a released version: numbered, noted, frozen, approved where it breaks
    #[command(before_long_help = RELEASE_EXAMPLES, after_long_help = RELEASE_CODES)]
    Release(ReleaseArguments),
    /// Let a draft or candidate go on when a fresh run of the gate proves it
    #[command(before_long_help = PROMOTE_EXAMPLES, after_long_help = PROMOTE_CODES)]
    Promote(PromoteArguments),
    /// End a version: tell partners in time, or serve it no longer
    #[command(before_long_help = DEPRECATE_EXAMPLES, after_long_help = DEPRECATE_CODES)]
    Deprecate(DeprecateArguments),
    /// Ask for exceptions, and keep their register
    #[command(subcommand, disable_help_subcommand = true, before_long_help = WAIVER_EXAMPLES)]
    Waiver(WaiverVerb),
    /// Record what a role of the board decided about something as it stands
    #[command(before_long_help = APPROVE_EXAMPLES, after_long_help = DONE_CODES)]
    Approve(ApproveArguments),
    /// Explain a rule or a schema: why, whose, how to settle it
    #[command(before_long_help = EXPLAIN_EXAMPLES, after_long_help = DONE_CODES)]
    Explain(ExplainArguments),
    /// Look things up in the catalogue
    #[command(subcommand, disable_help_subcommand = true)]
    Catalogue(CatalogueVerb),
    /// Write a small working repository; overwrites nothing
    #[command(before_long_help = INIT_EXAMPLES, after_long_help = DONE_CODES)]
    Init(InitArguments),
    /// Hold the partners' contracts against schemas, and against a service that runs
    #[command(subcommand, disable_help_subcommand = true)]
    Contract(ContractVerb),
    /// Verify and list the runs of the gate that were kept as evidence
    #[command(subcommand, disable_help_subcommand = true, before_long_help = EVIDENCE_EXAMPLES)]
    Evidence(EvidenceVerb),
    /// Make the packet of a period for the board, from the runs that were kept
    #[command(before_long_help = REPORT_EXAMPLES, after_long_help = REPORT_CODES)]
    Report(Box<ReportArguments>),
    /// Read, try out and publish the rules that the gate decides by
    #[command(subcommand, disable_help_subcommand = true, before_long_help = POLICY_EXAMPLES)]
    Policy(PolicyVerb),
    /// Answer compatibility questions, one JSON object a line
    #[command(before_long_help = COMPAT_EXAMPLES, after_long_help = COMPAT_CODES)]
    Compat(CompatArguments),
    /// Start the reference service alone, on loopback
    #[cfg(feature = "service")]
    #[command(before_long_help = SERVE_EXAMPLES, after_long_help = DONE_CODES)]
    Serve(ServeArguments),
    /// Ask a service that runs: where an exchange is, why it stalled, what the audit log says
    #[cfg(feature = "service")]
    #[command(subcommand, disable_help_subcommand = true, before_long_help = OPS_EXAMPLES)]
    Ops(Box<OpsVerb>),
    /// Play a partner on loopback, as our contracts with it show, with faults on demand
    #[cfg(feature = "service")]
    #[command(before_long_help = STUB_EXAMPLES, after_long_help = DONE_CODES)]
    Stub(StubArguments),
    /// Tell whether a partner or a phase has what it needs, line by line, with evidence
    #[command(before_long_help = READINESS_EXAMPLES, after_long_help = READINESS_CODES)]
    Readiness(ReadinessArguments),
    /// Look up what an incident with a partner needs
    #[command(subcommand, disable_help_subcommand = true, before_long_help = PARTNER_EXAMPLES)]
    Partner(PartnerVerb),
    /// Print the JSON Schema of a format of ours, for people and their editors
    #[command(before_long_help = SCHEMA_EXAMPLES, after_long_help = SCHEMA_CODES)]
    Schema(SchemaArguments),
    /// Tell what this machine and this repository are able to do, and what to mend
    #[command(before_long_help = DOCTOR_EXAMPLES, after_long_help = DOCTOR_CODES)]
    Doctor(DoctorArguments),
    /// Lay out files of ours, words untouched
    #[command(before_long_help = FMT_EXAMPLES, after_long_help = FMT_CODES)]
    Fmt(FmtArguments),
    /// Print the completion script of a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of one command when it is named
    Man {
        /// Such as check
        command: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StageWord {
    Local,
    PullRequest,
    Staging,
    ReleaseCandidate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
}

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Run only these checks; leaving out a required one gives `undecided`
    #[arg(long, value_name = "CHECK", value_delimiter = ',', conflicts_with = "skip", env = "MATCHMARK_ONLY", hide_env = true, value_parser = check_names())]
    pub only: Vec<CheckName>,
    /// Leave these checks out
    #[arg(long, value_name = "CHECK", value_delimiter = ',', env = "MATCHMARK_SKIP", hide_env = true, value_parser = check_names())]
    pub skip: Vec<CheckName>,
    /// Leave no record of the run in .matchmark/evidence, as where nothing may be written
    #[arg(long, env = "MATCHMARK_NO_EVIDENCE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub no_evidence: bool,
    #[command(flatten)]
    pub gate: GateFlags,
}

/// How a run of checks is weighed and shown.
#[derive(Args, Debug)]
pub(super) struct GateFlags {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Compare with REF instead of the merge base with the configured branch
    #[arg(long, value_name = "REF", env = "MATCHMARK_BASE", hide_env = true)]
    pub base: Option<String>,
    /// How strict to be; `pull-request` where CI is set, else `local`
    #[arg(long, value_enum, env = "MATCHMARK_STAGE", hide_env = true)]
    pub stage: Option<StageWord>,
    #[command(flatten)]
    pub formats: GateFormats,
    /// Lightest severity that fails the gate; never softer than the stage
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        env = "MATCHMARK_FAIL_ON",
        hide_env = true
    )]
    pub fail_on: Option<FailOn>,
    #[command(flatten)]
    pub amount: AmountFlags,
    /// Judge as if now were this date (its first second in UTC) or RFC 3339 instant
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub leniency: LeniencyFlags,
    #[command(flatten)]
    pub work: WorkFlags,
    /// Give the rehearsal at most this long (90s, 2m)
    #[arg(long, value_name = "TIME", env = "MATCHMARK_TIMEOUT", hide_env = true, value_parser = value::duration)]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
    #[command(flatten)]
    pub progress: ProgressFlags,
}

#[derive(Args, Debug)]
pub(super) struct ExplainArguments {
    /// A rule (compat/required-added) or a schema (hrex-coverage)
    pub id: String,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(super) struct InitArguments {
    #[command(flatten)]
    pub at: DirectoryFlag,
}

#[cfg(feature = "service")]
#[derive(Args, Debug)]
pub(super) struct ServeArguments {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Make development certificates, keys and tokens under .matchmark/dev/ and print curl lines that use them
    #[arg(long)]
    pub dev: bool,
    /// Keep everything in this PostgreSQL database (postgres://...) instead of .matchmark/serve; an address with a
    /// password belongs into MATCHMARK_DATABASE
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Send traces of exchanges to this collector, as OTLP over HTTP
    #[arg(long, value_name = "URL")]
    pub otlp: Option<String>,
}

fn check_names() -> impl clap::builder::TypedValueParser<Value = CheckName> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(CheckName::ALL.map(CheckName::word)).try_map(|word| {
        CheckName::ALL
            .into_iter()
            .find(|check| check.word() == word)
            .ok_or("not a check")
    })
}

const ROOT_EXAMPLES: &str = "\
Examples:
  matchmark init                                    write a small working repository
  matchmark check                                   judge everything that is declared here
  matchmark check --base origin/main --format json=report.json
  matchmark validate out/*.json --as hrex-member-match-request
  matchmark explain compat/required-added
";

const CHECK_EXAMPLES: &str = "\
Examples:
  matchmark check                                   the six checks, against the configured base
  matchmark check --base HEAD~1                     against the commit before
  matchmark check --stage release-candidate --as-of 2026-11-21
  matchmark check --format json=report.json --format comment=comment.md
  matchmark check --only catalogue,compat           exits 3: what was left out is not proved
";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  matchmark explain compat/required-added           a rule: why it is one, how to settle it
  matchmark explain hrex-coverage                   a schema: owner, escalation, fields
";

const INIT_EXAMPLES: &str = "\
Examples:
  matchmark init
  matchmark init -C gate
";

#[cfg(feature = "service")]
const SERVE_EXAMPLES: &str = "\
Examples:
  matchmark serve --dev
  matchmark serve --dev --database postgres://matchmark@127.0.0.1/exchanges
  matchmark ops status                              in another terminal, while it runs
";

pub(super) const DONE_CODES: &str = "\
Exit codes:
  0 go         it was done
  2 error      usage, a name that nothing has, or a file of ours that could not be used";

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0 go         everything asked for was checked and holds
  1 no-go      something fails the gate
  2 error      usage, or a file of ours that could not be used
  3 undecided  something could not be proved or was left out
  4 empty      nothing was checked

Most flags can also stand in the environment: --as-of as MATCHMARK_AS_OF, -C as MATCHMARK_DIR.
A flag outranks the environment, which outranks matchmark.toml.";
