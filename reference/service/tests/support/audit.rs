//! The audit log of a running service as an auditor fetches it.
//! Refuses to look into the database.

use super::{Answer, Service};
use reference::domain::operator::Role;
use reference::token::role_scope;
use serde_json::Value;

/// A log as it is exported, with what it takes to verify it.
pub struct Exported {
    pub lines: Vec<String>,
    pub heads: Vec<String>,
    pub key: Value,
}

impl Service {
    /// A call of an operator with this scope.
    pub async fn look_at(&self, scope: &str, path: &str) -> Answer {
        let token = self.token_at("auditor-1", scope, self.now_for_token());
        let url = Self::url(self.running.admin, path);
        let call = self.http.get(url).bearer_auth(token);
        let sent = call.header("x-purpose", "compliance").send().await;
        Answer::of(sent.unwrap()).await
    }

    /// A call of an auditor.
    pub async fn audit(&self, path: &str) -> Answer {
        self.look_at(&role_scope(Role::Audit), path).await
    }

    /// Something that an auditor does.
    pub async fn audit_post(&self, path: &str, body: &Value) -> Answer {
        let scope = role_scope(Role::Audit);
        let token = self.token_at("auditor-1", &scope, self.now_for_token());
        let url = Self::url(self.running.admin, path);
        let call = self.http.post(url).bearer_auth(token).json(body);
        let sent = call.header("x-purpose", "compliance").send().await;
        Answer::of(sent.unwrap()).await
    }

    /// What a search of the log finds.
    pub async fn audited(&self, query: &str) -> Vec<Value> {
        let answer = self.audit(&format!("/audit?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["items"].as_array().unwrap().clone()
    }

    /// The log up to a head that is signed now.
    pub async fn exported(&self) -> Exported {
        let head = self.audit("/audit/head").await.json();
        let size = head["size"].as_u64().unwrap();
        let mut lines: Vec<String> = Vec::new();
        while (lines.len() as u64) < size {
            let path = format!("/audit/export?after={}", lines.len());
            let page = self.audit(&path).await;
            assert_eq!(page.status, 200, "{}", page.text);
            lines.extend(page.text.lines().map(str::to_owned));
        }
        lines.truncate(usize::try_from(size).unwrap());
        let heads = self.audit("/audit/heads").await.text;
        Exported {
            lines,
            heads: heads.lines().map(str::to_owned).collect(),
            key: head["key"].clone(),
        }
    }
}
