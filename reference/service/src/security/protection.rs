//! What protects a service: the files of its secrets, and the systems of ours that may call it.
//! Refuses to hold a secret itself; it names the files.

use domain::ids::PartnerId;
use domain::registration::Registration;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// The files of the secrets. All of them are watched, and taken up together when one of them changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFiles {
    /// PEM: our certificate, then those between it and its authority.
    pub certificate: PathBuf,
    /// PEM: the private key of our certificate.
    pub private_key: PathBuf,
    /// PEM: the authorities whose clients are let in.
    pub client_authorities: PathBuf,
    /// PKCS #8 DER: the key that signs our tokens, for curve P-384.
    pub signing_key: PathBuf,
}

/// A system of ours, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: PartnerId,
    pub registration: Registration,
    /// The scopes that its tokens may carry; any other right is refused, whatever its token says.
    pub actions: BTreeSet<String>,
}

/// Turns every listener but the probe and the control of tests into one that asks for certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    pub files: SecretFiles,
    pub accounts: Vec<Account>,
    /// Where partners reach us, without a slash at the end; the address of the listener when left out.
    pub base: Option<String>,
    /// Replaces the interval of the policy.
    pub watch: Option<Duration>,
}

impl Protection {
    /// Protection by the secrets in these files, with no system of ours let in.
    #[must_use]
    pub const fn new(files: SecretFiles) -> Self {
        Self {
            files,
            accounts: Vec::new(),
            base: None,
            watch: None,
        }
    }
}
