//! The secrets of a running service: read from files, made into what handshakes and tokens need, swapped as one.
//! Refuses files that do not fit together: what was in use stays in use, and somebody is told.

use super::keyring::Keyring;
use super::policy::SecurityPolicy;
use super::protection::SecretFiles;
use super::sentry::{Alarm, Sentry};
use super::token::{SigningKey, TokenError};
use arc_swap::ArcSwap;
use domain::Timestamp;
use domain::ports::Clock;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Why secrets cannot be used. Says which file, and never what is in it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{what} cannot be read")]
    File {
        what: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("{0} is not PEM of that kind")]
    Pem(&'static str),
    #[error("there is no authority whose clients are let in")]
    NoAuthority,
    #[error("an authority is no certificate")]
    Authority,
    #[error("the certificate and its key cannot be used together")]
    Unfit(#[source] rustls::Error),
    #[error("the check of clients cannot be built")]
    Check(#[source] rustls::server::VerifierBuilderError),
    #[error("the client for partners cannot be built")]
    Client(#[source] reqwest::Error),
    #[error(transparent)]
    SigningKey(#[from] TokenError),
}

/// What was read from a file of a secret; overwritten when it is no longer needed.
struct Secret(Vec<u8>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

/// What the files hold, read at one moment.
struct Contents {
    certificate: Vec<u8>,
    private_key: Secret,
    client_authorities: Vec<u8>,
    signing_key: Secret,
}

impl Contents {
    fn read(files: &SecretFiles) -> Result<Self, SecretError> {
        let read = |what, path: &Path| {
            std::fs::read(path).map_err(|source| SecretError::File { what, source })
        };
        Ok(Self {
            certificate: read("the certificate", &files.certificate)?,
            private_key: Secret(read("the private key", &files.private_key)?),
            client_authorities: read("the authorities", &files.client_authorities)?,
            signing_key: Secret(read("the signing key", &files.signing_key)?),
        })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for part in [
            &self.certificate,
            &self.private_key.0,
            &self.client_authorities,
            &self.signing_key.0,
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }
}

/// The clock of the service, as the library asks for time.
struct Time(Arc<dyn Clock>);

impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Time")
    }
}

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// What handshakes are made with.
pub(crate) struct Served {
    pub config: Arc<ServerConfig>,
    check: Arc<dyn ClientCertVerifier>,
    /// Grows with every change of the files.
    pub number: u64,
}

impl Served {
    /// Would a handshake still let this client in? A connection may be older than the authorities in use.
    pub(crate) fn lets_in(&self, chain: &[CertificateDer<'static>], now: Timestamp) -> bool {
        let Some((own, between)) = chain.split_first() else {
            return false;
        };
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        self.check.verify_client_cert(own, between, now).is_ok()
    }
}

/// The secrets in use.
pub(crate) struct Secrets {
    files: SecretFiles,
    clock: Arc<dyn Clock>,
    grace: Duration,
    served: ArcSwap<Served>,
    taken_up: Mutex<[u8; 32]>,
    /// What is in the files cannot be used.
    refused: AtomicBool,
}

impl Secrets {
    /// Takes up what is in the files.
    pub(crate) fn open(
        files: SecretFiles,
        clock: Arc<dyn Clock>,
        policy: &SecurityPolicy,
        ring: &Keyring,
    ) -> Result<Self, SecretError> {
        let contents = Contents::read(&files)?;
        let served = serve(&contents, &clock, 1)?;
        let signer = SigningKey::from_pkcs8(&contents.signing_key.0)?;
        ring.sign_with(&signer, clock.now(), policy.grace);
        Ok(Self {
            files,
            clock,
            grace: policy.grace,
            served: ArcSwap::from_pointee(served),
            taken_up: Mutex::new(contents.digest()),
            refused: AtomicBool::new(false),
        })
    }

    /// What the next handshake is made with.
    pub(crate) fn served(&self) -> Arc<Served> {
        self.served.load_full()
    }

    /// Takes up what is in the files now; says whether anything has changed. All of it, or nothing.
    pub(crate) fn reload(&self, ring: &Keyring) -> Result<bool, SecretError> {
        let changed = self.take_up(ring);
        self.refused.store(changed.is_err(), Ordering::Relaxed);
        changed
    }

    /// Are other secrets in use than those in the files, which do not fit?
    pub(crate) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    fn take_up(&self, ring: &Keyring) -> Result<bool, SecretError> {
        let mut taken_up = self.taken_up.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = Contents::read(&self.files)?;
        let digest = contents.digest();
        if *taken_up == digest {
            return Ok(false);
        }
        let number = self.served.load().number.saturating_add(1);
        let served = serve(&contents, &self.clock, number)?;
        let signer = SigningKey::from_pkcs8(&contents.signing_key.0)?;
        // Tokens of the new key are believed before a handshake can lead to one.
        ring.sign_with(&signer, self.clock.now(), self.grace);
        self.served.store(Arc::new(served));
        *taken_up = digest;
        tracing::info!(kid = signer.verification_key().kid, "secrets are taken up");
        Ok(true)
    }
}

/// A look at the files that goes on until it is dropped.
pub(crate) struct Watching(JoinHandle<()>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Watching {
    pub(crate) fn begin(
        secrets: Arc<Secrets>,
        ring: Arc<Keyring>,
        sentry: Arc<Sentry>,
        every: Duration,
    ) -> Self {
        Self(tokio::spawn(watch(secrets, ring, sentry, every)))
    }
}

/// Looks at the files again and again. A fault is told and changes nothing.
async fn watch(secrets: Arc<Secrets>, ring: Arc<Keyring>, sentry: Arc<Sentry>, every: Duration) {
    // The clock of a test stands still; files do not wait for it.
    let mut tick = tokio::time::interval(every.max(Duration::from_millis(1)));
    loop {
        tick.tick().await;
        let (again, keys) = (Arc::clone(&secrets), Arc::clone(&ring));
        let reloaded = tokio::task::spawn_blocking(move || again.reload(&keys)).await;
        if let Ok(Err(error)) = reloaded {
            tracing::error!(cause = %error, "secrets are not taken up");
            sentry.raise(Alarm::Secrets, 1, secrets.clock.now());
        }
    }
}

/// Handshakes of TLS 1.2 and 1.3 with clients of the authorities, and no way around a handshake.
///
/// Source: HRex 1.2.0 sec-14; NIST SP 800-52r2, section 3.1
fn serve(contents: &Contents, clock: &Arc<dyn Clock>, number: u64) -> Result<Served, SecretError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let check = check(contents, &provider)?;
    let chain = certificates("the certificate", &contents.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&contents.private_key.0)
        .map_err(|_| SecretError::Pem("the private key"))?;
    let time = Arc::new(Time(Arc::clone(clock)));
    let mut config = ServerConfig::builder_with_details(provider, time)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(SecretError::Unfit)?
        .with_client_cert_verifier(Arc::clone(&check))
        .with_single_cert(chain, key)
        .map_err(SecretError::Unfit)?;
    // A session that is taken up again would skip the check of the certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Served {
        config: Arc::new(config),
        check,
        number,
    })
}

/// The check of clients: a chain to one of the authorities, valid now, for clients.
fn check(
    contents: &Contents,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, SecretError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates("an authority", &contents.client_authorities)? {
        roots.add(authority).map_err(|_| SecretError::Authority)?;
    }
    if roots.is_empty() {
        return Err(SecretError::NoAuthority);
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(SecretError::Check)
}

fn certificates(
    what: &'static str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, SecretError> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| SecretError::Pem(what))
}
