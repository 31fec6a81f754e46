//! A development authority and what it issues: short-lived, for this machine.
//! Refuses to outlive the month.

use super::{DevelopmentError, unusable, write_private};
use chrono::{Datelike, TimeDelta};
use domain::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// How long development certificates are good (ours).
const LIFE: TimeDelta = TimeDelta::days(30);

/// Where a certificate and its key were written, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Who issues the certificates of one start.
pub(super) struct Authority<'a> {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: &'a Path,
    now: Timestamp,
    pub certificate: PathBuf,
}

impl<'a> Authority<'a> {
    /// A new authority, written to the folder; its key is kept so that a developer may issue more.
    pub(super) fn new(folder: &'a Path, now: Timestamp) -> Result<Self, DevelopmentError> {
        let mut params = params("matchmark development", now)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(|_| DevelopmentError::Certificate)?;
        let pem = key.serialize_pem();
        let issuer = CertifiedIssuer::self_signed(params, key);
        let issuer = issuer.map_err(|_| DevelopmentError::Certificate)?;
        let written = written(folder, "ca", &issuer.pem(), &pem)?;
        Ok(Self {
            issuer,
            folder,
            now,
            certificate: written.certificate,
        })
    }

    /// A certificate for the listeners.
    pub(super) fn server(&self) -> Result<Written, DevelopmentError> {
        let mut params = params("matchmark serve", self.now)?;
        let host = "localhost".try_into();
        params.subject_alt_names = vec![
            SanType::DnsName(host.map_err(|_| DevelopmentError::Certificate)?),
            SanType::IpAddress(Ipv4Addr::LOCALHOST.into()),
        ];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue("server", &params)
    }

    /// A certificate for a caller that is known by this name.
    pub(super) fn client(&self, file: &str, uri: &str) -> Result<Written, DevelopmentError> {
        let mut params = params(file, self.now)?;
        let uri = uri.try_into().map_err(|_| DevelopmentError::Certificate)?;
        params.subject_alt_names = vec![SanType::URI(uri)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(file, &params)
    }

    fn issue(&self, file: &str, params: &CertificateParams) -> Result<Written, DevelopmentError> {
        let key = KeyPair::generate().map_err(|_| DevelopmentError::Certificate)?;
        let issued = params.signed_by(&key, &self.issuer);
        let issued = issued.map_err(|_| DevelopmentError::Certificate)?;
        written(self.folder, file, &issued.pem(), &key.serialize_pem())
    }
}

fn params(name: &str, now: Timestamp) -> Result<CertificateParams, DevelopmentError> {
    let params = CertificateParams::new(Vec::new());
    let mut params = params.map_err(|_| DevelopmentError::Certificate)?;
    let day = |at: Timestamp| {
        let (month, day) = (u8::try_from(at.month()), u8::try_from(at.day()));
        rcgen::date_time_ymd(at.year(), month.unwrap_or(1), day.unwrap_or(1))
    };
    params.not_before = day(now - TimeDelta::days(1));
    params.not_after = day(now + LIFE);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn written(
    folder: &Path,
    file: &str,
    certificate: &str,
    key: &str,
) -> Result<Written, DevelopmentError> {
    let write = |name: String, text: &str| {
        let path = folder.join(name);
        write_private(&path, text.as_bytes()).map_err(|source| unusable(&path, source))?;
        Ok::<_, DevelopmentError>(path)
    };
    Ok(Written {
        certificate: write(format!("{file}.pem"), certificate)?,
        key: write(format!("{file}-key.pem"), key)?,
    })
}
