//! Prints and exits: arguments -> request -> answer -> standard output, files, exit code.
//! Refuses to know anything else; the only clock and the only printing of the harness are here.
#![allow(
    clippy::disallowed_methods,
    reason = "the edge where the clock and the terminal are"
)]

use chrono::{DateTime, Utc};
use matchmark::app::{self, Answer, AppError, Clock, Log, Sink};
use matchmark::cli::{self, Asked, Chatter, Surroundings};
use matchmark::model::{Request, Verdict};
use matchmark::report;
use std::error::Error as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// How long a run is silent before it shows progress on a terminal.
///
/// Source: the command line guidelines ask for a sign of life soon, and for silence when it is quick
const SILENCE: Duration = Duration::from_millis(300);
/// Pause between two lines of progress where nobody watches live.
const PAUSE: Duration = Duration::from_secs(5);

/// What a result file says of a run that broke down; the place stands on standard error.
const OUR_FAULT: &str =
    "matchmark failed inside itself; this is a fault of matchmark, not of your files";

fn main() -> ExitCode {
    panic::set_hook(Box::new(|fault| say(&confession(fault.location()))));
    match cli::read(std::env::args_os(), &surroundings()) {
        Asked::Run(request, chatter) => answer(*request, chatter),
        Asked::Print(text) => print(&text, Verdict::Go.exit_code()),
        Asked::Refuse(text) => {
            say(text.trim_end());
            ExitCode::from(Verdict::Error.exit_code())
        }
    }
}

/// Runs the request and writes every asked format in one pass.
fn answer(request: Request, chatter: Chatter) -> ExitCode {
    let show = request.show().cloned();
    let mut screen = Screen::new(chatter);
    let run = panic::catch_unwind(AssertUnwindSafe(|| app::run(request, now(), &mut screen)));
    screen.clear();
    let answer = match run {
        Ok(Ok(answer)) => answer,
        Ok(Err(AppError::Unread(_))) => return ExitCode::from(Verdict::Error.exit_code()),
        Ok(Err(error)) => {
            say(&complaint(&error));
            Answer::failure(show.as_ref(), Some(&error.to_string()))
        }
        Err(_) => Answer::failure(show.as_ref(), Some(OUR_FAULT)),
    };
    match answer.deliver() {
        Ok(text) => print(&text, answer.exit_code),
        Err(error) => {
            say(&complaint(&error));
            ExitCode::from(Verdict::Error.exit_code())
        }
    }
}

/// Writes to standard output. A reader that went away (`| head`) has seen enough.
fn print(text: &str, exit_code: u8) -> ExitCode {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&format!("matchmark: cannot write the result: {error}"));
            ExitCode::from(Verdict::Error.exit_code())
        }
        Ok(()) | Err(_) => ExitCode::from(exit_code),
    }
}

/// Why there is no result, with every cause.
fn complaint(error: &AppError) -> String {
    let mut lines = vec![format!("error: {error}")];
    let mut cause = error.source();
    while let Some(inner) = cause {
        lines.push(format!("  because: {inner}"));
        cause = inner.source();
    }
    report::plain(&lines)
}

/// Where matchmark itself failed. What the panic says stays unsaid: it may hold a payload.
fn confession(place: Option<&panic::Location<'_>>) -> String {
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    format!(
        "matchmark failed inside itself{place}; this is a fault of matchmark, not of your files"
    )
}

/// A line on standard error; if that is closed, there is nobody to tell.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn surroundings() -> Surroundings {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    Surroundings {
        stdout_is_terminal: io::stdout().is_terminal(),
        no_color: is_set("NO_COLOR"),
        ci: is_set("CI"),
    }
}

/// The present, in whole seconds.
fn now() -> DateTime<Utc> {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_secs())
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .unwrap_or_default()
}

/// The two standard streams, as a run sees them.
struct Screen {
    chatter: Chatter,
    watched: bool,
    started: Instant,
    /// When progress was last shown.
    shown: Option<Instant>,
}

impl Screen {
    fn new(chatter: Chatter) -> Self {
        Self {
            chatter,
            watched: io::stderr().is_terminal(),
            started: Instant::now(),
            shown: None,
        }
    }

    /// Takes the line of progress away.
    fn clear(&mut self) {
        if self.watched && self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// Whether a step is shown: at once where someone watches and it already took a while, else now and then.
fn is_due(
    chatter: Chatter,
    watched: bool,
    since_start: Duration,
    since_shown: Option<Duration>,
) -> bool {
    match chatter {
        Chatter::Quiet | Chatter::Messages => false,
        Chatter::Progress if watched => since_start >= SILENCE,
        Chatter::Progress => since_shown.unwrap_or(since_start) >= PAUSE,
    }
}

impl Sink for Screen {
    fn result(&mut self, text: &str) -> io::Result<()> {
        self.clear();
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    fn progress(&mut self, step: &str) {
        let since_start = self.started.elapsed();
        let since_shown = self.shown.map(|shown| shown.elapsed());
        if !is_due(self.chatter, self.watched, since_start, since_shown) {
            return;
        }
        if self.watched {
            let _ = write!(io::stderr(), "\r\u{1b}[K{step} ...");
        } else {
            say(&format!("{step} ..."));
        }
        self.shown = Some(Instant::now());
    }

    fn log(&self) -> Log {
        Log {
            writer: io::stderr,
            asked: std::env::var_os("RUST_LOG").is_some_and(|levels| !levels.is_empty()),
        }
    }

    fn clock(&self) -> Clock {
        let started = self.started;
        Arc::new(move || started.elapsed())
    }

    fn secret(&self) -> io::Result<[u8; 32]> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::from)?;
        Ok(key)
    }

    fn program(&self) -> io::Result<PathBuf> {
        std::env::current_exe()
    }

    fn message(&mut self, text: &str) {
        if self.chatter != Chatter::Quiet {
            self.clear();
            say(text);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_fault_of_ours_is_told_by_its_place_and_by_nothing_else() {
        let (tell, told) = mpsc::sync_channel(1);
        panic::set_hook(Box::new(move |fault| {
            let _ = tell.send(confession(fault.location()));
        }));
        let caught = panic::catch_unwind(|| panic!("canary7f3a"));
        let _ = panic::take_hook();
        assert!(caught.is_err());
        let text = told.recv().unwrap();
        assert!(text.contains(file!()), "{text}");
        assert!(
            text.contains("a fault of matchmark, not of your files"),
            "{text}"
        );
        assert!(!text.contains("canary7f3a"), "{text}");
    }

    #[test]
    fn a_complaint_is_no_command_of_a_build_service() {
        let hostile = "a\n::error::x\u{1b}[2J".to_owned();
        let text = complaint(&AppError::UnknownId {
            asked: hostile,
            hint: String::new(),
        });
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn progress_comes_after_a_silence_and_only_where_it_was_not_switched_off() {
        let short = Duration::from_millis(299);
        let long = Duration::from_secs(6);
        for chatter in [Chatter::Quiet, Chatter::Messages] {
            assert!(!is_due(chatter, true, long, None));
            assert!(!is_due(chatter, false, long, Some(long)));
        }
        assert!(!is_due(Chatter::Progress, true, short, None));
        assert!(is_due(Chatter::Progress, true, SILENCE, None));
        assert!(!is_due(Chatter::Progress, false, SILENCE, None));
        assert!(is_due(Chatter::Progress, false, PAUSE, None));
        assert!(!is_due(Chatter::Progress, false, long, Some(short)));
    }
}
