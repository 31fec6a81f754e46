//! A service that asks for certificates, on this machine: who may call it, and with what.
//! Refuses to protect a service that others could reach.

use super::certificates::{Authority, Written};
use super::{DevelopmentError, LIFE, signing_key, unusable, write_private};
use crate::config::Config;
use crate::security::protection::{Account, Protection, SecretFiles};
use crate::security::thumbprint::Certificate;
use crate::security::token::{
    self, Bounds, DATA_EXPORT, EXCHANGES, MEMBER_MATCH, SigningKey, TokenRequest, role_scope,
};
use domain::Timestamp;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::operator::Role;
use domain::registration::{ClientKey, Registration};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes of a key for digests.
///
/// Source: RFC 2104 section 3, a key is as long as the digest
const DIGEST_KEY: usize = 32;

/// Somebody who may call, and where the proofs of it were written.
#[derive(Clone, Debug)]
pub struct DevCaller {
    pub id: String,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// A token that is bound to the certificate.
    pub token: PathBuf,
    /// What the token allows.
    pub scopes: Vec<String>,
}

/// Everybody who may call a protected service for development.
#[derive(Clone, Debug)]
pub struct DevFort {
    /// The authority that callers trust.
    pub authority: PathBuf,
    /// The first partner of the registry. It may ask for tokens of its own at `/token` as well.
    pub partner: DevCaller,
    /// Signs the partner's assertions, as PKCS #8.
    pub partner_signing_key: PathBuf,
    /// A system of ours that starts and reads exchanges.
    pub enterprise: DevCaller,
    /// Somebody in every role of an operator.
    pub operator: DevCaller,
    /// Whom the tokens are for.
    audience: String,
    /// Signs the tokens, as PKCS #8.
    signing_key: PathBuf,
}

impl DevFort {
    /// When fresh tokens are due: two of them would have to fail before anybody is locked out.
    pub const RENEWAL: Duration = Duration::from_secs(LIFE.as_secs() / 3);

    /// Puts fresh tokens into the files, each in one step: whoever reads meanwhile gets the old one or the new one.
    ///
    /// Errors: the key or a certificate is gone, a file cannot be written
    pub fn renew(&self, now: Timestamp) -> Result<(), DevelopmentError> {
        let signer = signing_key(&self.signing_key)?;
        for caller in [&self.partner, &self.enterprise, &self.operator] {
            sign(caller, (&signer, &self.audience), now)?;
        }
        Ok(())
    }
}

/// Makes certificates, keys and tokens in `dir`, and the configuration one that asks for them.
///
/// Errors: an address that is not loopback, a folder that cannot be used
pub fn dev_fort(dir: &Path, config: &mut Config) -> Result<DevFort, DevelopmentError> {
    let bind = &config.bind;
    let addresses = [bind.partner, bind.enterprise, bind.admin, bind.probe];
    if let Some(open) = addresses.into_iter().find(|one| !one.ip().is_loopback()) {
        return Err(DevelopmentError::NotLoopback(open));
    }
    fs::create_dir_all(dir).map_err(|source| unusable(dir, source))?;
    let first = config.partners.first();
    let partner = first.map_or_else(|| "partner".to_owned(), |partner| partner.id.to_string());
    let authority = Authority::new(dir, config.clock.now())?;
    let signer = signing_key(&dir.join("signing-key.p8"))?;
    let desk = Desk {
        dir,
        config,
        authority: &authority,
        signer: &signer,
    };
    let server = authority.server()?;
    let rights = [MEMBER_MATCH, DATA_EXPORT].map(str::to_owned);
    let roles = Role::ALL.iter().map(|role| role_scope(*role));
    let fort = DevFort {
        partner: desk.caller(&partner, "partner", rights.into())?,
        partner_signing_key: dir.join("partner-signing-key.p8"),
        enterprise: desk.caller("enterprise", "enterprise", vec![EXCHANGES.to_owned()])?,
        operator: desk.caller("operator", "operator", roles.clone().collect())?,
        authority: authority.certificate.clone(),
        audience: config.us.id.to_string(),
        signing_key: dir.join("signing-key.p8"),
    };
    let assertions = signing_key(&fort.partner_signing_key)?;
    if let Some(first) = config.partners.first_mut() {
        first.registration = registration(&partner, Some(&assertions));
    }
    let mut protection = Protection::new(files(dir, &authority, server));
    protection.accounts = vec![
        account("enterprise", [EXCHANGES.to_owned()].into()),
        account("operator", roles.collect()),
    ];
    config.protection = Some(protection);
    config.digest_key = Some(digest_key(&dir.join("digest.key"))?);
    Ok(fort)
}

