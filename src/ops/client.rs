//! Speaks to the listeners of a service: certificates, tokens, purposes, and what an answer stands for.
//! Refuses every proxy and every redirect, and more of an answer than a list of ours can be.

use super::OpsError;
use super::call::{Call, Listener, Verb};
use crate::model::{Caller, ServiceDoors};
use serde_json::Value;
use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

/// How long one answer may take (ours: a search of the audit log takes a second).
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest answer that is read: a page of 200 exchanges is a tenth of it (ours).
const LARGEST: usize = 8 << 20;

/// An answer of the service.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    pub status: u16,
    pub body: Value,
}

impl Told {
    /// The state of things forbids what was ordered.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self.status, 409 | 412)
    }

    pub(super) fn title(&self) -> String {
        format!("It was not done: {}.", word(&self.body, "code"))
    }
}

fn word(body: &Value, name: &str) -> String {
    let word = body.get(name).and_then(Value::as_str);
    word.unwrap_or("without a code").to_owned()
}

/// A listener, and how it is called.
struct Door {
    base: reqwest::Url,
    http: reqwest::Client,
    token: Option<String>,
    token_file: PathBuf,
}

/// The listeners of one service.
pub(super) struct Client {
    enterprise: Door,
    reviews: Door,
    admin: Door,
    probe: Door,
    purpose: String,
}

impl Client {
    pub(super) fn new(doors: &ServiceDoors, purpose: &str) -> Result<Self, OpsError> {
        // A provider that has been installed before serves as well: there is only one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = doors.authority.as_deref();
        let door = |url: &str, caller: &Caller| -> Result<Door, OpsError> {
            Ok(Door {
                base: guarded(url)?,
                http: http(authority, caller).map_err(OpsError::Certificates)?,
                token: Some(caller.token.expose().to_owned()),
                token_file: caller.token_file.clone(),
            })
        };
        let plain = builder().build().map_err(OpsError::Certificates)?;
        Ok(Self {
            enterprise: door(&doors.enterprise, &doors.enterprise_caller)?,
            reviews: door(&doors.enterprise, &doors.operator_caller)?,
            admin: door(&doors.admin, &doors.operator_caller)?,
            probe: Door {
                base: base(&doors.probe)?,
                http: plain,
                token: None,
                token_file: PathBuf::new(),
            },
            purpose: purpose.to_owned(),
        })
    }

    /// Calls once. What the state of things forbids is an answer, and so is a service that is not ready.
    pub(super) async fn call(&self, call: &Call) -> Result<Told, OpsError> {
        let door = match call.listener {
            Listener::Enterprise => &self.enterprise,
            Listener::Reviews => &self.reviews,
            Listener::Admin => &self.admin,
            Listener::Probe => &self.probe,
        };
        let answer = self
            .sent(door, call)
            .await
            .map_err(|error| unsent(door, &error))?;
        let told = read(door, answer).await?;
        if told.status < 300 || told.is_conflict() || call.listener == Listener::Probe {
            return Ok(told);
        }
        Err(refused(door, call, &told))
    }

    async fn sent(&self, door: &Door, call: &Call) -> Result<reqwest::Response, reqwest::Error> {
        let mut url = door.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(&call.path);
        }
        if !call.query.is_empty() {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(&call.query);
        }
        let verb = match call.verb {
            Verb::Get => reqwest::Method::GET,
            Verb::Post => reqwest::Method::POST,
            Verb::Delete => reqwest::Method::DELETE,
        };
        let mut sent = door
            .http
            .request(verb, url)
            .header("x-purpose", &self.purpose);
        if let Some(token) = &door.token {
            sent = sent.bearer_auth(token);
        }
        if let Some(key) = &call.key {
            sent = sent.header("idempotency-key", key);
        }
        if let Some(version) = &call.version {
            sent = sent.header("if-match", version);
        }
        if let Some(body) = &call.body {
            sent = sent.json(body);
        }
        sent.send().await
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
}

/// A client that trusts the authority of the service and nobody else.
fn http(authority: Option<&[u8]>, caller: &Caller) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = builder();
    if let Some(authority) = authority {
        builder = builder.tls_certs_only([reqwest::Certificate::from_pem(authority)?]);
    }
    if let Some(identity) = &caller.identity {
        builder = builder.identity(reqwest::Identity::from_pem(identity.expose().as_bytes())?);
    }
    builder.build()
}

fn base(url: &str) -> Result<reqwest::Url, OpsError> {
    let none = || OpsError::NoAddress(url.to_owned());
    let base = reqwest::Url::parse(url).map_err(|_| none())?;
    let is_web = matches!(base.scheme(), "http" | "https") && base.has_host();
    if is_web { Ok(base) } else { Err(none()) }
}

/// A listener that is shown a token: over TLS, or on this machine.
fn guarded(url: &str) -> Result<reqwest::Url, OpsError> {
    let base = base(url)?;
    let host = base.host_str().unwrap_or_default();
    let here = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    if base.scheme() == "https" || here {
        Ok(base)
    } else {
        Err(OpsError::Plain(url.to_owned()))
    }
}

async fn read(door: &Door, mut answer: reqwest::Response) -> Result<Told, OpsError> {
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| unsent(door, &error))? {
        if bytes.len().saturating_add(piece.len()) > LARGEST {
            return Err(OpsError::NotOurs(door.base.to_string()));
        }
        bytes.extend_from_slice(&piece);
    }
    let body = serde_json::from_slice(&bytes);
    let body = body.map_err(|_| OpsError::NotOurs(door.base.to_string()))?;
    Ok(Told { status, body })
}

/// Why no answer came.
fn unsent(door: &Door, error: &reqwest::Error) -> OpsError {
    let place = door.base.origin().ascii_serialization();
    if speaks_of_tls(error) {
        OpsError::NotTrusted(place)
    } else if error.is_connect() {
        OpsError::NotRunning(place)
    } else {
        OpsError::NoAnswer(place)
    }
}

/// Is the handshake what failed?
fn speaks_of_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>();
        let within = io.and_then(std::io::Error::get_ref);
        if inner.is::<rustls::Error>() || within.is_some_and(|within| within.is::<rustls::Error>())
        {
            return true;
        }
        cause = inner.source();
    }
    false
}

fn refused(door: &Door, call: &Call, told: &Told) -> OpsError {
    let code = word(&told.body, "code");
    match told.status {
        401 => OpsError::NotLetIn {
            file: door.token_file.clone(),
            code,
        },
        403 => OpsError::NotAllowed { code },
        404 => OpsError::Unknown(match call.about.as_str() {
            "" => call.path.join("/"),
            about => about.to_owned(),
        }),
        429 | 503 => OpsError::Later {
            code,
            after: " in a moment".to_owned(),
        },
        _ => OpsError::Refused {
            code,
            fields: fields(&told.body),
        },
    }
}

/// The paths that a refusal names.
fn fields(body: &Value) -> String {
    let fields = body.get("fields").and_then(Value::as_array);
    let fields: Vec<&str> = fields
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match fields.is_empty() {
        true => String::new(),
        false => format!(" at {}", fields.join(", ")),
    }
}
