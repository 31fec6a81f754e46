//! A PostgreSQL server for one run of the suite: on loopback, on a free port, in a folder that goes away with it.
//! Refuses to touch a server of the machine; one that `MATCHMARK_POSTGRES` names is taken as it is.

use crate::fault::Fault;
use crate::{shell, tools};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where tests find the server, as `postgres://user@host:port`.
pub const VARIABLE: &str = "MATCHMARK_POSTGRES";

/// A server that runs until it is dropped.
pub struct Server {
    pub address: String,
    own: Option<Own>,
}

/// A server that we started.
struct Own {
    folder: PathBuf,
    programs: PathBuf,
}

impl Server {
    /// Starts a server, or takes the one that the environment names.
    pub fn start() -> Result<Self, Fault> {
        if let Ok(address) = std::env::var(VARIABLE) {
            return Ok(Self { address, own: None });
        }
        let programs = tools::postgres()?;
        let folder =
            std::env::temp_dir().join(format!("matchmark-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|source| at(&folder, source))?;
        let port = free_port().map_err(|source| at(&folder, source))?;
        let own = Own { folder, programs };
        own.hand_over()?;
        own.make()?;
        own.run(&format!(
            "{} -w -D {} -l {} -o \"{}\" start",
            own.program("pg_ctl"),
            own.data(),
            own.log(),
            own.options(port)
        ))?;
        Ok(Self {
            address: format!("postgres://postgres@127.0.0.1:{port}"),
            own: Some(own),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            let stop = format!(
                "{} -w -m immediate -D {} stop",
                own.program("pg_ctl"),
                own.data()
            );
            if own.run(&stop).is_err() {
                println!(
                    "xtask: the PostgreSQL server in {} did not stop",
                    own.folder.display()
                );
            }
            std::fs::remove_dir_all(&own.folder).ok();
        }
    }
}

impl Own {
    /// `initdb` refuses root: as root everything runs as the user that the package made.
    fn run(&self, line: &str) -> Result<(), Fault> {
        let mut command = if is_root() {
            shell::program("runuser", &["-u", "postgres", "--", "sh", "-c", line])
        } else {
            shell::program("sh", &["-c", line])
        };
        // The user may not enter the folder that we stand in.
        shell::capture(command.current_dir(&self.folder)).map(drop)
    }

    fn hand_over(&self) -> Result<(), Fault> {
        if !is_root() {
            return Ok(());
        }
        let folder = self.folder.to_string_lossy();
        shell::run(&mut shell::program("chown", &["postgres", &folder]))
    }

    fn make(&self) -> Result<(), Fault> {
        self.run(&format!(
            "{} -D {} -A trust -U postgres --no-sync",
            self.program("initdb"),
            self.data()
        ))
    }

    /// What is written goes away after the run, so nothing has to reach the disk.
    fn options(&self, port: u16) -> String {
        format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off -c max_connections=300",
            self.folder.display()
        )
    }

    fn program(&self, name: &str) -> String {
        self.programs.join(name).display().to_string()
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn log(&self) -> String {
        self.folder.join("log").display().to_string()
    }
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn at(path: &Path, source: std::io::Error) -> Fault {
    Fault::File {
        path: path.to_owned(),
        source,
    }
}
