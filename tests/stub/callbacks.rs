//! What a partner sends by itself: the faults that the scheduler brings about.

use crate::RUNS;
use crate::support::*;
use matchmark::contract::FaultKind;
use matchmark::rehearsal::fault::{Broken, Callback, CallbackScheduler, FaultScript, Pace, Posted};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const STEPS: [&str; 4] = ["accepted", "in-progress", "complete", "paid"];
const ID: &str = "job-0417";

/// A consumer that takes callbacks, and what it took.
struct Consumer {
    server: MockServer,
    /// Whether the request that callbacks follow has been answered.
    answered: Arc<AtomicBool>,
    early: Arc<Mutex<Vec<String>>>,
}

impl Consumer {
    async fn start() -> Self {
        let server = MockServer::builder().start().await;
        let answered = Arc::new(AtomicBool::new(false));
        let early = Arc::new(Mutex::new(Vec::new()));
        let (seen, kept) = (Arc::clone(&answered), Arc::clone(&early));
        let answer = move |request: &Request| {
            if !seen.load(Ordering::SeqCst) {
                kept.lock().unwrap().push(step(request));
            }
            // Whom it does not know it refuses.
            let known = request.url.path() == format!("/callbacks/{ID}");
            ResponseTemplate::new(if known { 204 } else { 404 })
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        Self {
            server,
            answered,
            early,
        }
    }

    fn callbacks(&self) -> Vec<Callback> {
        let due = |at: usize| Duration::from_secs(60 * at as u64);
        let mut callbacks: Vec<Callback> = STEPS
            .into_iter()
            .enumerate()
            .map(|(at, step)| Callback {
                step: step.to_owned(),
                url: format!("{}/callbacks/{ID}", self.server.uri()),
                headers: vec![("x-job".to_owned(), ID.to_owned())],
                body: format!(r#"{{"job":"{ID}","step":"{step}"}}"#).into_bytes(),
                due: due(at + 1),
                id: Some(ID.to_owned()),
            })
            .collect();
        // The scheduler goes by when they are due.
        callbacks.reverse();
        callbacks
    }

    /// The steps in the order in which they came.
    async fn took(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().map(step).collect()
    }
}

/// Every step this often, by name.
fn sorted_steps(times: usize) -> Vec<&'static str> {
    let mut steps = STEPS.repeat(times);
    steps.sort_unstable();
    steps
}

fn step(request: &Request) -> String {
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    body["step"].as_str().unwrap().to_owned()
}

/// A scheduler whose clock is wound by hand, and how far it was.
fn scheduler(seed: u64) -> (CallbackScheduler, Arc<Mutex<Duration>>) {
    let wound = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&wound);
    let wind = move |by: Duration| *clock.lock().unwrap() += by;
    let scheduler = CallbackScheduler::new(seed, Pace::Wound(Arc::new(wind)));
    (scheduler.unwrap(), wound)
}

/// What the consumer took, what it said, and how much time has passed for it.
async fn played(seed: u64, script: FaultScript) -> (Vec<String>, Vec<Posted>, Duration) {
    let consumer = Consumer::start().await;
    let (scheduler, wound) = scheduler(seed);
    let schedule = scheduler.schedule(&consumer.callbacks(), &[script]);
    let posted = scheduler.post(&schedule.later).await;
    let wound = *wound.lock().unwrap();
    (consumer.took().await, posted, wound)
}

#[tokio::test]
async fn without_a_fault_callbacks_come_when_they_are_due() {
    often(RUNS, |run| async move {
        let (took, posted, wound) = played(run as u64, FaultScript::none()).await;
        assert_eq!(took, STEPS);
        assert!(posted.iter().all(|posted| posted.status == Ok(204)));
        assert_eq!(wound, Duration::from_secs(240));
    })
    .await;
}

#[tokio::test]
async fn callback_duplicate_comes_twice() {
    often(RUNS, |run| async move {
        let (took, ..) = played(run as u64, of(FaultKind::CallbackDuplicate)).await;
        assert_eq!(took, STEPS.map(|step| [step; 2]).concat());
        let script = FaultScript {
            at: 3,
            times: Some(1),
            ..of(FaultKind::CallbackDuplicate)
        };
        let (took, ..) = played(run as u64, script).await;
        let [first, second, third, last] = STEPS;
        assert_eq!(took, [first, second, third, third, last]);
    })
    .await;
}

