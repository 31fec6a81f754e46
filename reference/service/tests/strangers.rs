//! What the audit log tells of callers whom nothing names: each refusal is accounted for, and none of them fills it.
//! Refuses to believe the service alone: what it has left is read from the database.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::domain::resilience::Rate;
use reference::token::MEMBER_MATCH;
use reference::{SecurityPolicy, WritePoint};
use serde_json::{Value, json};
use sqlx::Row;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::catalogue::bundle;
use support::stores::{Place, stores};
use support::{Scene, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::payload::Schema;

const FIRST: usize = 3;

/// A service that tells of three refusals of a stranger within a window one by one.
async fn start(place: &Place, change: impl FnOnce(&mut SecurityPolicy)) -> Service {
    scene(place, change).start().await
}

fn scene(place: &Place, change: impl FnOnce(&mut SecurityPolicy)) -> Scene {
    let mut scene = Scene::new();
    let mut policy = SecurityPolicy::built_in().unwrap();
    policy.refusals.first = u16::try_from(FIRST).unwrap();
    change(&mut policy);
    scene.config.security = Some(policy);
    scene.config.store = place.at.clone();
    scene
}

/// Knocks so many times at the operators' listener, and gives the statuses.
async fn knock(service: &Service, path: &str, token: Option<&str>, times: usize) -> Vec<u16> {
    let mut told = Vec::new();
    for _ in 0..times {
        let call = service
            .http
            .get(Service::url(service.running.admin, path))
            .header("x-purpose", "operations");
        let call = match token {
            Some(token) => call.bearer_auth(token),
            None => call,
        };
        told.push(call.send().await.unwrap().status().as_u16());
    }
    told
}

/// The records of refused strangers in the database, in order.
async fn left(place: &Place) -> Vec<Value> {
    let look = place.look().await;
    let query =
        "SELECT record FROM audit WHERE action = 'refused' AND actor = 'unknown' ORDER BY seq";
    let rows = sqlx::query(query).fetch_all(&look).await.unwrap();
    look.close().await;
    let record = |row: &sqlx::any::AnyRow| serde_json::from_str(&row.get::<String, _>(0)).unwrap();
    rows.iter().map(record).collect()
}

/// How many refusals the records tell of: one, or those of their number.
fn counted(records: &[Value], code: &str) -> usize {
    let of_code = records
        .iter()
        .filter(|record| record["event"]["code"] == code);
    let refusals = of_code.map(|record| match record["event"]["rule"].as_str() {
        Some(rule) if rule.starts_with("refusals/") => {
            assert!(record["event"]["correlation_id"].is_null(), "{record}");
            let number = rule.strip_prefix("refusals/more-").unwrap();
            number.parse().unwrap()
        }
        _ => {
            assert!(record["event"]["correlation_id"].is_string(), "{record}");
            1
        }
    });
    refusals.sum()
}

#[tokio::test]
async fn row_s2_59_strangers_at_the_audit_and_retry_services_are_all_accounted_for_and_fill_no_log()
{
    let schema = Schema::compile(&bundle("audit-record", "1.0.0")).unwrap();
    for place in stores().await {
        let service = start(&place, |_| ()).await;
        let old = service.now_for_token() - chrono::TimeDelta::hours(2);
        let expired = service.token_at("northwind", MEMBER_MATCH, old);
        assert_eq!(knock(&service, "/audit", None, 10).await, [401; 10]);
        assert_eq!(knock(&service, "/dlq", None, 10).await, [401; 10]);
        let shown = Some(expired.as_str());
        assert_eq!(knock(&service, "/audit", shown, 7).await, [401; 7]);
        let written = left(&place).await;
        assert_eq!(written.len(), 2 * FIRST, "{}", place.name);
        service.clock.advance(Duration::from_secs(300));
        let (both, told) = (2 * FIRST + 2, "auth/token-invalid");
        let written = loop {
            let written = left(&place).await;
            if written.len() >= both {
                break written;
            }
        };
        assert_eq!(counted(&written, told), 20, "{}", place.name);
        assert_eq!(counted(&written, "auth/token-expired"), 7);
        // A new window begins with refusals of their own, and an orderly end loses none of the others.
        assert_eq!(knock(&service, "/audit/export", None, 9).await, [401; 9]);
        assert_eq!(left(&place).await.len(), both + FIRST);
        service.running.stop().await;
        let written = left(&place).await;
        assert_eq!(written.len(), both + FIRST + 1, "{}", place.name);
        assert_eq!(counted(&written, told), 29, "{}", place.name);
        for record in &written {
            assert!(schema.accepts(record), "{record}");
            let actor = json!({"kind": "client", "id": "unknown", "role": "operator"});
            assert_eq!(record["event"]["actor"], actor);
            assert!(!record.to_string().contains(&expired));
        }
    }
}

#[tokio::test]
async fn who_is_turned_away_before_the_boundary_is_accounted_for_too() {
    for place in stores().await {
        let service = start(&place, |policy| {
            policy.address = Rate {
                calls: 1,
                per_seconds: 3600,
                burst: 2,
            };
        })
        .await;
        let told = knock(&service, "/audit", None, 12).await;
        assert_eq!(told[..2], [401; 2]);
        assert_eq!(told[2..], [429; 10]);
        service.running.stop().await;
        let written = left(&place).await;
        assert_eq!(counted(&written, "auth/token-invalid"), 2);
        assert_eq!(counted(&written, "capacity/rate"), 10, "{}", place.name);
        assert_eq!(written.len(), 2 + FIRST + 1);
    }
}

#[tokio::test]
async fn refusals_that_cannot_be_written_are_counted_until_they_can_be() {
    for place in stores().await {
        let service = start(&place, |_| ()).await;
        let database = place.look().await;
        let rename = |sql: &'static str| sqlx::query(sql).execute(&database);
        rename("ALTER TABLE audit_edge RENAME TO gone")
            .await
            .unwrap();
        // What cannot be written down is not answered; what is only counted is.
        let told = knock(&service, "/audit", None, 5).await;
        assert_eq!(told, [503, 503, 503, 401, 401]);
        service.clock.advance(Duration::from_secs(300));
        assert_eq!(knock(&service, "/dlq", None, 1).await, [503]);
        rename("ALTER TABLE gone RENAME TO audit_edge")
            .await
            .unwrap();
        database.close().await;
        service.running.stop().await;
        let written = left(&place).await;
        assert_eq!(counted(&written, "auth/token-invalid"), 6, "{}", place.name);
    }
}

/// Knocks once at the operators' listener, and hangs up when its refusal is about to be written.
async fn hang_up(service: &Service, writes: &AtomicUsize) {
    let before = writes.load(Ordering::SeqCst);
    let mut line = TcpStream::connect(service.running.admin).await.unwrap();
    let call = "GET /audit HTTP/1.1\r\nhost: reference.example\r\nx-purpose: operations\r\n\r\n";
    line.write_all(call.as_bytes()).await.unwrap();
    while writes.load(Ordering::SeqCst) == before {
        tokio::task::yield_now().await;
    }
    line.shutdown().await.unwrap();
    // The service has dropped the call when it hangs up in turn.
    let mut answer = Vec::new();
    let _ = line.read_to_end(&mut answer).await;
    assert_eq!(answer, [0; 0], "it was answered");
}

#[tokio::test]
async fn whoever_hangs_up_while_its_refusal_is_being_written_is_counted() {
    for place in stores().await {
        // At the first the witness writes it down; at the second whoever stands before the witness.
        for (burst, code, refusals) in [(9, "auth/token-invalid", 2), (1, "capacity/rate", 1)] {
            let place = place.another().await;
            let writes = Arc::new(AtomicUsize::new(0));
            let mut scene = scene(&place, |policy| {
                policy.address = Rate {
                    calls: 1,
                    per_seconds: 3600,
                    burst,
                };
            });
            let seen = Arc::clone(&writes);
            scene.config.on_write = Some(Arc::new(move |point| {
                if point == WritePoint::Before {
                    seen.fetch_add(1, Ordering::SeqCst);
                }
            }));
            let service = scene.start().await;
            assert_eq!(knock(&service, "/audit", None, 1).await, [401]);
            let database = place.look().await;
            let mut held = database.begin().await.unwrap();
            let lock = sqlx::query("UPDATE audit_edge SET size = size");
            lock.execute(&mut *held).await.unwrap();
            hang_up(&service, &writes).await;
            held.rollback().await.unwrap();
            database.close().await;
            service.running.stop().await;
            let written = left(&place).await;
            assert_eq!(counted(&written, code), refusals, "{}", place.name);
        }
    }
}
