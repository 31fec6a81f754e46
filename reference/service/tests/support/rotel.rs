//! A collector that others wrote, run as a process of its own, and the spans that it prints.
//! Refuses to be found by itself: the test command says where it lies.

use super::otlp::Told;
use reference::domain::Timestamp;
use reference::domain::trace::Span;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Names the program. The test command fetches it.
pub const PROGRAM: &str = "MATCHMARK_ROTEL";

/// The running collector. It ends with the test.
pub struct Rotel {
    child: Child,
    said: BufReader<ChildStdout>,
    pub url: String,
}

/// An address that nobody listens on now.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

impl Rotel {
    /// Starts it, or gives none where no program is named. What it takes, it passes on to `onward`.
    pub fn start(onward: &str) -> Option<Self> {
        let program = std::env::var(PROGRAM).ok()?;
        let (http, grpc) = (free(), free());
        let mut child = Command::new(program)
            .args(["start", "--otlp-http-endpoint", &http.to_string()])
            .args(["--otlp-grpc-endpoint", &grpc.to_string()])
            .args(["--exporter", "otlp", "--otlp-exporter-protocol", "http"])
            .args(["--otlp-exporter-endpoint", onward])
            .args(["--debug-log", "traces", "--debug-log-verbosity", "detailed"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        while TcpStream::connect(http).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "it did not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        let url = format!("http://{http}");
        Some(Self { child, said, url })
    }

    /// What it prints until it has told of a root.
    pub fn told(&mut self) -> Vec<Told> {
        let mut told: Vec<Told> = Vec::new();
        let mut inside = false;
        let mut line = String::new();
        loop {
            // The last span is whole when the next line belongs to none of it.
            let whole = told
                .iter()
                .rev()
                .skip(1)
                .any(|told| told.span.parent.is_none());
            let last = told
                .last()
                .is_some_and(|told| told.span.parent.is_none() && told.span.attributes.len() >= 9);
            if whole || last {
                return told;
            }
            line.clear();
            assert!(self.said.read_line(&mut line).unwrap() > 0, "it ended");
            // What is said of a resource belongs to no span.
            inside = match line.trim() {
                line if line.starts_with("ResourceSpans") => false,
                line => inside || line.starts_with("Span #"),
            };
            if inside {
                read(&mut told, line.trim());
            }
        }
    }
}

impl Drop for Rotel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One line of what is said of spans.
fn read(told: &mut Vec<Told>, line: &str) {
    let epoch: Timestamp = "1970-01-01T00:00:00Z".parse().unwrap();
    if line.starts_with("Span #") {
        told.push(Told {
            trace: String::new(),
            span: Span {
                id: String::new(),
                parent: None,
                name: String::new(),
                attributes: BTreeMap::new(),
                is_error: false,
                start: epoch,
                end: epoch,
            },
        });
    }
    let Some(last) = told.last_mut() else { return };
    if let Some(attribute) = line.strip_prefix("-> ") {
        let (name, value) = attribute.split_once(": ").unwrap();
        let (_, word) = value.trim_end_matches(')').split_once('(').unwrap();
        let entry = (name.to_owned(), word.to_owned());
        last.span.attributes.extend([entry]);
    }
    let Some((name, value)) = line.split_once(':') else {
        return;
    };
    let value = value.trim();
    let at = || epoch + Duration::from_nanos(value.parse().unwrap());
    match name.trim() {
        "Trace ID" => value.clone_into(&mut last.trace),
        "Parent ID" if !value.is_empty() => last.span.parent = Some(value.to_owned()),
        "ID" => value.clone_into(&mut last.span.id),
        "Name" => value.clone_into(&mut last.span.name),
        "Start time" => last.span.start = at(),
        "End time" => last.span.end = at(),
        "Status code" => last.span.is_error = value == "STATUS_CODE_ERROR",
        _ => {}
    }
}
