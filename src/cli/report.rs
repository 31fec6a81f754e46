//! `report`: the packet of a period, from its flags to its request.
//! Refuses to know how it is made.

use super::flags::{AmountFlags, ColorFlags, DiffFormats, RepositoryFlags, VolumeFlags};
use super::request::{Voice, chatter, repository};
use super::{Asked, Surroundings, value};
use crate::model::{ReportRequest, Request, RunsAsked};
use chrono::NaiveDate;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct ReportArguments {
    /// First day of the period
    #[arg(long, value_name = "DATE", value_parser = value::day)]
    pub since: NaiveDate,
    /// Last day of the period, which is part of it
    #[arg(long, value_name = "DATE", value_parser = value::day)]
    pub until: NaiveDate,
    /// Folder of kept runs, seen from the repository; [evidence] runs of matchmark.toml unless named
    #[arg(long, value_name = "DIR", env = "MATCHMARK_EVIDENCE", hide_env = true)]
    pub evidence: Option<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: DiffFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub volume: VolumeFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

/// What the arguments come to in these surroundings.
pub(super) fn resolve(arguments: ReportArguments, around: &Surroundings) -> Result<Asked, String> {
    if arguments.until < arguments.since {
        return Err("error: the period ends before it begins; swap --since and --until".to_owned());
    }
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: Some(&arguments.volume),
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = ReportRequest {
        place: RunsAsked {
            repository,
            folder: arguments.evidence,
        },
        since: arguments.since,
        until: arguments.until,
        max_findings: arguments.amount.max_findings,
        show,
    };
    let chatter = chatter(&arguments.volume, true);
    Ok(Asked::Run(Box::new(Request::Report(request)), chatter))
}

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  matchmark report --since 2026-10-22 --until 2026-11-21 --format html=board.html
  matchmark report --since 2026-10-22 --until 2026-11-21 --format json=board.json
  matchmark report --since 2026-11-01 --until 2026-11-30 --evidence downloaded/evidence
";

pub(super) const REPORT_CODES: &str = "\
Exit codes:
  0  the packet is made, whatever its newest run came to
  2  kept runs cannot be trusted, none is kept of that period, or the report of its newest is gone";
