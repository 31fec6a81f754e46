//! Parsed arguments and surroundings -> a request: defaults are settled here, once.

use super::args::{CheckArguments, ExplainArguments, FailOn, GateFlags, StageWord, Verb};
use super::catalogue::CatalogueVerb;
use super::compat::{CompatArguments, FormatMeaning};
use super::flags::{Color, RepositoryFlags, VolumeFlags};
use super::replay::replay;
use super::scrub::scrub;
use super::transform::TransformArguments;
use super::validate::ValidateArguments;
use super::{
    Asked, Chatter, Surroundings, approve, completions, contract, course, daily, manual, step,
    waiver,
};
use crate::model::{
    Against, Aim, BatchRequest, CatalogueCoverageRequest, CatalogueListRequest,
    CatalogueShowRequest, CheckName, CheckRequest, Depth, ExplainRequest, Extent, Format,
    InitRequest, Repository, Request, Severity, Show, Stage, Target, TransformRequest,
    ValidateRequest, Wanted, WorkerRequest, named_folder,
};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) const TWO_ON_STDOUT: &str = "error: only one format can go to standard output; \
    give the others a path, as in `--format json=report.json`";

const LOG_ON_STDOUT: &str = "error: CI is set, so standard output is a log that others read, and the transformed \
    payloads hold their values; name a file with `--out FILE`, or ask for it with `--out -`";

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: Verb, around: &Surroundings) -> Asked {
    let answer = match verb {
        Verb::Check(arguments) => check(*arguments, around),
        Verb::Validate(arguments) => validate(*arguments, around),
        Verb::Replay(arguments) => replay(*arguments, around),
        Verb::Scrub(arguments) => scrub(*arguments, around),
        Verb::Transform(arguments) => transform(*arguments, around),
        Verb::Diff(arguments) => step::diff(arguments, around),
        Verb::Bump(arguments) => step::bump(arguments, around),
        Verb::Release(arguments) => course::release(arguments, around),
        Verb::Promote(arguments) => course::promote(arguments, around),
        Verb::Deprecate(arguments) => course::deprecate(arguments, around),
        Verb::Waiver(verb) => waiver::resolve(verb, around),
        Verb::Approve(arguments) => approve::approve(arguments, around),
        Verb::Explain(arguments) => explain(arguments, around),
        Verb::Catalogue(verb) => catalogue(verb, around),
        Verb::Init(arguments) => Ok(messages(Request::Init(InitRequest {
            root: arguments.at.directory,
        }))),
        Verb::Contract(verb) => contract::resolve(verb, around),
        Verb::Evidence(verb) => super::evidence::resolve(verb, around),
        Verb::Report(arguments) => super::report::resolve(*arguments, around),
        Verb::Policy(verb) => super::policy::resolve(verb, around),
        Verb::Compat(arguments) => Ok(messages(compat(&arguments))),
        #[cfg(feature = "service")]
        Verb::Serve(arguments) => super::serve::request(arguments).map(messages),
        #[cfg(feature = "service")]
        Verb::Ops(verb) => super::ops::resolve(*verb, around),
        #[cfg(feature = "service")]
        Verb::Stub(arguments) => {
            let repository = repository(&arguments.repository);
            Ok(messages(super::stub::request(arguments, repository)))
        }
        Verb::Readiness(arguments) => daily::readiness(arguments, around),
        Verb::Partner(verb) => daily::partner(verb, around),
        Verb::Schema(arguments) => daily::schema(arguments, around),
        Verb::Doctor(arguments) => daily::doctor(arguments, around),
        Verb::Fmt(arguments) => daily::fmt(arguments, around),
        Verb::Completions { shell } => Ok(Asked::Print(completions(shell))),
        Verb::Man { command } => manual(command.as_deref()).map(Asked::Print),
    };
    answer.unwrap_or_else(Asked::Refuse)
}

