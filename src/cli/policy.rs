//! The commands of `policy`, from their flags to their requests.
//! Refuses to know how a rule decides.

use super::args::StageWord;
use super::flags::{ColorFlags, ListFormats, ReportFormats, RepositoryFlags};
use super::request::{Voice, messages, repository, stage};
use super::{Asked, Surroundings, value};
use crate::model::{
    PolicyInputRequest, PolicyListRequest, PolicyNewRequest, PolicyRequest, PolicyTestRequest,
    Request, Wanted,
};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub(super) enum PolicyVerb {
    /// Print the document of facts that every rule of this repository sees
    #[command(before_long_help = INPUT_EXAMPLES)]
    Input(InputArguments),
    /// List the rules: what must hold, whose, how heavy at each stage, where from
    #[command(before_long_help = LIST_EXAMPLES)]
    List(ListArguments),
    /// Try out rules: every case, every name misspelt, every fact deleted, every line reached
    #[command(before_long_help = TEST_EXAMPLES, after_long_help = TEST_CODES)]
    Test(TestArguments),
    /// Tell which lines of which rules no case reaches
    #[command(before_long_help = COVERAGE_EXAMPLES, after_long_help = COVERAGE_CODES)]
    Coverage(TestArguments),
    /// Begin a rule: a draft that the gate complains of until it is complete
    #[command(before_long_help = NEW_EXAMPLES)]
    New(NewArguments),
}

#[derive(Args, Debug)]
pub(super) struct InputArguments {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// As which stage the facts are collected
    #[arg(long, value_enum, env = "MATCHMARK_STAGE", hide_env = true)]
    pub stage: Option<StageWord>,
    /// Count days from this date (its first second in UTC) or RFC 3339 instant
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
}

#[derive(Args, Debug)]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ReportFormats,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(super) struct TestArguments {
    /// Only these rules: policy/auth-undeclared, or the name of the folder
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(super) struct NewArguments {
    /// kebab-case, as it will stand in policies/rules/
    pub name: String,
    #[command(flatten)]
    pub repository: RepositoryFlags,
}

pub(super) const POLICY_EXAMPLES: &str = "\
Examples:
  matchmark policy list                             one line a rule
  matchmark policy test auth-undeclared             its cases, and whether every word of it matters
  matchmark policy new owner-on-holiday             a rule to begin with
  matchmark policy input --as-of 2026-11-21         what the rules see on that day
";

const INPUT_EXAMPLES: &str = "\
Examples:
  matchmark policy input --as-of 2026-11-21         what the rules see on that day
  matchmark policy input | jq '.operations[] | {id, criticality}'
";

const LIST_EXAMPLES: &str = "\
Examples:
  matchmark policy list                             one line a rule
  matchmark policy list --format markdown=rules.md  the page to publish, with its digest
  matchmark policy list --format json=/dev/stdout
";

const TEST_EXAMPLES: &str = "\
Examples:
  matchmark policy test                             all rules
  matchmark policy test auth-undeclared payload/consent-period
";

const TEST_CODES: &str = "\
Exit codes:
  0  every rule does what its cases say, and every word and fact of it matters
  1  a case comes out otherwise, or something is not proven by any case
  2  a rule cannot run, or there is no such rule
  4  there is no rule";

const COVERAGE_EXAMPLES: &str = "\
Examples:
  matchmark policy coverage
  matchmark policy coverage auth-undeclared --format json=coverage.json
";

const COVERAGE_CODES: &str = "\
Exit codes:
  0  some case reaches every line of every rule
  1  a line is never reached; a text that is missing counts as one
  2  there is no such rule, or the repository cannot be read
  4  there is no rule";

const NEW_EXAMPLES: &str = "\
Examples:
  matchmark policy new owner-on-holiday             policies/rules/owner-on-holiday/
";

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: PolicyVerb, around: &Surroundings) -> Result<Asked, String> {
    let request = match verb {
        PolicyVerb::Input(arguments) => PolicyRequest::Input(PolicyInputRequest {
            repository: repository(&arguments.repository),
            stage: stage(arguments.stage, around),
            as_of: arguments.as_of,
        }),
        PolicyVerb::List(arguments) => PolicyRequest::List(PolicyListRequest {
            show: show(
                &arguments.repository,
                &arguments.formats.format,
                &arguments.color,
                around,
            )?,
            repository: repository(&arguments.repository),
        }),
        PolicyVerb::Test(arguments) => PolicyRequest::Test(tried(arguments, around)?),
        PolicyVerb::Coverage(arguments) => PolicyRequest::Coverage(tried(arguments, around)?),
        PolicyVerb::New(arguments) => PolicyRequest::New(PolicyNewRequest {
            repository: repository(&arguments.repository),
            name: arguments.name,
        }),
    };
    Ok(messages(Request::Policy(request)))
}

fn tried(arguments: TestArguments, around: &Surroundings) -> Result<PolicyTestRequest, String> {
    Ok(PolicyTestRequest {
        show: show(
            &arguments.repository,
            &arguments.formats.format,
            &arguments.color,
            around,
        )?,
        repository: repository(&arguments.repository),
        rules: arguments.rules,
    })
}

fn show(
    place: &RepositoryFlags,
    formats: &[Wanted],
    color: &ColorFlags,
    around: &Surroundings,
) -> Result<crate::model::Show, String> {
    let voice = Voice {
        formats,
        volume: None,
        color: color.color,
    };
    voice.show(&repository(place).root, around)
}
