//! The commands about evidence and releases, from their flags to their requests.
//! Refuses to know how a release is judged.

use super::super::args::GateFlags;
use super::super::flags::{ColorFlags, ReportFormats, RepositoryFlags, VolumeFlags};
use super::super::request::{Voice, chatter, gate, messages, repository};
use super::super::{Asked, Surroundings, value};
use crate::model::{
    Build, CanReleaseRequest, CheckName, ContractRequest, DeploymentRequest, Extent, OwedRequest,
    RecordedRequest, Recording, Request, Role, StorePlace, SubjectAsked, Turn,
};
use chrono::{DateTime, Utc};
use clap::Args;

/// `contract check`.
#[derive(Args, Debug)]
pub(in crate::cli) struct ContractCheckArguments {
    #[command(flatten)]
    pub recording: RecordingFlags,
    #[command(flatten)]
    pub gate: GateFlags,
}

/// What is said of a run that is kept.
#[derive(Args, Debug)]
pub(in crate::cli) struct RecordingFlags {
    /// Keep what it shows as evidence, good or bad; replays the recorded payloads too
    #[arg(long)]
    pub record: bool,
    /// Version that was judged, instead of the one in matchmark.toml; repeatable
    #[arg(long, value_name = "PARTICIPANT@VERSION", requires = "record", value_parser = subject)]
    pub subject: Vec<SubjectAsked>,
    /// Keep it there: `dir:PATH` or `git:REMOTE`
    #[arg(long, value_name = "STORE", env = "MATCHMARK_STORE", hide_env = true, value_parser = place)]
    pub store: Option<StorePlace>,
    /// Where the log of this run can be read
    #[arg(long, value_name = "URL", env = "MATCHMARK_RUN_URL", hide_env = true)]
    pub run_url: Option<String>,
    /// Branch that is judged, where git does not say it
    #[arg(long, value_name = "BRANCH", env = "MATCHMARK_BRANCH", hide_env = true)]
    pub branch: Option<String>,
}

