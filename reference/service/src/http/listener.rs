//! Binds listeners, and greets whoever comes where a handshake is asked for.
//! Refuses every address but loopback where there is no handshake, and everything but a handshake where there is one.

use super::Shared;
use super::flowing::Flowing;
use crate::data::doorstep::One;
use crate::security::Security;
use crate::security::refusals::{Door, Stranger};
use crate::security::secrets::Secrets;
use crate::security::sentry::Alarm;
use crate::security::thumbprint::Certificate;
use domain::Timestamp;
use domain::failure::Code;
use domain::ports::Clock;
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
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
    pub(super) listener: TcpListener,
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

impl Peer {
    /// As who it takes its places.
    pub(crate) fn one(&self) -> One {
        match &self.shown {
            Some(shown) => One::Certificate(shown.certificate.thumbprint.clone()),
            None => One::Address(self.address.ip()),
        }
    }
}

/// What whoever comes is received with.
#[derive(Clone)]
pub(crate) struct Desk {
    pub security: Arc<Security>,
    /// Only where there is a handshake.
    pub secrets: Option<Arc<Secrets>>,
    pub clock: Arc<dyn Clock>,
    /// Where whoever gets no further is counted.
    door: Option<Door>,
}

impl Desk {
    /// The desk of a service at one of its doors.
    pub(crate) fn of(shared: &Shared, door: Option<Door>) -> Self {
        let security = &shared.gate.security;
        Self {
            security: Arc::clone(security),
            secrets: security.secrets.clone(),
            clock: Arc::clone(&shared.plane.clock),
            door,
        }
    }

    /// The same without handshakes.
    pub(crate) fn plain(self) -> Self {
        Self {
            secrets: None,
            ..self
        }
    }

    /// Counts somebody who came to no call.
    pub(super) fn turned_away(&self, (alarm, code): (Alarm, Code), address: SocketAddr) {
        let now = self.clock.now();
        self.security.sentry.note(alarm, now);
        if let Some(door) = self.door {
            let stranger = Stranger::new(Some(address.ip()), door, code);
            self.security.refusals.owe(&stranger, 1, now);
        }
    }

    /// Makes the handshake; nothing when it fails, or takes too long.
    pub(super) async fn greet(
        &self,
        stream: Flowing<TcpStream>,
        address: SocketAddr,
    ) -> Option<Arrival> {
        let served = self.secrets.as_ref()?.served();
        let acceptor = TlsAcceptor::from(Arc::clone(&served.config));
        let patience = self.security.policy.handshake;
        let greeted = tokio::time::timeout(patience, acceptor.accept(stream)).await;
        let Ok(Ok(stream)) = greeted else {
            tracing::warn!("a handshake failed");
            self.turned_away((Alarm::Handshake, Code::CertificateUnbound), address);
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

pub(super) type Arrival = (TlsStream<Flowing<TcpStream>>, Peer);
