//! An operator's calls to the admin listener.
//! Refuses to act without a purpose.

use super::{Answer, Service};
use reference::domain::operator::Role;
use reference::token::role_scope;
use reqwest::Method;
use serde_json::{Value, json};

impl Service {
    /// A call as an operator in this role.
    pub async fn operate(
        &self,
        role: Role,
        (method, path): (Method, &str),
        key: Option<&str>,
        body: &Value,
    ) -> Answer {
        let token = self.token_at("operator", &role_scope(role), self.now_for_token());
        let mut call = self
            .http
            .request(method, Self::url(self.running.admin, path))
            .bearer_auth(token)
            .header("x-purpose", "operations")
            .json(body);
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        Answer::of(call.send().await.unwrap()).await
    }

    /// Waits until as much of the room for bodies is taken as wanted.
    pub async fn body_room(&self, wanted: impl Fn(u64) -> bool) {
        loop {
            let path = (Method::GET, "/control/headroom");
            let answer = self.operate(Role::Control, path, None, &json!({})).await;
            let bounds = answer.json()["bounds"].as_array().unwrap().clone();
            let bytes = bounds.iter().find(|one| one["bound"] == "body-bytes");
            let bytes = bytes.unwrap()["used"].as_u64().unwrap();
            // The question itself has an empty object for a body.
            if wanted(bytes.saturating_sub(1024)) {
                return;
            }
        }
    }
}
