//! Certificates of one run, and the ways in which a partner's TLS goes wrong.
//! Refuses to know a certificate that outlives the run.

use crate::contract::FaultKind;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use std::error::Error;
use std::io;
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsAcceptor;

/// Names under which a proxy can be reached.
const HERE: [&str; 2] = ["localhost", "127.0.0.1"];
/// A name under which it cannot.
const ELSEWHERE: [&str; 1] = ["elsewhere.invalid"];

/// An authority that a consumer trusts for the length of a run, and what a partner shows.
pub struct Authority {
    pem: String,
    good: TlsAcceptor,
    untrusted: TlsAcceptor,
    expired: TlsAcceptor,
    wrong_host: TlsAcceptor,
    mutual: TlsAcceptor,
}

impl Authority {
    /// The authority of this run: the first who asks makes it.
    ///
    /// Errors: the system gives no randomness
    pub fn of_this_run() -> io::Result<Arc<Self>> {
        static OF_THIS_RUN: OnceLock<Arc<Authority>> = OnceLock::new();
        if let Some(known) = OF_THIS_RUN.get() {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Self::new()?);
        Ok(Arc::clone(OF_THIS_RUN.get_or_init(|| made)))
    }

    /// A new authority with new keys, which nobody trusts yet.
    ///
    /// Errors: the system gives no randomness
    pub fn new() -> io::Result<Self> {
        made().map_err(io::Error::other)
    }

    /// The certificate that a consumer has to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// What a partner shows when `fault` hits.
    pub(super) fn acceptor(&self, fault: Option<FaultKind>) -> &TlsAcceptor {
        match fault {
            Some(FaultKind::TlsUntrusted) => &self.untrusted,
            Some(FaultKind::TlsExpired) => &self.expired,
            Some(FaultKind::TlsWrongHost) => &self.wrong_host,
            Some(FaultKind::MtlsRefused) => &self.mutual,
            Some(_) | None => &self.good,
        }
    }
}

/// Whether `kind` needs TLS.
pub(super) fn is_tls(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::TlsUntrusted
            | FaultKind::TlsExpired
            | FaultKind::TlsWrongHost
            | FaultKind::MtlsRefused
    )
}

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn made() -> Made<Authority> {
    let (trusted, root) = issuer("matchmark run")?;
    let (stranger, _) = issuer("somebody else")?;
    let mut late = CertificateParams::new(HERE.map(str::to_owned))?;
    late.not_before = date_time_ymd(2000, 1, 1);
    late.not_after = date_time_ymd(2000, 1, 2);
    let here = || CertificateParams::new(HERE.map(str::to_owned));
    let elsewhere = CertificateParams::new(ELSEWHERE.map(str::to_owned))?;
    Ok(Authority {
        pem: root.pem(),
        good: acceptor(here()?, &trusted, None)?,
        untrusted: acceptor(here()?, &stranger, None)?,
        expired: acceptor(late, &trusted, None)?,
        wrong_host: acceptor(elsewhere, &trusted, None)?,
        mutual: acceptor(here()?, &trusted, Some(root.der().clone()))?,
    })
}

fn issuer(name: &str) -> Made<(Issuer<'static, KeyPair>, rcgen::Certificate)> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok((Issuer::new(params, key), certificate))
}

/// A server that shows a certificate of these params; with `clients`, it lets in those only whom that signed.
fn acceptor(
    params: CertificateParams,
    issuer: &Issuer<'static, KeyPair>,
    clients: Option<CertificateDer<'static>>,
) -> Made<TlsAcceptor> {
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let config = match clients {
        None => config
            .with_safe_default_protocol_versions()?
            .with_no_client_auth(),
        Some(root) => {
            // In TLS 1.3 the client is done before the server has looked at its certificate, so that the alert races
            // with the request; in 1.2 it is a part of the handshake.
            let config = config.with_protocol_versions(&[&rustls::version::TLS12])?;
            let mut roots = RootCertStore::empty();
            roots.add(root)?;
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
            config.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = config.with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
