//! How a call broke off, read from the chain of its causes.
//! Refuses to go by an error's text, and by what its outermost layer calls itself.

use rustls::CertificateError;
use std::error::Error;
use std::io::{self, ErrorKind};

/// What kept an answer from arriving whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// The name leads nowhere.
    Unresolved,
    /// Nobody listens there.
    Refused,
    /// Nobody took the connection in time.
    Unreached,
    /// The connection stands, the answer or its rest did not come in time.
    Late,
    /// The other side threw the connection away.
    Reset,
    /// The connection was closed before an answer began.
    Unanswered,
    /// The connection was closed before the answer was whole.
    Truncated,
    /// What came is no HTTP.
    Garbage,
    /// Who answers is not who was called, or does not want us.
    Tls(Distrust),
    /// None of these.
    Otherwise,
}

/// What is wrong with a TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distrust {
    UnknownIssuer,
    Expired,
    WrongName,
    /// The other side ended it.
    Alert,
    Otherwise,
}

/// How the call behind `error` broke off: the innermost cause that tells.
#[must_use]
pub fn broken(error: &(dyn Error + 'static)) -> Broken {
    let mut phase = Phase::Standing;
    let mut found = None;
    let mut cause = Some(error);
    while let Some(error) = cause {
        if connecting(error) {
            phase = Phase::Connecting;
        }
        found = one(error, phase).or(found);
        cause = error.source();
    }
    found.unwrap_or(Broken::Otherwise)
}

/// Whether the connection stood already when the call broke off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Connecting,
    Standing,
}

impl Phase {
    fn overdue(self) -> Broken {
        match self {
            Self::Connecting => Broken::Unreached,
            Self::Standing => Broken::Late,
        }
    }
}

/// The one thing that no cause below tells.
fn connecting(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<reqwest::Error>();
    error.is_some_and(reqwest::Error::is_connect)
}

fn one(error: &(dyn Error + 'static), phase: Phase) -> Option<Broken> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(Broken::Tls(distrust(error)));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_io(error, phase);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_hyper(error);
    }
    // The type of a deadline is not to be had; this question walks the same chain for it.
    let error = error.downcast_ref::<reqwest::Error>()?;
    error.is_timeout().then(|| phase.overdue())
}

fn of_io(error: &io::Error, phase: Phase) -> Option<Broken> {
    // An error wrapped in one of io is not among the sources: it is what the wrapper is.
    let inner = error.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return Some(Broken::Tls(distrust(error)));
    }
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<io::Error>()) {
        return of_io(error, phase);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => Some(Broken::Refused),
        ErrorKind::NotFound => Some(Broken::Unresolved),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Some(Broken::Unreached),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Some(Broken::Reset)
        }
        ErrorKind::UnexpectedEof => Some(Broken::Truncated),
        ErrorKind::TimedOut => Some(phase.overdue()),
        ErrorKind::Other | ErrorKind::InvalidData | ErrorKind::InvalidInput => None,
        // A resolver's refusal has no kind that can be named and no number of the system; a socket's has the number.
        _ => {
            let resolver = phase == Phase::Connecting && error.raw_os_error().is_none();
            resolver.then_some(Broken::Unresolved)
        }
    }
}

fn of_hyper(error: &hyper::Error) -> Option<Broken> {
    if error.is_parse() {
        Some(Broken::Garbage)
    } else if error.is_incomplete_message() {
        Some(Broken::Unanswered)
    } else if error.is_timeout() {
        Some(Broken::Late)
    } else if error.is_canceled() || error.is_closed() {
        // Thrown away while nothing was asked yet: what the socket said is gone.
        Some(Broken::Reset)
    } else {
        None
    }
}

fn distrust(error: &rustls::Error) -> Distrust {
    let rustls::Error::InvalidCertificate(error) = error else {
        return match error {
            rustls::Error::AlertReceived(_) => Distrust::Alert,
            _ => Distrust::Otherwise,
        };
    };
    match error {
        CertificateError::UnknownIssuer => Distrust::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Distrust::Expired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Distrust::WrongName
        }
        _ => Distrust::Otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: io::Error, phase: Phase) -> Option<Broken> {
        of_io(&error, phase)
    }

    #[test]
    fn what_an_io_error_wraps_is_found_however_deep() {
        let expired = || rustls::Error::InvalidCertificate(CertificateError::Expired);
        let once = io::Error::new(ErrorKind::InvalidData, expired());
        let twice = io::Error::other(io::Error::new(ErrorKind::InvalidData, expired()));
        for error in [once, twice] {
            let wanted = Some(Broken::Tls(Distrust::Expired));
            assert_eq!(of(error, Phase::Connecting), wanted);
        }
        let reset = io::Error::other(io::Error::from(ErrorKind::ConnectionReset));
        assert_eq!(of(reset, Phase::Connecting), Some(Broken::Reset));
    }

    #[test]
    fn only_what_no_system_call_said_while_connecting_is_an_unknown_name() {
        use std::net::ToSocketAddrs as _;
        // A label of 64 signs: no resolver is asked for it.
        let unknown = || (format!("{}.invalid", "x".repeat(64)), 1).to_socket_addrs();
        let unknown = || unknown().err().unwrap();
        assert_eq!(of(unknown(), Phase::Connecting), Some(Broken::Unresolved));
        assert_eq!(of(unknown(), Phase::Standing), None);
        // EMFILE has a number and no kind.
        let full = io::Error::from_raw_os_error(24);
        assert_eq!(of(full, Phase::Connecting), None);
        assert_eq!(of(io::Error::other("x"), Phase::Connecting), None);
    }

    #[test]
    fn an_error_that_says_nothing_is_none_of_these() {
        let error = "x".parse::<u8>().unwrap_err();
        assert_eq!(broken(&error), Broken::Otherwise);
    }
}
