//! What callers may take up before anybody knows who they are: connections, time, and the bytes of bodies.
//! Refuses to measure: a test waits for what has to happen.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::SecurityPolicy;
use reference::domain::notice::Alarm;
use reference::domain::resilience::{Operation, Rate};
use reference::token::{CALLBACKS, DATA_EXPORT, EXCHANGES, MEMBER_MATCH};
use reqwest::Method;
use std::time::Duration;
use support::request::{Person, exchange, member_match};
use support::{Answer, Scene, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// A service that judges its callers by the shipped policy, with what `change` changes.
async fn start(change: impl FnOnce(&mut SecurityPolicy)) -> Service {
    let mut scene = Scene::new();
    let mut policy = SecurityPolicy::built_in().unwrap();
    change(&mut policy);
    scene.config.security = Some(policy);
    scene.start().await
}

async fn connect(service: &Service) -> TcpStream {
    TcpStream::connect(service.running.partner).await.unwrap()
}

/// The head of a question with a body of so many bytes.
fn head(service: &Service, bytes: usize) -> String {
    let token = service.token("contoso", MEMBER_MATCH);
    format!(
        "POST /Patient/$member-match HTTP/1.1\r\nhost: us\r\nauthorization: Bearer {token}\r\n\
         content-type: application/fhir+json\r\ncontent-length: {bytes}\r\n\r\n"
    )
}

/// Status and text of the next answer.
async fn answered(stream: &mut TcpStream) -> (u16, String) {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).await.unwrap();
        text.extend_from_slice(&part[..read]);
        let told = String::from_utf8_lossy(&text).into_owned();
        let length = told
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let whole = length.is_some_and(|length| {
            let body = told.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            body.len() == length.trim().parse::<usize>().unwrap()
        });
        if whole {
            let status = told.split(' ').nth(1).unwrap().parse().unwrap();
            return (status, told);
        }
        assert!(read > 0, "closed before an answer: {told}");
    }
}

/// Waits until the other side has closed it.
async fn closed(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // A connection that is reset is closed as well.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(
        rest.is_empty() || rest.starts_with(b"HTTP/1.1 4"),
        "an answer to no question"
    );
}

#[tokio::test]
async fn a_connection_without_a_word_is_closed() {
    let service = start(|policy| policy.head = Duration::from_millis(100)).await;
    closed(connect(&service).await).await;
    let mut half = connect(&service).await;
    half.write_all(b"GET /metadata HTTP/1.1\r\nhost:")
        .await
        .unwrap();
    closed(half).await;
}

#[tokio::test]
async fn a_body_that_is_not_there_in_time_is_refused() {
    let service = start(|policy| policy.body = Duration::from_millis(100)).await;
    let mut stream = connect(&service).await;
    let head = head(&service, 100);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"{").await.unwrap();
    let (status, told) = answered(&mut stream).await;
    assert_eq!(status, 400, "{told}");
    assert!(told.contains("malformed"), "{told}");
}

#[tokio::test]
async fn one_client_has_so_many_connections_and_gets_a_new_one_for_each_that_it_gives_back() {
    let service = start(|policy| {
        policy.connections = 8;
        policy.connections_of_one = 2;
        policy.alarm.refusals = 3;
    })
    .await;
    // Two that are known to be open: each has been answered.
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&service).await;
        stream
            .write_all(b"GET /.well-known/jwks.json HTTP/1.1\r\nhost: us\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(answered(&mut stream).await.0, 200);
        open.push(stream);
    }
    for _ in 0..3 {
        closed(connect(&service).await).await;
    }
    let raised = service.running.alarms();
    assert_eq!(raised.len(), 1);
    assert_eq!(raised[0].alarm, Alarm::Crowd);
    drop(open.pop());
    // The place is free when the service has seen that the client is gone.
    let answer = loop {
        let asked = service
            .asking(
                "contoso",
                member_match(&Person::number(1), "contoso").to_string(),
            )
            .send()
            .await;
        if let Ok(answer) = asked {
            break Answer::of(answer).await;
        }
    };
    assert_eq!(answer.status, 200, "{}", answer.text);
    drop(open);
}

