//! Writes down who called, before anything is done for the caller, and every refusal, before it is sent.
//! Refuses to let a call through that cannot be written down.

use super::Shared;
use super::admin::PURPOSE;
use super::boundary::{self, Verdict, from};
use super::outcome::refusal;
use super::problem::problem;
use super::reply::{CORRELATION, REFUSED, TRANSACTION, context, text, write};
use crate::data::respond::Refused;
use crate::security::refusals::{Door, Manner, Stranger};
use crate::security::sentry::Alarm;
use crate::store::audit::act;
use crate::telemetry::Context;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::operator::Why;
use domain::record::{Action, Actor, ActorKind, AuditEvent, RuleId, Slug};
use std::net::IpAddr;
use std::sync::Arc;

/// Stands for a caller whom no believed token names.
pub(super) const NOBODY: &str = "unknown";

struct Witness {
    shared: Arc<Shared>,
    door: Door,
}

/// Puts a witness before every route of a listener.
pub(super) fn witnessed(router: Router, shared: Arc<Shared>, door: Door) -> Router {
    let witness = Arc::new(Witness { shared, door });
    router
        .layer(from_fn_with_state(door, boundary::stop))
        .layer(from_fn_with_state(witness, see))
}

async fn see(State(witness): State<Arc<Witness>>, mut request: Request, next: Next) -> Response {
    let plane = &witness.shared.plane;
    let context = context(request.headers(), plane.now());
    same_ids(request.headers_mut(), &context);
    let told = Told {
        context: &context,
        why: why(request.headers()),
    };
    let verdict = Verdict::of(&request);
    let from = from(&request);
    let caller = witness.shared.gate.caller(request.headers(), plane.now());
    // Whoever asks for a token is known by the certificate alone.
    let caller = caller.or_else(|code| verdict.identified.map(|one| one.client).ok_or(code));
    // Asking where something is changes nothing and shows nothing of a member: only its refusal is told.
    let tells = witness.door == Door::Operator || request.method() != Method::GET;
    if let (Ok(client), true) = (&caller, tells && verdict.refused.is_none())
        && witness.write(&told, Ok(client), None).await.is_err()
    {
        return witness.unwritten(&context);
    }
    let mut response = match has_nul(request.uri()) {
        true => witness.turned_away(Code::NotYourResource, &context),
        false => next.run(request).await,
    };
    let code = response.headers_mut().remove(REFUSED);
    let code = code.and_then(|code| code.to_str().ok()?.parse::<Code>().ok());
    if code == Some(Code::BruteForce) {
        let sentry = &witness.shared.gate.security.sentry;
        sentry.raise(Alarm::BruteForce, 1, plane.now());
    }
    if let Some(code) = code {
        let caller = caller.as_ref().map_err(|code| *code);
        if witness.refused(&told, caller, (code, from)).await.is_err() {
            return witness.unwritten(&context);
        }
    }
    response
}

/// What a call tells about itself.
struct Told<'a> {
    context: &'a Context,
    /// The purpose that an operator names.
    why: Option<RuleId>,
}

/// The purpose as the log writes it down; a word that is none is refused by the handler.
fn why(headers: &HeaderMap) -> Option<RuleId> {
    let why: Why = text(headers, PURPOSE)?.parse().ok()?;
    format!("purpose/{why}").parse().ok()
}

impl Witness {
    /// Whoever is known is told of each time; a stranger that comes again and again by its number.
    async fn refused(
        &self,
        told: &Told<'_>,
        caller: Result<&PartnerId, Code>,
        (code, from): (Code, Option<IpAddr>),
    ) -> Result<(), ()> {
        if caller.is_ok() {
            return self.write(told, caller, Some(code)).await;
        }
        let refusals = &self.shared.gate.security.refusals;
        let stranger = Stranger::new(from, self.door, code);
        let Manner::Alone(owed) = refusals.note(&stranger, self.shared.plane.now()) else {
            return Ok(());
        };
        self.write(told, caller, Some(code)).await?;
        owed.written();
        Ok(())
    }

    async fn write(
        &self,
        told: &Told<'_>,
        caller: Result<&PartnerId, Code>,
        refused: Option<Code>,
    ) -> Result<(), ()> {
        let event = self.event(told, caller, refused).ok_or(())?;
        let written = self.shared.plane.store.record(event).await;
        written.map(drop).map_err(|error| {
            tracing::error!(cause = %error, "the audit log could not be written");
        })
    }

    fn event(
        &self,
        told: &Told<'_>,
        caller: Result<&PartnerId, Code>,
        refused: Option<Code>,
    ) -> Option<AuditEvent> {
        let plane = &self.shared.plane;
        let role: Slug = self.door.word().parse().ok()?;
        let id = caller.map_or(NOBODY, PartnerId::as_str);
        let actor = Actor {
            kind: ActorKind::Client,
            id: id.parse().ok()?,
            role,
        };
        let action = match refused {
            None => Action::Authenticated,
            Some(_) => Action::Refused,
        };
        let mut event = act(plane.now(), actor, action, plane.snapshot().number).ok()?;
        event.business_transaction_id = Some(told.context.business_transaction.clone());
        event.correlation_id = Some(told.context.correlation.clone());
        event.partner = caller.ok().filter(|_| self.door == Door::Partner).cloned();
        event.code = refused;
        event.rule = told.why.clone();
        Some(event)
    }

    fn turned_away(&self, code: Code, context: &Context) -> Response {
        let kept = match self.door {
            Door::Partner => refusal(&Refused::new(code), None),
            Door::Enterprise | Door::Operator => problem(code, context, Vec::new()),
        };
        write(kept, context)
    }

    /// What is not written down is not done, and not answered.
    fn unwritten(&self, context: &Context) -> Response {
        let mut response = self.turned_away(Code::AuditUnavailable, context);
        response.headers_mut().remove(REFUSED);
        response
    }
}

/// Nothing has a NUL in its name, and not every database takes one.
fn has_nul(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    [uri.path(), query]
        .into_iter()
        .any(|part| part.contains("%00"))
}

/// The handler and the log speak of the call under the same ids.
fn same_ids(headers: &mut HeaderMap, context: &Context) {
    for (name, id) in [
        (CORRELATION, context.correlation.as_str()),
        (TRANSACTION, context.business_transaction.as_str()),
    ] {
        if let Ok(value) = HeaderValue::try_from(id) {
            headers.insert(name, value);
        }
    }
}
