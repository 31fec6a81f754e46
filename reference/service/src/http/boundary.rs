//! What every call passes before any handler: whose certificate it is, whose token, and what the token is bound to.
//! Refuses by default: where certificates are asked for, only the places that say how to get a token need none.

use super::Shared;
use super::body::{at_most, hurried, laden, longest, reserved};
use super::enterprise::PATH as EXCHANGES;
use super::listener::{Peer, Shown};
use super::outcome::refusal;
use super::partner::bulk;
use super::problem::problem;
use super::refusals::unseen;
use super::reply::{REFUSED, context, with_retry_after, write};
use crate::data::doorstep::{One, Taken};
use crate::data::respond::Refused;
use crate::security::caller::{Identified, answering, is_bound, known};
use crate::security::refusals::{Door, Stranger};
use crate::security::token::{Believed, Bounds};
use crate::telemetry::Context;
use axum::Router;
use axum::body::HttpBody;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::header::CONNECTION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::{ExportId, PartnerId};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where a client learns how to get a token, and gets it.
const OPEN: [&str; 4] = [
    "/metadata",
    "/.well-known/smart-configuration",
    "/.well-known/jwks.json",
    "/token",
];

/// The longest body of any call but one about many members, and of a request of ours that does not tell its length (ours).
pub(super) const LONGEST: usize = 1024 * 1024;

/// When whoever finds no room for a body is told to come again (ours).
const COME_AGAIN: Option<Duration> = Some(Duration::from_secs(5));

/// What the boundary has settled about a call. The witness reads it before anybody is answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    /// Whose certificate it is, where certificates are asked for.
    pub identified: Option<Identified>,
    pub refused: Option<Code>,
}

impl Verdict {
    pub(super) fn of(request: &Request) -> Self {
        let verdict = request.extensions().get::<Self>();
        verdict.cloned().unwrap_or_default()
    }
}

/// Puts the boundary before every route of a listener, and before its witness.
pub(crate) fn guard(router: Router, shared: &Arc<Shared>, door: Door) -> Router {
    let state = (Arc::clone(shared), door);
    router.layer(from_fn_with_state(state, settle))
}

/// Answers whom the boundary has refused. Stands behind the witness.
pub(super) async fn stop(State(door): State<Door>, request: Request, next: Next) -> Response {
    match Verdict::of(&request).refused {
        None => next.run(request).await,
        Some(code) => {
            // The witness has put the ids of the call there.
            let context = context(request.headers(), Timestamp::UNIX_EPOCH);
            refused((code, None), door, &context)
        }
    }
}

