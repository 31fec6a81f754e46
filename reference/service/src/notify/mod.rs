//! Tells others what the outbox holds, again and again until somebody has it, and writes down what the sentry has raised.
//! Refuses to be waited for: exchanges go on whether anybody is told or not.

mod webhook;

use webhook::Webhook;

use crate::StartError;
use crate::adapters::transport::Transport;
use crate::clock::{SystemClock, later};
use crate::config::Notices;
use crate::security::sentry::Sentry;
use crate::store::{Store, StoreError, TakenNotice};
use domain::notice::{NoticePolicy, What};
use domain::ports::{Clock, Notifier, Untold};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What telling needs of the rest of the service.
pub(crate) struct Means<'a> {
    pub store: &'a Store,
    pub clock: &'a Arc<dyn Clock>,
    pub sentry: &'a Arc<Sentry>,
}

/// Whoever tells others.
pub(crate) struct Teller {
    store: Store,
    clock: Arc<dyn Clock>,
    sentry: Arc<Sentry>,
    policy: NoticePolicy,
    notifier: Arc<dyn Notifier>,
}

/// The policy that is built in.
fn policy() -> Result<NoticePolicy, toml::de::Error> {
    toml::from_str(include_str!("../../../config/notify/1.toml"))
}

/// Tells until the service stops. It looks by the time of the system: a clock that a test has stopped must not stop it,
/// nor be moved by it.
pub(crate) async fn run(teller: Teller, mut stop: watch::Receiver<bool>) {
    loop {
        teller.write_alarms_down().await;
        let full = match teller.round(&mut stop).await {
            Ok(told) => told >= usize::from(teller.policy.together),
            Err(cause) => {
                tracing::error!(%cause, "the outbox does not answer");
                false
            }
        };
        if *stop.borrow() {
            return;
        }
        if full {
            continue;
        }
        tokio::select! {
            // The next turn sees it, and writes down what was raised last.
            _ = stop.wait_for(|stop| *stop) => {}
            () = teller.sentry.rings() => {}
            () = SystemClock.wait(teller.policy.look()) => {}
        }
    }
}

impl Teller {
    /// Whoever tells others, when there is somebody to tell.
    ///
    /// Errors: the policy that is built in is malformed; a client cannot be built
    pub(crate) fn of(notices: &Notices, means: Means<'_>) -> Result<Option<Self>, StartError> {
        let policy = policy()?;
        let notifier: Arc<dyn Notifier> = match notices {
            Notices::Kept => return Ok(None),
            Notices::Own(notifier) => Arc::clone(notifier),
            Notices::Webhook { url, bearer } => Arc::new(Webhook {
                // Our certificate is for partners.
                transport: Transport::new(None)?,
                url: url.clone(),
                bearer: bearer.clone(),
                patience: policy.patience(),
            }),
        };
        Ok(Some(Self {
            store: means.store.clone(),
            clock: Arc::clone(means.clock),
            sentry: Arc::clone(means.sentry),
            policy,
            notifier,
        }))
    }

    /// An alarm is in the outbox before it is told, so that it outlives the process. One that cannot be written waits.
    async fn write_alarms_down(&self) {
        while let Some(raised) = self.sentry.next() {
            let what = What::Alarm(raised.alarm);
            let refusals = Some(u32::from(raised.refusals));
            if let Err(cause) = self.store.leave(what, refusals, raised.at).await {
                tracing::error!(%cause, "an alarm could not be written down");
                return;
            }
            self.sentry.taken(raised);
        }
    }

    /// Tells what is due, several at once. Gives how many were told.
    async fn round(&self, stop: &mut watch::Receiver<bool>) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let held = later(now, self.policy.held());
        let taken = self
            .store
            .take_notices(self.policy.together, now, held)
            .await?;
        let mut ways = JoinSet::new();
        for one in taken {
            let (notifier, patience) = (Arc::clone(&self.notifier), self.policy.patience());
            ways.spawn(async move { (tell(notifier, patience, &one).await, one) });
        }
        let mut count = 0usize;
        loop {
            let ended = tokio::select! {
                // What is on its way is dropped: it is held for a while, and then told again.
                _ = stop.wait_for(|stop| *stop) => return Ok(count),
                ended = ways.join_next() => ended,
            };
            match ended {
                None => return Ok(count),
                Some(Ok((told, one))) => {
                    count = count.saturating_add(usize::from(told.is_ok()));
                    self.settle(told, &one).await?;
                }
                // Cancelled; nothing else ends a way early.
                Some(Err(_)) => {}
            }
        }
    }

    async fn settle(&self, told: Result<(), Untold>, one: &TakenNotice) -> Result<(), StoreError> {
        let (id, now) = (one.told.id.as_str(), self.clock.now());
        if told.is_ok() {
            return self.store.notice_told(id, now).await;
        }
        let wait = self.policy.wait(one.tries);
        tracing::warn!(id, notice = %one.told.what, tries = one.tries, "nobody has taken a notice");
        self.store.tell_again(id, later(now, wait)).await
    }
}

/// Tells one. A notifier that hangs, or falls over, has not taken it.
async fn tell(
    notifier: Arc<dyn Notifier>,
    patience: Duration,
    one: &TakenNotice,
) -> Result<(), Untold> {
    let told = one.told.clone();
    let mut way = JoinSet::new();
    way.spawn(async move { notifier.tell(&told).await });
    let ended = tokio::time::timeout(patience, way.join_next()).await;
    match ended {
        Ok(Some(Ok(told))) => told,
        Ok(Some(Err(_)) | None) | Err(_) => Err(Untold),
    }
}
