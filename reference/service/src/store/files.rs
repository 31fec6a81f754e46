//! The files of what is answered later, kept as protected bodies until they expire.
//! Refuses to add one to an export that has ended, and to give one to anybody after its time.

use super::job::{self, RunId};
use super::row::text;
use super::{Store, StoreError, Tx, audit, payload};
use domain::Timestamp;
use domain::export::{NdJson, name};
use domain::ids::ExportId;
use domain::masked::Masked;
use sqlx::Row;
use sqlx::any::AnyRow;

/// A file and the name under which it is fetched.
pub(crate) struct NamedFile {
    pub name: String,
    pub lines: NdJson,
}

impl NamedFile {
    pub(crate) fn first(lines: NdJson) -> Self {
        Self::of_part(lines, 1)
    }

    /// The file of a part of an export.
    pub(crate) fn of_part(lines: NdJson, part: usize) -> Self {
        Self {
            name: name(lines.kind, part),
            lines,
        }
    }
}

impl Store {
    /// Adds files to an export that `run` still carries out. False when it has ended, or has been taken over.
    pub(crate) async fn add_files(
        &self,
        (id, run): (&ExportId, &RunId),
        files: &[NamedFile],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !job::is_of(&mut tx, self.lock_clause(), id, run).await? {
            return Ok(false);
        }
        for file in files {
            keep(&mut tx, id, file, now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Name and number of records of every file.
    pub(crate) async fn export_files(
        &self,
        id: &ExportId,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let rows =
            sqlx::query("SELECT kind, count FROM export_files WHERE export = $1 ORDER BY kind")
                .bind(id.as_str())
                .fetch_all(&self.pool)
                .await?;
        let file = |row: &AnyRow| {
            let count: i64 = row.try_get("count")?;
            Ok((text(row, "kind")?, u64::try_from(count).unwrap_or_default()))
        };
        rows.iter().map(file).collect()
    }

    /// How many bytes one file takes up as it is stored.
    pub(crate) async fn export_file_bytes(
        &self,
        id: &ExportId,
        name: &str,
    ) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "SELECT CAST(length(p.body) AS BIGINT) FROM export_files f JOIN payloads p ON p.id = f.body
             WHERE f.export = $1 AND f.kind = $2",
        )
        .bind(id.as_str())
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(payload::length).transpose()
    }

    /// The lines of one file. That they are read is written down first.
    pub(crate) async fn read_export_file(
        &self,
        id: &ExportId,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<Masked<Vec<u8>>>, StoreError> {
        let mut tx = self.write().await?;
        let row = sqlx::query(
            "SELECT p.id, p.body FROM export_files f JOIN payloads p ON p.id = f.body WHERE f.export = $1 AND f.kind = $2",
        )
        .bind(id.as_str())
        .bind(name)
        .fetch_optional(&mut *tx)
        .await?;
        if row.is_some() {
            audit::exported(&mut tx, id, audit::Deed::Read, None, now).await?;
        }
        tx.commit().await?;
        row.map(|row| self.opened(&row, "id", "body")).transpose()
    }
}

pub(super) async fn keep(
    tx: &mut Tx,
    id: &ExportId,
    file: &NamedFile,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = Masked::new(file.lines.text.clone().into_bytes());
    let body = payload::keep(tx, "export-file", &body, now).await?;
    sqlx::query("INSERT INTO export_files (export, kind, count, body) VALUES ($1, $2, $3, $4)")
        .bind(id.as_str())
        .bind(&file.name)
        .bind(i64::try_from(file.lines.count).unwrap_or(i64::MAX))
        .bind(body)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes the files of an export. Gives how many there were: somebody else may have been first.
pub(super) async fn remove(tx: &mut Tx, id: &ExportId) -> Result<usize, StoreError> {
    let rows = sqlx::query("DELETE FROM export_files WHERE export = $1 RETURNING body")
        .bind(id.as_str())
        .fetch_all(&mut **tx)
        .await?;
    for row in &rows {
        sqlx::query("DELETE FROM payloads WHERE id = $1")
            .bind(text(row, "body")?)
            .execute(&mut **tx)
            .await?;
    }
    Ok(rows.len())
}
