//! What the regulation wants done by when: to ask, to ask again, to answer; each a row until it is done.
//! Refuses to end an exchange that is late: late is told, and done all the same.

use super::progress::leave;
use super::row::{maybe_time, maybe_word, text, time, word};
use super::{Exchange, NewExport, Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::deadlines::{Deadline, Duty, Settled};
use domain::export::Phase;
use domain::ids::ExportId;
use domain::workflow::{Event, Notice};
use sqlx::Row;
use sqlx::any::AnyRow;

/// Something that has to be done by a certain time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDuty<'a> {
    /// The exchange or export that it is about.
    pub subject: &'a str,
    pub partner: &'a str,
    /// The exchange that asks again for what this one brings.
    pub follows: Option<&'a str>,
    pub deadline: Deadline,
}

/// A duty as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    pub subject: String,
    pub partner: String,
    pub deadline: Deadline,
    pub alerted_at: Option<Timestamp>,
    pub ended: Option<(Timestamp, Settled)>,
}

/// Which duties are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwedFilter {
    pub duty: Option<Duty>,
    pub partner: Option<String>,
    /// Those that are done, too.
    pub all: bool,
}

/// The most that one question gives (ours).
pub(crate) const MOST_OWED: usize = 200;

/// Takes a duty on; one that is there already begins anew.
pub(super) async fn open(tx: &mut Tx, new: &NewDuty<'_>) -> Result<(), StoreError> {
    let deadline = &new.deadline;
    sqlx::query(
        "INSERT INTO duties (subject, duty, partner, follows, starts_at, alert_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (subject, duty) DO UPDATE SET starts_at = $5, alert_at = $6, due_at = $7,
            alerted_at = NULL, ended_at = NULL, how = NULL",
    )
    .bind(new.subject)
    .bind(deadline.duty.word())
    .bind(new.partner)
    .bind(new.follows)
    .bind(stored(deadline.starts))
    .bind(stored(deadline.warns))
    .bind(stored(deadline.ends))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The answer that is owed to whoever asked for an export.
pub(super) fn of_export<'a>(new: &'a NewExport<'_>) -> Option<NewDuty<'a>> {
    Some(NewDuty {
        subject: new.id.as_str(),
        partner: new.client.as_str(),
        follows: None,
        deadline: new.answer?,
    })
}

async fn settle(
    tx: &mut Tx,
    (subject, duty): (&str, Duty),
    how: Settled,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE duties SET ended_at = $1, how = $2 WHERE subject = $3 AND duty = $4 AND ended_at IS NULL",
    )
    .bind(stored(now))
    .bind(how.word())
    .bind(subject)
    .bind(duty.word())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a move of an exchange means for what is owed: a partner that took the request on, or refused it, was asked.
pub(super) async fn moved(
    tx: &mut Tx,
    exchange: &Exchange,
    event: &Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let how = match event {
        Event::Acknowledged => Settled::Done,
        Event::Rejected { .. } | Event::Cancelled | Event::Closed { .. } => {
            if exchange.submissions > 0 {
                Settled::Done
            } else {
                Settled::Withdrawn
            }
        }
        Event::Validated { .. }
        | Event::MemberResolved { .. }
        | Event::RouteChosen { .. }
        | Event::RouteWithdrawn
        | Event::Completed(_)
        | Event::Exhausted { .. }
        | Event::Replayed { .. } => return Ok(()),
    };
    let id = exchange.id.as_str();
    settle(tx, (id, Duty::Ask), how, now).await?;
    if how == Settled::Withdrawn {
        return Ok(());
    }
    sqlx::query(
        "UPDATE duties SET ended_at = $1, how = $2 WHERE duty = $3 AND ended_at IS NULL AND partner = $4
            AND subject IN (SELECT follows FROM duties WHERE subject = $5 AND duty = $6)",
    )
    .bind(stored(now))
    .bind(how.word())
    .bind(Duty::AskAgain.word())
    .bind(exchange.partner.as_str())
    .bind(id)
    .bind(Duty::Ask.word())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the next phase of an export means for the answer that is owed: a failure is an answer too.
pub(super) async fn answered(
    tx: &mut Tx,
    id: &ExportId,
    to: Phase,
    now: Timestamp,
) -> Result<(), StoreError> {
    let how = match to {
        Phase::Complete | Phase::Failed => Settled::Done,
        Phase::Cancelled => Settled::Withdrawn,
        Phase::Accepted | Phase::InProgress => return Ok(()),
    };
    settle(tx, (id.as_str(), Duty::Answer), how, now).await
}

impl Store {
    /// Tells once of everything that is nearly over. Gives how much that was.
    pub(crate) async fn press(&self, now: Timestamp) -> Result<usize, StoreError> {
        let near = "FROM duties WHERE ended_at IS NULL AND alerted_at IS NULL AND alert_at <= ";
        let query = format!("SELECT count(*) {near} $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(stored(now))
            .fetch_one(&self.pool)
            .await?;
        if row.try_get::<i64, _>(0)? == 0 {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let told = sqlx::query(
            "UPDATE duties SET alerted_at = $1 WHERE ended_at IS NULL AND alerted_at IS NULL AND alert_at <= $1
             RETURNING subject",
        )
        .bind(stored(now))
        .fetch_all(&mut *tx)
        .await?;
        for row in &told {
            let subject = text(row, "subject")?;
            leave(&mut tx, &subject, Notice::DeadlineNear, now).await?;
        }
        tx.commit().await?;
        Ok(told.len())
    }

    /// What is owed, the nearest end first.
    pub(crate) async fn owed(&self, filter: &OwedFilter) -> Result<Vec<Owed>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM duties WHERE ($1 IS NULL OR duty = $1) AND ($2 IS NULL OR partner = $2)
                AND (ended_at IS NULL OR $3 = 1) ORDER BY due_at, subject, duty LIMIT $4",
        )
        .bind(filter.duty.map(Duty::word))
        .bind(filter.partner.as_deref())
        .bind(i64::from(filter.all))
        .bind(i64::try_from(MOST_OWED).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Owed, StoreError> {
    let how: Option<Settled> = maybe_word(row, "how")?;
    Ok(Owed {
        subject: text(row, "subject")?,
        partner: text(row, "partner")?,
        deadline: Deadline {
            duty: word(row, "duty")?,
            starts: time(row, "starts_at")?,
            warns: time(row, "alert_at")?,
            ends: time(row, "due_at")?,
        },
        alerted_at: maybe_time(row, "alerted_at")?,
        ended: maybe_time(row, "ended_at")?.zip(how),
    })
}
