//! Binds listeners, serves them plain or behind a handshake, and stops them.
//! Refuses every address but loopback where there is no handshake, and everything but a handshake where there is one.

use super::Shared;
use crate::security::Security;
use crate::security::secrets::Secrets;
use crate::security::sentry::Alarm;
use crate::security::thumbprint::Certificate;
use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use domain::Timestamp;
use domain::ports::Clock;
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}")]
    Bind {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
}

/// A listener that is open and not yet served.
#[derive(Debug)]
pub(crate) struct Open {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Opens a plain listener.
pub(crate) async fn open(address: SocketAddr) -> Result<Open, ListenError> {
    if address.ip().is_loopback() {
        bind(address).await
    } else {
        Err(ListenError::NotLoopback(address))
    }
}

/// Opens a listener that will be served behind a handshake: any address will do.
pub(crate) async fn bind(address: SocketAddr) -> Result<Open, ListenError> {
    let bind = |source| ListenError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    Ok(Open { listener, address })
}

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    #[allow(dead_code, reason = "limits before authentication are counted by it")]
    pub address: SocketAddr,
    /// Only behind a handshake.
    pub shown: Option<Arc<Shown>>,
}

/// What a client has shown in its handshake.
#[derive(Debug)]
pub(crate) struct Shown {
    pub certificate: Certificate,
    pub chain: Vec<CertificateDer<'static>>,
    pub at: Timestamp,
    /// Number of the secrets that the handshake was made with.
    pub under: u64,
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self {
            address: *stream.remote_addr(),
            shown: None,
        }
    }
}

impl Connected<IncomingStream<'_, Handshakes>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Handshakes>) -> Self {
        stream.remote_addr().clone()
    }
}

/// What handshakes need.
#[derive(Clone)]
pub(crate) struct Desk {
    pub security: Arc<Security>,
    pub secrets: Arc<Secrets>,
    pub clock: Arc<dyn Clock>,
}

impl Desk {
    /// The desk of a service; nothing where certificates are not asked for.
    pub(crate) fn of(shared: &Shared) -> Option<Self> {
        let security = &shared.gate.security;
        Some(Self {
            security: Arc::clone(security),
            secrets: security.secrets.clone()?,
            clock: Arc::clone(&shared.plane.clock),
        })
    }

    /// Makes the handshake; nothing when it fails, or takes too long.
    async fn greet(&self, stream: TcpStream, address: SocketAddr) -> Option<Arrival> {
        let served = self.secrets.served();
        let acceptor = TlsAcceptor::from(Arc::clone(&served.config));
        let patience = self.security.policy.handshake;
        let greeted = tokio::time::timeout(patience, acceptor.accept(stream)).await;
        let Ok(Ok(stream)) = greeted else {
            tracing::warn!("a handshake failed");
            self.security
                .sentry
                .note(Alarm::Handshake, self.clock.now());
            return None;
        };
        let chain = stream.get_ref().1.peer_certificates()?.to_vec();
        let shown = Shown {
            certificate: Certificate::read(chain.first()?)?,
            chain,
            at: self.clock.now(),
            under: served.number,
        };
        let shown = Some(Arc::new(shown));
        Some((stream, Peer { address, shown }))
    }
}

type Arrival = (TlsStream<TcpStream>, Peer);

/// Connections whose handshake is done, in the order in which they are done: a slow client keeps nobody waiting.
pub(crate) struct Handshakes {
    arrivals: mpsc::Receiver<Arrival>,
    address: SocketAddr,
    receiving: JoinHandle<()>,
}

impl Drop for Handshakes {
    fn drop(&mut self) {
        self.receiving.abort();
    }
}

impl Handshakes {
    fn of(open: Open, desk: Desk) -> Self {
        let (arrived, arrivals) = mpsc::channel(1);
        let address = open.address;
        Self {
            arrivals,
            address,
            receiving: tokio::spawn(receive(open.listener, desk, arrived)),
        }
    }
}

async fn receive(mut listener: TcpListener, desk: Desk, arrived: mpsc::Sender<Arrival>) {
    let places = Arc::new(Semaphore::new(desk.security.policy.handshakes.into()));
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let (stream, address) = Listener::accept(&mut listener).await;
        let (desk, arrived) = (desk.clone(), arrived.clone());
        tokio::spawn(async move {
            let greeted = desk.greet(stream, address).await;
            drop(place);
            if let Some(arrival) = greeted {
                // Nobody takes arrivals when the listener has stopped: the connection is closed.
                let _ = arrived.send(arrival).await;
            }
        });
    }
}

impl Listener for Handshakes {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> Arrival {
        match self.arrivals.recv().await {
            Some(arrival) => arrival,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Peer> {
        Ok(Peer {
            address: self.address,
            shown: None,
        })
    }
}

/// Serves it until `stop` turns true; calls that have begun are finished. With a desk, behind its handshakes.
pub(crate) fn serve(
    open: Open,
    router: Router,
    desk: Option<Desk>,
    mut stop: watch::Receiver<bool>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stopped = async move {
            // A sender that is gone means that the service is gone too.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let service = router.into_make_service_with_connect_info::<Peer>();
        let served = match desk {
            None => {
                let served = axum::serve(open.listener, service);
                served.with_graceful_shutdown(stopped).await
            }
            Some(desk) => {
                let served = axum::serve(Handshakes::of(open, desk), service);
                served.with_graceful_shutdown(stopped).await
            }
        };
        if let Err(error) = served {
            tracing::error!(cause = %error, "a listener failed");
        }
    })
}