/// Where evidence is, when, and how the answer looks.
#[derive(Args, Debug)]
pub(in crate::cli) struct AnswerFlags {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Judge age and expiry as if now were this date or RFC 3339 instant; who is live is what the store says now
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub store: StoreFlag,
    #[command(flatten)]
    pub formats: ReportFormats,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct StoreFlag {
    /// Read evidence there instead of where matchmark.toml says: `dir:PATH` or `git:REMOTE`
    #[arg(long, value_name = "STORE", env = "MATCHMARK_STORE", hide_env = true, value_parser = place)]
    pub store: Option<StorePlace>,
}

/// `contract can-release`.
#[derive(Args, Debug)]
pub(in crate::cli) struct CanReleaseArguments {
    /// What is to be released: a version number, a commit, or HEAD
    #[arg(long, value_name = "PARTICIPANT@VERSION", value_parser = subject)]
    pub subject: SubjectAsked,
    /// Where it is to run
    #[arg(long, value_parser = name)]
    pub environment: String,
    #[command(flatten)]
    pub answer: AnswerFlags,
}

/// `contract owed`.
#[derive(Args, Debug)]
pub(in crate::cli) struct OwedArguments {
    /// Look at one environment only
    #[arg(long, value_parser = name)]
    pub environment: Option<String>,
    #[command(flatten)]
    pub answer: AnswerFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum RoleWord {
    /// It takes the traffic
    Stable,
    /// It takes a part of the traffic, to be watched
    Canary,
    /// It must be able to take the traffic back
    RollbackTarget,
}

/// `contract record-deployment`.
#[derive(Args, Debug)]
pub(in crate::cli) struct DeploymentArguments {
    /// What runs: a version number, a commit, or HEAD; evidence must speak of it
    #[arg(long, value_name = "PARTICIPANT@VERSION", value_parser = subject)]
    pub subject: SubjectAsked,
    /// Where it runs
    #[arg(long, value_parser = name)]
    pub environment: String,
    /// Which instance it is
    #[arg(long, value_parser = name)]
    pub instance: String,
    /// What the instance is there for
    #[arg(long, value_enum, default_value = "stable", conflicts_with = "retire")]
    pub role: RoleWord,
    /// It was switched off
    #[arg(long)]
    pub retire: bool,
    /// Say that it happened at this date (its first second in UTC) or RFC 3339 instant
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub store: StoreFlag,
    #[command(flatten)]
    pub repository: RepositoryFlags,
}

/// `contract check`, kept or not.
pub(super) fn check(
    arguments: ContractCheckArguments,
    around: &Surroundings,
) -> Result<Asked, String> {
    let checks = vec![CheckName::Contract];
    let (check, chatter) = gate(arguments.gate, checks, Extent::Part, around)?;
    let request = match kept(arguments.recording) {
        Some(recording) => ContractRequest::Keep(RecordedRequest { check, recording }),
        None => ContractRequest::Check(check),
    };
    Ok(Asked::Run(Box::new(Request::Contract(request)), chatter))
}

/// What is said of the run, if it is to be kept.
pub(super) fn kept(flags: RecordingFlags) -> Option<Recording> {
    flags.record.then_some(Recording {
        store: flags.store,
        subjects: flags.subject,
        run_url: flags.run_url,
        branch: flags.branch,
    })
}

pub(super) fn can_release(
    arguments: CanReleaseArguments,
    around: &Surroundings,
) -> Result<Asked, String> {
    let flags = arguments.answer;
    let (repository, show) = answer(&flags, around)?;
    let request = ContractRequest::CanRelease(CanReleaseRequest {
        repository,
        subject: arguments.subject,
        environment: arguments.environment,
        as_of: flags.as_of,
        store: flags.store.store,
        show,
    });
    Ok(asked(request, &flags.volume))
}

pub(super) fn owed(arguments: OwedArguments, around: &Surroundings) -> Result<Asked, String> {
    let flags = arguments.answer;
    let (repository, show) = answer(&flags, around)?;
    let request = ContractRequest::Owed(OwedRequest {
        repository,
        environment: arguments.environment,
        as_of: flags.as_of,
        store: flags.store.store,
        show,
    });
    Ok(asked(request, &flags.volume))
}

pub(super) fn deployment(arguments: DeploymentArguments) -> Asked {
    let role = match arguments.role {
        RoleWord::Stable => Role::Stable,
        RoleWord::Canary => Role::Canary,
        RoleWord::RollbackTarget => Role::RollbackTarget,
    };
    messages(Request::Contract(ContractRequest::Deployment(
        DeploymentRequest {
            repository: repository(&arguments.repository),
            subject: arguments.subject,
            environment: arguments.environment,
            instance: arguments.instance,
            turn: if arguments.retire {
                Turn::Retired
            } else {
                Turn::Deployed(role)
            },
            as_of: arguments.as_of,
            store: arguments.store.store,
        },
    )))
}

fn asked(request: ContractRequest, volume: &VolumeFlags) -> Asked {
    let chatter = chatter(volume, true);
    Asked::Run(Box::new(Request::Contract(request)), chatter)
}

fn answer(
    flags: &AnswerFlags,
    around: &Surroundings,
) -> Result<(crate::model::Repository, crate::model::Show), String> {
    let repository = repository(&flags.repository);
    let voice = Voice {
        formats: &flags.formats.format,
        volume: Some(&flags.volume),
        color: flags.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    Ok((repository, show))
}

/// `payer-exchange@1.4.0`, `payer-exchange@3f2c91a`, `payer-exchange@HEAD`.
fn subject(text: &str) -> Result<SubjectAsked, String> {
    let wanted = "write PARTICIPANT@VERSION, as in payer-exchange@1.4.0 or payer-exchange@HEAD";
    let (participant, version) = text.split_once('@').ok_or(wanted)?;
    if participant.is_empty() {
        return Err(wanted.to_owned());
    }
    let version = match version {
        "HEAD" => None,
        version => Some(Build::asked(version)?),
    };
    Ok(SubjectAsked {
        name: participant.to_owned(),
        version,
    })
}

fn place(text: &str) -> Result<StorePlace, String> {
    text.parse().map_err(|why: &str| why.to_owned())
}

/// A name that becomes part of a path.
fn name(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let starts = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    if starts && text.bytes().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err(
        "a name has letters, digits, `.`, `_` and `-`, and starts with a letter or digit"
            .to_owned(),
    )
}

pub(super) const CAN_RELEASE_EXAMPLES: &str = "\
Examples:
  matchmark contract can-release --subject payer-exchange@HEAD --environment production
  matchmark contract can-release --subject northwind@3.2.0 --environment staging --format json=gate.json
  matchmark contract can-release --subject payer-exchange@1.4.0 --environment production --store git:origin
";

pub(super) const CAN_RELEASE_CODES: &str = "\
Exit codes, the first that applies:
  2  error      a record cannot be trusted, or a file of ours cannot be used
  1  no-go      a live counterpart would break
  3  undecided  a live counterpart is not proven with it; the answer says why and who settles it
  4  empty      nobody whom it deals with is live there
  0  go         every live counterpart is proven with it
";

pub(super) const DEPLOYMENT_EXAMPLES: &str = "\
Examples:
  matchmark contract record-deployment --subject payer-exchange@HEAD --environment production --instance blue
  matchmark contract record-deployment --subject northwind@3.2.0 --environment production --instance main
  matchmark contract record-deployment --subject payer-exchange@1.3.0 --environment production --instance green --retire
";

pub(super) const OWED_EXAMPLES: &str = "\
Examples:
  matchmark contract owed
  matchmark contract owed --environment production --format json=owed.json
Exit codes: 0 nothing is owed, 2 error, 3 something is owed, 4 nobody is live
";
