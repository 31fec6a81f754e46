//! Binds listeners to loopback, serves them, and stops them.
//! Refuses every other address: transport encryption is not part of this slice.

use axum::Router;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

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

/// Opens a listener.
pub(crate) async fn open(address: SocketAddr) -> Result<Open, ListenError> {
    if !address.ip().is_loopback() {
        return Err(ListenError::NotLoopback(address));
    }
    let bind = |source| ListenError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    Ok(Open { listener, address })
}

/// Serves it until `stop` turns true; calls that have begun are finished.
pub(crate) fn serve(open: Open, router: Router, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stopped = async move {
            // A sender that is gone means that the service is gone too.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let served = axum::serve(open.listener, router).with_graceful_shutdown(stopped);
        if let Err(error) = served.await {
            tracing::error!(cause = %error, "a listener failed");
        }
    })
}
