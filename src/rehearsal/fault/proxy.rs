//! A port before a stub through which every call goes: counted, and hit by a fault when the script says so.
//! Refuses to know what the stub says.

use super::call::{Call, Held};
use super::door::{Door, Posture};
use super::script::FaultScript;
use super::tls::{Authority, is_tls};
use crate::contract::FaultKind;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

/// Commands that may wait; each is waited for by whoever gave it.
const COMMANDS: usize = 8;

/// A proxy on a free loopback port; it ends with the value.
pub struct FaultProxy {
    addr: SocketAddr,
    calls: Arc<AtomicU64>,
    held: Arc<Held>,
    secured: Secured,
    authority: Arc<Authority>,
    kind: Mutex<FaultKind>,
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

/// Whether calls come over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secured {
    Always,
    /// Only while the fault is one of TLS.
    Sometimes,
}

impl Secured {
    fn under(self, kind: FaultKind) -> bool {
        self == Self::Always || is_tls(kind)
    }
}

/// A new script, and where to say that it is in force.
struct Command(FaultScript, oneshot::Sender<io::Result<()>>);

impl FaultProxy {
    /// A proxy before `upstream`; plain, but for the faults of TLS.
    ///
    /// Errors: no port is free, or the script cannot be played
    pub async fn start(upstream: SocketAddr, script: FaultScript) -> io::Result<Self> {
        Self::start_at(0, upstream, script).await
    }

    /// The same on a port that is given; 0 stands for any free one.
    ///
    /// Errors: the port is not free, or the script cannot be played
    pub async fn start_at(
        port: u16,
        upstream: SocketAddr,
        script: FaultScript,
    ) -> io::Result<Self> {
        let authority = Authority::of_this_run()?;
        let door = Door::on(port);
        Self::open(door, upstream, script, authority, Secured::Sometimes).await
    }

    /// A proxy before `upstream` that speaks TLS only and shows what `authority` has signed.
    ///
    /// Errors: no port is free, or the script cannot be played
    pub async fn start_tls(
        upstream: SocketAddr,
        script: FaultScript,
        authority: Arc<Authority>,
    ) -> io::Result<Self> {
        Self::open(Door::on(0), upstream, script, authority, Secured::Always).await
    }

    async fn open(
        at: SocketAddr,
        upstream: SocketAddr,
        script: FaultScript,
        authority: Arc<Authority>,
        secured: Secured,
    ) -> io::Result<Self> {
        playable(&script)?;
        let (door, addr) = Door::at(at, Posture::under(script.at_call(1))).await?;
        let kind = Mutex::new(script.kind);
        let (commands, given) = mpsc::channel(COMMANDS);
        let mut keeper = Keeper {
            upstream,
            addr,
            script,
            secured,
            authority: Arc::clone(&authority),
            calls: Arc::default(),
            held: Arc::default(),
            running: JoinSet::new(),
        };
        let calls = Arc::clone(&keeper.calls);
        let held = Arc::clone(&keeper.held);
        let task = tokio::spawn(async move { keeper.keep(door, given).await });
        Ok(Self {
            addr,
            calls,
            held,
            secured,
            authority,
            kind,
            commands,
            task,
        })
    }

    /// Where it listens, or would.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where a consumer has to call, under the script in force.
    #[must_use]
    pub fn url(&self) -> String {
        let kind = *self.kind.lock().unwrap_or_else(PoisonError::into_inner);
        let scheme = match self.secured.under(kind) {
            true => "https",
            false => "http",
        };
        if kind == FaultKind::DnsFailure {
            return format!("{scheme}://{}:{}", nowhere(), self.addr.port());
        }
        format!("{scheme}://{}", self.addr)
    }

    /// Connections that came since the script is in force; a refused one never comes.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// The authority that a consumer has to trust to get through.
    #[must_use]
    pub fn authority(&self) -> &Arc<Authority> {
        &self.authority
    }

