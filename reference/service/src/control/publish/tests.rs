//! Two services on one database that change what is in force at the same time.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::adapters::Dialects;
use crate::clock::{ManualClock, Winding};
use crate::config::{Config, StoreAt, organisation};
use crate::control::Start;
use crate::control::trial::automation;
use crate::store::{PayloadKey, Vault};
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::snapshot::Payer;
use sqlx::{AnyPool, AssertSqlSafe};
use tempfile::TempDir;

/// A database in a folder and, where a server is named, one on it.
async fn places(folder: &TempDir) -> Vec<StoreAt> {
    let mut places = vec![StoreAt::Folder(folder.path().to_owned())];
    if let Ok(server) = std::env::var("MATCHMARK_POSTGRES") {
        sqlx::any::install_default_drivers();
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        let pool = AnyPool::connect(&format!("{server}/postgres"))
            .await
            .unwrap();
        let create = format!("CREATE DATABASE {name}");
        sqlx::query(AssertSqlSafe(create))
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        places.push(StoreAt::Postgres(Masked::new(format!("{server}/{name}"))));
    }
    places
}

async fn service(at: &StoreAt) -> Control {
    let key = PayloadKey {
        id: "test".to_owned(),
        key: Masked::new([7; 32]),
    };
    let config = Config::new(Payer {
        id: PartnerId::new("payer-exchange"),
        organisation: organisation("urn:payers", "us"),
    });
    let dialects = Dialects::built_in().unwrap();
    let base = crate::control::snapshot(&config, &dialects).unwrap();
    let now = "2026-10-01T12:00:00Z".parse().unwrap();
    Control::begin(Start {
        store: Store::open(at, Vault::of(&[key]).unwrap(), None)
            .await
            .unwrap(),
        clock: Arc::new(ManualClock::new(now, Winding::ByHand)),
        published: Arc::new(Published::new(base.clone())),
        base,
        dialects,
    })
    .await
    .unwrap()
}

fn offer(kind: Kind, text: &str) -> Offer<'_> {
    Offer {
        kind,
        text,
        instead_of: 1,
        candidate: false,
    }
}

#[tokio::test]
async fn a_change_that_was_begun_before_another_ones_publication_does_not_replace_it() {
    let folder = tempfile::tempdir().unwrap();
    for at in places(&folder).await {
        let (one, two) = (service(&at).await, service(&at).await);
        let author = automation("a test").unwrap();
        let begun = one.base().await.unwrap();
        let flags = include_str!("../../../../config/flags/1.toml");
        let flags = flags.replacen("number = 1", "number = 2", 1);
        let flags = flags.replacen(
            "route-table = { on = true }",
            "route-table = { on = false }",
            1,
        );
        let put = two.put(&author, &offer(Kind::Flags, &flags)).await.unwrap();
        assert_eq!(put, Put::Published(2));

        let state = begun.state.clone();
        let late = one.change(&author, "late".to_owned(), (begun, state)).await;
        assert!(matches!(late, Err(Unpublished::Overtaken)), "{late:?}");
        assert_eq!(
            two.state().await.unwrap().documents.get(&Kind::Flags),
            Some(&2)
        );

        // Begun again it stands on what the other one has published.
        let begun = one.base().await.unwrap();
        let state = begun.state.clone();
        let again = one
            .change(&author, "again".to_owned(), (begun, state))
            .await;
        assert_eq!(again.unwrap(), 3);
        assert_eq!(
            one.state().await.unwrap().documents.get(&Kind::Flags),
            Some(&2)
        );
    }
}
