//! Databases in the shape of older releases, with exchanges in flight: today's service carries them to an end.
//! Refuses to make it easier: a database has what its own scripts made, and rows have no more than those had columns for.

use super::again::replayed;
use super::partner::{answers, exports, group};
use super::support::bulk::BULK;
use super::support::catalogue::root;
use super::support::later::{JOB, KICK_OFF, calls, matched_with_list, says, working};
use super::support::request::{Person, bulk_exchange, exchange, people};
use super::support::stores::{Place, stores};
use super::support::stub::MATCH;
use super::support::{Scene, Service};
use super::{at, outcomes};
use reference::domain::bulk::Form;
use reference::domain::fulfilment::Retrieval;
use reference::domain::record::Kind;
use sqlx::any::AnyRow;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row, SqlSafeStr};
use std::collections::BTreeMap;
use std::time::Duration;
use wiremock::{MockServer, ResponseTemplate};

/// The last script before there were exchanges about many.
const BEFORE_MANY: i64 = 92;

/// The last one before lists of an export had pages. Then no request had an end of its own either.
const BEFORE_PAGES: i64 = 111;

/// A database that only the scripts up to `last` have made.
async fn made(place: &Place, last: i64) -> AnyPool {
    if let reference::StoreAt::Folder(folder) = &place.at {
        std::fs::write(folder.join("exchanges.db"), b"").unwrap();
    }
    let folder = root().join("reference/service/src/store/migrations");
    let mut scripts = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let (number, name) = stem.split_once('_').unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        scripts.insert(number.parse::<i64>().unwrap(), (name.to_owned(), text));
    }
    let migrations = scripts.into_iter().filter(|(number, _)| *number <= last);
    let migrations = migrations.map(|(number, (name, text))| {
        let text = match place.name {
            "sqlite" => text,
            _ => text.replace(" BLOB", " BYTEA"),
        };
        let sql = AssertSqlSafe(text).into_sql_str();
        Migration::new(number, name.into(), MigrationType::Simple, sql, false)
    });
    let pool = place.look().await;
    let migrator = Migrator::with_migrations(migrations.collect());
    migrator.run(&pool).await.unwrap();
    pool
}

async fn asked(connection: &mut AnyConnection, query: &str) -> Vec<AnyRow> {
    let query = sqlx::query(AssertSqlSafe(query.to_owned()));
    query.fetch_all(connection).await.unwrap()
}