    /// Plays another script from its first call on; calls that still hang are broken off.
    ///
    /// Errors: the script cannot be played, or the port cannot be had again
    pub async fn script(&self, script: FaultScript) -> io::Result<()> {
        playable(&script)?;
        let kind = script.kind;
        let (done, awaited) = oneshot::channel();
        let command = Command(script, done);
        let ended = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.commands.send(command).await.map_err(|_| ended())?;
        awaited.await.map_err(|_| ended())??;
        *self.kind.lock().unwrap_or_else(PoisonError::into_inner) = kind;
        Ok(())
    }

    /// Waits for the call that `callback-early` hits: the stub has answered, and the consumer does not know yet.
    pub async fn holding(&self) {
        self.held.arrived.wait().await;
    }

    /// Lets the held answer go.
    pub fn release(&self) {
        self.held.released.give();
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A host that no resolver knows and none is asked for: its label is longer than a name may have.
///
/// Source: RFC 1035 2.3.4, 63 octets a label; RFC 6761 6.4, `.invalid` never resolves
fn nowhere() -> String {
    format!("{}.invalid", "x".repeat(64))
}

/// Whether the script can be played: calls that never come cannot be counted.
fn playable(script: &FaultScript) -> io::Result<()> {
    let unseen = matches!(script.kind, FaultKind::Refused | FaultKind::BlackHole);
    let ends = script.times.is_some_and(|times| times > 0);
    let unnamed = script.kind == FaultKind::DnsFailure;
    let some = script.at != 1 || script.times.is_some();
    if unseen && ends || unnamed && some {
        return Err(io::ErrorKind::Unsupported.into());
    }
    Ok(())
}

/// The task behind the port.
struct Keeper {
    upstream: SocketAddr,
    addr: SocketAddr,
    script: FaultScript,
    secured: Secured,
    authority: Arc<Authority>,
    calls: Arc<AtomicU64>,
    held: Arc<Held>,
    running: JoinSet<()>,
}

impl Keeper {
    async fn keep(&mut self, mut door: Door, mut given: mpsc::Receiver<Command>) {
        loop {
            tokio::select! {
                command = given.recv() => {
                    let Some(Command(script, done)) = command else { return };
                    self.begin(script).await;
                    let turned = self.turn(door).await;
                    let said = turned.as_ref().map(|_| ()).map_err(|error| error.kind().into());
                    // Whoever no longer waits needs no answer.
                    let _ = done.send(said);
                    let Ok(next) = turned else { return };
                    door = next;
                }
                accepted = door.accept() => {
                    let Ok(stream) = accepted else { continue };
                    let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
                    // Before this call is answered, so that the next one finds the door as it has to.
                    let Ok(next) = self.turn(door).await else { return };
                    door = next;
                    self.call(stream, number);
                }
                Some(_) = self.running.join_next() => {}
            }
        }
    }

    /// Starts the script from its first call.
    async fn begin(&mut self, script: FaultScript) {
        self.running.shutdown().await;
        self.calls.store(0, Ordering::SeqCst);
        self.held.arrived.forget();
        self.held.released.forget();
        self.script = script;
    }

    /// The door as the next call has to find it.
    async fn turn(&self, door: Door) -> io::Result<Door> {
        let next = self.calls.load(Ordering::SeqCst) + 1;
        let posture = Posture::under(self.script.at_call(next));
        if door.posture() == posture {
            return Ok(door);
        }
        drop(door);
        Door::at(self.addr, posture).await.map(|(door, _)| door)
    }

    fn call(&mut self, stream: TcpStream, number: u64) {
        let fault = self.script.at_call(number);
        let secured = self.secured.under(self.script.kind);
        let call = Call {
            upstream: self.upstream,
            fault,
            script: self.script.clone(),
            tls: secured.then(|| self.authority.acceptor(fault).clone()),
            held: Arc::clone(&self.held),
        };
        self.running.spawn(async move {
            // A consumer that breaks off has seen what it was to see.
            let _ = call.carry(stream).await;
        });
    }
}
