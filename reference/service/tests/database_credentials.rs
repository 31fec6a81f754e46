//! The password of the database changes while calls go on: nothing fails, and nobody uses the old one any more.
//! Refuses to trust the server of the tests, which asks for no password: a door before it does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::{Alarm, StoreAt};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use support::request::{Person, member_match};
use support::stores::Place;
use support::{Scene, Service, log};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A door before a PostgreSQL server that asks for a password, in the server's own protocol.
///
/// Source: PostgreSQL 17, 53.2.1 start-up, 53.7 message formats
struct Door {
    address: SocketAddr,
    good: Mutex<BTreeSet<String>>,
    /// How many were let in, and how many of them are still inside, by password.
    let_in: Mutex<BTreeMap<String, usize>>,
    inside: Mutex<BTreeMap<String, usize>>,
    turned_away: AtomicUsize,
}

impl Door {
    async fn before(server: String) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            good: Mutex::default(),
            let_in: Mutex::default(),
            inside: Mutex::default(),
            turned_away: AtomicUsize::new(0),
        });
        let opened = Arc::clone(&door);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (door, server) = (Arc::clone(&opened), server.clone());
                tokio::spawn(async move { door.greet(client, &server).await });
            }
        });
        door
    }

    async fn greet(&self, mut client: TcpStream, server: &str) -> Option<()> {
        let mut start = packet(&mut client).await?;
        // A wish for TLS comes before the start.
        if start[4..8] == 80_877_103u32.to_be_bytes() {
            client.write_all(b"N").await.ok()?;
            start = packet(&mut client).await?;
        }
        client.write_all(b"R\0\0\0\x08\0\0\0\x03").await.ok()?;
        let mut kind = [0];
        client.read_exact(&mut kind).await.ok()?;
        assert_eq!(&kind, b"p");
        let told = packet(&mut client).await?;
        let password = std::str::from_utf8(&told[4..])
            .unwrap()
            .trim_end_matches('\0')
            .to_owned();
        if !self.good.lock().unwrap().contains(&password) {
            self.turned_away.fetch_add(1, Ordering::SeqCst);
            let fields = b"SFATAL\0VFATAL\0C28P01\0Mno\0\0";
            let length = u32::try_from(fields.len() + 4).unwrap();
            let refusal = [b"E".as_slice(), &length.to_be_bytes(), fields].concat();
            client.write_all(&refusal).await.ok()?;
            return None;
        }
        let mut upstream = TcpStream::connect(server).await.ok()?;
        upstream.write_all(&start).await.ok()?;
        count(&self.let_in, &password, 1);
        count(&self.inside, &password, 1);
        let _ = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
        count(&self.inside, &password, -1);
        None
    }

    fn opens_to(&self, passwords: &[&str]) {
        let good = passwords.iter().map(|&word| word.to_owned());
        *self.good.lock().unwrap() = good.collect();
    }

    fn let_in(&self, password: &str) -> usize {
        self.let_in
            .lock()
            .unwrap()
            .get(password)
            .copied()
            .unwrap_or_default()
    }

    fn inside(&self, password: &str) -> usize {
        self.inside
            .lock()
            .unwrap()
            .get(password)
            .copied()
            .unwrap_or_default()
    }

    /// The address of the database behind the door.
    fn url(&self, password: &str, database: &str) -> String {
        format!("postgres://postgres:{password}@{}/{database}", self.address)
    }
}

/// A packet with its length in front, the length included.
async fn packet(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await.ok()?;
    let size = usize::try_from(u32::from_be_bytes(length)).unwrap();
    let mut whole = length.to_vec();
    whole.resize(size, 0);
    from.read_exact(&mut whole[4..]).await.ok()?;
    Some(whole)
}

fn count(of: &Mutex<BTreeMap<String, usize>>, password: &str, by: isize) {
    let mut of = of.lock().unwrap();
    let known = of.entry(password.to_owned()).or_default();
    *known = known.checked_add_signed(by).unwrap();
}

const ONE: &str = "first-password-4711";
const TWO: &str = "second-password-4712";
const THREE: &str = "third-password-4713";

