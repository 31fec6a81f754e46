//! The flags of the verbs that show, bring in and give out contract files, and what they come to.
//! Refuses to know how a contract is read or written.

use super::super::flags::{AmountFlags, ColorFlags, ListFormats, RepositoryFlags};
use super::super::request::{Voice, below, messages, repository};
use super::super::{Asked, Surroundings};
use crate::model::{
    ContractExportRequest, ContractImportRequest, ContractRequest, ContractShowRequest, Request,
    Target,
};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(in crate::cli) struct ShowArguments {
    /// Contract files; every contract of the repository when none is named
    #[arg(value_name = "FILE", conflicts_with = "all")]
    pub files: Vec<PathBuf>,
    /// Show every contract of the repository
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ImportArguments {
    /// A plain Pact file of edition 2, 3 or 4
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The consumer's name here, where the file calls it otherwise
    #[arg(long = "as", value_name = "CONSUMER")]
    pub consumer: Option<String>,
    /// Write PATH instead of contracts/<consumer>/<name of FILE>; `-` is standard output
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Map provider states by FILE instead of contracts/<consumer>/states.toml
    #[arg(long, value_name = "FILE")]
    pub states: Option<PathBuf>,
    /// Add our group of the file, answered for by TEAM; without it the file stays plain
    #[arg(long, value_name = "TEAM")]
    pub owner: Option<String>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub amount: AmountFlags,
    #[command(flatten)]
    pub color: ColorFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ExportArguments {
    /// A contract file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Leave out what only matchmark reads; there is no other form yet
    #[arg(long, required = true)]
    pub plain: bool,
    /// Write PATH instead of standard output
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub repository: RepositoryFlags,
}

pub(super) fn show(arguments: ShowArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: arguments.color.color,
    };
    let show = voice.show(&repository.root, around)?;
    let request = ContractRequest::Show(ContractShowRequest {
        repository,
        files: arguments.files,
        max_findings: arguments.amount.max_findings,
        show,
    });
    Ok(messages(Request::Contract(request)))
}

pub(super) fn import(arguments: ImportArguments, around: &Surroundings) -> Result<Asked, String> {
    let repository = repository(&arguments.repository);
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: arguments.color.color,
    };
    let mut show = voice.show(&repository.root, around)?;
    let on_stdout = arguments.out.as_deref() == Some(Path::new("-"));
    if on_stdout {
        // The file has standard output; what is said of it in words goes to standard error.
        show.wanted.retain(|wanted| wanted.target != Target::Stdout);
    }
    let request = ContractRequest::Import(ContractImportRequest {
        repository,
        file: arguments.file,
        consumer: arguments.consumer,
        out: arguments.out,
        states: arguments.states,
        owner: arguments.owner,
        max_findings: arguments.amount.max_findings,
        show,
    });
    Ok(messages(Request::Contract(request)))
}

pub(super) fn export(arguments: ExportArguments) -> Asked {
    let repository = repository(&arguments.repository);
    let out = match arguments.out {
        Some(path) if path != Path::new("-") => Target::File(below(&repository.root, &path)),
        _ => Target::Stdout,
    };
    let request = ContractRequest::Export(ContractExportRequest {
        repository,
        file: arguments.file,
        out,
    });
    messages(Request::Contract(request))
}

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  matchmark contract show
  matchmark contract show contracts/northwind/member-match.json --format json
";

pub(super) const IMPORT_EXAMPLES: &str = "\
Examples:
  matchmark contract import pacts/northwind-payer.json --as northwind --owner northwind-intake
  matchmark contract import old.json --states contracts/northwind/states.toml --out contracts/northwind/old.json

contracts/<consumer>/states.toml says what the consumer's words for provider states mean:
  [[state]]
  pattern = 'a member (?<ref>\\w+) exists'
  state = \"member\"
  params = { ref = \"${ref}\", matches = 1 }
";

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  matchmark contract export --plain contracts/northwind/member-match.json --out pact.json
";

pub(super) const IMPORT_CODES: &str = "\
Exit codes:
  0 go         written, and read without objection
  2 error      usage, a file that cannot be read, or written and rejected: each reason has its place
  3 undecided  written, and it holds what is not judged";
