//! A process with a service in it: born of this test program, spoken to in lines, killed when it is dropped.
//! Refuses to know what the service does.

use super::child::Says;
use crate::support::stores::Place;
use reference::StoreAt;
use serde::Serialize;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use tokio::sync::mpsc;

/// One process, and where it is asked.
pub struct Life {
    child: Child,
    pub says: mpsc::UnboundedReceiver<Says>,
    pub address: String,
    pub token: String,
}

impl Drop for Life {
    fn drop(&mut self) {
        // SIGKILL: nothing in the process runs any more.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Life {
    /// Runs one test of this program under these orders, in this variable. Gives nothing where it died before it was
    /// ready: at a write of the start.
    pub async fn begin(test: &str, variable: &str, orders: &impl Serialize) -> Option<Self> {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", test, "--nocapture"])
            .env(variable, serde_json::to_string(orders).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut says = heard(child.stdout.take().unwrap());
        let first = says.recv().await;
        let (address, token) = match &first {
            Some(Says::Ready { address, token }) => (address.clone(), token.clone()),
            Some(Says::Dead) | None => Default::default(),
        };
        let life = Self {
            child,
            says,
            address,
            token,
        };
        match first.unwrap_or_else(|| panic!("a service did not start under {test}")) {
            Says::Ready { .. } => Some(life),
            Says::Dead => None,
        }
    }
}

/// What a child says, line by line.
fn heard(out: ChildStdout) -> mpsc::UnboundedReceiver<Says> {
    let lines = BufReader::new(out).lines();
    let (send, says) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let said = line.strip_prefix("@@").map(serde_json::from_str);
            if let Some(Ok(said)) = said
                && send.send(said).is_err()
            {
                return;
            }
        }
    });
    says
}

/// The database of a place, as a child is told of it.
pub fn told(place: &Place) -> String {
    match &place.at {
        StoreAt::Postgres(url) => url.expose().clone(),
        StoreAt::Folder(folder) => folder.display().to_string(),
        StoreAt::Memory | StoreAt::PostgresFile(_) => panic!("no place of these tests"),
    }
}

/// Makes a place ready for processes that come and go.
pub fn prepare(place: &Place) {
    // One that is there already serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if let StoreAt::Folder(folder) = &place.at {
        // The look needs a file to look at.
        std::fs::write(folder.join("exchanges.db"), b"").unwrap();
    }
}
