//! Alive or not: a worker that hangs is no dependency that is down.
//! Refuses to wait: time passes when the test says so.

use super::{begun, bounds, ill, once_told, probed, told};
use crate::support::held::Held;
use crate::support::stores::stores;
use crate::support::{Scene, Service};
use reference::WritePoint;
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const LIVE: &str = "/health/live";
const HUNG: Duration = Duration::from_secs(30);

/// Holds the thread of the next write after it was shut, until it is opened.
#[derive(Default)]
struct Gate {
    next: AtomicBool,
    holds: AtomicBool,
    open: Mutex<bool>,
    turned: Condvar,
}

impl Gate {
    fn pass(&self) {
        if self.next.swap(false, Ordering::SeqCst) {
            self.holds.store(true, Ordering::SeqCst);
            let open = self.open.lock().unwrap();
            drop(self.turned.wait_while(open, |open| !*open).unwrap());
        }
    }

    fn let_go(&self) {
        *self.open.lock().unwrap() = true;
        self.turned.notify_all();
    }
}

async fn scene(held: &Held) -> Scene {
    let mut scene = Scene::new();
    scene.by_hand();
    scene.config.health = Some(bounds(&scene));
    for partner in &mut scene.config.partners {
        partner.base_url = held.url.clone();
        partner.timeout = Duration::from_secs(300);
    }
    scene
}

/// A thread is blocked here for real, as a lock that is never given back would.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn row_s2_41_a_hung_worker_ends_liveness_and_a_dependency_that_is_down_does_not() {
    for place in stores().await {
        let (held, gate) = (Held::start().await, Arc::new(Gate::default()));
        let mut scene = scene(&held).await;
        scene.config.store = place.at.clone();
        let hook = Arc::clone(&gate);
        scene.config.on_write = Some(Arc::new(move |point| {
            if point == WritePoint::Before {
                hook.pass();
            }
        }));
        let service = scene.start().await;
        assert_eq!(told(&service, LIVE).await, (200, vec![]));
        down(&service, &place).await;

        let id = begun(&service, "hangs", "contoso").await;
        held.called(1).await;
        gate.next.store(true, Ordering::SeqCst);
        held.let_go();
        while !gate.holds.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        assert_eq!(told(&service, LIVE).await.0, 200, "it hangs since now");
        service.clock.advance(HUNG);
        let hangs = ill("worker", "down", "a-step-hangs");
        once_told(&service, LIVE, (503, hangs)).await;
        gate.let_go();
        service.until(&id, "fulfilled").await;
        once_told(&service, LIVE, (200, vec![])).await;
        service.running.stop().await;
    }
}

/// The database answers no question about what is due: not ready, and alive for as long as that takes.
async fn down(service: &Service, place: &crate::support::stores::Place) {
    let pool = place.look().await;
    let mut look = pool.acquire().await.unwrap();
    let mut rename = async |from: &str, to: &str| {
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        let renamed = sqlx::query(AssertSqlSafe(statement)).execute(&mut *look);
        renamed.await.unwrap();
    };
    rename("steps", "steps_gone").await;
    let ready = told(service, "/health/ready").await;
    assert_eq!(ready, (503, ill("queue-depth", "down", "no-answer")));
    for _ in 0..10 {
        assert_eq!(told(service, LIVE).await, (200, vec![]));
        service.clock.advance(HUNG / 3);
        // The question of before is answered: whoever hangs would not.
        settled(service).await;
    }
    rename("steps_gone", "steps").await;
    once_told(service, "/health/ready", (200, vec![])).await;
}

/// Until the worker and the event loop have had a turn.
async fn settled(service: &Service) {
    for _ in 0..100 {
        assert_eq!(probed(service, LIVE).await.json()["status"], json!("ok"));
        tokio::task::yield_now().await;
    }
}
