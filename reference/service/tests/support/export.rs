//! Exports as partners ask for them.
//! Refuses to know what they answer.

use super::request::{Person, member_match};
use super::{Answer, Service};
use reference::clock::ManualClock;
use reference::token::DATA_EXPORT;
use serde_json::{Value, json};

/// A question with these wishes.
pub fn question(wishes: Value) -> Value {
    json!({"resourceType": "Parameters", "parameter": wishes})
}

/// The usual question of a payer.
pub fn everything() -> Value {
    question(
        json!([{"name": "exportType", "valueCanonical": "hl7.fhir.us.davinci-pdex#payertopayer"}]),
    )
}

impl Service {
    /// The path of the list that a match of `client` with the person makes.
    pub async fn matched(&self, client: &str, person: &Person) -> String {
        let answer = self.ask(client, &member_match(person, client)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let link = answer.header("link").unwrap();
        let path = link.strip_prefix('<').unwrap().split_once('>').unwrap();
        assert_eq!(path.1, "; rel=\"collection\"");
        path.0.to_owned()
    }

    /// A kick-off as `client`, not sent yet.
    pub fn kicking(&self, client: &str, group: &str, body: String) -> reqwest::RequestBuilder {
        let path = format!("{group}/$davinci-data-export");
        let token = self.token_at(client, DATA_EXPORT, self.now_for_token());
        self.http
            .post(Self::url(self.running.partner, &path))
            .bearer_auth(token)
            .header("content-type", "application/fhir+json")
            .header("prefer", "respond-async")
            .body(body)
    }

    pub async fn kick(&self, client: &str, group: &str, body: &Value) -> Answer {
        let sent = self.kicking(client, group, body.to_string()).send().await;
        Answer::of(sent.unwrap()).await
    }

    /// Kicks an everyday export off and gives the path where it is told of.
    pub async fn kicked(&self, client: &str, group: &str) -> String {
        place(&self.kick(client, group, &everything()).await)
    }

    pub async fn call(&self, client: &str, method: reqwest::Method, path: &str) -> Answer {
        let token = self.token_at(client, DATA_EXPORT, self.now_for_token());
        let url = Self::url(self.running.partner, path);
        let sent = self.http.request(method, url).bearer_auth(token).send();
        Answer::of(sent.await.unwrap()).await
    }

    pub async fn get(&self, client: &str, path: &str) -> Answer {
        self.call(client, reqwest::Method::GET, path).await
    }

    /// The answer of a place once it is not 202 any more.
    pub async fn ended(&self, client: &str, place: &str) -> Answer {
        for _ in 0..20_000 {
            let answer = self.get(client, place).await;
            if answer.status != 202 {
                return answer;
            }
            tokio::task::yield_now().await;
        }
        panic!("the export did not end");
    }

    /// The records of a file.
    pub async fn lines(&self, client: &str, url: &Value) -> Vec<Value> {
        let answer = self.get(client, &path(url.as_str().unwrap())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            Some("application/fhir+ndjson")
        );
        let lines = answer.text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// The path where a kick-off says that it is told of.
pub fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text);
    path(answer.header("content-location").unwrap())
}

/// The path of an address of ours.
pub fn path(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    format!("/{}", rest.split_once('/').unwrap().1)
}

/// Until somebody has come to the pause of this number before a year of service or a round of members. Other waits of
/// the service are not counted.
pub async fn paused(clock: &ManualClock, number: usize) {
    let pauses = || {
        let waits = clock.waits();
        let paces = waits.iter().filter(|wait| wait.as_millis() == 200);
        paces.count()
    };
    // A turn takes next to nothing: so many are minutes, however much else the machine does.
    for _ in 0..100_000_000 {
        if pauses() >= number {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("nobody came to pause {number} of {}", pauses());
}
