//! A partner that takes a call and answers when it is let go.
//! Refuses to answer before.

use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const ANSWER: &str = r#"{"resourceType":"Parameters","parameter":[{"name":"MemberIdentifier","valueIdentifier":{"value":"their-number"}}]}"#;

/// The partner. It has its own task for every call.
pub struct Held {
    pub url: String,
    /// The head of every call that came, in small letters.
    calls: watch::Receiver<Vec<String>>,
    open: watch::Sender<bool>,
}

impl Held {
    pub async fn start() -> Self {
        Self::holding(usize::MAX).await
    }

    /// Only so many calls are held.
    pub async fn holding(most: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (count, calls) = watch::channel(Vec::new());
        let (open, opened) = watch::channel(false);
        let count = Arc::new(count);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (count, opened) = (Arc::clone(&count), opened.clone());
                tokio::spawn(answer(stream, (count, most), opened));
            }
        });
        Self { url, calls, open }
    }

    /// Until so many calls have come.
    pub async fn called(&self, count: usize) {
        let mut calls = self.calls.clone();
        calls.wait_for(|calls| calls.len() >= count).await.unwrap();
    }

    /// How many calls have come.
    #[allow(dead_code, reason = "only some tests count them")]
    pub fn count(&self) -> usize {
        self.calls.borrow().len()
    }

    /// What each call said in a header.
    #[allow(dead_code, reason = "only some tests look at them")]
    pub fn header(&self, name: &str) -> Vec<String> {
        let calls = self.calls.borrow();
        let heads = calls.iter().flat_map(|head| head.lines());
        let said = heads.filter_map(|line| line.split_once(": "));
        let said = said.filter(|(one, _)| *one == name);
        said.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// Every call that waits is answered, and every later one at once.
    pub fn let_go(&self) {
        self.open.send_replace(true);
    }
}

/// Reads requests until the caller goes, each whole, and answers each when it may.
async fn answer(
    mut stream: TcpStream,
    (count, most): (Arc<watch::Sender<Vec<String>>>, usize),
    mut open: watch::Receiver<bool>,
) {
    let mut bytes = Vec::new();
    loop {
        while !is_whole(&bytes) {
            let mut part = [0; 4096];
            match stream.read(&mut part).await {
                Ok(0) | Err(_) => return,
                Ok(read) => bytes.extend_from_slice(&part[..read]),
            }
        }
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let head = text.split("\r\n\r\n").next().unwrap().to_owned();
        bytes.clear();
        let mut number = 0;
        count.send_modify(|calls| {
            calls.push(head);
            number = calls.len();
        });
        if number <= most && open.wait_for(|open| *open).await.is_err() {
            return;
        }
        let length = ANSWER.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: {length}\r\n\r\n"
        );
        let written = stream.write_all(format!("{head}{ANSWER}").as_bytes()).await;
        if written.is_err() {
            return;
        }
    }
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