/// A service that reaches its database through the door, by what stands in the file; or none without a server.
async fn behind(file: &Path) -> Option<(Arc<Door>, Service, String)> {
    let place = Place::postgres().await?;
    let StoreAt::Postgres(url) = &place.at else {
        panic!("not a server");
    };
    let (server, database) = url.expose().rsplit_once('/').unwrap();
    let server = server.rsplit_once('@').unwrap().1.to_owned();
    let door = Door::before(server).await;
    door.opens_to(&[ONE]);
    std::fs::write(file, door.url(ONE, database)).unwrap();
    let mut scene = Scene::new();
    scene.config.store = StoreAt::PostgresFile(file.to_owned());
    let service = scene.start().await;
    Some((door, service, database.to_owned()))
}

async fn answered(service: &Service) -> u16 {
    let known = member_match(&Person::number(2), "contoso");
    service.ask("contoso", &known).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_s2_58_the_password_of_the_database_changes_under_load_and_no_request_fails() {
    log::listen();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database");
    let Some((door, service, database)) = behind(&file).await else {
        return;
    };
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = async {
        let mut wrong = 0;
        while !stop.load(Ordering::SeqCst) {
            let four = tokio::join!(
                answered(&service),
                answered(&service),
                answered(&service),
                answered(&service)
            );
            let all = [four.0, four.1, four.2, four.3];
            wrong += all.iter().filter(|status| **status != 200).count();
            done.fetch_add(all.len(), Ordering::SeqCst);
        }
        wrong
    };
    let more = async || {
        let wanted = done.load(Ordering::SeqCst) + 16;
        while done.load(Ordering::SeqCst) < wanted {
            tokio::task::yield_now().await;
        }
    };
    let rotation = async {
        more().await;
        for (old, new) in [(ONE, TWO), (TWO, THREE)] {
            // Both are good until the new one is in use; then the old one is not.
            door.opens_to(&[old, new]);
            std::fs::write(&file, door.url(new, &database)).unwrap();
            if new == TWO {
                assert!(service.running.rotate_database().await.unwrap());
                assert!(!service.running.rotate_database().await.unwrap());
            } else {
                // Nobody asks: the service looks by itself.
                while door.let_in(new) == 0 {
                    tokio::task::yield_now().await;
                }
            }
            more().await;
            door.opens_to(&[new]);
            more().await;
            assert!(door.let_in(new) > 1, "not only the trial");
            while door.inside(old) > 0 {
                more().await;
            }
        }
        stop.store(true, Ordering::SeqCst);
    };
    let (wrong, ()) = tokio::join!(load, rotation);
    assert_eq!(wrong, 0, "of {}", done.load(Ordering::SeqCst));
    assert_eq!(door.turned_away.load(Ordering::SeqCst), 0);
    assert_eq!(service.running.alarms(), []);
    let logged = log::text();
    assert!(logged.contains("the database is reached with new credentials"));
    for password in [ONE, TWO, THREE] {
        assert!(!logged.contains(password));
    }
    service.running.stop().await;
}

#[tokio::test]
async fn an_address_that_does_not_let_us_in_changes_nothing_and_is_told_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database");
    let Some((door, service, database)) = behind(&file).await else {
        return;
    };
    let wrong = door.url("wrong-password-4714", &database);
    for (text, turned_away) in [
        (wrong.as_str(), 1),
        ("nonsense", 1),
        ("", 1),
        ("postgres://:x", 1),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = service.running.rotate_database().await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("4714"));
        assert_eq!(door.turned_away.load(Ordering::SeqCst), turned_away);
        assert_eq!(answered(&service).await, 200);
    }
    std::fs::remove_file(&file).unwrap();
    assert!(service.running.rotate_database().await.is_err());
    // Whoever looks by itself tells somebody.
    while service.running.alarms().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.running.alarms()[0].alarm, Alarm::Secrets);
    std::fs::write(&file, door.url(ONE, &database)).unwrap();
    assert!(
        !service.running.rotate_database().await.unwrap(),
        "it is the one in use"
    );
    assert_eq!(answered(&service).await, 200);
    service.running.stop().await;
}
