//! What is answered later, in processes that are killed while they carry it out: another one finishes it.
//! Refuses to help: whatever a dead process left is for the next one to find.

use crate::child::{serve, stop_dead, store};
use crate::life::{Life, prepare, told};
use crate::support::export::{everything, place};
use crate::support::later::counted;
use crate::support::request::{bulk_match, people};
use crate::support::stores::{Place, stores};
use crate::support::{Answer, Scene};
use reference::clock;
use reference::config::Pace;
use reference::token::{BULK_MEMBER_MATCH, DATA_EXPORT};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Holds what the child is told, as JSON.
pub const VARIABLE: &str = "MATCHMARK_CRASH_JOBS";

/// What a child is told.
#[derive(Clone, Serialize, Deserialize)]
pub struct Orders {
    store: String,
    /// At which point of a write it stops dead, counted from 1 once it is armed; never, when it is 0.
    stop_at: u64,
    /// It counts from when this file is there.
    armed: PathBuf,
}

/// Runs until it is killed.
pub fn run(orders: &Orders) {
    let rights = [BULK_MEMBER_MATCH, DATA_EXPORT];
    serve(&scene(orders), ("contoso", &rights), |service| {
        service.partner
    });
}

fn scene(orders: &Orders) -> Scene {
    let mut scene = Scene::new().unhurried();
    scene.config.clock = Arc::new(clock::SystemClock);
    scene.config.store = store(&orders.store);
    scene.config.pace = Pace {
        workers: 8,
        judged: 2,
        lease: Duration::from_millis(900),
        look: Duration::from_millis(50),
    };
    let (seen, orders) = (AtomicU64::new(0), orders.clone());
    scene.config.on_write = Some(Arc::new(move |_| {
        let counts = seen.load(Ordering::SeqCst) > 0 || orders.armed.exists();
        if counts && seen.fetch_add(1, Ordering::SeqCst) + 1 == orders.stop_at {
            stop_dead();
        }
    }));
    scene
}

/// A database, and whoever asks.
struct Ground {
    place: Place,
    http: reqwest::Client,
    folder: tempfile::TempDir,
}

/// A question that is answered later.
struct Question {
    path: String,
    body: Value,
}

impl Ground {
    async fn born(&self, stop_at: u64) -> Life {
        let armed = self.folder.path().join("armed");
        if armed.exists() {
            std::fs::remove_file(&armed).unwrap();
        }
        let orders = Orders {
            store: told(&self.place),
            stop_at,
            armed,
        };
        // It counts its writes only once it is armed: it is always ready first.
        let life = Life::begin("job_child", VARIABLE, &orders).await;
        life.unwrap()
    }

    async fn get(&self, life: &Life, path: &str) -> Option<Answer> {
        let url = format!("http://{}{path}", life.address);
        let sent = self.http.get(url).bearer_auth(&life.token).send().await;
        Some(Answer::of(sent.ok()?).await)
    }

    /// The place where the answer is told of.
    async fn asked(&self, life: &Life, question: &Question) -> Option<String> {
        let sent = self
            .http
            .post(format!("http://{}{}", life.address, question.path))
            .bearer_auth(&life.token)
            .header("content-type", "application/fhir+json")
            .header("prefer", "respond-async")
            .body(question.body.to_string())
            .send()
            .await;
        Some(place(&Answer::of(sent.ok()?).await))
    }

    /// The list of files, once they are there.
    async fn ended(&self, life: &Life, place: &str) -> Option<Value> {
        for _ in 0..100_000 {
            let answer = self.get(life, place).await?;
            if answer.status != 202 {
                assert_eq!(answer.status, 200, "{}", answer.text);
                return Some(answer.json());
            }
            tokio::task::yield_now().await;
        }
        panic!("{place} did not end on {}", self.place.name);
    }

