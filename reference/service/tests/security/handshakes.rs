//! Who gets a connection: the handshake, and what its certificate is worth afterwards.
//! Refuses to send anything but a greeting over a connection that should not be.

use crate::certificates::{Authority, Credential, self_signed};
use crate::fort::{Fort, uri};
use crate::matched;
use rcgen::{ExtendedKeyUsagePurpose, SanType, date_time_ymd};

/// No certificate that is not good opens a connection, or reaches a handler.
#[tokio::test]
async fn row_s2_56_a_plain_connection_is_refused_and_so_is_every_certificate_that_is_not_good() {
    let fort = Fort::new().await;
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    let running = &fort.service.running;
    for address in [running.partner, running.enterprise, running.admin] {
        let sent = plain.get(format!("http://{address}/token")).send().await;
        assert!(sent.is_err(), "{address} answers without a handshake");
    }
    let (ours, theirs) = (&fort.authority, Authority::new("authority"));
    let name = uri("northwind");
    let shown: Vec<(&str, Option<Credential>)> = vec![
        ("none", None),
        ("of another authority", Some(theirs.client(&name))),
        ("self-signed", Some(self_signed(&name))),
        (
            "expired",
            Some(ours.client_with(&name, |params| {
                params.not_after = date_time_ymd(2026, 9, 30)
            })),
        ),
        (
            "not yet good",
            Some(ours.client_with(&name, |params| {
                params.not_before = date_time_ymd(2026, 10, 2)
            })),
        ),
        (
            "for servers",
            Some(ours.client_with(&name, |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            })),
        ),
    ];
    let path = "/.well-known/jwks.json";
    for (what, credential) in shown {
        let client = fort.client(credential.as_ref());
        let sent = client.get(fort.partner_url(path)).send().await;
        assert!(sent.is_err(), "a certificate {what} is let in");
    }
    let twice = |params: &mut rcgen::CertificateParams| {
        let other = uri("contoso");
        params
            .subject_alt_names
            .push(SanType::URI(other.as_str().try_into().unwrap()));
    };
    let strangers = [
        ("of a stranger", ours.client(&uri("fabrikam"))),
        ("in other letters", ours.client(&uri("NORTHWIND"))),
        (
            "with a host for a name",
            ours.client_with(&name, |params| {
                params.subject_alt_names =
                    vec![SanType::DnsName("northwind.example".try_into().unwrap())];
            }),
        ),
        ("of two partners", ours.client_with(&name, twice)),
    ];
    for (what, credential) in strangers {
        let sent = fort
            .client(Some(&credential))
            .get(fort.partner_url(path))
            .send();
        assert_eq!(
            sent.await.unwrap().status(),
            403,
            "a certificate {what} is let in"
        );
    }
    assert_eq!(matched(&fort).await.status, 200);
}

#[tokio::test]
async fn row_s2_56_only_the_allowed_versions_of_tls_complete() {
    use rustls::version::{TLS12, TLS13};
    let fort = Fort::new().await;
    for version in [&TLS12, &TLS13] {
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([fort.authority.trusted()])
            .identity(fort.northwind.credential.identity());
        let only = match version.version {
            rustls::ProtocolVersion::TLSv1_2 => {
                client.tls_version_max(reqwest::tls::Version::TLS_1_2)
            }
            _ => client.tls_version_min(reqwest::tls::Version::TLS_1_3),
        };
        let sent = only
            .build()
            .unwrap()
            .get(fort.partner_url("/.well-known/jwks.json"))
            .send();
        assert_eq!(sent.await.unwrap().status(), 200);
    }
    for older in [[3, 0], [3, 1], [3, 2]] {
        assert_eq!(
            hello(fort.service.running.partner, older).await,
            Some(ALERT),
            "{older:?}"
        );
    }
    // The same greeting in an allowed version is answered with a handshake, so it is the version that is refused.
    assert_eq!(
        hello(fort.service.running.partner, [3, 3]).await,
        Some(HANDSHAKE)
    );
}

/// Source: RFC 8446 5.1, content types
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// Greets as a client of this version and nothing newer; the type of what is answered.
async fn hello(address: std::net::SocketAddr, version: [u8; 2]) -> Option<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, AES_256_GCM_SHA384, and an older one with CBC.
    let suites = [0xc0, 0x2b, 0xc0, 0x2c, 0xc0, 0x09];
    let groups = [0, 10, 0, 6, 0, 4, 0, 29, 0, 23];
    let points = [0, 11, 0, 2, 1, 0];
    let signatures = [0, 13, 0, 6, 0, 4, 4, 3, 8, 4];
    let extended = [0, 23, 0, 0];
    let extensions = [&groups[..], &points, &signatures, &extended].concat();
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend([0, 6]);
    body.extend(suites);
    body.extend([1, 0]);
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let length = u16::try_from(body.len()).unwrap();
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend((length + 4).to_be_bytes());
    record.extend([1, 0]);
    record.extend(length.to_be_bytes());
    record.extend(body);
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(&record).await.unwrap();
    let mut first = [0];
    stream.read_exact(&mut first).await.ok().map(|_| first[0])
}
