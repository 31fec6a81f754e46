//! Authorities and certificates, made anew for every test.
//! Refuses to keep a private key longer than its test.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use reqwest::{Certificate, Identity};

/// A certificate with its private key, as PEM.
#[derive(Clone)]
pub struct Credential {
    pub certificate: String,
    pub key: String,
}

impl Credential {
    pub fn identity(&self) -> Identity {
        Identity::from_pem(format!("{}{}", self.certificate, self.key).as_bytes()).unwrap()
    }
}

/// Who issues certificates.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // The client of a test checks our certificate against the clock of the machine.
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        let key = KeyPair::generate().unwrap();
        Self {
            issuer: CertifiedIssuer::self_signed(params, key).unwrap(),
        }
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub fn trusted(&self) -> Certificate {
        Certificate::from_pem(self.pem().as_bytes()).unwrap()
    }

    /// A certificate for our listeners.
    pub fn server(&self) -> Credential {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let loopback = std::net::Ipv4Addr::LOCALHOST;
        params
            .subject_alt_names
            .push(SanType::IpAddress(loopback.into()));
        params.distinguished_name = named("listener");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        self.issue(params)
    }

    /// A client's certificate of the year of the tests, with this name.
    pub fn client(&self, uri: &str) -> Credential {
        self.client_with(uri, |_| ())
    }

    /// The same, changed.
    pub fn client_with(
        &self,
        uri: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Credential {
        self.issue(client_params(uri, change))
    }

    fn issue(&self, params: CertificateParams) -> Credential {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Credential {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A certificate that nobody but its owner vouches for.
pub fn self_signed(uri: &str) -> Credential {
    let key = KeyPair::generate().unwrap();
    let certificate = client_params(uri, |_| ()).self_signed(&key).unwrap();
    Credential {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

fn client_params(uri: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
    params.distinguished_name = named("client");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    change(&mut params);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
