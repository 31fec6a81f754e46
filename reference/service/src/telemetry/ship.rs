//! Brings what was noted of exchanges to the collector, from the store: nothing is lost while nobody collects.
//! Refuses to be part of an exchange: it comes after, and its failure is its own.

use super::collector::{Collector, CollectorError};
use super::trace::Recorder;
use crate::data::Plane;
use crate::store::{Closed, StoreError};
use domain::ids::ExchangeId;
use domain::ports::Passage;
use domain::trace::{Span, TraceId};
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long until a collector that did not take spans is tried again, if nothing happens before (ours).
const AGAIN: Duration = Duration::from_secs(5);

/// Whether exchanges are traced, and to where.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    collector: Option<Collector>,
    bell: Notify,
}

impl Traces {
    /// Errors: an address of no collector
    pub(crate) fn open(url: Option<&Url>) -> Result<Self, CollectorError> {
        Ok(Self {
            collector: url.map(Collector::open).transpose()?,
            bell: Notify::new(),
        })
    }

    /// Notes for the trace of an exchange, when somebody collects it.
    ///
    /// Errors: the store does not say how often it was replayed
    pub(crate) async fn recorder(
        &self,
        store: &crate::store::Store,
        exchange: &ExchangeId,
    ) -> Result<Option<Recorder>, StoreError> {
        match &self.collector {
            None => Ok(None),
            Some(_) => {
                let replays = store.replays(exchange).await?;
                Ok(Some(Recorder::new(exchange, replays)))
            }
        }
    }

    /// Says that there may be something to tell.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }
}

/// Brings spans to the collector until the service ends, and then what is left.
pub(crate) async fn run(plane: Arc<Plane>, mut stopped: watch::Receiver<bool>) {
    let Some(collector) = &plane.traces.collector else {
        return;
    };
    loop {
        match ship(&plane, collector).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(cause = %error, "spans could not be read"),
        }
        if *stopped.borrow() {
            return;
        }
        let again = async {
            match plane.clock.passage() {
                Passage::Real => plane.clock.wait(AGAIN).await,
                // A clock that is moved by hand is never moved for this, and does not bring a collector back.
                Passage::ByHand | Passage::Jumps => tokio::time::sleep(AGAIN).await,
            }
        };
        tokio::select! {
            () = plane.traces.bell.notified() => {}
            // The sender lives longer than this.
            _ = stopped.wait_for(|stopped| *stopped) => {}
            () = again => {}
        }
    }
}

/// Tells what is due once, and says whether more may be due.
async fn ship(plane: &Plane, collector: &Collector) -> Result<bool, StoreError> {
    let store = &plane.store;
    let untold = store.untold().await?;
    if !untold.is_empty() {
        let spans = untold
            .iter()
            .map(|untold| (untold.about.trace, untold.about.span(&untold.noted)));
        if !collector.send(spans).await {
            tracing::warn!("the collector took no spans");
            return Ok(false);
        }
        store.told(&untold).await?;
    }
    let closed = store.closed().await?;
    for closed in &closed {
        if !collector.send(last(closed)).await {
            tracing::warn!("the collector took no spans");
            return Ok(false);
        }
        store.told_whole(closed).await?;
    }
    Ok(!untold.is_empty() || !closed.is_empty())
}

/// The spans that an exchange is told with when it has ended.
fn last(closed: &Closed) -> Vec<(TraceId, Span)> {
    let about = &closed.about;
    let besides = closed.besides.iter().map(|noted| about.span(noted));
    let mut noted = closed.noted.clone();
    noted.extend(closed.besides.iter().cloned());
    let closing = about.closing(&closed.outcome, &noted);
    besides
        .chain(closing)
        .map(|span| (about.trace, span))
        .collect()
}
