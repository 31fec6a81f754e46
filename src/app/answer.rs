//! What a run hands back and what it says meanwhile.

use super::AppError;
use crate::model::{Format, Request, Show, Target, Verdict};
use crate::report::{self, Content, Style};
use crate::store;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A result in one of its asked formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub target: Target,
    pub text: String,
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// The process exit code: that of the verdict, unless leniency was asked for.
    pub exit_code: u8,
    pub outputs: Vec<Output>,
}

/// Where log lines go, and whether the user asked for those of a rehearsal.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    pub writer: fn() -> io::Stderr,
    pub asked: bool,
}

/// Time since the program was started, on any thread.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Where a run shows results that do not wait for the end, and what it is doing.
pub trait Sink {
    /// Shows a piece of the result at once.
    ///
    /// Errors: nobody reads any more
    fn result(&mut self, text: &str) -> io::Result<()>;

    /// Says what is done now; it may be dropped when nobody watches.
    fn progress(&mut self, step: &str);

    /// What tells the time since the program was started.
    fn clock(&self) -> Clock;

    /// A key that no other run has.
    ///
    /// Errors: the system gives no randomness
    fn secret(&self) -> io::Result<[u8; 32]>;

    /// The file of this program, to start it once more.
    ///
    /// Errors: the system does not tell
    fn program(&self) -> io::Result<PathBuf>;

    /// Where a service that runs in this process writes its log.
    fn log(&self) -> Log;

    /// Says something that a person should know beside the result.
    fn message(&mut self, text: &str);
}

impl Answer {
    /// `content` in every format that was asked for.
    ///
    /// Errors: a format that `content` has no form in
    pub(super) fn of(
        verdict: Verdict,
        exit_code: u8,
        content: Content<'_>,
        show: &Show,
        max_findings: Option<usize>,
    ) -> Result<Self, AppError> {
        let output = |wanted: &crate::model::Wanted| {
            let style = Style {
                color: show.color && wanted.target == Target::Stdout,
                verbose: show.verbose,
                max_findings,
                folder: show.folder.as_deref(),
            };
            report::render(wanted.format, content, &style)
                .map(|text| Output {
                    target: wanted.target.clone(),
                    text,
                })
                .ok_or(AppError::NoSuchForm(wanted.format.word()))
        };
        Ok(Self {
            verdict,
            exit_code,
            outputs: show.wanted.iter().map(output).collect::<Result<_, _>>()?,
        })
    }

    /// Something that was looked up and found: always a `go`.
    pub(super) fn found(content: Content<'_>, show: &Show) -> Result<Self, AppError> {
        Self::of(Verdict::Go, 0, content, show, None)
    }

    /// A command that has said everything already.
    pub(super) fn said(verdict: Verdict) -> Self {
        Self {
            verdict,
            exit_code: verdict.exit_code(),
            outputs: Vec::new(),
        }
    }

    /// What stands for the result of a run that failed: no machine reads silence as a pass.
    #[must_use]
    pub fn failure(show: Option<&Show>, why: Option<&str>) -> Self {
        let unfinished = |wanted: &crate::model::Wanted| match (wanted.format, &wanted.target) {
            (Format::Text, Target::Stdout) => None,
            (format, target) => Some(Output {
                target: target.clone(),
                text: report::unfinished(format, why),
            }),
        };
        let wanted = show.map(|show| show.wanted.as_slice()).unwrap_or_default();
        Self {
            outputs: wanted.iter().filter_map(unfinished).collect(),
            ..Self::said(Verdict::Error)
        }
    }

    /// Writes every output that goes to a file and gives the text for standard output.
    ///
    /// Errors: the first file that cannot be written
    pub fn deliver(&self) -> Result<String, AppError> {
        let mut on_stdout = String::new();
        for output in &self.outputs {
            match &output.target {
                Target::Stdout => on_stdout.push_str(&output.text),
                Target::File(path) => store::write(path, &output.text)?,
            }
        }
        Ok(on_stdout)
    }
}

/// Leaves `error` in every asked file, so that a run that dies never reads as a pass.
pub(super) fn reserve(request: &Request) -> Result<(), AppError> {
    let wanted = request.show().map(|show| show.wanted.as_slice());
    for wanted in wanted.unwrap_or_default() {
        if let Target::File(path) = &wanted.target {
            store::reserve(path, &report::unfinished(wanted.format, None))?;
        }
    }
    Ok(())
}
