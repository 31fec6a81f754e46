//! The flags of `schema` and their help.

use crate::cli::flags::{Color, ListFormats};
use crate::cli::request::{Voice, messages};
use crate::cli::{Asked, Surroundings};
use crate::model::{DailyRequest, Request, SchemaRequest};
use clap::{Args, ValueEnum};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DraftWord {
    /// What matchmark judges with
    #[value(name = "2020-12")]
    Modern,
    /// What editors know
    #[value(name = "7")]
    Seven,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct SchemaArguments {
    /// Such as entry, rule, waiver, partner; --list names them all
    #[arg(value_name = "NAME", required_unless_present = "list")]
    pub name: Option<String>,
    /// List the formats, and where files of each stand
    #[arg(long, conflicts_with_all = ["name", "draft"])]
    pub list: bool,
    /// Edition of JSON Schema
    #[arg(long, value_enum, default_value = "2020-12", value_name = "DRAFT")]
    pub draft: DraftWord,
    #[command(flatten)]
    pub formats: ListFormats,
}

pub(in crate::cli) const SCHEMA_EXAMPLES: &str = "\
Examples:
  matchmark schema --list                           every format, and where its files stand
  matchmark schema entry                            what an entry.toml may hold
  matchmark schema waiver --draft 7 > waiver.json   for an editor
";

pub(in crate::cli) const SCHEMA_CODES: &str = "\
Exit codes:
  0  the schema or the list is printed
  2  there is no such format";

pub(in crate::cli) fn schema(
    arguments: SchemaArguments,
    around: &Surroundings,
) -> Result<Asked, String> {
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: Color::Never,
    };
    let show = voice.show(Path::new("."), around)?;
    let request = SchemaRequest {
        name: arguments.name,
        for_editors: arguments.draft == DraftWord::Seven,
        show,
    };
    Ok(messages(Request::Daily(DailyRequest::Schema(request))))
}
