//! Where clients learn how to get a token, and get it: our keys, and tokens for assertions that are believed.
//! Refuses in the words of OAuth, which say which part of a request was wrong and nothing else.

use crate::data::access;
use crate::data::respond::Refused;
use crate::http::Shared;
use crate::http::boundary::Verdict;
use crate::http::reply::{REFUSED, context, reply, with_header, with_retry_after, write};
use crate::security::assertion::{self, About, Expected, Flaw, Proven};
use crate::security::caller::Identified;
use crate::security::token::{
    self, BULK_MEMBER_MATCH, Bounds, CALLBACKS, GROUP, MEMBER_MATCH, MEMBER_READ, TokenRequest,
};
use crate::store::Kept;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Form, FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::Timestamp;
use domain::failure::Code;
use domain::registration::PublicKey;
use domain::resilience::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Two assertions and a few words, in bytes.
const LARGEST: usize = 24 * 1024;
/// Source: RFC 7523 section 8.1; RFC 6749 section 4.4
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_CREDENTIALS: &str = "client_credentials";
/// Source: RFC 7523 section 8.1
const BY_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What a client may ask for with its own assertion.
const OWN_RIGHTS: [&str; 4] = [MEMBER_MATCH, BULK_MEMBER_MATCH, GROUP, CALLBACKS];
const JSON: &str = "application/json";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/token", post(issue).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/.well-known/jwks.json", get(keys))
        .route("/.well-known/smart-configuration", get(configuration))
}

#[derive(Deserialize)]
struct Asked {
    grant_type: String,
    scope: Option<String>,
    client_assertion_type: String,
    client_assertion: String,
    /// About a member.
    assertion: Option<String>,
    /// The list that a token is for.
    ///
    /// Source: RFC 8707 section 2
    resource: Option<String>,
}

/// Why there is no token.
///
/// Source: RFC 6749 section 5.2; RFC 8707 section 2; `temporarily_unavailable` from RFC 6749 section 4.1.2.1
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Request,
    Client(Code),
    Grant,
    GrantType,
    Scope,
    Target,
    Unavailable,
    /// Asked too often; how long to wait.
    Often(Duration),
}

impl Refusal {
    const fn word(self) -> (u16, &'static str) {
        match self {
            Self::Request => (400, "invalid_request"),
            Self::Client(_) => (401, "invalid_client"),
            Self::Grant => (400, "invalid_grant"),
            Self::GrantType => (400, "unsupported_grant_type"),
            Self::Scope => (400, "invalid_scope"),
            Self::Target => (400, "invalid_target"),
            Self::Unavailable => (503, "temporarily_unavailable"),
            Self::Often(_) => (429, "temporarily_unavailable"),
        }
    }

    const fn code(self) -> Code {
        match self {
            Self::Client(code) => code,
            Self::Request | Self::Grant | Self::GrantType => Code::TokenInvalid,
            Self::Scope => Code::ScopeMissing,
            Self::Target => Code::NotYourResource,
            Self::Unavailable => Code::StoreUnavailable,
            Self::Often(_) => Code::Rate,
        }
    }

    /// Does it say something against the proof of the caller?
    const fn is_about_proof(self) -> bool {
        !matches!(self, Self::Unavailable | Self::Often(_))
    }

    fn answer(self) -> Kept {
        let (status, word) = self.word();
        let kept = reply(status, JSON, &json!({ "error": word }));
        let wait = match self {
            Self::Often(wait) => Some(wait),
            Self::Unavailable => Some(Duration::from_secs(5)),
            Self::Request
            | Self::Client(_)
            | Self::Grant
            | Self::GrantType
            | Self::Scope
            | Self::Target => None,
        };
        with_retry_after(kept, wait)
    }
}

#[derive(Serialize)]
struct Issued {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    /// Whom the token lets read, for those who know the member by another name only.
    ///
    /// Source: SMART App Launch 2.0.0, launch context with the token; PDex 2.2.0 pdex-200
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
}

