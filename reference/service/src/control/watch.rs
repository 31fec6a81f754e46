//! Looks, again and again, for what changes from outside: another service's publication, a verdict on a canary, a new file.
//! Refuses to run on a clock that jumps: there it looks only when it is told to.

use super::publish::{Author, Control, Offer, Put, Unpublished};
use super::trial::{Judged, automation};
use super::{LONGEST, Refused};
use crate::clock::Rounds;
use domain::control::Kind;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::sync::watch;

/// How a service looks.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub every: Duration,
    /// Holds `<kind>/<n>.toml`.
    pub folder: Option<PathBuf>,
}

/// The digest of the text that was refused, by kind.
type Told = BTreeMap<Kind, Vec<u8>>;

/// Looks in every round, until the service stops. `wake` is called when exchanges may have something to do.
pub(crate) async fn run(
    control: Arc<Control>,
    (mut rounds, folder): (Rounds, Option<PathBuf>),
    mut stopped: watch::Receiver<bool>,
    wake: impl Fn() + Send + 'static,
) {
    let mut told = Told::new();
    match control.finish_withdrawals().await {
        Ok(true) => wake(),
        Ok(false) => {}
        Err(error) => tracing::error!(cause = %error, "the next round withdraws the exchanges"),
    }
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = rounds.next() => {}
        }
        match control.look(folder.as_deref(), &mut told).await {
            Ok(true) => wake(),
            Ok(false) => {}
            Err(error) => tracing::error!(cause = %error, "the control plane could not look"),
        }
    }
}

impl Control {
    /// Looks once. Gives whether exchanges may have something to do because of it.
    async fn look(&self, folder: Option<&Path>, told: &mut Told) -> Result<bool, Unpublished> {
        let followed = self.follow().await?;
        if let Some(folder) = folder {
            self.take_files(folder, told).await?;
        }
        let withdrawn = self.finish_withdrawals().await?;
        let judged = self.compare().await?;
        Ok(followed || withdrawn || !matches!(judged, Judged::Nothing))
    }

    /// Kinds whose newest file was refused when it was last looked at: the former document is in force.
    pub(crate) fn refused(&self) -> Vec<Kind> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clone()
    }

    /// Hands in the next document of every kind, where there is a file of it. A refusal is told once for a text.
    async fn take_files(&self, folder: &Path, told: &mut Told) -> Result<(), Unpublished> {
        for kind in Kind::ALL {
            let in_force = self.state().await?.documents.get(kind).copied();
            let in_force = in_force.unwrap_or_default();
            let newest = self.store.newest_document(*kind).await?;
            let newest = newest.map_or(in_force, |newest| newest.number);
            let which = (*kind, newest.saturating_add(1));
            let file = folder.join(kind.word()).join(format!("{}.toml", which.1));
            let Some(text) = text(&file).await else {
                told.remove(kind);
                continue;
            };
            let digest = Sha256::digest(text.as_bytes()).to_vec();
            if told.get(kind) == Some(&digest) {
                continue;
            }
            match self.is_refused(&text, which, in_force).await? {
                true => told.insert(*kind, digest),
                false => told.remove(kind),
            };
        }
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = told.keys().copied().collect();
        Ok(())
    }

    /// Hands in what a file says.
    async fn is_refused(
        &self,
        text: &str,
        (kind, number): (Kind, i64),
        instead_of: i64,
    ) -> Result<bool, Unpublished> {
        let author: Author = automation("found in the watched folder")?;
        let offer = Offer {
            kind,
            text,
            instead_of,
            candidate: false,
        };
        match self.put(&author, &offer).await {
            Ok(Put::Published(_) | Put::Kept | Put::Waits) => Ok(false),
            Err(Unpublished::Refused(Refused(why))) => {
                tracing::error!(kind = kind.word(), number, why, "a document was refused");
                Ok(true)
            }
            Err(other) => Err(other),
        }
    }
}

/// A file that can be read whole; one that cannot is left alone.
async fn text(file: &Path) -> Option<String> {
    let file = tokio::fs::File::open(file).await.ok()?;
    let most = u64::try_from(LONGEST).ok()?.saturating_add(1);
    let mut text = String::new();
    file.take(most).read_to_string(&mut text).await.ok()?;
    Some(text)
}
