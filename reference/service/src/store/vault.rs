//! Seals protected bodies: AES-256-GCM under a key that is not in the database, bound to the id of the body.
//! Refuses a body that was changed, or moved to another id, or sealed by a key that it does not hold.

use super::StoreError;
use crate::config::StoreAt;
use domain::masked::Masked;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs, io};

/// A key with its id, which stands beside what it sealed.
#[derive(Clone, Debug)]
pub struct PayloadKey {
    /// At most 255 bytes.
    pub id: String,
    pub key: Masked<[u8; 32]>,
}

impl PayloadKey {
    /// The key that a folder keeps, made when there is none; whoever seals in a database elsewhere shares the folder.
    ///
    /// Errors: the folder or the key in it cannot be used
    pub fn kept(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            id: "own".to_owned(),
            key: Masked::new(kept(folder)?),
        })
    }
}

/// The form of a sealed body, should there ever be another one.
const FORM: u8 = 1;

/// The name of the key that a folder keeps for itself.
const OWN: &str = "payload.key";

/// The keys of protected bodies. The first of them seals; the others still open what they sealed.
pub(crate) struct Vault {
    current: String,
    keys: BTreeMap<String, LessSafeKey>,
    random: SystemRandom,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.current).finish()
    }
}

/// Why a body cannot be sealed or opened. Nothing of the body or the key is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Sealed {
    #[error("there is no key for protected bodies")]
    NoKey,
    #[error("a protected body cannot be sealed")]
    NotSealed,
    #[error("a protected body was changed, moved or sealed by another key")]
    NotOpened,
}

impl Vault {
    /// A vault that seals with the first of these keys.
    pub(crate) fn of(keys: &[PayloadKey]) -> Result<Self, Sealed> {
        let current = keys.first().ok_or(Sealed::NoKey)?.id.clone();
        let held = keys.iter().map(|key| {
            let unbound = UnboundKey::new(&AES_256_GCM, key.key.expose());
            let unbound = unbound.map_err(|_| Sealed::NoKey)?;
            Ok((key.id.clone(), LessSafeKey::new(unbound)))
        });
        Ok(Self {
            current,
            keys: held.collect::<Result<_, Sealed>>()?,
            random: SystemRandom::new(),
        })
    }

    /// The vault of a database for which no key was configured: a new key in memory, one beside the database in a folder.
    ///
    /// Errors: a server that many services share has none of its own
    pub(crate) fn own(at: &StoreAt) -> Result<Self, StoreError> {
        let key = match at {
            StoreAt::Memory => fresh()?,
            StoreAt::Folder(folder) => kept(folder)?,
            StoreAt::Postgres(_) | StoreAt::PostgresFile(_) => return Err(Sealed::NoKey.into()),
        };
        let (id, key) = ("own".to_owned(), Masked::new(key));
        Ok(Self::of(&[PayloadKey { id, key }])?)
    }

    /// Form, length and id of the key, nonce, then the body with its tag.
    pub(super) fn seal(&self, id: &str, body: &[u8]) -> Result<Vec<u8>, Sealed> {
        let key = self.keys.get(&self.current).ok_or(Sealed::NoKey)?;
        let mut nonce = [0; NONCE_LEN];
        let filled = self.random.fill(&mut nonce);
        filled.map_err(|_| Sealed::NotSealed)?;
        let mut sealed = body.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(unique, Aad::from(id.as_bytes()), &mut sealed)
            .map_err(|_| Sealed::NotSealed)?;
        let length = u8::try_from(self.current.len()).map_err(|_| Sealed::NotSealed)?;
        let name = self.current.as_bytes();
        Ok([&[FORM, length], name, &nonce, &sealed].concat())
    }