#[tokio::test]
async fn callback_out_of_order_brings_all_and_none_in_its_place() {
    often(RUNS, |run| async move {
        let script = of(FaultKind::CallbackOutOfOrder);
        let (took, posted, wound) = played(run as u64, script.clone()).await;
        assert!(took.iter().zip(STEPS).all(|(took, step)| took != step));
        let mut sorted = took.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, sorted_steps(1));
        assert_eq!(posted.len(), STEPS.len());
        assert_eq!(wound, Duration::from_secs(240));
        assert_eq!(took, played(run as u64, script).await.0);
    })
    .await;
}

#[tokio::test]
async fn callback_missing_never_comes() {
    often(RUNS, |run| async move {
        let script = of(FaultKind::CallbackMissing);
        assert_eq!(played(run as u64, script.clone()).await.0, [""; 0]);
        let last = FaultScript { at: 4, ..script };
        assert_eq!(played(run as u64, last).await.0, STEPS[..3]);
    })
    .await;
}

#[tokio::test]
async fn callback_wrong_id_names_somebody_else_everywhere() {
    often(RUNS, |run| async move {
        let script = FaultScript {
            at: 2,
            times: Some(1),
            ..of(FaultKind::CallbackWrongId)
        };
        let consumer = Consumer::start().await;
        let (scheduler, _) = scheduler(run as u64);
        let schedule = scheduler.schedule(&consumer.callbacks(), &[script]);
        let posted = scheduler.post(&schedule.later).await;
        let said: Vec<_> = posted.iter().map(|posted| posted.status).collect();
        assert_eq!(said, [Ok(204), Ok(404), Ok(204), Ok(204)]);
        let wrong = &consumer.server.received_requests().await.unwrap()[1];
        let body = String::from_utf8(wrong.body.clone()).unwrap();
        let header = wrong.headers["x-job"].to_str().unwrap();
        assert!(header != ID && header.len() == ID.len(), "{header}");
        assert!(body.contains(header) && wrong.url.path().ends_with(header));
        assert!(!body.contains(ID));
    })
    .await;
}

#[tokio::test]
async fn callback_early_comes_before_the_answer() {
    often(RUNS, |run| async move {
        let consumer = Consumer::start().await;
        let script = FaultScript {
            times: Some(2),
            ..of(FaultKind::CallbackEarly)
        };
        let held = FaultScript {
            times: Some(1),
            ..script.clone()
        };
        let partner = Arc::new(Partner::travelling(held).await);
        let (asking, answered) = (Arc::clone(&partner), Arc::clone(&consumer.answered));
        let call = tokio::spawn(async move {
            let outcome = ask(&client(&asking), &asking.proxy.url(), None).await;
            answered.store(true, Ordering::SeqCst);
            outcome.status
        });
        let (scheduler, _) = scheduler(run as u64);
        let mut schedule = scheduler.schedule(&consumer.callbacks(), &[script]);
        let later = std::mem::take(&mut schedule.later);
        let mut posted = scheduler.follow(&partner.proxy, &schedule).await;
        assert_eq!(call.await.unwrap(), Some(200));
        posted.extend(scheduler.post(&later).await);
        assert_eq!(consumer.took().await, STEPS);
        assert_eq!(*consumer.early.lock().unwrap(), STEPS[..2]);
        assert!(posted.iter().all(|posted| posted.status == Ok(204)));
    })
    .await;
}

#[tokio::test]
async fn a_consumer_that_is_down_is_told_by_kind() {
    let (_held, address) = nobody();
    let mut callback = Consumer::start().await.callbacks().remove(0);
    callback.url = format!("http://{address}/callbacks/{ID}");
    let (scheduler, _) = scheduler(1);
    let posted = scheduler.post(&[callback]).await;
    assert_eq!(posted[0].status, Err(Broken::Refused));
}

#[tokio::test]
async fn faults_of_callbacks_add_up() {
    let consumer = Consumer::start().await;
    let (scheduler, _) = scheduler(3);
    let twice = of(FaultKind::CallbackDuplicate);
    let mixed = of(FaultKind::CallbackOutOfOrder);
    let schedule = scheduler.schedule(&consumer.callbacks(), &[twice, mixed]);
    assert_eq!(schedule.later.len(), 2 * STEPS.len());
    scheduler.post(&schedule.later).await;
    let took = consumer.took().await;
    assert_ne!(took, STEPS.map(|step| [step; 2]).concat());
    let mut sorted = took;
    sorted.sort_unstable();
    assert_eq!(sorted, sorted_steps(2));
}
