//! Ready or not: a dependency that is down, or a queue over its limit, and back again.
//! Refuses to start anything anew between the two.

use super::{asked, begun, bounds, ill, told};
use crate::support::Scene;
use crate::support::held::Held;
use crate::support::later::says;
use crate::support::stores::stores;
use crate::support::stub::{MATCH, matched, scene};
use sqlx::AssertSqlSafe;
use std::time::Duration;

const READY: &str = "/health/ready";

/// A part, and a table without which it cannot be.
const TABLES: [(&str, &str); 6] = [
    ("token-service", "assertions"),
    ("route-table", "snapshots"),
    ("identity-store", "members"),
    ("identity-store", "person_keys"),
    ("queue-depth", "steps"),
    ("audit", "audit_heads"),
];

#[tokio::test]
async fn row_s2_42_a_dependency_that_is_down_ends_readiness_with_its_cause_and_comes_back_by_itself()
 {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.by_hand();
        scene.config.store = place.at.clone();
        scene.config.health = Some(bounds(&scene));
        let service = scene.start().await;
        let pool = place.look().await;
        // One connection: another one may still believe that a table is there.
        let mut look = pool.acquire().await.unwrap();
        for (part, table) in TABLES {
            assert_eq!(told(&service, READY).await, (200, vec![]), "before {table}");
            for (from, to, wanted) in [
                (table, "gone", (503, ill(part, "down", "no-answer"))),
                ("gone", table, (200, vec![])),
            ] {
                let statement = format!("ALTER TABLE {from} RENAME TO {to}");
                sqlx::query(AssertSqlSafe(statement))
                    .execute(&mut *look)
                    .await
                    .unwrap();
                assert_eq!(
                    told(&service, READY).await,
                    wanted,
                    "{table} on {}",
                    place.name
                );
            }
        }
        assert_eq!(asked(&service).await, 200);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_42_a_queue_over_its_limit_ends_readiness_until_it_is_worked_off() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        let held = Held::start().await;
        scene.by_hand();
        scene.config.store = place.at.clone();
        scene.config.health = Some(bounds(&scene));
        scene.config.pace.workers = 1;
        let fabrikam = &mut scene.config.partners[2];
        fabrikam.base_url = held.url.clone();
        fabrikam.dialect = "hrex-1.2".to_owned();
        fabrikam.timeout = Duration::from_secs(300);
        says(&stub, "POST", MATCH, matched(), None).await;
        let service = scene.start().await;
        let mut ids = vec![begun(&service, "held", "fabrikam").await];
        held.called(1).await;
        for number in 0..4 {
            let (status, _) = told(&service, READY).await;
            assert_eq!(status, 200, "{number} wait");
            ids.push(begun(&service, &format!("waits-{number}"), "contoso").await);
        }
        let wanted = ill("queue-depth", "down", "queue-over-limit");
        assert_eq!(told(&service, READY).await, (503, wanted));
        held.let_go();
        for id in ids {
            service.until(&id, "fulfilled").await;
        }
        assert_eq!(told(&service, READY).await, (200, vec![]));
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_partner_without_an_address_is_not_a_paused_one() {
    for place in stores().await {
        for (addresses, paused, wanted) in [
            (["http://partner.invalid"; 3], [true; 3], None),
            (
                [
                    "http://127.0.0.1:9",
                    "http://partner.invalid",
                    "http://other.invalid:8443/fhir",
                ],
                [false, true, true],
                None,
            ),
            (
                [
                    "http://127.0.0.1:9",
                    "http://partner.invalid",
                    "http://partner.invalid",
                ],
                [true; 3],
                Some("every-partner-paused"),
            ),
            (
                [
                    "http://127.0.0.1:9",
                    "http://127.0.0.1:9",
                    "http://partner.invalid",
                ],
                [true, false, true],
                Some("a-partner-paused"),
            ),
            (
                [
                    "http://invalid.example",
                    "http://127.0.0.1:9",
                    "http://127.0.0.1:9",
                ],
                [true, false, false],
                Some("a-partner-paused"),
            ),
        ] {
            let mut scene = Scene::new();
            let place = place.another().await;
            scene.config.store = place.at.clone();
            scene.config.health = Some(bounds(&scene));
            let partners = scene.config.partners.iter_mut();
            for (partner, (address, paused)) in partners.zip(addresses.iter().zip(paused)) {
                (*address).clone_into(&mut partner.base_url);
                partner.enabled = !paused;
            }
            let service = scene.start().await;
            let wanted = wanted.map_or(vec![], |cause| ill("partners", "degraded", cause));
            assert_eq!(
                told(&service, "/health/ready").await,
                (200, wanted),
                "{addresses:?}"
            );
            service.running.stop().await;
        }
    }
}
