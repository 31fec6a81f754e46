//! Parsed arguments and surroundings -> a request: defaults are settled here, once.

use super::args::{
    CatalogueVerb, CheckArguments, DiffArguments, ExplainArguments, FailOn, FormatMeaning,
    StageWord, ValidateArguments, Verb,
};
use super::flags::{Color, RepositoryFlags, VoiceFlags};
use super::{Asked, Chatter, Surroundings, completions, manual};
use crate::model::{
    Against, BatchRequest, CatalogueListRequest, CatalogueShowRequest, CheckName, CheckRequest,
    DiffRequest, ExplainRequest, Format, InitRequest, Repository, Request, Severity, Show, Stage,
    Target, ValidateRequest, Wanted,
};
use std::time::Duration;

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: Verb, around: &Surroundings) -> Asked {
    let answer = match verb {
        Verb::Check(arguments) => check(*arguments, around),
        Verb::Validate(arguments) => validate(*arguments, around),
        Verb::Diff(arguments) => diff(arguments, around),
        Verb::Explain(arguments) => explain(arguments, around),
        Verb::Catalogue(verb) => catalogue(verb, around),
        Verb::Init(arguments) => Ok(messages(Request::Init(InitRequest {
            root: arguments.directory,
        }))),
        Verb::Compat(arguments) => Ok(messages(Request::CompatBatch(BatchRequest {
            formats_asserted: arguments.format == FormatMeaning::Assertion,
            budget: Duration::from_millis(arguments.budget_ms),
            jobs: arguments.work.jobs,
        }))),
        #[cfg(feature = "service")]
        Verb::Serve(arguments) => Ok(messages(Request::Serve(crate::model::ServeRequest {
            repository: repository(arguments.repository),
            dev: arguments.dev,
        }))),
        Verb::Completions { shell } => Ok(Asked::Print(completions(shell))),
        Verb::Man => Ok(Asked::Print(manual())),
    };
    answer.unwrap_or_else(Asked::Refuse)
}

fn check(arguments: CheckArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.voice, arguments.progress.no_progress);
    let checks = CheckName::ALL
        .into_iter()
        .filter(|check| arguments.only.is_empty() || arguments.only.contains(check))
        .filter(|check| !arguments.skip.contains(check))
        .collect();
    let request = CheckRequest {
        repository: repository(arguments.repository),
        base: arguments.base,
        stage: stage(arguments.stage, around),
        checks,
        fail_on: arguments.fail_on.map(severity),
        max_findings: arguments.amount.max_findings,
        as_of: arguments.as_of,
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        jobs: arguments.work.jobs,
        timeout: arguments.timeout,
        show: show(arguments.formats.format, &arguments.voice, around)?,
    };
    Ok(Asked::Run(Box::new(Request::Check(request)), chatter))
}

fn validate(arguments: ValidateArguments, around: &Surroundings) -> Result<Asked, String> {
    let chatter = chatter(&arguments.voice, arguments.progress.no_progress);
    let against = match (arguments.entry, arguments.schema) {
        (Some(entry), _) => Against::Entry(entry),
        (None, Some(file)) => Against::File(file),
        (None, None) => Against::Recognised,
    };
    let request = ValidateRequest {
        repository: repository(arguments.repository),
        files: arguments.files,
        against,
        redact: arguments.redact.into(),
        max_findings: arguments.amount.max_findings,
        allow_empty: arguments.leniency.allow_empty,
        exit_zero: arguments.leniency.exit_zero,
        jobs: arguments.work.jobs,
        show: show(arguments.formats.format, &arguments.voice, around)?,
    };
    Ok(Asked::Run(Box::new(Request::Validate(request)), chatter))
}

fn diff(arguments: DiffArguments, around: &Surroundings) -> Result<Asked, String> {
    let request = DiffRequest {
        repository: repository(arguments.repository),
        old: arguments.old,
        new: arguments.new,
        show: show(arguments.formats.format, &arguments.voice, around)?,
    };
    Ok(messages(Request::Diff(request)))
}

fn explain(arguments: ExplainArguments, around: &Surroundings) -> Result<Asked, String> {
    let request = ExplainRequest {
        repository: repository(arguments.repository),
        id: arguments.id,
        show: show(arguments.formats.format, &arguments.voice, around)?,
    };
    Ok(messages(Request::Explain(request)))
}

fn catalogue(verb: CatalogueVerb, around: &Surroundings) -> Result<Asked, String> {
    Ok(messages(match verb {
        CatalogueVerb::List {
            repository: flags,
            formats,
            voice,
        } => Request::CatalogueList(CatalogueListRequest {
            repository: repository(flags),
            show: show(formats.format, &voice, around)?,
        }),
        CatalogueVerb::Show {
            id,
            repository: flags,
            formats,
            voice,
        } => Request::CatalogueShow(CatalogueShowRequest {
            repository: repository(flags),
            id,
            show: show(formats.format, &voice, around)?,
        }),
    }))
}

fn messages(request: Request) -> Asked {
    Asked::Run(Box::new(request), Chatter::Messages)
}

fn repository(flags: RepositoryFlags) -> Repository {
    Repository {
        root: flags.directory,
        config: flags.config,
    }
}

fn stage(asked: Option<StageWord>, around: &Surroundings) -> Stage {
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

fn chatter(voice: &VoiceFlags, no_progress: bool) -> Chatter {
    if voice.quiet {
        Chatter::Quiet
    } else if no_progress {
        Chatter::Messages
    } else {
        Chatter::Progress
    }
}

/// Text goes to standard output unless another format does, or silence was asked for.
fn show(
    mut wanted: Vec<Wanted>,
    voice: &VoiceFlags,
    around: &Surroundings,
) -> Result<Show, String> {
    let on_stdout = wanted
        .iter()
        .filter(|wanted| wanted.target == Target::Stdout)
        .count();
    if on_stdout > 1 {
        return Err(
            "error: only one format can go to standard output; give the others a path, as in `--format json=report.json`\n"
                .to_owned(),
        );
    }
    if on_stdout == 0 && !voice.quiet {
        wanted.push(Wanted {
            format: Format::Text,
            target: Target::Stdout,
        });
    }
    Ok(Show {
        wanted,
        verbose: voice.verbose,
        color: match voice.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => around.stdout_is_terminal && !around.no_color,
        },
    })
}
