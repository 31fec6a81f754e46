//! Who carries out what is answered later, and until when: a job belongs to whoever took it last.
//! Refuses to let anybody write for a job that has ended, or that somebody else has taken since.

use super::row::{maybe_time, number, text};
use super::{Lease, Store, StoreError, Tx, files, stored};
use domain::Timestamp;
use domain::ids::ExportId;
use sqlx::{AssertSqlSafe, Row};

/// One carrying out of a job. A later one takes its place, and from then on it writes nothing more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunId(String);

/// A job in the hands of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub id: ExportId,
    pub run: RunId,
    /// How often it has been taken.
    pub attempt: u32,
}

/// Jobs that can be taken now: nobody holds them, or whoever does has let the lease run out. A worker does not take what
/// it has in hand itself: it is slow, and knows. The ids stand in one text, as those of steps do.
const DUE: &str = "phase IN ('accepted', 'in-progress') AND (run_after IS NULL OR run_after <= $1)
    AND (lease_until IS NULL OR lease_until <= $1) AND $2 NOT LIKE '%' || id || '%'";

impl Store {
    /// Is there a job that nobody holds, and that is not `in_hand`?
    pub(crate) async fn is_job_due(
        &self,
        in_hand: &[String],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let query =
            format!("SELECT count(*) FROM (SELECT id FROM exports WHERE {DUE} LIMIT 1) AS due");
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(stored(now))
            .bind(in_hand.join(" "))
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get::<i64, _>(0)? > 0)
    }

    /// Takes up to `most` jobs that nobody holds and that are not `in_hand`. What an earlier run has written of one is removed.
    pub(crate) async fn take_jobs(
        &self,
        lease: &Lease,
        (most, in_hand): (usize, &[String]),
        now: Timestamp,
    ) -> Result<Vec<Job>, StoreError> {
        let take = self.kind.take_clause();
        let query = format!(
            "WITH due AS MATERIALIZED (SELECT id FROM exports WHERE {DUE} ORDER BY id LIMIT $3{take})
             UPDATE exports SET run = $4, lease_owner = $5, lease_until = $6, run_after = NULL, attempt = attempt + 1
             WHERE id IN (SELECT id FROM due) RETURNING id, attempt"
        );
        let run = RunId(crate::id::fresh(now));
        let mut tx = self.write().await?;
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(stored(now))
            .bind(in_hand.join(" "))
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .bind(&run.0)
            .bind(lease.owner.as_str())
            .bind(stored(lease.until))
            .fetch_all(&mut *tx)
            .await?;
        let mut jobs = Vec::new();
        for row in rows {
            let id = ExportId::new(text(&row, "id")?);
            files::remove(&mut tx, &id).await?;
            jobs.push(Job {
                id,
                run: run.clone(),
                attempt: number(&row, "attempt")?,
            });
        }
        tx.commit().await?;
        Ok(jobs)
    }

    /// Takes this job, whoever holds it; none when it has ended.
    pub(crate) async fn take_over(
        &self,
        id: &ExportId,
        lease: &Lease,
        now: Timestamp,
    ) -> Result<Option<RunId>, StoreError> {
        let run = RunId(crate::id::fresh(now));
        let mut tx = self.write().await?;
        let taken = sqlx::query(
            "UPDATE exports SET run = $1, lease_owner = $2, lease_until = $3
             WHERE id = $4 AND phase IN ('accepted', 'in-progress')",
        )
        .bind(&run.0)
        .bind(lease.owner.as_str())
        .bind(stored(lease.until))
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        files::remove(&mut tx, id).await?;
        tx.commit().await?;
        Ok(Some(run))
    }

    /// Holds a job longer. False when it has ended, or somebody else has taken it.
    pub(crate) async fn hold_job(&self, job: &Job, until: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let held = sqlx::query(
            "UPDATE exports SET lease_until = $1
             WHERE id = $2 AND run = $3 AND phase IN ('accepted', 'in-progress')",
        )
        .bind(stored(until))
        .bind(job.id.as_str())
        .bind(&job.run.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(held.rows_affected() == 1)
    }

    /// Gives a job back, to be taken from `run_after` on or at once. Whoever has taken it since keeps it.
    pub(crate) async fn give_job_back(
        &self,
        job: &Job,
        run_after: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE exports SET lease_owner = NULL, lease_until = NULL, run_after = $1 WHERE id = $2 AND run = $3",
        )
        .bind(run_after.map(stored))
        .bind(job.id.as_str())
        .bind(&job.run.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// When the next job can be taken that was given back.
    pub(crate) async fn next_job(&self) -> Result<Option<Timestamp>, StoreError> {
        let query = "SELECT min(run_after) AS due FROM exports
             WHERE phase IN ('accepted', 'in-progress') AND lease_until IS NULL";
        let row = sqlx::query(query).fetch_one(&self.pool).await?;
        maybe_time(&row, "due")
    }

    /// How many jobs still have something to do.
    pub(crate) async fn open_jobs(&self) -> Result<i64, StoreError> {
        let query = "SELECT count(*) FROM exports WHERE phase IN ('accepted', 'in-progress')";
        let row = sqlx::query(query).fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }
}

/// Is it this run that carries the job out, and has it not ended? The row is held until the transaction ends.
pub(super) async fn is_of(
    tx: &mut Tx,
    lock: &'static str,
    id: &ExportId,
    run: &RunId,
) -> Result<bool, StoreError> {
    let query = format!(
        "SELECT id FROM exports WHERE id = $1 AND run = $2 AND phase IN ('accepted', 'in-progress'){lock}"
    );
    let row = sqlx::query(AssertSqlSafe(query))
        .bind(id.as_str())
        .bind(&run.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}