fn check(arguments: CheckArguments, around: &Surroundings) -> Result<Asked, String> {
    let checks = CheckName::ALL
        .into_iter()
        .filter(|check| arguments.only.is_empty() || arguments.only.contains(check))
        .filter(|check| !arguments.skip.contains(check))
        .collect();
    let (request, chatter) = gate(arguments.gate, checks, Extent::Gate, around)?;
    let request = CheckRequest {
        evidence: !arguments.no_evidence,
        ..request
    };
    Ok(Asked::Run(Box::new(Request::Check(request)), chatter))
}

/// A run of `checks`, and how much is said while it runs.
pub(super) fn gate(
    flags: GateFlags,
    checks: Vec<CheckName>,
    extent: Extent,
    around: &Surroundings,
) -> Result<(CheckRequest, Chatter), String> {
    let chatter = chatter(&flags.volume, flags.progress.no_progress);
    let repository = repository(&flags.repository);
    let voice = Voice {
        formats: &flags.formats.format,
        volume: Some(&flags.volume),
        color: flags.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = CheckRequest {
        repository,
        base: flags.base,
        stage: stage(flags.stage, around),
        checks,
        extent,
        fail_on: flags.fail_on.map(severity),
        max_findings: flags.amount.max_findings,
        as_of: flags.as_of,
        allow_empty: flags.leniency.allow_empty,
        exit_zero: flags.leniency.exit_zero,
        jobs: flags.work.jobs,
        timeout: flags.timeout,
        aim: Aim::default(),
        evidence: false,
        show,
    };
    Ok((request, chatter))
}

fn validate(arguments: ValidateArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.volume, arguments.progress.no_progress);
    let against = match (arguments.entry, arguments.schema) {
        (Some(entry), _) => Against::Entry(entry),
        (None, Some(file)) => Against::File(file),
        (None, None) => Against::Recognised,
    };
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = ValidateRequest {
        repository,
        files: arguments.files,
        against,
        versions: arguments.against,
        depth: if arguments.schema_only {
            Depth::SchemaOnly
        } else {
            Depth::Rules
        },
        as_of: arguments.as_of,
        caller: arguments.caller,
        redact: arguments.redact.into(),
        max_errors: arguments.max_errors,
        jobs: arguments.work.jobs,
        max_findings: arguments.amount.max_findings,
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        show,
    };
    Ok(Asked::Run(Box::new(Request::Validate(request)), chatter))
}

fn transform(arguments: TransformArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.volume, true);
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let mut show = voice.show(&repository.root, around)?;
    let out = match arguments.out {
        Some(path) if path == Path::new("-") => Target::Stdout,
        Some(path) => Target::File(below(&repository.root, &path)),
        None if around.ci => return Err(LOG_ON_STDOUT.to_owned()),
        None => Target::Stdout,
    };
    if out == Target::Stdout {
        // The product has standard output; what is said of it in words goes to standard error.
        show.wanted.retain(|wanted| wanted.target != Target::Stdout);
        let mut asked = arguments.formats.format.iter();
        if asked.any(|wanted| wanted.target == Target::Stdout) {
            return Err(TWO_ON_STDOUT.to_owned());
        }
    }
    let request = TransformRequest {
        repository,
        files: arguments.files,
        from: arguments.from,
        to: arguments.to,
        out,
        max_findings: arguments.amount.max_findings,
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        show,
    };
    Ok(Asked::Run(Box::new(Request::Transform(request)), chatter))
}

fn explain(arguments: ExplainArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = ExplainRequest {
        repository,
        id: arguments.id,
        show,
    };
    Ok(messages(Request::Explain(request)))
}