/// The columns of every table, with their types.
async fn tables(
    place: &Place,
    connection: &mut AnyConnection,
) -> BTreeMap<String, Vec<(String, String)>> {
    let query = match place.name {
        "sqlite" => {
            "SELECT t.name, c.name, c.type FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        }
        _ => {
            "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
                WHERE table_schema = 'public'"
        }
    };
    let mut tables = BTreeMap::<String, Vec<(String, String)>>::new();
    for row in asked(connection, query).await {
        let text = |at: usize| row.get::<String, _>(at);
        tables
            .entry(text(0))
            .or_default()
            .push((text(1), text(2).to_uppercase()));
    }
    tables.remove("_sqlx_migrations");
    tables
}

/// Brings every row over, with what the older shape has room for.
async fn brought(place: &Place, from: &AnyPool, to: &AnyPool) {
    let (mut from, mut to) = (from.acquire().await.unwrap(), to.acquire().await.unwrap());
    // Rows come in the order of the names of their tables, and many at once.
    let loosely: &[&str] = match place.name {
        "sqlite" => &["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"],
        _ => &["SET session_replication_role = replica"],
    };
    for said in loosely {
        asked(&mut to, said).await;
    }
    for (table, columns) in tables(place, &mut to).await {
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
        let (names, places) = (names.join(", "), places.join(", "));
        asked(&mut to, &format!("DELETE FROM {table}")).await;
        let insert = format!("INSERT INTO {table} ({names}) VALUES ({places})");
        for row in asked(&mut from, &format!("SELECT {names} FROM {table}")).await {
            let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
            for (at, (_, kind)) in columns.iter().enumerate() {
                query = match kind.as_str() {
                    "TEXT" => query.bind(row.get::<Option<String>, _>(at)),
                    "BIGINT" => query.bind(row.get::<Option<i64>, _>(at)),
                    "DOUBLE PRECISION" => query.bind(row.get::<Option<f64>, _>(at)),
                    _ => query.bind(row.get::<Option<Vec<u8>>, _>(at)),
                };
            }
            query.execute(&mut *to).await.unwrap();
        }
    }
    // Of that time no request has an end before it is taken on.
    for gone in [
        "DELETE FROM deadlines WHERE deadline = 'acknowledge'",
        "DELETE FROM steps WHERE step = 'deadline' AND exchange NOT IN (SELECT exchange FROM deadlines)",
    ] {
        asked(&mut to, gone).await;
    }
    to.detach();
}

/// The partners, by what they are about to do when the release changes.
struct Partners {
    /// Does not answer.
    down: MockServer,
    /// Works at the export.
    working: MockServer,
    /// Has given the first of two files.
    giving: MockServer,
}

const NAMES: [&str; 3] = ["northwind", "contoso", "fabrikam"];

impl Partners {
    async fn of(place: &Place) -> (Scene, Self) {
        let (mut scene, _) = at(place).await;
        scene.by_hand();
        let partners = Self {
            down: MockServer::start().await,
            working: MockServer::start().await,
            giving: MockServer::start().await,
        };
        let stubs = [&partners.down, &partners.working, &partners.giving];
        for (partner, stub) in scene.config.partners.iter_mut().zip(stubs) {
            partner.base_url = stub.uri();
            partner.dialect = "hrex-1.2".to_owned();
            partner.edition = "hrex-1.2".to_owned();
            partner.terms.retrieval = Retrieval::GroupExport;
        }
        (scene, partners)
    }

    /// How far each of them goes.
    async fn halt(&self, all: &[Person]) {
        let down = || ResponseTemplate::new(503);
        for path in [MATCH, BULK] {
            says(&self.down, "POST", path, down(), None).await;
        }
        says(&self.working, "GET", JOB, working("5"), None).await;
        says(&self.giving, "GET", "/files/claims", down(), None).await;
        for stub in [&self.working, &self.giving] {
            goes_on(stub, all).await;
        }
    }

    async fn go_on(&self, all: &[Person]) {
        for stub in [&self.down, &self.working, &self.giving] {
            stub.reset().await;
            goes_on(stub, all).await;
        }
    }
}

/// Answers, and gives data.
async fn goes_on(stub: &MockServer, all: &[Person]) {
    says(stub, "POST", MATCH, matched_with_list(), None).await;
    answers(stub, Form::Groups, &[group("match", all)]).await;
    exports(stub, all).await;
}

async fn begun(
    service: &Service,
    key: &str,
    (kind, all, partner): (Kind, &[Person], &str),
) -> String {
    let request = match kind {
        Kind::Single => exchange(&all[0], partner),
        Kind::Bulk => bulk_exchange(all, partner),
    };
    let answer = service.start_exchange(key, &request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Winds the clock on, to where the next step is due, until this path has been called.
async fn wound_to(service: &Service, pool: &AnyPool, (stub, path): (&MockServer, &str)) {
    let next = "SELECT min(run_after) FROM steps HAVING count(lease_owner) = 0";
    while calls(stub, "GET", path).await == 0 {
        let row = sqlx::query(next).fetch_optional(pool).await.unwrap();
        let due: Option<String> = row.and_then(|row| row.get(0));
        let due = due.map(|at| at.parse().unwrap());
        if let Some(due) = due.filter(|due| *due > service.now_for_token()) {
            service.clock.set(due);
        }
        tokio::task::yield_now().await;
    }
}

/// Exchanges in flight with each partner, and first a dead letter.
async fn in_flight(
    (service, place): (&Service, &Place),
    partners: &Partners,
    (kind, all): (Kind, &[Person]),
) -> (String, Vec<String>) {
    let pool = place.look().await;
    let dead = begun(service, "dead", (kind, all, NAMES[0])).await;
    service.wound(place, &dead, "dead-lettered").await;
    // Whoever was not called any more is called again.
    service.clock.advance(Duration::from_secs(3600));
    let working = begun(service, "working", (kind, all, NAMES[1])).await;
    wound_to(service, &pool, (&partners.working, JOB)).await;
    let giving = begun(service, "giving", (kind, all, NAMES[2])).await;
    wound_to(service, &pool, (&partners.giving, "/files/claims")).await;
    service.until_held(&giving, "backoff").await;
    let down = begun(service, "down", (kind, all, NAMES[0])).await;
    service.until_held(&down, "backoff").await;
    pool.close().await;
    (dead, vec![down, working, giving])
}

async fn carried_on((now, then): (Place, Place), (last, kind): (i64, Kind)) {
    let name = format!("{} {last} {kind}", now.name);
    let all = match kind {
        Kind::Single => people(&[5]),
        Kind::Bulk => people(&[4, 5, 6]),
    };
    let (mut scene, partners) = Partners::of(&now).await;
    partners.halt(&all).await;
    let service = scene.start().await;
    let (dead, open) = in_flight((&service, &now), &partners, (kind, &all)).await;
    service.running.stop().await;
    let old = made(&then, last).await;
    brought(&then, &now.look().await, &old).await;
    old.close().await;
    partners.go_on(&all).await;
    scene.config.store = then.at.clone();
    let service = scene.start().await;
    let place = service
        .exchanges(&format!("/{}/where", open[0]))
        .await
        .json();
    assert_eq!(
        place["deadlines"][0]["deadline"], "acknowledge",
        "{name}: {place}"
    );
    let told = replayed(&service, &dead).await;
    assert_eq!(told["replayed"], 1, "{name}: {told}");
    for id in open.iter().chain([&dead]) {
        let view = service.wound(&then, id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{name}");
        if kind == Kind::Bulk {
            assert_eq!(outcomes(&service, id).await, ["given"; 3], "{name}");
        }
    }
    no_more_than_was_left(&partners, &name).await;
    service.running.stop().await;
}

/// What a partner has done before is not asked of it again.
async fn no_more_than_was_left(partners: &Partners, name: &str) {
    let mut asked = Vec::new();
    for stub in [&partners.down, &partners.working, &partners.giving] {
        let matched = calls(stub, "POST", MATCH).await + calls(stub, "POST", BULK).await;
        let kicked = calls(stub, "POST", KICK_OFF).await;
        asked.push((matched, kicked, calls(stub, "GET", "/files/patients").await));
    }
    assert_eq!(asked, [(2, 2, 2), (0, 0, 1), (0, 0, 0)], "{name}");
}

async fn carried_on_everywhere(shape: (i64, Kind)) {
    for both in stores().await.into_iter().zip(stores().await) {
        carried_on(both, shape).await;
    }
}

#[tokio::test]
async fn exchanges_of_a_database_from_before_those_about_many_go_on() {
    carried_on_everywhere((BEFORE_MANY, Kind::Single)).await;
}

#[tokio::test]
async fn exchanges_of_a_database_from_before_lists_had_pages_go_on() {
    carried_on_everywhere((BEFORE_PAGES, Kind::Single)).await;
}

#[tokio::test]
async fn exchanges_about_many_of_a_database_from_before_lists_had_pages_go_on() {
    carried_on_everywhere((BEFORE_PAGES, Kind::Bulk)).await;
}
