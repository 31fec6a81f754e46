//! Everything that the process logs, kept in memory.
//! Refuses to choose: all levels of all crates, spans as they open and close included.

use serde_json::Value;
use std::io;
use std::sync::{Mutex, Once};
use tracing_subscriber::fmt::format::FmtSpan;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct ToMemory;

impl io::Write for ToMemory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs everything from now on. One subscriber serves all tests of the process: the database driver lets go of spans
/// on a thread of its own, where a test's own subscriber would not see it.
pub fn listen() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
            .with_writer(|| ToMemory)
            .init();
    });
}

pub fn text() -> String {
    String::from_utf8(WRITTEN.lock().unwrap().clone()).unwrap()
}

/// Our own lines that belong to a business transaction.
pub fn lines(transaction: &str) -> Vec<Value> {
    text()
        .lines()
        .filter(|line| line.contains(transaction))
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["target"].as_str().unwrap().starts_with("reference"))
        .collect()
}

/// Names of the spans of a transaction, in the order in which they opened.
pub fn opened(transaction: &str) -> Vec<String> {
    let lines = lines(transaction);
    let opened = lines
        .iter()
        .filter(|line| line["fields"]["message"] == "new");
    opened
        .map(|line| line["span"]["name"].as_str().unwrap().to_owned())
        .collect()
}

/// A span of a transaction as it closed; waits until it has.
pub async fn closed(transaction: &str, name: &str) -> Value {
    loop {
        let lines = lines(transaction);
        let found = lines
            .into_iter()
            .find(|line| line["fields"]["message"] == "close" && line["span"]["name"] == name);
        if let Some(line) = found {
            return line;
        }
        tokio::task::yield_now().await;
    }
}