    /// Asks one process that stops dead at this point, kills it, and has another one answer. Gives where the answer is,
    /// and whether the first one died of it.
    async fn killed(&self, question: &Question, stop_at: u64) -> (String, Value, bool) {
        let mut first = self.born(stop_at).await;
        std::fs::write(self.folder.path().join("armed"), b"").unwrap();
        let mut says = std::mem::replace(&mut first.says, mpsc::unbounded_channel().1);
        let mut told = None;
        let whole = async {
            told = self.asked(&first, question).await;
            let place = told.clone()?;
            self.ended(&first, &place).await
        };
        let died = tokio::select! {
            said = says.recv() => said.is_some(),
            ended = whole => ended.is_none(),
        };
        drop(first);
        let next = self.born(0).await;
        let place = match &told {
            Some(place) => place.clone(),
            None => self.asked(&next, question).await.unwrap(),
        };
        let list = self.ended(&next, &place).await.unwrap();
        // The same question again is the same answer, at the same place.
        assert_eq!(self.asked(&next, question).await.unwrap(), place);
        self.whole(&next, &list).await;
        (place, list, died)
    }

    /// Every file of the list is there once, with as many lines as it is said to have, and none is there beside it.
    async fn whole(&self, life: &Life, list: &Value) {
        for file in list["output"].as_array().unwrap() {
            let path = crate::support::export::path(file["url"].as_str().unwrap());
            let answer = self.get(life, &path).await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text);
            let lines: BTreeSet<&str> = answer.text.lines().collect();
            let count = answer.text.lines().count();
            assert_eq!((file["count"].clone(), lines.len()), (json!(count), count));
        }
        let pool = self.place.look().await;
        let beside = "SELECT count(*) FROM payloads p WHERE kind = 'export-file'
            AND (SELECT count(*) FROM export_files f WHERE f.body = p.id) <> 1";
        assert_eq!(counted(&pool, beside).await, 0, "{}", self.place.name);
    }

    /// The list that a bulk match of two people makes.
    async fn group(&self, list: &Value) -> String {
        let life = self.born(0).await;
        let output = list["output"].as_array().unwrap();
        let file = output.iter().find(|file| file["type"] == "Group").unwrap();
        let path = crate::support::export::path(file["url"].as_str().unwrap());
        let answer = self.get(&life, &path).await.unwrap();
        let groups = answer.text.lines().map(serde_json::from_str);
        let groups: Vec<Value> = groups.map(Result::unwrap).collect();
        let members = crate::support::bulk::on_list(&groups, "match");
        assert_eq!(members.len(), 2, "each member once");
        format!("/Group/{}", groups[0]["id"].as_str().unwrap())
    }
}

async fn finished_by_another(place: Place, stride: usize) {
    prepare(&place);
    let ground = Ground {
        place,
        http: reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap(),
        folder: tempfile::tempdir().unwrap(),
    };
    let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
    let (mut points, mut group) = (0, String::new());
    for (number, pair) in (0_u64..).zip(pairs) {
        let question = Question {
            path: crate::support::bulk::BULK.to_owned(),
            body: bulk_match(&people(&pair), "contoso"),
        };
        // The third write is the first of the run.
        let (_, list, died) = ground.killed(&question, 5 + number * 2).await;
        points += u64::from(died);
        group = ground.group(&list).await;
    }
    assert!(points > 2, "a bulk match has more writes than that");
    for number in (0_u64..).step_by(stride) {
        let mut body = everything();
        let since = json!({"name": "_since", "valueInstant": format!("2001-01-01T00:00:{:02}Z", number % 60)});
        body["parameter"].as_array_mut().unwrap().push(since);
        let question = Question {
            path: format!("{group}/$davinci-data-export"),
            body,
        };
        let (_, list, died) = ground.killed(&question, 4 + number).await;
        let kinds = list["output"].as_array().unwrap().iter();
        let kinds: Vec<&Value> = kinds.map(|file| &file["type"]).collect();
        let each: BTreeSet<String> = kinds.iter().map(|kind| kind.to_string()).collect();
        assert_eq!(each.len(), kinds.len(), "no file twice: {kinds:?}");
        points += u64::from(died);
        if !died || number > 50 {
            break;
        }
    }
    println!("{}: killed at {points} points", ground.place.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_a_killed_process_began_is_finished_by_another_once() {
    let stride = if crate::full() { 1 } else { 9 };
    let each = |place| tokio::spawn(finished_by_another(place, stride));
    crate::together(stores().await.into_iter().map(each).collect()).await;
}