#[tokio::test]
async fn bodies_have_so_much_room_in_all_and_one_client_half_of_it() {
    let service = start(|policy| policy.bodies = 16 * 1024).await;
    let question = member_match(&Person::number(1), "contoso").to_string();
    assert!(question.len() < 8 * 1024, "two of them find room");
    let mut first = connect(&service).await;
    let head = head(&service, question.len());
    first.write_all(head.as_bytes()).await.unwrap();
    let (begin, rest) = question.split_at(1);
    first.write_all(begin.as_bytes()).await.unwrap();
    service.body_room(|used| used > 0).await;
    let large = format!("{question}{}", " ".repeat(7 * 1024));
    let answer = Answer::of(service.asking("northwind", large).send().await.unwrap()).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(answer.code(), "throttled");
    first.write_all(rest.as_bytes()).await.unwrap();
    assert_eq!(answered(&mut first).await.0, 200);
    service.body_room(|used| used == 0).await;
    let answer = service
        .ask("contoso", &member_match(&Person::number(2), "contoso"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// A client that asks and asks and reads nothing of what it is told. Gives the other end of the connection, and ends
/// when it is closed.
async fn deaf(service: &Service) -> (OwnedReadHalf, JoinHandle<()>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(service.running.partner).await.unwrap();
    let (unread, mut asking) = stream.into_split();
    let asks = async move {
        let question = "GET /metadata HTTP/1.1\r\nhost: us\r\n\r\n".repeat(64);
        while asking.write_all(question.as_bytes()).await.is_ok() {}
    };
    (unread, tokio::spawn(asks))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_has_its_room_until_it_is_written() {
    let metadata = async |service: &Service| {
        let url = Service::url(service.running.partner, "/metadata");
        Answer::of(service.http.get(url).send().await.unwrap()).await
    };
    let size = metadata(&start(|_| ()).await).await.text.len();
    // One client has room for one answer, and not for two.
    let service = start(|policy| policy.bodies = u32::try_from(size).unwrap() * 3).await;
    assert_eq!(metadata(&service).await.status, 200);
    let mut unread = vec![deaf(&service).await];
    // What is not written stays: nobody of this address is answered any more.
    let (mut told, mut refused) = (0, 0);
    while refused < 100 {
        let answer = metadata(&service).await;
        if answer.status == 200 {
            (told, refused) = (told + 1, 0);
        } else {
            (told, refused) = (0, refused + 1);
            assert_eq!(answer.status, 503, "{}", answer.text);
            assert_eq!(answer.header("retry-after"), Some("5"));
            assert_eq!(answer.header("x-refused"), None, "our own word for it");
        }
        // What the first one does not take may be a refusal, which holds nothing.
        if told == 1_000 {
            (told, _) = (0, unread.push(deaf(&service).await));
        }
    }
    for (_, asking) in &unread {
        asking.abort();
    }
    drop(unread);
    while metadata(&service).await.status != 200 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_takes_no_answer_is_left() {
    let service = start(|policy| policy.body = Duration::from_millis(500)).await;
    let (_unread, asking) = deaf(&service).await;
    asking.await.unwrap();
}

/// Begins a request of ours that does not tell how long it is.
async fn untold(service: &Service, key: &str) -> TcpStream {
    let token = service.token_at("enterprise", EXCHANGES, service.now_for_token());
    let head = format!(
        "POST /exchanges HTTP/1.1\r\nhost: us\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut stream = TcpStream::connect(service.running.enterprise)
        .await
        .unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_request_of_ours_that_does_not_tell_its_length_takes_up_no_room_of_many() {
    let service = start(|_| ()).await;
    let mut open = untold(&service, "open").await;
    open.write_all(b"1\r\n{\r\n").await.unwrap();
    service.body_room(|used| used > 512 * 1024).await;
    let request = exchange(&Person::number(4), "contoso");
    let answer = service.start_exchange("other", &request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    // Nor may it be as long as one about many.
    let mut long = untold(&service, "long").await;
    let chunk = format!("100001\r\n{}", " ".repeat(1024 * 1024 + 1));
    long.write_all(chunk.as_bytes()).await.unwrap();
    assert_eq!(answered(&mut long).await.0, 413);
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_to_wait_whoever_it_says_it_is() {
    let service = start(|policy| {
        policy.address = Rate {
            calls: 60,
            per_seconds: 60,
            burst: 3,
        };
    })
    .await;
    let question = member_match(&Person::number(1), "contoso");
    let mut told = Vec::new();
    for number in 0..64 {
        let client = if number % 2 == 0 { "contoso" } else { "nobody" };
        told.push(service.ask(client, &question).await);
    }
    let turned = told.iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(turned.header("retry-after"), Some("1"));
    assert_eq!(turned.header("x-refused"), None, "our own word for it");
    assert_eq!(turned.code(), "throttled");
}

#[tokio::test]
async fn a_client_that_says_nothing_keeps_nobody_from_stopping() {
    let service = start(|_| ()).await;
    let silent = connect(&service).await;
    let mut idle = connect(&service).await;
    idle.write_all(b"GET /.well-known/jwks.json HTTP/1.1\r\nhost: us\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(answered(&mut idle).await.0, 200);
    service.running.stop().await;
    closed(silent).await;
    closed(idle).await;
}

#[tokio::test]
async fn asking_how_far_a_job_is_and_telling_events_have_their_rates() {
    let mut scene = Scene::new();
    scene.by_hand();
    let mut policy = scene.first_retry_policy();
    for operation in [Operation::Poll, Operation::Callback] {
        let rate = Rate {
            calls: 60,
            per_seconds: 60,
            burst: 1,
        };
        let shipped = policy.limits.inbound.insert(operation, rate);
        assert!(shipped.is_some(), "{operation} has no bound as shipped");
    }
    scene.config.resilience = Some(policy);
    let service = scene.start().await;
    for (method, path, scope) in [
        (Method::GET, "/async/nothing", DATA_EXPORT),
        (Method::POST, "/callbacks/nothing", CALLBACKS),
    ] {
        let mut told = Vec::new();
        for event in ["one", "two"] {
            let url = Service::url(service.running.partner, path);
            let sent = service
                .http
                .request(method.clone(), url)
                .bearer_auth(service.token("contoso", scope))
                .header("x-event-id", event)
                .body("{}");
            told.push(Answer::of(sent.send().await.unwrap()).await);
        }
        assert_eq!((told[0].status, told[1].status), (404, 429), "{path}");
        assert_eq!(told[1].header("retry-after"), Some("1"), "{path}");
    }
}
