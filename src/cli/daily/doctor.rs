//! The flags of `doctor` and their help, and what a `check` would be told here by flags and environment.

use crate::cli::flags::{ColorFlags, DirectoryFlag, ListFormats};
use crate::cli::request::{Voice, below, messages};
use crate::cli::{Asked, Surroundings, command, value};
use crate::model::{DailyRequest, DoctorRequest, Origin, Repository, Request, Setting};
use chrono::{DateTime, Utc};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(in crate::cli) struct DoctorArguments {
    #[command(flatten)]
    pub at: DirectoryFlag,
    /// Print every value that decides how a check goes here, and where it came from
    #[arg(long)]
    pub config: bool,
    /// Read FILE instead of matchmark.toml; other commands call this --config FILE
    #[arg(long, value_name = "FILE")]
    pub config_file: Option<PathBuf>,
    /// Take this date (its first second in UTC) or RFC 3339 instant for now
    #[arg(long, value_name = "DATE", env = "MATCHMARK_AS_OF", hide_env = true, value_parser = value::instant)]
    pub as_of: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub color: ColorFlags,
    /// Flags of a check, to see what they come to
    #[arg(last = true, value_name = "FLAGS")]
    pub check: Vec<OsString>,
}

pub(in crate::cli) const DOCTOR_EXAMPLES: &str = "\
Examples:
  matchmark doctor                                  what works here, and what to mend
  matchmark doctor --config                         every value, and who decided it
  matchmark doctor --config -- --stage staging      the same for `matchmark check --stage staging`
";

pub(in crate::cli) const DOCTOR_CODES: &str = "\
Exit codes:
  0  everything works, or only warnings
  1  something does not work; each such line says how to mend it
  2  usage";

pub(in crate::cli) fn doctor(
    arguments: DoctorArguments,
    around: &Surroundings,
) -> Result<Asked, String> {
    let mut told = Told::read(&arguments.check)?;
    told.default_stage(around);
    let root = arguments.at.directory;
    let voice = Voice {
        formats: &arguments.formats.format,
        volume: None,
        color: arguments.color.color,
    };
    let show = voice.show(&root, around)?;
    let by_environment = std::env::var_os("MATCHMARK_CONFIG").map(PathBuf::from);
    let config_origin = match (&arguments.config_file, &by_environment) {
        (Some(_), _) => Origin::Flag,
        (None, Some(_)) => Origin::Environment,
        (None, None) => Origin::Default,
    };
    let file = arguments.config_file.or(by_environment);
    let request = DoctorRequest {
        repository: Repository {
            config: file.as_deref().map(|path| below(&root, path)),
            root,
        },
        config_origin,
        base: told.base,
        settings: arguments.config.then_some(told.settings),
        shell: shell(),
        as_of: arguments.as_of,
        show,
    };
    Ok(messages(Request::Daily(DailyRequest::Doctor(request))))
}

/// The name of the shell, without its folder.
fn shell() -> Option<String> {
    let path = std::env::var_os("SHELL")?;
    let name = Path::new(&path).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

/// What a `check` is told here before it reads a file.
struct Told {
    base: Option<String>,
    settings: Vec<Setting>,
}

impl Told {
    /// Asks the parser of `check` itself, so that nothing is told that it would not do.
    ///
    /// Errors: `check` does not take these flags
    fn read(flags: &[OsString]) -> Result<Self, String> {
        let words = ["matchmark", "check"].map(OsString::from);
        let words = words.into_iter().chain(flags.iter().cloned());
        let mut whole = command();
        whole.build();
        let parsed = whole.try_get_matches_from_mut(words);
        let parsed = parsed.map_err(|error| error.render().to_string())?;
        let (Some(check), Some(matches)) = (
            whole.find_subcommand("check"),
            parsed.subcommand_matches("check"),
        ) else {
            return Ok(Self {
                base: None,
                settings: Vec::new(),
            });
        };
        let mut settings: Vec<Setting> = check
            .get_arguments()
            .filter_map(|argument| setting(argument, matches))
            .collect();
        settings.sort_by(|one, other| one.name.cmp(&other.name));
        let base = matches.get_one::<String>("base").cloned();
        Ok(Self { base, settings })
    }

    /// A stage that nobody asked for follows from where the command runs.
    fn default_stage(&mut self, around: &Surroundings) {
        if self
            .settings
            .iter()
            .any(|setting| setting.name == "--stage")
        {
            return;
        }
        let (value, origin, by) = if around.ci {
            ("pull-request", Origin::Environment, "CI")
        } else {
            ("local", Origin::Default, "matchmark")
        };
        self.settings.push(Setting {
            name: "--stage".to_owned(),
            value: value.to_owned(),
            origin,
            by: by.to_owned(),
        });
    }
}

fn setting(argument: &Arg, matches: &ArgMatches) -> Option<Setting> {
    let id = argument.get_id().as_str();
    let name = argument
        .get_long()
        .map(|long| format!("--{long}"))
        .or_else(|| argument.get_short().map(|short| format!("-{short}")))?;
    let source = matches.value_source(id)?;
    let values = matches.get_raw(id)?;
    let values: Vec<String> = values
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    let (origin, by) = match source {
        ValueSource::CommandLine => (Origin::Flag, name.clone()),
        ValueSource::EnvVariable => {
            let variable = argument.get_env().unwrap_or_default();
            (Origin::Environment, variable.to_string_lossy().into_owned())
        }
        _ => (Origin::Default, "matchmark".to_owned()),
    };
    Some(Setting {
        name,
        value: values.join(","),
        origin,
        by,
    })
}