async fn settle(
    State((shared, door)): State<(Arc<Shared>, Door)>,
    request: Request,
    next: Next,
) -> Response {
    let now = shared.plane.now();
    let security = &shared.gate.security;
    let from = from(&request);
    let turned_away = |code, client| Stranger::new(from, door, code).known_as(client);
    let Some(peer) = request.extensions().get::<ConnectInfo<Peer>>() else {
        let stranger = turned_away(Code::CertificateUnbound, None);
        return shut(&shared, stranger, None, request.headers()).await;
    };
    let peer = peer.0.clone();
    let shown = peer.shown.as_deref();
    let identified = || identify(&shared, door, shown, now).unwrap_or_default();
    if let Err(wait) = shared.plane.doorstep.knock(peer.address.ip()) {
        // No token is judged of whoever comes too often.
        let client = known(identified().as_ref(), &Ok(None));
        let stranger = turned_away(Code::Rate, client);
        return shut(&shared, stranger, Some(wait), request.headers()).await;
    }
    let request = hurried(request, security.policy.body);
    let token = shared.gate.check(request.headers(), now);
    let Some(asked) = room(&shared, peer.one(), &request) else {
        let client = known(identified().as_ref(), &token);
        let stranger = turned_away(Code::QueueFull, client);
        return shut(&shared, stranger, COME_AGAIN, request.headers()).await;
    };
    let is_safe = request.method().is_safe();
    let (mut parts, body) = request.into_parts();
    let call = Call {
        door,
        shown,
        token: &token,
        now,
    };
    let verdict = judge(&shared, &mut parts, &call).await;
    if let Some(code) = verdict.refused {
        shared.gate.refused(code, now);
    }
    let client = known(verdict.identified.as_ref(), &token);
    parts.extensions.insert(verdict);
    let answer = next.run(Request::from_parts(parts, body));
    let response = answering(token, answer).await;
    drop(asked);
    let mut response = match counted(&shared, peer.one(), is_safe, response) {
        Ok(response) => response,
        Err(headers) => {
            let stranger = turned_away(Code::QueueFull, client);
            shut(&shared, stranger, COME_AGAIN, &headers).await
        }
    };
    if shown.is_some_and(|shown| is_old(&shared, shown, now)) {
        // The answer is given; the next call begins with a new handshake.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// From where a call comes.
pub(super) fn from(request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    peer.map(|peer| peer.0.address.ip())
}

/// The answer to whom no witness sees: the word that is meant for the witness stays inside.
async fn shut(
    shared: &Shared,
    stranger: Stranger,
    wait: Option<Duration>,
    headers: &HeaderMap,
) -> Response {
    let context = context(headers, shared.plane.now());
    unseen(shared, &stranger, &context).await;
    let mut response = refused((stranger.code, wait), stranger.door, &context);
    response.headers_mut().remove(REFUSED);
    response
}

fn refused((code, wait): (Code, Option<Duration>), door: Door, context: &Context) -> Response {
    let kept = match door {
        Door::Partner => refusal(&Refused::new(code), wait),
        Door::Enterprise | Door::Operator => {
            with_retry_after(problem(code, context, Vec::new()), wait)
        }
    };
    write(kept, context)
}

/// The answer with its room. Whoever only asked is told to come again where there is none; a refusal is told in any case.
///
/// Errors: the headers of the answer for which there is no room
fn counted(
    shared: &Shared,
    one: One,
    is_safe: bool,
    mut answer: Response,
) -> Result<Response, HeaderMap> {
    let doorstep = &shared.plane.doorstep;
    let bytes = answer.body().size_hint().lower();
    let room = match (reserved(&mut answer), is_safe && !is_refusal(&answer)) {
        (Some(room), _) => Some(room),
        (None, true) => doorstep.room(one, bytes).map(Arc::new),
        (None, false) => Some(Arc::new(doorstep.owed(one, bytes))),
    };
    match room {
        Some(room) => Ok(laden(answer, room)),
        None => Err(answer.into_parts().0.headers),
    }
}

fn is_refusal(answer: &Response) -> bool {
    answer.status().is_client_error() || answer.status().is_server_error()
}

/// Room for the body of a call, held until there is an answer; nothing where there is none.
fn room(shared: &Shared, one: One, request: &Request) -> Option<Taken> {
    let route = request.extensions().get::<MatchedPath>();
    let most = match route.map(MatchedPath::as_str) {
        Some(bulk::PATH | bulk::ALIAS) => bulk::BODY.bytes,
        Some(EXCHANGES) => longest(request.body(), bulk::BODY.bytes, LONGEST),
        Some(_) | None => LONGEST,
    };
    let bytes = at_most(request, most as u64);
    shared.plane.doorstep.room(one, bytes)
}

/// Is the connection older than it may be, or than the secrets in use?
fn is_old(shared: &Shared, shown: &Shown, now: Timestamp) -> bool {
    let security = &shared.gate.security;
    let age = (now - shown.at).to_std().unwrap_or_default();
    let number = security
        .secrets
        .as_ref()
        .map(|secrets| secrets.served().number);
    age >= security.policy.connection_age || number != Some(shown.under)
}

/// What a call brings with it.
struct Call<'a> {
    door: Door,
    shown: Option<&'a Shown>,
    /// What its token has come to. It is judged once, here.
    token: &'a Result<Option<Believed>, Code>,
    now: Timestamp,
}

async fn judge(shared: &Shared, parts: &mut Parts, call: &Call<'_>) -> Verdict {
    match identify(shared, call.door, call.shown, call.now) {
        Ok(identified) => Verdict {
            refused: holds(shared, parts, identified.as_ref(), call.token)
                .await
                .err(),
            identified,
        },
        Err(code) => Verdict {
            identified: None,
            refused: Some(code),
        },
    }
}

/// Is the token of the call one of this caller, for this place? Without a token only the open places are left.
async fn holds(
    shared: &Shared,
    parts: &mut Parts,
    identified: Option<&Identified>,
    token: &Result<Option<Believed>, Code>,
) -> Result<(), Code> {
    let place = Place::of(parts).await;
    let is_protected = shared.gate.security.is_protected();
    match token {
        Ok(Some(believed)) if is_bound(believed, identified) => {
            place.fits(&believed.bounds)?;
            job_fits(shared, &place, &believed.bounds).await
        }
        Ok(Some(_)) => Err(Code::CertificateUnbound),
        Ok(None) if is_protected && !place.is_open() => Err(Code::TokenInvalid),
        Err(code) if is_protected => Err(*code),
        // Without certificates the handlers refuse it, each in its own words.
        Ok(None) | Err(_) => Ok(()),
    }
}

/// Who the certificate of the connection says is calling, judged by the registry as it is now.
///
/// Source: HRex 1.2.0 sec-12, sec-15
fn identify(
    shared: &Shared,
    door: Door,
    shown: Option<&Shown>,
    now: Timestamp,
) -> Result<Option<Identified>, Code> {
    let security = &shared.gate.security;
    let Some(secrets) = &security.secrets else {
        return Ok(None);
    };
    let shown = shown.ok_or(Code::CertificateUnbound)?;
    let served = secrets.served();
    let renewed = served.number == shown.under || served.lets_in(&shown.chain, now);
    if !renewed || !shown.certificate.is_valid(now) {
        return Err(Code::CertificateUnbound);
    }
    let uris = || shown.certificate.uris.iter().map(String::as_str);
    let snapshot = shared.plane.snapshot();
    let mut named: Vec<&PartnerId> = match door {
        Door::Partner => {
            let known = snapshot.partners.values();
            let named = known.filter(|partner| partner.registration.names(uris()));
            named.map(|partner| &partner.id).collect()
        }
        Door::Enterprise | Door::Operator => {
            let known = security.accounts.iter();
            let named = known.filter(|account| account.registration.names(uris()));
            named.map(|account| &account.id).collect()
        }
    };
    // A certificate that names two clients proves neither.
    match (named.pop(), named.is_empty()) {
        (Some(client), true) => Ok(Some(Identified {
            client: client.clone(),
            thumbprint: shown.certificate.thumbprint.clone(),
        })),
        _ => Err(Code::CertificateUnbound),
    }
}

/// What a call asks for, as the routes understand it.
struct Place {
    /// The route; nothing when there is none.
    route: Option<String>,
    /// The first variable part of the path, decoded.
    id: Option<String>,
    uri: Uri,
}

impl Place {
    async fn of(parts: &mut Parts) -> Self {
        let params = RawPathParams::from_request_parts(parts, &()).await.ok();
        let first = params.as_ref().and_then(|params| params.iter().next());
        let matched = parts.extensions.get::<MatchedPath>();
        Self {
            route: matched.map(|matched| matched.as_str().to_owned()),
            id: first.map(|(_, id)| id.to_owned()),
            uri: parts.uri.clone(),
        }
    }

    fn is_open(&self) -> bool {
        self.route
            .as_deref()
            .is_some_and(|route| OPEN.contains(&route))
    }

    fn is_below(&self, prefix: &str) -> bool {
        self.route
            .as_deref()
            .is_some_and(|route| route.starts_with(prefix))
    }

    /// Is the place one for which the token was made?
    fn fits(&self, bounds: &Bounds) -> Result<(), Code> {
        if let Some(patient) = &bounds.patient
            && !self.is_about(patient.expose())
        {
            return Err(Code::NotYourResource);
        }
        let is_other = |group: &String| self.id.as_ref() != Some(group);
        if self.is_below("/Group") && bounds.group.as_ref().is_some_and(is_other) {
            return Err(Code::ScopeMissing);
        }
        Ok(())
    }

    /// Is this patient, and nobody else, asked about?
    fn is_about(&self, patient: &str) -> bool {
        if self.is_below("/Patient/{") {
            return self.id.as_deref() == Some(patient);
        }
        let mut asked = asked_about(&self.uri);
        matches!((asked.pop(), asked.pop()), (Some(one), None) if one == patient)
    }
}

/// Every patient that a query names, with or without the type in front.
fn asked_about(uri: &Uri) -> Vec<String> {
    type Pairs = axum::extract::Query<Vec<(String, String)>>;
    let pairs = Pairs::try_from_uri(uri).map(|pairs| pairs.0);
    let named = pairs.unwrap_or_default().into_iter();
    named
        .filter(|(name, _)| name == "patient" || name.starts_with("patient:"))
        .map(|(_, id)| id.strip_prefix("Patient/").unwrap_or(&id).to_owned())
        .collect()
}

/// A job of another list is not for the token of this one.
async fn job_fits(shared: &Shared, place: &Place, bounds: &Bounds) -> Result<(), Code> {
    let (Some(group), Some(id), true) = (&bounds.group, &place.id, place.is_below("/async/"))
    else {
        return Ok(());
    };
    let export = shared.plane.store.export(&ExportId::new(id)).await;
    match export {
        Ok(Some(export)) if export.group == *group => Ok(()),
        // A job of another kind is no job of the list either.
        Ok(None) => Err(Code::NotYourResource),
        Ok(Some(_)) => Err(Code::ScopeMissing),
        Err(_) => Err(Code::StoreUnavailable),
    }
}