/// The key of digests that is kept in a file, or a new one that is kept there from now on.
fn digest_key(kept: &Path) -> Result<Masked<Vec<u8>>, DevelopmentError> {
    match fs::read(kept) {
        Ok(key) if key.len() == DIGEST_KEY => return Ok(Masked::new(key)),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(unusable(kept, source)),
    }
    let mut key = vec![0; DIGEST_KEY];
    let filled = SystemRandom::new().fill(&mut key);
    filled.map_err(|_| DevelopmentError::NoChance)?;
    write_private(kept, &key).map_err(|source| unusable(kept, source))?;
    Ok(Masked::new(key))
}

fn files(dir: &Path, authority: &Authority<'_>, server: Written) -> SecretFiles {
    SecretFiles {
        certificate: server.certificate,
        private_key: server.key,
        client_authorities: authority.certificate.clone(),
        signing_key: dir.join("signing-key.p8"),
    }
}

/// The name of a caller in its certificate. Nobody can own the domain.
///
/// Source: RFC 2606 section 2
fn uri(id: &str) -> String {
    format!("https://{id}.example/development")
}

fn registration(id: &str, key: Option<&SigningKey>) -> Registration {
    let known = key.and_then(|key| {
        let public = key.verification_key();
        let key = public.published()?;
        Some((public.kid, ClientKey { key, until: None }))
    });
    Registration {
        certificate_uris: BTreeSet::from([uri(id)]),
        keys: BTreeMap::from_iter(known),
        key_set_url: None,
    }
}

fn account(id: &str, actions: BTreeSet<String>) -> Account {
    Account {
        id: PartnerId::new(id),
        registration: registration(id, None),
        actions,
    }
}

/// Where callers are made.
struct Desk<'a> {
    dir: &'a Path,
    config: &'a Config,
    authority: &'a Authority<'a>,
    signer: &'a SigningKey,
}

impl Desk<'_> {
    fn caller(
        &self,
        id: &str,
        file: &str,
        scopes: Vec<String>,
    ) -> Result<DevCaller, DevelopmentError> {
        let written = self.authority.client(file, &uri(id))?;
        let caller = DevCaller {
            id: id.to_owned(),
            certificate: written.certificate,
            key: written.key,
            token: self.dir.join(format!("{file}.token")),
            scopes,
        };
        let signer = (self.signer, self.config.us.id.as_str());
        sign(&caller, signer, self.config.clock.now())?;
        Ok(caller)
    }
}

/// Writes a fresh token for the caller, bound to its certificate.
fn sign(
    caller: &DevCaller,
    (signer, audience): (&SigningKey, &str),
    now: Timestamp,
) -> Result<(), DevelopmentError> {
    let scopes: Vec<&str> = caller.scopes.iter().map(String::as_str).collect();
    let request = TokenRequest {
        client: &caller.id,
        audience,
        scopes: &scopes,
        issued_at: now,
        lifetime: LIFE,
    };
    let bounds = Bounds {
        certificate: Some(thumbprint(&caller.certificate)?),
        ..Bounds::default()
    };
    let signed = token::issue_bound(signer, &request, &bounds)?;
    let (file, fresh) = (&caller.token, caller.token.with_extension("fresh"));
    write_private(&fresh, signed.as_bytes()).map_err(|source| unusable(&fresh, source))?;
    fs::rename(&fresh, file).map_err(|source| unusable(file, source))
}

fn thumbprint(file: &Path) -> Result<String, DevelopmentError> {
    let pem = fs::read(file).map_err(|source| unusable(file, source))?;
    let der = CertificateDer::from_pem_slice(&pem).map_err(|_| DevelopmentError::Certificate)?;
    let read = Certificate::read(&der).ok_or(DevelopmentError::Certificate)?;
    Ok(read.thumbprint)
}
