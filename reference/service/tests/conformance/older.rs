//! A database from before almost everything, with exchanges in every open state.
//! Refuses to make it easier: only the two tables that matter come over, in the shape of that time.

use super::*;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Row, SqlSafeStr};
use support::stores::stores;
use support::stub::{matched, says};
use wiremock::ResponseTemplate;

/// What the database had when exchanges were first kept.
const FIRST: [(i64, &str, &str); 2] = [
    (
        1,
        "first",
        include_str!("../../src/store/migrations/0001_first.sql"),
    ),
    (
        2,
        "export",
        include_str!("../../src/store/migrations/0002_export.sql"),
    ),
];

/// The columns of an exchange of that time, and whether each is a number.
const COLUMNS: [(&str, bool); 22] = [
    ("id", false),
    ("version", true),
    ("state", false),
    ("since", false),
    ("created_at", false),
    ("business_transaction_id", false),
    ("client", false),
    ("partner", false),
    ("request", false),
    ("result", false),
    ("schema_version", false),
    ("route_set", true),
    ("snapshot", true),
    ("consent_checked_at", false),
    ("submissions", true),
    ("generation", true),
    ("first_attempt_at", false),
    ("next_attempt_at", false),
    ("hold", false),
    ("disposition", false),
    ("code", false),
    ("resume_at", false),
];

async fn first(place: &Place, pool: &AnyPool) {
    let script = |text: &str| match place.name {
        "sqlite" => text.to_owned(),
        _ => text.replace(" BLOB", " BYTEA"),
    };
    let migrations = FIRST.iter().map(|(version, name, text)| {
        let sql = AssertSqlSafe(script(text)).into_sql_str();
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    migrator.run(pool).await.unwrap();
}

/// Brings the payloads and the exchanges over; each exchange gets another of the open states. Gives the id of the one
/// that its partner had taken on.
async fn brought(from: &AnyPool, to: &AnyPool) -> String {
    let rows = sqlx::query(
        "SELECT id, kind, at, body FROM payloads WHERE id IN (SELECT request FROM exchanges)",
    );
    for row in rows.fetch_all(from).await.unwrap() {
        sqlx::query("INSERT INTO payloads (id, kind, at, body) VALUES ($1, $2, $3, $4)")
            .bind(row.get::<String, _>(0))
            .bind(row.get::<String, _>(1))
            .bind(row.get::<String, _>(2))
            .bind(row.get::<Vec<u8>, _>(3))
            .execute(to)
            .await
            .unwrap();
    }
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let select = format!("SELECT {} FROM exchanges ORDER BY id", names.join(", "));
    let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
    let insert = format!(
        "INSERT INTO exchanges ({}) VALUES ({})",
        names.join(", "),
        places.join(", ")
    );
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(from).await;
    let rows = rows.unwrap();
    for (row, state) in rows.iter().zip(STATES) {
        let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
        for (name, is_number) in COLUMNS {
            query = match (name, is_number) {
                ("state", _) => query.bind(state.to_owned()),
                (_, true) => query.bind(row.get::<Option<i64>, _>(name)),
                (_, false) => query.bind(row.get::<Option<String>, _>(name)),
            };
        }
        query.execute(to).await.unwrap();
    }
    rows.last().unwrap().get("id")
}

const STATES: [&str; 5] = ["created", "validated", "matched", "routed", "acknowledged"];

#[tokio::test]
async fn a_database_of_the_first_shape_is_brought_up_and_its_exchanges_go_on() {
    for (now, then) in stores().await.into_iter().zip(stores().await) {
        let (mut scene, stub) = by_hand(&now).await;
        says(&stub, ResponseTemplate::new(503), Some(5)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let mut ids = Vec::new();
        for round in 0..STATES.len() {
            let id = accepted(&service, &format!("k{round}")).await.0;
            service.until_held(&id, "backoff").await;
            ids.push(id);
        }
        service.running.stop().await;
        let calls = stub.received_requests().await.unwrap().len();
        if let reference::StoreAt::Folder(folder) = &then.at {
            std::fs::write(folder.join("exchanges.db"), b"").unwrap();
        }
        let old = then.look().await;
        first(&then, &old).await;
        let taken_on = brought(&now.look().await, &old).await;
        scene.config.store = then.at.clone();
        let service = scene.start().await;
        for (id, state) in ids.iter().zip(STATES) {
            let found = service.exchanges(&format!("/{id}")).await.json();
            assert!(found["state"].is_string(), "{state}");
        }
        settled(&service, &old).await;
        let done = "SELECT count(*) FROM exchanges WHERE state = 'fulfilled'";
        assert_eq!(counted(&old, done).await, 5, "{}", then.name);
        let found = service.exchanges(&format!("/{taken_on}")).await.json();
        let requests = stub.received_requests().await.unwrap();
        let keys: BTreeSet<&str> = requests[calls..]
            .iter()
            .map(|request| request.headers["idempotency-key"].to_str().unwrap())
            .collect();
        assert_eq!(keys.len(), 4, "{}", then.name);
        let key = found["outbound_key"].as_str().unwrap();
        assert!(
            !keys.contains(key),
            "what is acknowledged is not asked again"
        );
        let left = "SELECT count(*) FROM steps";
        assert_eq!(counted(&old, left).await, 0);
        service.running.stop().await;
    }
}
