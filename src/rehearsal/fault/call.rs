//! One connection of a consumer: its request carried to the stub, the answer carried back as the fault has it.
//! Refuses to know how many calls there were before.

use super::demand::{TRAVEL, demand};
use super::message::{Framing, Head, Unsaid, chunk};
use super::script::FaultScript;
use crate::contract::FaultKind;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// What no HTTP parser takes for a status line.
const GARBAGE: &[u8] = b"\x00\x01\x02 no such protocol\r\n\r\n";
/// What the proxy itself says when nobody is behind it; no partner gives this status.
const NOBODY: &[u8] = b"HTTP/1.1 599 Nobody\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// The answer that waits until somebody has done what has to come before it.
#[derive(Default)]
pub(super) struct Held {
    pub arrived: Signal,
    pub released: Signal,
}

/// Something that one waits for and another gives; what is given before it is waited for is kept.
pub(super) struct Signal(Semaphore);

impl Default for Signal {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Signal {
    pub(super) fn give(&self) {
        self.0.add_permits(1);
    }

    pub(super) async fn wait(&self) {
        // It is never closed.
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }

    /// Takes back what nobody has waited for.
    pub(super) fn forget(&self) {
        self.0.forget_permits(Semaphore::MAX_PERMITS);
    }
}

/// One connection and what is to become of it.
pub(super) struct Call {
    pub upstream: SocketAddr,
    /// The fault, if this call is hit.
    pub fault: Option<FaultKind>,
    pub script: FaultScript,
    pub tls: Option<TlsAcceptor>,
    pub held: Arc<Held>,
}

impl Call {
    /// Carries one request and its answer.
    ///
    /// Errors: either side breaks off
    pub(super) async fn carry(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if resets(self.fault) {
            // From here on, closing the connection resets it.
            stream.set_zero_linger()?;
        }
        if self.fault == Some(FaultKind::ResetOnAccept) {
            // Reset at once, the consumer sees one of three things, by which of its tasks looks first. With a byte of
            // its own on the way it always sees a reset: while it connects over TLS, after that without.
            return stream.peek(&mut [0]).await.map(|_| ());
        }
        let Some(acceptor) = &self.tls else {
            let mut stream = stream;
            if self.exchange(&mut stream).await? == Ending::Reset {
                stream.set_zero_linger()?;
            }
            return Ok(());
        };
        let mut secured = acceptor.accept(stream).await?;
        if self.exchange(&mut secured).await? == Ending::Reset {
            secured.get_ref().0.set_zero_linger()?;
        }
        Ok(())
    }

    async fn exchange<S>(&self, stream: S) -> io::Result<Ending>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let mut stream = BufReader::new(stream);
        let Some(head) = Head::read(&mut stream).await? else {
            return Ok(Ending::Closed);
        };
        if head.header("expect").is_some() {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let body = head.body(&mut stream, Unsaid::Empty).await?;
        let fault = self.answer(&mut stream, &head, &body).await?;
        if resets(fault) {
            return Ok(Ending::Reset);
        }
        stream.shutdown().await?;
        // Until the consumer has closed too: what it still sends must not turn the close into a reset.
        gone(&mut stream).await?;
        Ok(Ending::Closed)
    }

    /// Answers as the fault has it, or as whoever is behind asks for; gives the fault that hit.
    async fn answer<S>(
        &self,
        stream: &mut S,
        head: &Head,
        body: &[u8],
    ) -> io::Result<Option<FaultKind>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let Ok(upstream) = TcpStream::connect(self.upstream).await else {
            stream.write_all(NOBODY).await?;
            return Ok(None);
        };
        // The stub has done its part, whatever becomes of the answer; when it closes without one, that is passed on.
        let (mut answer, said) = ask(upstream, head, body).await?;
        let asked = answer.take(TRAVEL).and_then(|text| demand(&text).ok());
        let call = match asked {
            Some(script) => &self.under(script),
            None => self,
        };
        call.give(stream, (head, body), (&answer, &said)).await?;
        Ok(call.fault)
    }

    /// The same call, hit by another fault.
    fn under(&self, script: FaultScript) -> Self {
        Self {
            upstream: self.upstream,
            fault: Some(script.kind),
            script,
            tls: self.tls.clone(),
            held: Arc::clone(&self.held),
        }
    }

    /// Gives the answer as the fault has it.
    async fn give<S>(
        &self,
        stream: &mut S,
        (head, body): (&Head, &[u8]),
        (answer, said): (&Head, &[u8]),
    ) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let whole = answer.bytes(Framing::Length(said.len()));
        let some = said.get(..self.script.piece()).unwrap_or(said);
        match self.fault {
            Some(FaultKind::Timeout) => return gone(stream).await,
            Some(FaultKind::ResetAfterRequest | FaultKind::EmptyReply) => return Ok(()),
            Some(FaultKind::Garbage) => {
                stream.write_all(GARBAGE).await?;
                return stream.flush().await;
            }
            Some(FaultKind::Drip) => return self.drip(stream, answer, said).await,
            Some(FaultKind::TruncatedBody | FaultKind::ResetMidBody) => {
                stream.write_all(&[&whole, some].concat()).await?;
                return stream.flush().await;
            }
            Some(FaultKind::StallMidBody) => {
                stream.write_all(&[&whole, some].concat()).await?;
                stream.flush().await?;
                return gone(stream).await;
            }
            Some(FaultKind::DuplicateRequest) => {
                // The consumer's network sent it twice; whoever is behind must bear it.
                ask(TcpStream::connect(self.upstream).await?, head, body).await?;
            }
            Some(FaultKind::Delay) => tokio::time::sleep(self.script.pause()).await,
            Some(FaultKind::CallbackEarly) => {
                self.held.arrived.give();
                self.held.released.wait().await;
            }
            Some(_) | None => {}
        }
        stream.write_all(&[&whole, said].concat()).await?;
        stream.flush().await
    }

    /// The whole answer, in pieces that come one after the other.
    async fn drip<S>(&self, stream: &mut S, answer: &Head, said: &[u8]) -> io::Result<()>
    where
        S: AsyncWrite + Unpin + Send,
    {
        stream.write_all(&answer.bytes(Framing::Chunked)).await?;
        for piece in said.chunks(self.script.piece()) {
            stream.write_all(&chunk(piece)).await?;
            stream.flush().await?;
            tokio::time::sleep(self.script.pause()).await;
        }
        stream.write_all(&chunk(&[])).await?;
        stream.flush().await
    }
}

/// The answer of whoever is behind.
async fn ask(mut upstream: TcpStream, head: &Head, body: &[u8]) -> io::Result<(Head, Vec<u8>)> {
    let request = head.bytes(Framing::Length(body.len()));
    upstream.write_all(&[&request, body].concat()).await?;
    let mut upstream = BufReader::new(upstream);
    let answer = Head::read(&mut upstream).await?;
    let answer = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
    let said = answer.body(&mut upstream, Unsaid::ToTheEnd).await?;
    Ok((answer, said))
}

/// How a connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Closed,
    Reset,
}

/// Whether the connection ends with a reset.
fn resets(fault: Option<FaultKind>) -> bool {
    matches!(
        fault,
        Some(FaultKind::ResetOnAccept | FaultKind::ResetAfterRequest | FaultKind::ResetMidBody)
    )
}

/// Waits until the consumer has given up.
async fn gone<S: AsyncRead + Unpin + Send>(stream: &mut S) -> io::Result<()> {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
