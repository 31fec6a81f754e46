//! Many members are judged without keeping the thread to themselves: others go on, and a stop does not wait for the last.
//! Refuses a second thread: whoever goes on does so in between.

use super::partner::{answers, exports, group};
use super::support::later::{counted, words};
use super::support::request::{Person, bulk_exchange, ids, people};
use super::support::stores::stores;
use super::{at, begun, outcomes, questions};
use reference::clock::ManualClock;
use reference::domain::Timestamp;
use reference::domain::bulk::Form;
use reference::domain::ports::{Clock, Passage, Wait};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Members of one question.
const MANY: usize = 200;

/// A clock that counts how often it is looked at while nobody else goes on: each consent is judged by such a look.
pub struct Watched {
    clock: Arc<ManualClock>,
    /// How often somebody else has gone on.
    others: Arc<AtomicUsize>,
    looks: Mutex<Looks>,
    /// Told when so many looks have followed one another, or have almost.
    told: Arc<Notify>,
}

#[derive(Default)]
struct Looks {
    others: usize,
    in_a_row: usize,
    most: usize,
}

/// Looks in a row that only a judgement makes: almost all that it looks at in one go.
const JUDGES: usize = 19;

impl Watched {
    pub fn new(clock: &Arc<ManualClock>) -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::clone(clock),
            others: Arc::default(),
            looks: Mutex::default(),
            told: Arc::default(),
        })
    }

    /// Somebody else on the same thread, who goes on whenever it is free.
    fn beside(&self) -> tokio::task::JoinHandle<()> {
        let others = Arc::clone(&self.others);
        tokio::spawn(async move {
            loop {
                others.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        })
    }

    pub fn somebody_went_on(&self) {
        self.others.fetch_add(1, Ordering::SeqCst);
    }

    /// The most looks between two moments in which somebody else went on.
    pub fn most(&self) -> usize {
        self.looks.lock().unwrap().most
    }
}

impl Clock for Watched {
    fn now(&self) -> Timestamp {
        let others = self.others.load(Ordering::SeqCst);
        let mut looks = self.looks.lock().unwrap();
        if looks.others != others {
            (looks.others, looks.in_a_row) = (others, 0);
        }
        // Before anybody else is there, nobody is kept from going on.
        looks.in_a_row += usize::from(others > 0);
        looks.most = looks.most.max(looks.in_a_row);
        if looks.in_a_row == JUDGES {
            self.told.notify_one();
        }
        drop(looks);
        self.clock.now()
    }

    fn wait(&self, duration: Duration) -> Wait<'_> {
        self.clock.wait(duration)
    }

    fn wait_until(&self, at: Timestamp) -> Wait<'_> {
        self.clock.wait_until(at)
    }

    fn passage(&self) -> Passage {
        self.clock.passage()
    }
}

/// As many people under numbers of their own.
pub fn twins(count: usize) -> Vec<Person> {
    let one = &people(&[4])[0];
    (0..count).map(|number| one.twin(number)).collect()
}

#[tokio::test]
async fn others_go_on_while_many_are_judged() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        let watched = Watched::new(&scene.clock);
        scene.config.clock = Arc::clone(&watched) as _;
        let all = twins(MANY);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let beside = watched.beside();
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "fulfilled").await;
        beside.abort();
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        let most = watched.most();
        assert!((JUDGES..MANY / 2).contains(&most), "{most} in one go");
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_stop_does_not_wait_until_many_are_judged_and_the_next_process_judges_them() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        let all = twins(MANY);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        let watched = Watched::new(&scene.clock);
        scene.config.clock = Arc::clone(&watched) as _;
        let first = scene.start().await;
        let beside = watched.beside();
        let id = begun(&first, &bulk_exchange(&all, "contoso")).await;
        watched.told.notified().await;
        first.running.stop().await;
        beside.abort();
        let pool = place.look().await;
        let state = sqlx::query_scalar::<_, String>("SELECT state FROM exchanges");
        assert_eq!(
            state.fetch_one(&pool).await.unwrap(),
            "validated",
            "{}",
            place.name
        );
        for as_before in
            ["SELECT count(*) FROM steps WHERE step = 'resolve-member' AND lease_owner IS NULL"]
        {
            let found = counted(&pool, as_before).await;
            assert_eq!(found, 1, "{}: {as_before}", place.name);
        }
        scene.config.clock = Arc::clone(&scene.clock) as _;
        let second = scene.start().await;
        let view = second.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        assert_eq!(outcomes(&second, &id).await, ["given"; MANY]);
        assert_eq!(questions(&stub).await, [ids(&all)]);
        second.running.stop().await;
    }
}

#[tokio::test]
async fn many_wait_for_a_place_unjudged_hold_their_lease_and_keep_nobody_from_stopping() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        let all = people(&[4, 5, 6]);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        scene.config.pace.judged = 0;
        scene.config.pace.lease = Duration::from_millis(30);
        let first = scene.start().await;
        let id = begun(&first, &bulk_exchange(&all, "contoso")).await;
        let pool = place.look().await;
        let later_than = async |before: String| {
            let lease = "SELECT lease_until FROM steps WHERE step = 'validate' AND attempt = 1";
            let lease = format!("{lease} AND lease_until > '{before}'");
            loop {
                match words(&pool, &lease).await.pop() {
                    Some(until) => return until,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        let begins = later_than(String::new()).await;
        // Whoever has it lives: as the clock goes on, so does the lease.
        first.clock.advance(Duration::from_secs(1));
        later_than(begins).await;
        first.running.stop().await;
        for as_before in [
            "SELECT count(*) FROM exchanges WHERE state = 'created'",
            "SELECT count(*) FROM steps WHERE step = 'validate' AND lease_owner IS NULL",
        ] {
            let found = counted(&pool, as_before).await;
            assert_eq!(found, 1, "{}: {as_before}", place.name);
        }
        // Each of its three judgements has the one place, and gives it back.
        scene.config.pace.judged = 1;
        let second = scene.start().await;
        let view = second.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        second.running.stop().await;
    }
}