fn catalogue(verb: CatalogueVerb, around: &Surroundings) -> Result<Asked, String> {
    let (flags, formats) = match &verb {
        CatalogueVerb::List(flags) | CatalogueVerb::Show { flags, .. } => {
            (&flags.repository, &flags.formats.format)
        }
        CatalogueVerb::Coverage(flags) => (&flags.repository, &flags.formats.format),
    };
    let repository = repository(flags);
    let voice = Voice {
        formats,
        volume: None,
        color: Color::Never,
    };
    let show = voice.show(&repository.root, around)?;
    Ok(messages(match verb {
        CatalogueVerb::List(_) => Request::CatalogueList(CatalogueListRequest { repository, show }),
        CatalogueVerb::Show { id, .. } => Request::CatalogueShow(CatalogueShowRequest {
            repository,
            id,
            show,
        }),
        CatalogueVerb::Coverage(_) => {
            Request::CatalogueCoverage(CatalogueCoverageRequest { repository, show })
        }
    }))
}

fn compat(arguments: &CompatArguments) -> Request {
    let worker = WorkerRequest {
        formats_asserted: arguments.format == FormatMeaning::Assertion,
        budget: Duration::from_millis(arguments.budget_ms),
    };
    if arguments.worker {
        return Request::CompatWorker(worker);
    }
    Request::CompatBatch(BatchRequest {
        worker,
        jobs: arguments.work.jobs.unwrap_or(NonZeroUsize::MIN),
    })
}

pub(super) fn messages(request: Request) -> Asked {
    Asked::Run(Box::new(request), Chatter::Messages)
}

pub(super) fn repository(flags: &RepositoryFlags) -> Repository {
    let root = &flags.at.directory;
    Repository {
        root: root.clone(),
        config: flags.config.as_deref().map(|path| below(root, path)),
    }
}

/// `path` as seen from `root`, which is where the command acts.
pub(super) fn below(root: &Path, path: &Path) -> PathBuf {
    if root == Path::new(".") {
        path.to_owned()
    } else {
        root.join(path)
    }
}

pub(super) fn stage(asked: Option<StageWord>, around: &Surroundings) -> Stage {
    match asked {
        Some(StageWord::Local) => Stage::Local,
        Some(StageWord::PullRequest) => Stage::PullRequest,
        Some(StageWord::Staging) => Stage::Staging,
        Some(StageWord::ReleaseCandidate) => Stage::ReleaseCandidate,
        None if around.ci => Stage::PullRequest,
        None => Stage::Local,
    }
}

fn severity(asked: FailOn) -> Severity {
    match asked {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
    }
}

/// How much standard error says; progress only from the commands that work for long.
pub(super) fn chatter(volume: &VolumeFlags, no_progress: bool) -> Chatter {
    if volume.quiet {
        Chatter::Quiet
    } else if no_progress {
        Chatter::Messages
    } else {
        Chatter::Progress
    }
}

fn placed(asked: &Wanted, root: &Path) -> Wanted {
    Wanted {
        format: asked.format,
        target: match &asked.target {
            Target::Stdout => Target::Stdout,
            Target::File(path) => Target::File(below(root, path)),
        },
    }
}

/// What a command was told about its result.
pub(super) struct Voice<'a> {
    pub(super) formats: &'a [Wanted],
    pub(super) volume: Option<&'a VolumeFlags>,
    pub(super) color: Color,
}

impl Voice<'_> {
    /// Text goes to standard output unless another format does, or silence was asked for.
    pub(super) fn show(&self, root: &Path, around: &Surroundings) -> Result<Show, String> {
        let mut wanted: Vec<Wanted> = self
            .formats
            .iter()
            .map(|asked| placed(asked, root))
            .collect();
        let is_shown = |wanted: &&Wanted| wanted.target == Target::Stdout;
        let shown = wanted.iter().filter(is_shown).count();
        if shown > 1 {
            return Err(TWO_ON_STDOUT.to_owned());
        }
        if shown == 0 && !self.volume.is_some_and(|volume| volume.quiet) {
            wanted.push(Wanted {
                format: Format::Text,
                target: Target::Stdout,
            });
        }
        Ok(Show {
            wanted,
            folder: named_folder(root),
            verbose: self.volume.is_some_and(|volume| volume.verbose),
            color: match self.color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => around.stdout_is_terminal && !around.no_color,
            },
        })
    }
}
