//! Services that are killed before, within and after every write, and at random: nothing is lost, nothing done twice.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic
)]

#[path = "crash/child.rs"]
mod child;
#[path = "crash/jobs.rs"]
mod jobs;
#[path = "crash/life.rs"]
mod life;
#[path = "crash/parent.rs"]
mod parent;
#[path = "crash/partner.rs"]
mod partner;
mod support;

use parent::{Ground, MANY};
use support::stores::{Place, stores};
use tokio::task::JoinHandle;

/// Tells a proof how much of itself to run; absent in the suite.
const SCALE: &str = "MATCHMARK_PROVE";

fn full() -> bool {
    std::env::var(SCALE).is_ok_and(|scale| scale == "full")
}

/// The process that the others start.
#[test]
#[ignore = "only as a child of the tests here"]
fn child() {
    if let Ok(orders) = std::env::var(child::VARIABLE) {
        child::run(&serde_json::from_str(&orders).unwrap());
    }
}

/// The same, for what is answered later.
#[test]
#[ignore = "only as a child of the tests here"]
fn job_child() {
    if let Ok(orders) = std::env::var(jobs::VARIABLE) {
        jobs::run(&serde_json::from_str(&orders).unwrap());
    }
}

/// Numbers that only the seed decides.
struct Seeded(u64);

impl Seeded {
    /// Source: splitmix64, Steele, Lea and Flood 2014
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Every store at the same time: most of the time is spent waiting for leases of the dead.
async fn together(stores: Vec<JoinHandle<()>>) {
    for store in stores {
        store.await.unwrap();
    }
}

/// Partners that are asked about one member: one honours idempotency keys, one does not.
const SINGLE: [&str; 2] = ["contoso", "fabrikam"];

async fn every_point(place: Place, (partners, stride): (&[&'static str], usize)) {
    let mut ground = Ground::new(place).await;
    let mut points = 0;
    for stop_at in (1..).step_by(stride) {
        ground.ask(partners);
        if !ground.live(stop_at).await {
            break;
        }
        points += 1;
        assert!(!ground.live(0).await);
        ground.judge().await;
    }
    assert!(
        points * stride > 20,
        "an exchange has more writes than that"
    );
    println!(
        "{}: killed at {points} points of {} exchanges",
        ground.place.name,
        ground.accepted.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prove_crash_at_every_point_of_every_write() {
    let stride = if full() { 1 } else { 5 };
    let each = |place| tokio::spawn(every_point(place, (&SINGLE, stride)));
    together(stores().await.into_iter().map(each).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prove_crash_at_every_point_of_an_exchange_about_many() {
    let stride = if full() { 1 } else { 19 };
    let each = |place| tokio::spawn(every_point(place, (&[MANY], stride)));
    together(stores().await.into_iter().map(each).collect()).await;
}

async fn at_random(place: Place, crashes: u64, seed: u64) {
    let mut ground = Ground::new(place).await;
    let mut chance = Seeded(seed);
    while ground.crashes < crashes {
        ground.ask(&SINGLE);
        if chance.below(4) == 0 {
            ground.ask(&[MANY]);
        }
        for _ in 0..=chance.below(4) {
            if !ground.live(1 + chance.below(30)).await {
                break;
            }
        }
        assert!(!ground.live(0).await);
        ground.judge().await;
    }
    println!(
        "{}: {} processes killed (seed {seed}), {} exchanges, 0 lost, 0 duplicated",
        ground.place.name,
        ground.crashes,
        ground.accepted.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prove_crash_at_random_a_thousand_times() {
    let crashes = if full() { 1000 } else { 8 };
    let each = |place| tokio::spawn(at_random(place, crashes, 7));
    together(stores().await.into_iter().map(each).collect()).await;
}