async fn issue(
    State(shared): State<Arc<Shared>>,
    verdict: Option<Extension<Verdict>>,
    request: Request,
) -> Response {
    let now = shared.plane.now();
    let context = context(request.headers(), now);
    let identified = verdict.and_then(|verdict| verdict.0.identified);
    let answered = match identified {
        Some(identified) => grant(&shared, &identified, request, now).await,
        // Without a certificate there is nothing to bind a token to.
        None => Err(Refusal::Client(Code::CertificateUnbound)),
    };
    let kept = answered.unwrap_or_else(|refusal| {
        if refusal.is_about_proof() {
            shared.gate.refused(refusal.code(), now);
        }
        with_header(refusal.answer(), REFUSED, refusal.code().to_string())
    });
    let kept = with_header(kept, "cache-control", "no-store");
    write(with_header(kept, "pragma", "no-cache"), &context)
}

async fn grant(
    shared: &Shared,
    identified: &Identified,
    request: Request,
    now: Timestamp,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let policy = &plane.snapshot().resilience;
    let client = &identified.client;
    let counted = plane.guard.inbound(policy, client, Operation::Token);
    counted.map_err(Refusal::Often)?;
    let form = Form::<Asked>::from_request(request, &()).await;
    let Form(asked) = form.map_err(|_| Refusal::Request)?;
    if asked.client_assertion_type != BY_ASSERTION {
        return Err(Refusal::Request);
    }
    let desk = Desk {
        shared,
        identified,
        now,
    };
    // The client proves itself first: nobody else learns which grants and lists there are.
    let own = &asked.client_assertion;
    desk.prove(own, About::Issuer)
        .await
        .map_err(|flaw| flaw.map_or(Refusal::Unavailable, |flaw| Refusal::Client(flaw.code())))?;
    let (scopes, bounds) = match asked.grant_type.as_str() {
        CLIENT_CREDENTIALS => desk.own_rights(&asked).await?,
        JWT_BEARER => desk.rights_about_a_member(&asked).await?,
        _ => return Err(Refusal::GrantType),
    };
    desk.sign(&scopes, &bounds)
}

/// One request for a token of a client that has shown its certificate.
struct Desk<'a> {
    shared: &'a Shared,
    identified: &'a Identified,
    now: Timestamp,
}

