//! Operators of a service, by the roles that their tokens carry.
//! Refuses to leave out why they call.

use super::{Answer, Service};
use reference::domain::operator::Role;
use reference::token::role_scope;
use serde_json::Value;

/// What an operator sends.
pub struct Call<'a> {
    pub method: reqwest::Method,
    pub path: &'a str,
    pub body: String,
    pub if_match: Option<String>,
}

impl Service {
    /// A call of the operator `who` in the role `control`.
    pub async fn control_call(&self, who: &str, call: Call<'_>) -> Answer {
        let token = self.token_at(who, &role_scope(Role::Control), self.now_for_token());
        let mut request = self
            .http
            .request(call.method, Self::url(self.running.admin, call.path))
            .bearer_auth(token)
            .header("x-purpose", "operations")
            .header("x-reason", "a test changes something")
            .body(call.body);
        if let Some(tag) = call.if_match {
            request = request.header("if-match", tag);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn document(&self, kind: &str) -> Answer {
        let path = format!("/control/{kind}");
        let call = Call {
            method: reqwest::Method::GET,
            path: &path,
            body: String::new(),
            if_match: None,
        };
        self.control_call("op-1", call).await
    }

    /// Hands a document in as `op-1`, who has seen what is in force.
    pub async fn put_document(&self, kind: &str, text: &str, query: &str) -> Answer {
        let seen = self.document(kind).await;
        let path = format!("/control/{kind}{query}");
        let call = Call {
            method: reqwest::Method::PUT,
            path: &path,
            body: text.to_owned(),
            if_match: seen.header("etag").map(str::to_owned),
        };
        self.control_call("op-1", call).await
    }

    pub async fn act(&self, who: &str, path: &str, body: &str) -> Answer {
        let path = format!("/control/{path}");
        let call = Call {
            method: reqwest::Method::POST,
            path: &path,
            body: body.to_owned(),
            if_match: None,
        };
        self.control_call(who, call).await
    }

    /// Hands a document in and has a second person agree where that is needed. Gives the snapshot's number.
    pub async fn publish(&self, kind: &str, number: u32, text: &str) -> Value {
        let answer = self.put_document(kind, text, "").await;
        let answer = match answer.status {
            202 => {
                self.act("op-2", &format!("{kind}/{number}/approve"), "")
                    .await
            }
            _ => answer,
        };
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["snapshot"].clone()
    }

    /// Keeps a set that two people want to have tried.
    pub async fn keep_candidate(&self, number: u32, text: &str) {
        let waits = self.put_document("routing", text, "?as=candidate").await;
        assert_eq!(waits.status, 202, "{}", waits.text);
        let agreed = self
            .act("op-2", &format!("routing/{number}/approve"), "")
            .await;
        assert_eq!(agreed.status, 200, "{}", agreed.text);
    }

    pub async fn route_of(&self, id: &str, query: &str) -> Value {
        self.exchanges(&format!("/{id}/route{query}")).await.json()
    }
}

/// A route set of one payer, contoso, with rows of (id, condition, address).
pub fn routes(number: u32, rows: &[(&str, &str, String)]) -> String {
    let mut text = format!("number = {number}\ntitle = \"of a test\"\ngaps = \"allowed\"\n");
    for (id, when, endpoint) in rows {
        text.push_str(&format!(
            "[[row]]\nid = \"{id}\"\npayer = \"contoso\"\nwhen = {{ {when} }}\npartner = \"contoso\"\n\
             endpoint = \"{endpoint}\"\nadapter = \"hrex-1.2\"\noperation-version = \"2.0.1\"\n"
        ));
    }
    text
}

/// A shipped document under another number, changed.
pub fn shipped(kind: &str, number: u32, edits: &[(&str, &str)]) -> String {
    let path = format!("reference/config/{kind}/1.toml");
    let text = std::fs::read_to_string(super::catalogue::root().join(path)).unwrap();
    let mut text = text.replacen("number = 1\n", &format!("number = {number}\n"), 1);
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

/// The registry of the usual three partners, all at one address.
pub fn registry(number: u32, base: &str) -> String {
    let partner = |id: &str, dialect: &str, edition: &str| {
        format!(
            "[[partner]]\nid = \"{id}\"\nbase-url = \"{base}\"\ndialect = \"{dialect}\"\nedition = \"{edition}\"\n\
             timeout-ms = 5000\nkeys = \"key\"\nenabled = true\n\
             known-as = [{{ system = \"{}\", value = \"{id}\" }}]\n",
            super::PAYER_IDS
        )
    };
    format!(
        "number = {number}\ntitle = \"of a test\"\n{}{}{}",
        partner("northwind", "hrex-1.0", "hrex-1.0"),
        partner("contoso", "hrex-1.2", "hrex-1.2"),
        partner("fabrikam", "hapi", "hrex-1.2")
    )
}
