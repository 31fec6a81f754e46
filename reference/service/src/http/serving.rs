//! Serves a listener, connection by connection: each has its end, and there are never more than there is room for.
//! Refuses to read a call: the router does.

use super::flowing::Flowing;
use super::listener::{Desk, Open, Peer};
use crate::data::doorstep::Places;
use crate::security::sentry::Alarm;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use domain::failure::Code;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The longest head of a call, in bytes (ours): two tokens and what else there may be.
const LONGEST_HEAD: usize = 64 * 1024;

/// Why somebody is not let in for whom there is no room.
const CROWDED: (Alarm, Code) = (Alarm::Crowd, Code::QueueFull);

/// What every connection of a listener shares.
#[derive(Clone)]
struct House {
    router: Router,
    desk: Desk,
    handshakes: Arc<Places>,
    places: Arc<Places>,
    stop: watch::Receiver<bool>,
}

/// Serves it until `stop` turns true; calls that have begun are finished.
pub(crate) fn serve(
    open: Open,
    router: Router,
    desk: Desk,
    stop: watch::Receiver<bool>,
) -> JoinHandle<()> {
    let policy = &desk.security.policy;
    let (most, most_of_one) = (policy.connections, policy.connections_of_one);
    let handshakes = u32::from(policy.handshakes);
    let house = House {
        router,
        desk,
        handshakes: Places::new(handshakes, handshakes / 2),
        places: Places::new(most.into(), most_of_one.into()),
        stop: stop.clone(),
    };
    tokio::spawn(take_in(open, house, stop))
}

async fn take_in(mut open: Open, house: House, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (stream, address) = Listener::accept(&mut open.listener) => {
                connections.spawn(house.clone().receive(stream, address));
            }
            Some(_) = connections.join_next() => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    drop(open);
    while connections.join_next().await.is_some() {}
}

impl House {
    async fn receive(mut self, stream: TcpStream, address: SocketAddr) {
        let unknown = Peer {
            address,
            shown: None,
        };
        let stream = Flowing::new(stream, self.desk.security.policy.body);
        if self.desk.secrets.is_none() {
            return self.converse(stream, unknown).await;
        }
        let Some(turn) = self.handshakes.take(unknown.one(), 1) else {
            return self.desk.turned_away(CROWDED, address);
        };
        let greeted = tokio::select! {
            greeted = self.desk.greet(stream, address) => greeted,
            _ = self.stop.wait_for(|stop| *stop) => None,
        };
        drop(turn);
        if let Some((stream, peer)) = greeted {
            self.converse(stream, peer).await;
        }
    }

    /// Answers the calls of one connection until its end.
    async fn converse<S>(mut self, stream: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let security = Arc::clone(&self.desk.security);
        let Some(_place) = self.places.take(peer.one(), 1) else {
            return self.desk.turned_away(CROWDED, peer.address);
        };
        let has_asked = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&has_asked);
        let router = TowerToHyperService::new(self.router);
        let service = service_fn(move |mut request: Request<Incoming>| {
            asks.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(ConnectInfo(peer.clone()));
            router.call(request)
        });
        let policy = &security.policy;
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(policy.head)
                .max_buf_size(LONGEST_HEAD)
                .serve_connection(TokioIo::new(stream), service)
        );
        // How a connection ends is the client's affair: it may go whenever it likes.
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
        if has_asked.load(Ordering::Relaxed) {
            connection.as_mut().graceful_shutdown();
            // A client that does not take its answer keeps nobody from stopping.
            let _ = tokio::time::timeout(policy.body, connection).await;
        }
    }
}