type Granted = (Vec<&'static str>, Bounds);

impl Desk<'_> {
    /// Judges an assertion of the client and uses it up. `None` is a fault of ours.
    async fn prove(&self, text: &str, about: About) -> Result<Proven, Option<Flaw>> {
        let client = &self.identified.client;
        let snapshot = self.shared.plane.snapshot();
        let partner = snapshot.partners.get(client).ok_or(Some(Flaw::Issuer))?;
        let audience = format!("{}/token", self.shared.base);
        let expected = Expected {
            client: client.as_str(),
            registered: &partner.registration,
            audience: &audience,
            about,
            now: self.now,
        };
        let told = |flaw: Flaw| {
            tracing::warn!(
                partner = client.as_str(),
                flaw = flaw.word(),
                "an assertion is not believed"
            );
            Some(flaw)
        };
        let proven = assertion::judge(text, &expected).map_err(told)?;
        let store = &self.shared.plane.store;
        let used = store.use_assertion(client, &proven.id, proven.ends, self.now);
        match used.await {
            Ok(true) => Ok(proven),
            Ok(false) => Err(told(Flaw::Replayed)),
            Err(error) => {
                tracing::error!(cause = %error, "the store failed");
                Err(None)
            }
        }
    }

    /// Rights of the client itself; the one to a list is bound to that list.
    async fn own_rights(&self, asked: &Asked) -> Result<Granted, Refusal> {
        let wanted = asked.scope.as_deref().unwrap_or_default();
        let scopes = wanted.split(' ').filter(|scope| !scope.is_empty());
        let known = scopes.map(|scope| OWN_RIGHTS.into_iter().find(|known| *known == scope));
        let scopes: Vec<&str> = known.collect::<Option<_>>().ok_or(Refusal::Scope)?;
        if scopes.is_empty() {
            return Err(Refusal::Scope);
        }
        let mut bounds = self.bounds();
        match (scopes.contains(&GROUP), asked.resource.as_deref()) {
            (false, None) => {}
            (true, Some(resource)) => bounds.group = Some(self.list(resource).await?),
            (true, None) | (false, Some(_)) => return Err(Refusal::Target),
        }
        Ok((scopes, bounds))
    }

    /// The id of the list that a resource names, if the client may still reach it.
    async fn list(&self, resource: &str) -> Result<String, Refusal> {
        let place = format!("{}/Group/", self.shared.base);
        let id = resource.strip_prefix(&place).ok_or(Refusal::Target)?;
        let reached = access::list(&self.shared.plane, &self.identified.client, id).await;
        reached.map_err(|refused| of(&refused, Refusal::Target))?;
        Ok(id.to_owned())
    }

    /// The right to read about one member, named by a second assertion; consent is judged again.
    ///
    /// Source: PDex 2.2.0 pdex-222 to 224
    async fn rights_about_a_member(&self, asked: &Asked) -> Result<Granted, Refusal> {
        if asked.scope.as_deref().unwrap_or(MEMBER_READ) != MEMBER_READ {
            return Err(Refusal::Scope);
        }
        if asked.resource.is_some() {
            return Err(Refusal::Target);
        }
        let text = asked.assertion.as_deref().ok_or(Refusal::Request)?;
        let proven = self.prove(text, About::Member).await;
        let proven =
            proven.map_err(|flaw| flaw.map_or(Refusal::Unavailable, |_| Refusal::Grant))?;
        let plane = &self.shared.plane;
        let patient = access::member(plane, &self.identified.client, &proven.subject).await;
        let patient = patient.map_err(|refused| of(&refused, Refusal::Grant))?;
        let bounds = Bounds {
            patient: Some(patient),
            ..self.bounds()
        };
        Ok((vec![MEMBER_READ], bounds))
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            certificate: Some(self.identified.thumbprint.clone()),
            ..Bounds::default()
        }
    }

    fn sign(&self, scopes: &[&str], bounds: &Bounds) -> Result<Kept, Refusal> {
        let security = &self.shared.gate.security;
        let key = security.ring.signer().ok_or(Refusal::Unavailable)?;
        let lifetime = security.policy.token_life;
        let request = TokenRequest {
            client: self.identified.client.as_str(),
            audience: &self.shared.gate.audience,
            scopes,
            issued_at: self.now,
            lifetime,
        };
        let signed = token::issue_bound(&key, &request, bounds);
        let issued = Issued {
            access_token: signed.map_err(|_| Refusal::Unavailable)?,
            token_type: "bearer",
            expires_in: lifetime.as_secs(),
            scope: scopes.join(" "),
            patient: bounds.patient.as_ref().map(|id| id.expose().clone()),
        };
        Ok(reply(200, JSON, &issued))
    }
}

/// Whether we could not tell, or the client may not.
fn of(refused: &Refused, otherwise: Refusal) -> Refusal {
    match refused.code {
        Code::StoreUnavailable => Refusal::Unavailable,
        _ => otherwise,
    }
}

/// Our public keys, old ones within their grace among them.
///
/// Source: RFC 7517 section 5
async fn keys(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let now = shared.plane.now();
    let ours = shared.gate.security.ring.ours(now);
    let keys: Vec<Value> = ours
        .iter()
        .filter_map(|key| match key.published()? {
            PublicKey::Es384 { x, y } => Some(json!({
                "kty": "EC", "crv": "P-384", "x": x, "y": y, "kid": key.kid, "alg": "ES384", "use": "sig"
            })),
            PublicKey::Rs384 { .. } => None,
        })
        .collect();
    write(
        reply(200, JSON, &json!({ "keys": keys })),
        &context(&headers, now),
    )
}

/// How to get a token.
///
/// Source: SMART App Launch 2.0.0, conformance; Bulk Data 1.0.0 authorization
async fn configuration(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let base = &shared.base;
    let told = json!({
        "issuer": base,
        "jwks_uri": format!("{base}/.well-known/jwks.json"),
        "token_endpoint": format!("{base}/token"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "grant_types_supported": [CLIENT_CREDENTIALS, JWT_BEARER],
        "scopes_supported": [MEMBER_MATCH, BULK_MEMBER_MATCH, GROUP, MEMBER_READ, CALLBACKS],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
        "tls_client_certificate_bound_access_tokens": true,
    });
    write(
        reply(200, JSON, &told),
        &context(&headers, shared.plane.now()),
    )
}
