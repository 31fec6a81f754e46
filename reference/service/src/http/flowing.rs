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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::data::doorstep::{One, Places};
    use crate::http::body::laden;
    use axum::body::Body;
    use axum::response::Response;
    use hyper::body::Incoming;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use rustls::pki_types::{PrivateKeyDer, ServerName};
    use rustls::{ClientConfig, RootCertStore, ServerConfig};
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::{Arc, Mutex};
    use std::task::ready;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Interval, interval};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    /// More than a handshake keeps of what is not taken.
    const LONG: usize = 128 * 1024;

    const DROP: usize = 512;

    /// A connection in which a drop is taken at a time, whatever is above it.
    struct Dripping {
        stream: DuplexStream,
        drops: Interval,
    }

    impl AsyncRead for Dripping {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            ready!(self.drops.poll_tick(context));
            Pin::new(&mut self.stream).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Dripping {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.stream).poll_write(context, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_flush(context)
        }

        fn poll_shutdown(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_shutdown(context)
        }
    }

    /// Both ends of a handshake that each knows the other by.
    fn ends() -> (TlsAcceptor, TlsConnector) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let certificate = made.cert.der().clone();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let ours = ServerConfig::builder().with_no_client_auth();
        let ours = ours.with_single_cert(vec![certificate], key).unwrap();
        let theirs = ClientConfig::builder().with_root_certificates(roots);
        let theirs = theirs.with_no_client_auth();
        (Arc::new(ours).into(), Arc::new(theirs).into())
    }

    /// Something is taken in every half second, so that no write stands still for as long.
    #[tokio::test]
    async fn who_takes_an_answer_by_drops_through_a_handshake_is_left_and_its_room_is_free() {
        let (acceptor, connector) = ends();
        let (ours, theirs) = duplex(DROP);
        let places = Places::new(LONG as u32, LONG as u32);
        let one = One::Address(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let room = Arc::new(Mutex::new(places.take(one, LONG as u32)));
        let serves = tokio::spawn(async move {
            let stream = Flowing::new(ours, Duration::from_millis(500));
            let stream = acceptor.accept(stream).await.unwrap();
            let service = service_fn(move |_: hyper::Request<Incoming>| {
                let room = room.lock().unwrap().take().unwrap();
                let answer = laden(Response::new(Body::from(vec![b' '; LONG])), Arc::new(room));
                async { Ok::<_, std::convert::Infallible>(answer) }
            });
            let io = TokioIo::new(stream);
            http1::Builder::new().serve_connection(io, service).await
        });
        let stream = Dripping {
            stream: theirs,
            drops: interval(Duration::from_millis(100)),
        };
        let us = ServerName::try_from("localhost").unwrap();
        let mut stream = connector.connect(us, stream).await.unwrap();
        let question = b"GET / HTTP/1.1\r\nhost: us\r\n\r\n";
        stream.write_all(question).await.unwrap();
        assert_eq!(places.told().0, LONG as u32, "it is held until it is taken");
        let (mut part, mut taken) = ([0; DROP], 0);
        while let Ok(read @ 1..) = stream.read(&mut part).await {
            taken += read;
            assert!(taken < LONG, "it was served to the end");
        }
        let served = serves.await.unwrap();
        assert!(served.is_err(), "it has not ended as it should");
        assert_eq!(places.told().0, 0);
    }

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
