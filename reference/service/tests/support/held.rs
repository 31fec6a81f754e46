//! A partner that takes a call and answers when it is let go, or stands before one that is as slow at one place.
//! Refuses to answer before.

use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wiremock::MockServer;

const ANSWER: &str = r#"{"resourceType":"Parameters","parameter":[{"name":"MemberIdentifier","valueIdentifier":{"value":"their-number"}}]}"#;

/// The partner. It has its own task for every call.
pub struct Held {
    pub url: String,
    calls: watch::Receiver<usize>,
    open: watch::Sender<bool>,
}

/// The partner behind it, as `host:port`, and the path of which so many answers wait.
#[derive(Clone)]
struct Behind {
    partner: String,
    path: &'static str,
    most: usize,
}

impl Held {
    /// One that gives every call the same answer.
    pub async fn start() -> Self {
        Self::with(None).await
    }

    /// One that hands every call on at once. What is answered to this path, the caller hears when it is let go.
    pub async fn before(partner: &MockServer, path: &'static str) -> Self {
        Self::before_some(partner, (path, usize::MAX)).await
    }

    /// The same, for so many answers; the later ones do not wait.
    pub async fn before_some(partner: &MockServer, (path, most): (&'static str, usize)) -> Self {
        let partner = partner.address().to_string();
        Self::with(Some(Behind {
            partner,
            path,
            most,
        }))
        .await
    }

    async fn with(behind: Option<Behind>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (count, calls) = watch::channel(0);
        let (open, opened) = watch::channel(false);
        let count = Arc::new(count);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (count, opened) = (Arc::clone(&count), opened.clone());
                tokio::spawn(answer(stream, behind.clone(), count, opened));
            }
        });
        Self { url, calls, open }
    }

    /// Until so many calls have come.
    pub async fn called(&self, count: usize) {
        let mut calls = self.calls.clone();
        calls.wait_for(|calls| *calls >= count).await.unwrap();
    }

    /// How many calls have come.
    pub fn count(&self) -> usize {
        *self.calls.borrow()
    }

    /// Every call that waits is answered, and every later one at once.
    pub fn let_go(&self) {
        self.open.send_replace(true);
    }
}

/// Reads requests until the caller goes, each whole, and answers each when it may.
async fn answer(
    mut stream: TcpStream,
    behind: Option<Behind>,
    count: Arc<watch::Sender<usize>>,
    mut open: watch::Receiver<bool>,
) {
    while let Some(call) = whole(&mut stream).await {
        let (answer, waits) = match &behind {
            Some(behind) => behind.answered(&call).await,
            None => (the_same(), true),
        };
        if waits {
            let mut number = 0;
            count.send_modify(|calls| {
                *calls += 1;
                number = *calls;
            });
            let most = behind.as_ref().map_or(usize::MAX, |behind| behind.most);
            if number <= most && open.wait_for(|open| *open).await.is_err() {
                return;
            }
        }
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn the_same() -> Vec<u8> {
    let length = ANSWER.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: {length}\r\n\r\n"
    );
    format!("{head}{ANSWER}").into_bytes()
}

impl Behind {
    /// What the partner says to a call, and whether that waits.
    async fn answered(&self, call: &[u8]) -> (Vec<u8>, bool) {
        let mut partner = TcpStream::connect(&self.partner).await.unwrap();
        partner.write_all(call).await.unwrap();
        let answer = whole(&mut partner).await.unwrap();
        let call = String::from_utf8_lossy(call);
        (answer, call.split(' ').nth(1) == Some(self.path))
    }
}

/// The next call or answer of a connection, head and body; nothing when it has ended.
async fn whole(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
    Some(bytes)
}

/// Is the head there, and as much of a body as it announces?
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let announced = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= announced.unwrap_or_default()
}
