//! The flags of `partner card`, `partner handover` and `readiness`, and their help.

use crate::cli::flags::{Color, RepositoryFlags};
use crate::cli::request::{Voice, messages, repository};
use crate::cli::{Asked, Surroundings, value};
use crate::model::{
    DailyRequest, Format, PartnerAsked, PartnerRequest, ReadinessAsked, ReadinessRequest, Request,
    Wanted,
};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

/// What every one of them takes.
#[derive(Args, Debug)]
pub(in crate::cli) struct CardFlags {
    /// Judge as if now were this date (its first second in UTC) or RFC 3339 instant
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Give text, json or markdown; repeatable, `markdown=card.md` writes a file
    #[arg(long, value_name = "FORMAT[=PATH]", env = "MATCHMARK_FORMAT", value_delimiter = ',', hide_env = true,
          value_parser = |text: &str| value::wanted(text, &[Format::Text, Format::Json, Format::Markdown]))]
    pub format: Vec<Wanted>,
}

#[derive(Subcommand, Debug)]
pub(in crate::cli) enum PartnerVerb {
    /// Print what an incident with a partner needs, in at most 250 words
    #[command(before_long_help = CARD_EXAMPLES, after_long_help = CARD_CODES)]
    Card {
        /// Id of the partner
        name: String,
        #[command(flatten)]
        flags: CardFlags,
    },
    /// Print what is handed over with an incident; nothing of any member is in it
    #[command(before_long_help = HANDOVER_EXAMPLES, after_long_help = CARD_CODES)]
    Handover {
        /// Id of the partner
        name: String,
        #[command(flatten)]
        flags: CardFlags,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Phase {
    /// Nine papers: use cases, domains, identity rules, boundaries, modes, inventory, attributes, promises, windows
    #[value(name = "1")]
    One,
    /// Four steps of the pipeline: schema lint, contract tests, policy as code, release gates
    #[value(name = "2")]
    Two,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ReadinessArguments {
    /// Id of a partner: its eight lines, and what must be agreed before it goes live
    #[arg(value_name = "PARTNER", required_unless_present_any = ["phase", "capabilities"])]
    pub partner: Option<String>,
    /// Ask only what must be agreed before the partner goes live
    #[arg(long, requires = "partner")]
    pub go_live: bool,
    /// Ask for what a phase of the rollout must have instead
    #[arg(long, value_enum, value_name = "N", conflicts_with = "partner")]
    pub phase: Option<Phase>,
    /// Ask for the owner and the hook of every capability instead
    #[arg(long, conflicts_with_all = ["partner", "phase"])]
    pub capabilities: bool,
    #[command(flatten)]
    pub flags: CardFlags,
}

pub(in crate::cli) const PARTNER_EXAMPLES: &str = "\
Examples:
  matchmark partner card northwind                  who to call, and what holds today
  matchmark partner handover northwind --format markdown=handover.md
";

const CARD_EXAMPLES: &str = "\
Examples:
  matchmark partner card northwind
  matchmark partner card northwind --format markdown=card.md
";

const HANDOVER_EXAMPLES: &str = "\
Examples:
  matchmark partner handover northwind --format markdown=handover.md
  matchmark partner handover northwind --format json
";

const CARD_CODES: &str = "\
Exit codes:
  0  every part is there
  1  a part is missing; it is named
  2  there is no such partner, or a file cannot be read";

pub(in crate::cli) const READINESS_EXAMPLES: &str = "\
Examples:
  matchmark readiness northwind                     eight lines with their evidence
  matchmark readiness northwind --go-live           what must be agreed before the first member
  matchmark readiness --phase 1                     the nine papers of the first phase
  matchmark readiness --capabilities --format markdown
";

pub(in crate::cli) const READINESS_CODES: &str = "\
Exit codes:
  0  every line holds
  1  a line does not hold; what is missing is named
  2  there is no such partner, or a file cannot be read

The table [readiness] of matchmark.toml says where the papers stand that no other check reads.";

pub(in crate::cli) fn partner(verb: PartnerVerb, around: &Surroundings) -> Result<Asked, String> {
    let (name, flags, asked) = match verb {
        PartnerVerb::Card { name, flags } => (name, flags, PartnerAsked::Card),
        PartnerVerb::Handover { name, flags } => (name, flags, PartnerAsked::Handover),
    };
    let repository = repository(&flags.repository);
    let show = voice(&flags).show(&repository.root, around)?;
    let request = PartnerRequest {
        repository,
        partner: name,
        asked,
        as_of: flags.as_of,
        show,
    };
    Ok(messages(Request::Daily(DailyRequest::Partner(request))))
}

pub(in crate::cli) fn readiness(
    arguments: ReadinessArguments,
    around: &Surroundings,
) -> Result<Asked, String> {
    let flags = arguments.flags;
    let asked = match (arguments.partner, arguments.phase) {
        (Some(id), _) if arguments.go_live => ReadinessAsked::GoLive(id),
        (Some(id), _) => ReadinessAsked::Partner(id),
        (None, Some(Phase::One)) => ReadinessAsked::PhaseOne,
        (None, Some(Phase::Two)) => ReadinessAsked::PhaseTwo,
        (None, None) => ReadinessAsked::Capabilities,
    };
    let repository = repository(&flags.repository);
    let show = voice(&flags).show(&repository.root, around)?;
    let request = ReadinessRequest {
        repository,
        asked,
        as_of: flags.as_of,
        show,
    };
    Ok(messages(Request::Daily(DailyRequest::Readiness(request))))
}

fn voice(flags: &CardFlags) -> Voice<'_> {
    Voice {
        formats: &flags.format,
        volume: None,
        color: Color::Never,
    }
}
