//! The listeners of a service, and what goes on beside them until it stops.
//! Refuses to serve before every address is bound.

use crate::clock::Rounds;
use crate::config::Config;
use crate::control::watch::Look;
use crate::http::boundary;
use crate::http::listener::{self, Desk, ListenError, Open};
use crate::http::test_control::Stage;
use crate::http::{Shared, admin, enterprise, partner, probe, refusals, serving, test_control};
use crate::notify::{self, Teller};
use crate::security::refusals::Door;
use crate::security::sentry::Alarm;
use crate::{Running, audit, control, data, identity, rotation, telemetry};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The listeners of a service, open and not yet served.
pub(super) struct Listeners {
    pub partner: Open,
    enterprise: Open,
    admin: Open,
    probe: Open,
    control: Option<Open>,
}

impl Listeners {
    pub(super) async fn open(config: &Config) -> Result<Self, ListenError> {
        let bind = &config.bind;
        let is_protected = config.protection.is_some();
        let guarded = async |address| match is_protected {
            true => listener::bind(address).await,
            false => listener::open(address).await,
        };
        Ok(Self {
            partner: guarded(bind.partner).await?,
            enterprise: guarded(bind.enterprise).await?,
            admin: guarded(bind.admin).await?,
            probe: listener::open(bind.probe).await?,
            control: match &config.test_control {
                Some(_) => Some(listener::open(bind.control).await?),
                None => None,
            },
        })
    }

    pub(super) fn serve(
        self,
        shared: Arc<Shared>,
        stage: Option<Arc<Stage>>,
        (look, teller): (Look, Option<Teller>),
    ) -> Running {
        let (stop, stopped) = watch::channel(false);
        let open = |open, router| {
            let desk = Desk::of(&shared, None).plain();
            serving::serve(open, router, desk, stopped.clone())
        };
        let guarded = |open, router, door| {
            let router = boundary::guard(router, &shared, door);
            let desk = Desk::of(&shared, Some(door));
            serving::serve(open, router, desk, stopped.clone())
        };
        let whole = || Arc::clone(&shared);
        let (partner, enterprise) = (self.partner.address, self.enterprise.address);
        let (admin, probe) = (self.admin.address, self.probe.address);
        let control = self.control.as_ref().map(|open| open.address);
        let mut listeners = vec![
            guarded(self.partner, partner::router(whole()), Door::Partner),
            guarded(
                self.enterprise,
                enterprise::router(whole()),
                Door::Enterprise,
            ),
            guarded(self.admin, admin::router(whole()), Door::Operator),
            open(self.probe, probe::router(whole())),
        ];
        if let (Some(control), Some(stage)) = (self.control, stage) {
            listeners.push(open(control, test_control::router(stage)));
        }
        listeners.extend(beside(&shared, &look, teller, &stopped));
        Running {
            partner,
            enterprise,
            admin,
            probe,
            control,
            shared,
            stop,
            listeners,
            watch: None,
        }
    }
}

/// What goes on beside the calls until the service stops.
fn beside(
    shared: &Arc<Shared>,
    look: &Look,
    teller: Option<Teller>,
    stopped: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let plane = || Arc::clone(&shared.plane);
    let until = || stopped.clone();
    let rounds = || Rounds::new(&shared.plane.clock, look.every);
    let pulse = Arc::clone(&shared.plane.health.pulse);
    let beat = until();
    let mut tasks = vec![
        tokio::spawn(audit::keep(Arc::clone(&shared.keeper), plane(), until())),
        tokio::spawn(refusals::keep(Arc::clone(shared), until())),
        tokio::spawn(telemetry::ship(plane(), until())),
        tokio::spawn(data::duties::watch(plane(), rounds(), until())),
        tokio::spawn(data::synthetic::watch(
            (plane(), Arc::clone(&shared.workflow)),
            rounds(),
            until(),
        )),
        tokio::spawn(identity::desk::watch(plane(), rounds(), until())),
        watched(shared, (rounds(), look.folder.clone()), until()),
        tokio::spawn(async move { pulse.beat(beat).await }),
    ];
    tasks.extend(rotation::watched(shared, until()));
    tasks.extend(teller.map(|teller| tokio::spawn(notify::run(teller, until()))));
    if shared.plane.transport.shows_something() {
        tasks.push(renewed(shared, until()));
    }
    tasks
}

/// Looks for what changes from outside, and wakes the engine when exchanges may have something to do.
fn watched(
    shared: &Arc<Shared>,
    look: (Rounds, Option<PathBuf>),
    stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    let (control, woken) = (Arc::clone(&shared.control), Arc::clone(shared));
    let wake = move || woken.engine.wake();
    tokio::spawn(control::watch::run(control, look, stopped, wake))
}

/// Looks at the files of what we show to partners. A fault is told and changes nothing.
fn renewed(shared: &Arc<Shared>, mut stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let shared = Arc::clone(shared);
    let security = Arc::clone(&shared.gate.security);
    // The clock of a test stands still; files do not wait for it.
    let mut tick = tokio::time::interval(security.policy.watch);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                _ = stopped.wait_for(|stop| *stop) => return,
            }
            let again = Arc::clone(&shared);
            let reload = move || again.plane.transport.reload();
            if let Ok(Err(error)) = tokio::task::spawn_blocking(reload).await {
                tracing::error!(cause = %error, "our certificate as a client is not taken up");
                security.sentry.raise(Alarm::Secrets, 1, shared.plane.now());
            }
        }
    })
}
