//! Starts services, lets them die, starts others on the same database, and judges what is there in the end.
//! Refuses to help: whatever a dead process left is for the next one to finish.

use super::child::{Orders, VARIABLE};
use super::life::{Life, prepare, told};
use super::partner::{Act, Partners};
use crate::support::later::counted;
use crate::support::request::{Person, bulk_exchange, exchange, people};
use crate::support::stores::Place;
use serde_json::Value;
use sqlx::{AnyPool, Row};
use std::collections::BTreeMap;
use std::time::Duration;

/// The partner that is asked about many.
pub const MANY: &str = "northwind";

/// What is asked of a partner.
fn request(partner: &str) -> Value {
    match partner {
        MANY => bulk_exchange(&people(&[4, 5, 6]), partner),
        _ => exchange(&Person::number(5), partner),
    }
}

/// A database with its partners, and every exchange that was accepted on it.
pub struct Ground {
    pub place: Place,
    partners: Partners,
    pool: AnyPool,
    http: reqwest::Client,
    /// Our key to the id that we were given for it.
    pub accepted: BTreeMap<String, String>,
    asked: Vec<(String, &'static str)>,
    pub crashes: u64,
}

impl Ground {
    pub async fn new(place: Place) -> Self {
        prepare(&place);
        Self {
            pool: place.look().await,
            place,
            partners: Partners::start().await,
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(5))
                .build()
                .unwrap(),
            accepted: BTreeMap::new(),
            asked: Vec::new(),
            crashes: 0,
        }
    }

    /// Asks for one exchange more with each of these partners, when the next process is there.
    pub fn ask(&mut self, partners: &[&'static str]) {
        for partner in partners {
            let key = format!("key-{}", self.asked.len());
            self.asked.push((key, partner));
        }
    }

    /// Lets one process work until it stops dead at this point, or until nothing is open. Says whether it died.
    pub async fn live(&mut self, stop_at: u64) -> bool {
        let Some(mut life) = self.born(stop_at).await else {
            self.crashes += 1;
            return true;
        };
        loop {
            let news = tokio::time::timeout(Duration::from_millis(4), life.says.recv());
            if news.await.is_ok() {
                break;
            }
            let at = (life.address.clone(), life.token.clone());
            tokio::select! {
                _ = life.says.recv() => break,
                over = self.work(at) => if over { return false },
            }
        }
        self.crashes += 1;
        true
    }

    async fn born(&self, stop_at: u64) -> Option<Life> {
        let orders = Orders {
            store: told(&self.place),
            partner: self.partners.address.clone(),
            stop_at,
        };
        Life::begin("child", VARIABLE, &orders).await
    }

    /// Hands in what has not been accepted, and looks whether everything has ended.
    async fn work(&mut self, (address, token): (String, String)) -> bool {
        for (key, partner) in &self.asked {
            if self.accepted.contains_key(key) {
                continue;
            }
            let url = format!("http://{address}/exchanges");
            let sent = self
                .http
                .post(url)
                .bearer_auth(&token)
                .header("idempotency-key", key)
                .json(&request(partner))
                .send()
                .await;
            let Ok(answer) = sent else { return false };
            let status = answer.status().as_u16();
            let Ok(body) = answer.json::<Value>().await else {
                return false;
            };
            assert!([202, 503].contains(&status), "{status} {body}");
            if status == 202 {
                let id = body["id"].as_str().unwrap().to_owned();
                self.accepted.insert(key.clone(), id);
            }
        }
        self.accepted.len() == self.asked.len() && self.open().await == 0
    }

    async fn open(&self) -> i64 {
        self.count("SELECT count(*) FROM exchanges WHERE state NOT IN ('fulfilled', 'failed', 'dead-lettered')")
            .await
    }

    async fn count(&self, query: &str) -> i64 {
        counted(&self.pool, query).await
    }

    /// What must be true when nothing is open any more.
    pub async fn judge(&self) {
        let name = self.place.name;
        let stored = self.count("SELECT count(*) FROM exchanges").await;
        assert_eq!(
            stored,
            i64::try_from(self.accepted.len()).unwrap(),
            "{name}: accepted = ended"
        );
        assert_eq!(self.open().await, 0);
        for nothing in [
            "SELECT count(*) FROM steps",
            // Every move is in the history once, and the chain has no gap.
            "SELECT count(*) FROM exchanges e WHERE state <> (SELECT to_state FROM history h WHERE h.exchange = e.id
                ORDER BY version DESC LIMIT 1)",
            "SELECT count(*) FROM exchanges e WHERE 'created' <> (SELECT from_state FROM history h WHERE h.exchange = e.id
                ORDER BY version LIMIT 1)",
            "SELECT count(*) FROM history h WHERE from_state <> coalesce((SELECT to_state FROM history p
                WHERE p.exchange = h.exchange AND p.version < h.version ORDER BY p.version DESC LIMIT 1), 'created')",
            // Calls are counted without a gap.
            "SELECT count(*) FROM exchanges e WHERE submissions <> (SELECT count(*) FROM attempts a WHERE a.exchange = e.id)
                OR submissions <> coalesce((SELECT max(number) FROM attempts a WHERE a.exchange = e.id), 0)",
            // Whoever is told of the end is told once.
            "SELECT count(*) FROM exchanges e WHERE 1 <> (SELECT count(*) FROM outbox o WHERE o.exchange = e.id)",
            // The audit log has every position up to its last one.
            "SELECT coalesce(max(seq), 0) - count(*) FROM audit",
            "SELECT count(*) FROM exchanges WHERE state = 'failed'",
            // Of everybody there are data, and nothing is kept twice.
            "SELECT count(*) FROM exchanges e WHERE kind = 'bulk' AND (disposition <> 'complete'
                OR NOT EXISTS (SELECT 1 FROM rosters r WHERE r.exchange = e.id AND r.members = '[{\"outcome\":\"given\"},{\"outcome\":\"given\"},{\"outcome\":\"given\"}]'))",
            "SELECT count(*) FROM exchanges e WHERE kind = 'bulk' AND 1 <> (SELECT count(*) FROM fulfilment_files f
                WHERE f.exchange = e.id)",
        ] {
            assert_eq!(self.count(nothing).await, 0, "{name}: {nothing}");
        }
        self.judge_effects().await;
    }

    /// 0 lost, 0 duplicated: what was done at the partners, exchange by exchange.
    async fn judge_effects(&self) {
        let query = "SELECT id, business_transaction_id, partner, state FROM exchanges";
        let rows = sqlx::query(query).fetch_all(&self.pool).await.unwrap();
        for row in rows {
            let text = |column: &str| row.get::<String, _>(column);
            assert!(self.accepted.values().any(|id| *id == text("id")));
            let (partner, state) = (text("partner"), text("state"));
            // About many a partner is asked twice: who they are, and for their data.
            let acts: &[Act] = match partner.as_str() {
                MANY => &[Act::Match, Act::Export],
                _ => &[Act::Match],
            };
            for act in acts {
                let done = self.partners.done(&text("business_transaction_id"), *act);
                let told = format!("{} {partner} {state} {done:?}", self.place.name);
                assert!(done.keys.len() <= 1, "{told}");
                match state.as_str() {
                    "fulfilled" => assert_eq!(done.effects, 1, "{told}"),
                    // Nobody knows whether a partner that ignores keys has acted: a person decides, nobody repeats.
                    "dead-lettered" if partner == "fabrikam" => {
                        assert!(done.effects <= 1, "{told}")
                    }
                    other => panic!("{other}: {told}"),
                }
            }
        }
    }
}
