//! A service in a process of its own that stops dead at one point of one write, and is then killed.
//! Refuses to end in any other way: nothing of it is ever shut down.

use crate::support::Scene;
use crate::support::catalogue::root;
use reference::config::Pace;
use reference::domain::fulfilment::{FulfilmentPolicy, Retrieval};
use reference::domain::masked::Masked;
use reference::domain::resilience::RetryPolicy;
use reference::domain::snapshot::KeyHandling;
use reference::{Running, StoreAt, chance, clock, token};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Holds what the child is told, as JSON.
pub const VARIABLE: &str = "MATCHMARK_CRASH_CHILD";

/// What a child is told.
#[derive(Clone, Serialize, Deserialize)]
pub struct Orders {
    /// A folder, or the address of a PostgreSQL database.
    pub store: String,
    /// Where the partners answer.
    pub partner: String,
    /// At which point of a write it stops dead, counted from 1; never, when it is 0.
    pub stop_at: u64,
}

/// What a child says when it is ready, and when it has stopped dead.
#[derive(Serialize, Deserialize)]
pub enum Says {
    Ready { address: String, token: String },
    Dead,
}

/// Says one thing in one line.
pub fn say(says: &Says) {
    let mut out = std::io::stdout().lock();
    let line = serde_json::to_string(says).unwrap();
    writeln!(out, "\n@@{line}").unwrap();
    out.flush().unwrap();
}

/// Runs until it is killed.
pub fn run(orders: &Orders) {
    let of_ours = |service: &Running| service.enterprise;
    serve(&scene(orders), ("enterprise", &[token::EXCHANGES]), of_ours);
}

/// Serves until it is killed, and says at which of its listeners such a caller is let in.
pub fn serve(scene: &Scene, caller: (&str, &[&str]), listener: impl Fn(&Running) -> SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let service = reference::start(scene.config.clone()).await.unwrap();
        let request = token::TokenRequest {
            client: caller.0,
            audience: "payer-exchange",
            scopes: caller.1,
            issued_at: reference::domain::ports::Clock::now(&clock::SystemClock),
            lifetime: Duration::from_secs(3600),
        };
        say(&Says::Ready {
            address: listener(&service).to_string(),
            token: token::issue(&scene.key, &request).unwrap(),
        });
        std::future::pending::<()>().await;
    });
}

/// The database that a child was told of.
pub fn store(told: &str) -> StoreAt {
    if told.starts_with("postgres") {
        StoreAt::Postgres(Masked::new(told.to_owned()))
    } else {
        StoreAt::Folder(told.into())
    }
}

/// Goes no further, and says so.
pub fn stop_dead() -> ! {
    say(&Says::Dead);
    loop {
        std::thread::park();
    }
}

fn scene(orders: &Orders) -> Scene {
    let mut scene = Scene::new();
    scene.config.clock = Arc::new(clock::SystemClock);
    scene.config.chance = Arc::new(chance::FixedChance(0.5));
    scene.config.resilience = Some(patient(scene.first_retry_policy()));
    scene
        .config
        .schemas
        .retain(|name, _| SPOKEN.contains(&name.as_str()));
    scene.config.members.clear();
    scene.config.fulfilment = Some(eager());
    for partner in &mut scene.config.partners {
        let (keys, retrieval) = match partner.id.as_str() {
            "northwind" => (KeyHandling::Honours, Retrieval::GroupExport),
            "contoso" => (KeyHandling::Honours, Retrieval::MatchOnly),
            _ => (KeyHandling::Ignores, Retrieval::MatchOnly),
        };
        partner.dialect = "hrex-1.2".to_owned();
        partner.edition = "hrex-1.2".to_owned();
        partner.keys = keys;
        partner.terms.retrieval = retrieval;
        partner.timeout = Duration::from_millis(300);
        partner.base_url = format!("{}/{}", orders.partner, partner.id);
    }
    scene.config.store = store(&orders.store);
    scene.config.pace = Pace {
        workers: 8,
        judged: 2,
        lease: Duration::from_millis(60),
        look: Duration::from_millis(20),
    };
    let (seen, stop_at) = (AtomicU64::new(0), orders.stop_at);
    scene.config.on_write = Some(Arc::new(move |_| {
        if seen.fetch_add(1, Ordering::SeqCst) + 1 == stop_at {
            stop_dead();
        }
    }));
    scene
}

/// The versions that the partners speak.
const SPOKEN: [&str; 2] = [
    "hrex-member-match-request@2.0.1",
    "pdex-bulk-member-match-request@1.0.1",
];

/// The shipped policy, of somebody who asks again at once.
fn eager() -> FulfilmentPolicy {
    let path = root().join("reference/config/fulfilment/1.toml");
    let mut policy: FulfilmentPolicy =
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    (policy.poll.base_ms, policy.poll.cap_ms) = (4, 16);
    policy
}

/// Short waits, and enough of them: a schedule of crashes must not use the attempts up.
fn patient(mut policy: RetryPolicy) -> RetryPolicy {
    policy.transient.base_ms = 4;
    policy.transient.cap_ms = 16;
    policy.transient.attempts = 50;
    policy
}
