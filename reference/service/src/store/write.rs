//! A writing transaction, and a place from which a test watches that it begins, is about to last, and lasts.
//! Refuses to let the watcher change anything: it may only look, or end the process.

use super::vault::Vault;
use sqlx::{Any, AnyConnection, Transaction};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritePoint {
    /// Nothing has been said to the database.
    Before,
    /// Everything has been said; nothing lasts yet.
    Within,
    /// It lasts.
    After,
}

/// Called at every point of every write.
pub type WriteHook = Arc<dyn Fn(WritePoint) + Send + Sync>;

/// Who watches, if anybody does.
#[derive(Clone, Default)]
pub(super) struct Watch(Option<WriteHook>);

impl Watch {
    pub(super) const fn by(hook: Option<WriteHook>) -> Self {
        Self(hook)
    }

    pub(super) fn tell(&self, point: WritePoint) {
        if let Some(hook) = &self.0 {
            hook(point);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.0.is_some()).finish()
    }
}

/// A writing transaction. Dropped without a commit, it leaves nothing.
pub(crate) struct Tx {
    inner: Transaction<'static, Any>,
    watch: Watch,
    /// Seals the protected bodies that are kept in it.
    pub(super) vault: Arc<Vault>,
}

impl Tx {
    pub(super) const fn new(
        inner: Transaction<'static, Any>,
        watch: Watch,
        vault: Arc<Vault>,
    ) -> Self {
        Self {
            inner,
            watch,
            vault,
        }
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        let Self { inner, watch, .. } = self;
        watch.tell(WritePoint::Within);
        inner.commit().await?;
        watch.tell(WritePoint::After);
        Ok(())
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
