//! A database that goes away under a running service, and one that has no room left.
//! Refuses anything that is lost, done twice, or answered as if it had been done.

use super::*;
use sqlx::AssertSqlSafe;
use support::stores::stores;
use support::stub::{matched, says};
use wiremock::ResponseTemplate;

/// Ends every connection of others to the database.
const CUT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_restarted_under_load_loses_nothing_and_repeats_nothing() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(4)).await;
        says(&stub, matched(), None).await;
        let mut service = scene.start().await;
        let pool = place.look().await;
        let (mut ids, mut cuts) = (BTreeMap::new(), 0);
        for round in 0..10 {
            let key = format!("k{round}");
            if place.name == "postgres" {
                let cut = tokio::spawn({
                    let pool = pool.clone();
                    async move { counted(&pool, CUT).await }
                });
                ids.insert(key.clone(), accepted(&service, &key).await.0);
                cuts += cut.await.unwrap();
            } else {
                ids.insert(key.clone(), accepted(&service, &key).await.0);
                // There is no server to restart: the file is closed with work under way, and opened again.
                service.running.stop().await;
                service = scene.start().await;
                cuts += 1;
            }
        }
        settled(&service, &pool).await;
        println!("{}: {cuts} connections were cut", place.name);
        assert!(cuts >= 10);
        whole(&place, &stub, &ids).await;
        for (key, id) in &ids {
            assert_eq!(
                accepted(&service, key).await.0,
                *id,
                "the first answer again"
            );
        }
        service.running.stop().await;
    }
}

/// Makes every write of the exchange path fail as a full disk does.
///
/// Source: PostgreSQL error codes, class 53: 53100 disk_full
const FULL: [&str; 4] = [
    "CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN RAISE 'no space left on device' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON exchanges FOR EACH ROW EXECUTE FUNCTION no_room()",
    "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON steps FOR EACH ROW EXECUTE FUNCTION no_room()",
    "CREATE TRIGGER no_room BEFORE INSERT ON payloads FOR EACH ROW EXECUTE FUNCTION no_room()",
];

const ROOM: [&str; 3] = [
    "DROP TRIGGER no_room ON exchanges",
    "DROP TRIGGER no_room ON steps",
    "DROP TRIGGER no_room ON payloads",
];

async fn all(pool: &AnyPool, statements: &[&str]) {
    for statement in statements {
        let done = sqlx::query(AssertSqlSafe((*statement).to_owned()));
        done.execute(pool).await.unwrap();
    }
}

/// Hands exchanges in until one is refused, and gives what that answer was.
async fn until_full(service: &Service, ids: &mut BTreeMap<String, String>) -> (u16, Value) {
    let request = exchange(&Person::number(5), "contoso");
    for round in 0..500 {
        let key = format!("full-{round}");
        let answer = service.start_exchange(&key, &request).await;
        if answer.status != 202 {
            return (answer.status, answer.json());
        }
        ids.insert(key, answer.json()["id"].as_str().unwrap().to_owned());
    }
    panic!("the disk is never full");
}

fn refused((status, problem): (u16, Value), name: &str) {
    assert_eq!(status, 503, "{name}: {problem}");
    let code = problem["code"].as_str().unwrap();
    assert!(
        ["store/unavailable", "audit/unavailable"].contains(&code),
        "{name}: {code}"
    );
    assert_eq!(problem["retryable"], true, "{name}");
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_accepted_before_is_finished_after() {
    for place in stores().await {
        let (mut scene, stub) = by_hand(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(3)).await;
        says(&stub, matched(), None).await;
        let mut service = scene.start().await;
        let pool = place.look().await;
        let mut ids = BTreeMap::new();
        for round in 0..3 {
            let key = format!("k{round}");
            let id = accepted(&service, &key).await.0;
            service.once(&id, |view| called(view) == 1).await;
            ids.insert(key, id);
        }
        if place.name == "postgres" {
            all(&pool, &FULL).await;
            refused(until_full(&service, &mut ids).await, place.name);
            // Steps come due and cannot be written down.
            scene.clock.advance(Duration::from_secs(60));
            for id in ids.values() {
                let view = service.exchanges(&format!("/{id}")).await.json();
                assert_eq!(view["state"], "routed");
            }
            all(&pool, &ROOM).await;
        } else {
            service.running.stop().await;
            let pages = counted(&pool, "SELECT page_count FROM pragma_page_count()").await;
            scene.config.database_pages = Some(u32::try_from(pages).unwrap() + 40);
            service = scene.start().await;
            refused(until_full(&service, &mut ids).await, place.name);
            assert!(ids.len() > 3, "there was room for some");
            // The operator makes room.
            service.running.stop().await;
            scene.config.database_pages = None;
            service = scene.start().await;
        }
        settled(&service, &pool).await;
        whole(&place, &stub, &ids).await;
        service.running.stop().await;
    }
}
