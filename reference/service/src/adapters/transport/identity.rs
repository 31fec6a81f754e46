//! With what partners that ask for a certificate let us in, and whom we trust there: read from files, taken up as one.
//! Refuses to hold a private key longer than it takes to make a client of it.

use crate::security::secrets::SecretError;
use reqwest::{Certificate, Identity, redirect};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The files of what we show to partners. They are watched, and taken up together when one of them changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFiles {
    /// PEM: our certificate as a client, then those between it and its authority.
    pub certificate: PathBuf,
    /// PEM: the private key of that certificate.
    pub private_key: PathBuf,
    /// PEM: the authorities of partners; those of the machine when left out.
    pub partner_authorities: Option<PathBuf>,
}

/// What the files hold, read at one moment; overwritten when it is no longer needed.
pub(super) struct Contents {
    identity: Vec<u8>,
    authorities: Option<Vec<u8>>,
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.identity.fill(0);
        std::hint::black_box(&self.identity);
    }
}

impl Contents {
    pub(super) fn read(files: &ClientFiles) -> Result<Self, SecretError> {
        let read = |what, path: &Path| {
            std::fs::read(path).map_err(|source| SecretError::File { what, source })
        };
        let mut key = read("our private key as a client", &files.private_key)?;
        let mut identity = read("our certificate as a client", &files.certificate)?;
        identity.push(b'\n');
        identity.extend_from_slice(&key);
        key.fill(0);
        std::hint::black_box(&key);
        let authorities = files.partner_authorities.as_deref();
        Ok(Self {
            identity,
            authorities: authorities
                .map(|path| read("the authorities of partners", path))
                .transpose()?,
        })
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for part in [
            self.identity.as_slice(),
            self.authorities.as_deref().unwrap_or_default(),
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }
}

/// A client that follows no redirect, asks no proxy, and shows what there is to show.
pub(super) fn client(shown: Option<&Contents>) -> Result<reqwest::Client, SecretError> {
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none());
    if let Some(shown) = shown {
        let ours = "our certificate as a client, or its key";
        let identity = Identity::from_pem(&shown.identity).map_err(|_| SecretError::Pem(ours))?;
        builder = builder.tls_backend_rustls().identity(identity);
        if let Some(pem) = &shown.authorities {
            let trusted = Certificate::from_pem_bundle(pem);
            let trusted = trusted.map_err(|_| SecretError::Pem("the authorities of partners"))?;
            if trusted.is_empty() {
                return Err(SecretError::Pem("the authorities of partners"));
            }
            builder = builder.tls_certs_only(trusted);
        }
    }
    builder.build().map_err(SecretError::Client)
}
