//! A connection that is written to as long as what is written gets on.
//! Refuses to wait for ever for a client that does not take its answer, or takes it by drops.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How many bytes a client has to take in a second once something waits for it (ours): ten megabytes in twenty minutes.
const SLOWEST: u32 = 8 * 1024;

/// A stream whose writes end in an error when too little is taken for so long.
pub(super) struct Flowing<S> {
    stream: S,
    patience: Duration,
    /// When what waits to be taken is given up. What is taken puts it off; nothing waits once all is flushed.
    ends: Option<Pin<Box<Sleep>>>,
}

impl<S> Flowing<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            ends: None,
        }
    }

    /// What a write came to; an error when too little has been taken for too long.
    fn in_time(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let patience = self.patience;
        match (written, &mut self.ends) {
            (Poll::Ready(Ok(bytes)), Some(ends)) => {
                let latest = Instant::now() + patience;
                let until = (ends.deadline() + worth(bytes)).min(latest);
                ends.as_mut().reset(until);
                Poll::Ready(Ok(bytes))
            }
            (Poll::Ready(done), _) => Poll::Ready(done),
            (Poll::Pending, ends) => {
                let ends = ends.get_or_insert_with(|| Box::pin(sleep(patience)));
                let over = ends.as_mut().poll(context);
                over.map(|()| Err(ErrorKind::TimedOut.into()))
            }
        }
    }
}

/// How long so many bytes may take.
fn worth(bytes: usize) -> Duration {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    Duration::from_secs(1).saturating_mul(bytes) / SLOWEST
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Flowing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.ends = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Flowing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::interval;

    /// Every write gets on in time, and yet it would take five seconds.
    #[tokio::test]
    async fn a_client_that_takes_an_answer_by_drops_is_left() {
        let (server, mut client) = duplex(64);
        let patience = Duration::from_millis(250);
        let mut flowing = Flowing::new(server, patience);
        let written = tokio::spawn(async move { flowing.write_all(&[0; 16 * 1024]).await });
        let mut drops = interval(Duration::from_millis(20));
        let mut drop = [0; 64];
        while client.read(&mut drop).await.is_ok_and(|read| read > 0) {
            drops.tick().await;
        }
        let left = written.await.unwrap().unwrap_err();
        assert_eq!(left.kind(), ErrorKind::TimedOut);
    }
}