    /// The body that was sealed under this id.
    pub(super) fn open(&self, id: &str, sealed: &[u8]) -> Result<Masked<Vec<u8>>, Sealed> {
        let parts = || {
            let ([FORM, length], rest) = sealed.split_first_chunk::<2>()? else {
                return None;
            };
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>()?;
            let key = self.keys.get(std::str::from_utf8(name).ok()?)?;
            Some((key, *nonce, rest.to_vec()))
        };
        let (key, nonce, mut body) = parts().ok_or(Sealed::NotOpened)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = key.open_in_place(nonce, Aad::from(id.as_bytes()), &mut body);
        let length = opened.map_err(|_| Sealed::NotOpened)?.len();
        body.truncate(length);
        Ok(Masked::new(body))
    }
}

fn fresh() -> Result<[u8; 32], Sealed> {
    let mut key = [0; 32];
    let filled = SystemRandom::new().fill(&mut key);
    filled.map_err(|_| Sealed::NoKey)?;
    Ok(key)
}

/// The key that a folder keeps for itself, made when it is first needed. Good for a developer's machine; a service that
/// holds real members is given keys from elsewhere.
fn kept(folder: &Path) -> Result<[u8; 32], StoreError> {
    let path = folder.join(OWN);
    let unusable = |source| StoreError::Folder {
        folder: folder.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(unusable)?;
    let made = fresh()?;
    match write_private(&path, &made) {
        Ok(()) => Ok(made),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let read = fs::read(&path).map_err(unusable)?;
            Ok(read.try_into().map_err(|_| Sealed::NoKey)?)
        }
        Err(source) => Err(unusable(source)),
    }
}

/// Writes a new file that only its owner can read.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn key(id: &str, byte: u8) -> PayloadKey {
        PayloadKey {
            id: id.to_owned(),
            key: Masked::new([byte; 32]),
        }
    }

    #[test]
    fn a_body_is_opened_under_its_id_and_no_other() {
        let vault = Vault::of(&[key("k1", 1)]).unwrap();
        let sealed = vault.seal("p1", b"body").unwrap();
        assert!(!sealed.windows(4).any(|window| window == b"body"));
        assert_eq!(vault.open("p1", &sealed).unwrap().expose(), b"body");
        assert_eq!(vault.open("p2", &sealed), Err(Sealed::NotOpened));
        assert_ne!(vault.seal("p1", b"body").unwrap(), sealed);
    }

    #[test]
    fn a_body_that_was_changed_anywhere_or_never_sealed_is_refused() {
        let vault = Vault::of(&[key("k1", 1)]).unwrap();
        let sealed = vault.seal("p1", b"body").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(vault.open("p1", &changed), Err(Sealed::NotOpened));
            let cut = vault.open("p1", &sealed[..place]);
            assert_eq!(cut, Err(Sealed::NotOpened));
        }
        assert_eq!(vault.open("p1", b"body"), Err(Sealed::NotOpened));
    }

    #[test]
    fn a_new_key_seals_and_an_old_one_still_opens() {
        let before = Vault::of(&[key("k1", 1)]).unwrap();
        let sealed = before.seal("p1", b"body").unwrap();
        let after = Vault::of(&[key("k2", 2), key("k1", 1)]).unwrap();
        assert_eq!(after.open("p1", &sealed).unwrap().expose(), b"body");
        let new = after.seal("p1", b"body").unwrap();
        assert_eq!(before.open("p1", &new), Err(Sealed::NotOpened));
        let stolen = Vault::of(&[key("k1", 3)]).unwrap();
        assert_eq!(stolen.open("p1", &sealed), Err(Sealed::NotOpened));
        assert_eq!(Vault::of(&[]).map(drop), Err(Sealed::NoKey));
    }

    #[test]
    fn a_folder_keeps_its_key_and_a_shared_server_has_none_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let at = StoreAt::Folder(folder.path().to_owned());
        let sealed = Vault::own(&at).unwrap().seal("p1", b"body").unwrap();
        let again = Vault::own(&at).unwrap();
        assert_eq!(again.open("p1", &sealed).unwrap().expose(), b"body");
        let server = StoreAt::Postgres(Masked::new("postgres://nowhere".to_owned()));
        assert!(Vault::own(&server).is_err());
        assert_eq!(
            format!("{:?}", key("k1", 7)),
            "PayloadKey { id: \"k1\", key: *** }"
        );
    }
}
