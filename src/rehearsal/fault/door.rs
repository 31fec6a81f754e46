//! A loopback port that is open, shut, or so crowded that nobody gets in.
//! Refuses to know what happens behind it.

use crate::contract::FaultKind;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that wait to be let in; more are turned away by the system.
const BACKLOG: u32 = 1024;

/// How the port is to behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posture {
    Open,
    Shut,
    Crowded,
}

impl Posture {
    /// How the port behaves before a call that `fault` hits.
    pub(super) fn under(fault: Option<FaultKind>) -> Self {
        match fault {
            Some(FaultKind::Refused) => Self::Shut,
            Some(FaultKind::BlackHole) => Self::Crowded,
            Some(_) | None => Self::Open,
        }
    }
}

pub(super) enum Door {
    Open(TcpListener),
    /// Bound, so that nobody else takes the port, and not listening.
    Shut(#[expect(dead_code, reason = "held for the port")] TcpSocket),
    /// Listening with room for one, who is there already.
    Crowded {
        #[expect(dead_code, reason = "held for the port")]
        listener: TcpListener,
        #[expect(dead_code, reason = "held for the place that it takes")]
        guest: TcpStream,
    },
}

impl Door {
    /// A door at `address`; port 0 stands for any free one.
    pub(super) async fn at(
        address: SocketAddr,
        posture: Posture,
    ) -> io::Result<(Self, SocketAddr)> {
        let socket = TcpSocket::new_v4()?;
        // A port that has just been left can be taken again.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let address = socket.local_addr()?;
        let door = match posture {
            Posture::Open => Self::Open(socket.listen(BACKLOG)?),
            Posture::Shut => Self::Shut(socket),
            Posture::Crowded => {
                // Source: Linux, tcp_conn_request: with a backlog of 0 one connection may wait, and while it does,
                // the system answers no further one.
                let listener = socket.listen(0)?;
                let guest = TcpStream::connect(address).await?;
                Self::Crowded { listener, guest }
            }
        };
        Ok((door, address))
    }

    /// The loopback address with this port.
    pub(super) fn on(port: u16) -> SocketAddr {
        SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
    }

    pub(super) fn posture(&self) -> Posture {
        match self {
            Self::Open(_) => Posture::Open,
            Self::Shut(_) => Posture::Shut,
            Self::Crowded { .. } => Posture::Crowded,
        }
    }

    /// The next connection; for ever waiting when nobody is let in.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        match self {
            Self::Open(listener) => listener.accept().await.map(|(stream, _)| stream),
            Self::Shut(_) | Self::Crowded { .. } => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shut_door_keeps_its_port_and_refuses() {
        let (door, address) = Door::at(Door::on(0), Posture::Shut).await.unwrap();
        let error = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        drop(door);
        let (_open, again) = Door::at(address, Posture::Open).await.unwrap();
        assert_eq!(again, address);
        TcpStream::connect(address).await.unwrap();
    }
}
