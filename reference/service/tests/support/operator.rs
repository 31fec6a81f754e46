//! An operator's calls to the admin listener.
//! Refuses to act without a purpose.

use super::{Answer, Service};
use reference::domain::operator::Role;
use reference::token::role_scope;
use reqwest::Method;
use serde_json::Value;

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
}
