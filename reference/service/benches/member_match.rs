//! What one `$member-match` costs beside a bare handler that keeps as many durable writes.
//! Refuses seconds as a verdict: both sides take turns in one run, and their ratio is what is said.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the time it takes is what is asked, and the answer is printed"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use reference::token::MEMBER_MATCH;
use reference::{StoreAt, WritePoint};
use reqwest::RequestBuilder;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Executor};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::request::{Person, member_match};
use support::stores::{Place, stores};
use support::{Scene, Service, member};
use tokio::task::JoinSet;

/// Members in the store, each asked for as often as the others.
const MEMBERS: usize = 400;
/// Requests that one side answers in its turn.
const REQUESTS: usize = 800;
/// Callers at a time.
const CALLERS: usize = 8;
const TURNS: usize = 5;

/// One side's turn.
struct Turn {
    per_second: f64,
    median: Duration,
    p99: Duration,
}

#[tokio::main]
async fn main() {
    println!(
        "{MEMBERS} members, {CALLERS} callers, {TURNS} turns of {REQUESTS} requests a side; the median turn by its p99\n"
    );
    println!(
        "| store | writes a request | requests/s | floor | ratio | p99 ms | floor | ratio |\n|---|--:|--:|--:|--:|--:|--:|--:|"
    );
    for place in stores().await {
        let (ours, floor, writes) = measure(&place).await;
        println!(
            "| {} | {writes:.1} | {:.0} | {:.0} | {:.2} | {:.1} | {:.1} | {:.2} |",
            place.name,
            ours.per_second,
            floor.per_second,
            floor.per_second / ours.per_second,
            milliseconds(ours.p99),
            milliseconds(floor.p99),
            milliseconds(ours.p99) / milliseconds(floor.p99),
        );
        println!(
            "| {}, median ms | | | | | {:.1} | {:.1} | {:.2} |",
            place.name,
            milliseconds(ours.median),
            milliseconds(floor.median),
            milliseconds(ours.median) / milliseconds(floor.median),
        );
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Both sides in turn on one kind of database; the writes are counted where they last.
async fn measure(place: &Place) -> (Turn, Turn, f64) {
    let writes = Arc::new(AtomicUsize::new(0));
    let service = service(place, &writes).await;
    let asked = asked();
    let token = service.token("contoso", MEMBER_MATCH);
    let url = Service::url(service.running.partner, "/Patient/$member-match");
    let (http, bodies) = (service.http.clone(), asked.clone());
    let ask: Ask = Arc::new(move |number| {
        let call = http.post(&url).bearer_auth(&token);
        let call = call.header("content-type", "application/fhir+json");
        call.body(bodies[number % bodies.len()].clone())
    });
    turn(&ask).await;
    let before = writes.load(Ordering::SeqCst);
    turn(&ask).await;
    let counted = writes.load(Ordering::SeqCst) - before;
    let each = counted.div_ceil(REQUESTS);

    let bare = Bare::start(place, each).await;
    let url = Service::url(bare.address, "/");
    let http = service.http.clone();
    let bare_ask: Ask =
        Arc::new(move |number| http.post(&url).body(asked[number % asked.len()].clone()));
    turn(&bare_ask).await;
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(turn(&ask).await);
        floor.push(turn(&bare_ask).await);
    }
    service.running.stop().await;
    let writes = counted as f64 / REQUESTS as f64;
    (middle(ours), middle(floor), writes)
}

fn middle(mut turns: Vec<Turn>) -> Turn {
    turns.sort_by_key(|turn| turn.p99);
    turns.remove(turns.len() / 2)
}

/// Makes the request of that number.
type Ask = Arc<dyn Fn(usize) -> RequestBuilder + Send + Sync>;

/// Every request once, by callers that each wait for their answer.
async fn turn(ask: &Ask) -> Turn {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let callers: JoinSet<_> = (0..CALLERS)
        .map(|_| call(Arc::clone(ask), Arc::clone(&next)))
        .collect();
    let mut times = callers.join_all().await.concat();
    let took = started.elapsed();
    times.sort_unstable();
    Turn {
        per_second: REQUESTS as f64 / took.as_secs_f64(),
        median: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
    }
}

async fn call(ask: Ask, next: Arc<AtomicUsize>) -> Vec<Duration> {
    let mut times = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::SeqCst);
        if number >= REQUESTS {
            return times;
        }
        let begun = Instant::now();
        let answer = ask(number).send().await.unwrap();
        let status = answer.status();
        let body = answer.bytes().await.unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        times.push(begun.elapsed());
    }
}

fn people() -> impl Iterator<Item = Person> {
    let listed = Person::all();
    (0..MEMBERS).map(move |number| listed[number % listed.len()].namesake(number))
}

fn asked() -> Vec<Bytes> {
    let asked = people().map(|person| member_match(&person, "contoso").to_string().into());
    asked.collect()
}

/// The service with every member, and no limit in the way of one busy caller.
async fn service(place: &Place, writes: &Arc<AtomicUsize>) -> Service {
    let mut scene = Scene::new();
    scene.config.store = place.at.clone();
    scene.config.members = people().map(|person| member(&person)).collect();
    scene = scene.unhurried();
    let counted = Arc::clone(writes);
    scene.config.on_write = Some(Arc::new(move |point| {
        if point == WritePoint::After {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    }));
    scene.start().await
}

/// A handler that reads its body, keeps a row in each of so many transactions, and answers.
struct Bare {
    address: SocketAddr,
}

#[derive(Clone)]
struct Keeping {
    pool: AnyPool,
    begin: &'static str,
    writes: usize,
}

impl Bare {
    async fn start(place: &Place, writes: usize) -> Self {
        // A database of its own, opened as the service opens its own.
        let own = match &place.at {
            StoreAt::Postgres(_) | StoreAt::PostgresFile(_) => Place::postgres().await.unwrap(),
            StoreAt::Memory | StoreAt::Folder(_) => Place::sqlite(),
        };
        let (pool, begin) = own.bare().await;
        let made = "CREATE TABLE kept (at TEXT NOT NULL, body TEXT NOT NULL)";
        pool.execute(made).await.unwrap();
        let keeping = Keeping {
            pool,
            begin,
            writes,
        };
        let router = Router::new().route("/", post(keep)).with_state(keeping);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let _folder = own;
            axum::serve(listener, router).await
        });
        Self { address }
    }
}

async fn keep(State(keeping): State<Keeping>, body: Bytes) -> (StatusCode, String) {
    let text = String::from_utf8(body.to_vec()).unwrap();
    for _ in 0..keeping.writes {
        let mut tx = keeping.pool.begin_with(keeping.begin).await.unwrap();
        sqlx::query("INSERT INTO kept (at, body) VALUES ($1, $2)")
            .bind(support::NOW)
            .bind(&text)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    (StatusCode::OK, "{}".to_owned())
}

impl Place {
    /// A pool of the size and with the durability of the service's own, and how a transaction begins.
    async fn bare(&self) -> (AnyPool, &'static str) {
        let (connections, begin, first) = match &self.at {
            StoreAt::Postgres(_) | StoreAt::PostgresFile(_) => (16, "BEGIN", "SELECT 1"),
            StoreAt::Memory | StoreAt::Folder(_) => (
                4,
                "BEGIN IMMEDIATE",
                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
            ),
        };
        let options = AnyPoolOptions::new()
            .max_connections(connections)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(first).await?;
                    Ok(())
                })
            });
        (options.connect(&self.new_url()).await.unwrap(), begin)
    }
}
