//! Disputes about who a person is, and what their resolution changes: aliases of the person, and the exchange that failed.
//! Refuses to change one without the other: a resolution is one transaction, told of in the log.

use super::deadline;
use super::duty::{self, NewDuty};
use super::progress::won;
use super::row::{maybe_time, maybe_word, text, time, word};
use super::{Exchange, NewExchange, Store, StoreError, Tx, audit, payload, person, steps, stored};
use domain::Timestamp;
use domain::deadlines::{Deadline, ask};
use domain::identity::PersonRecord;
use domain::identity::dispute::{About, Consequence, Dispute, Resolution, Unresolvable};
use domain::ids::{BusinessTransactionId, ExchangeId, MemberRef, PartnerId};
use domain::masked::Masked;
use domain::record::{Action, Actor, AuditEvent, Instant, RuleId};
use domain::workflow::{Disposition, State, Work};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// A dispute as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeptDispute {
    pub id: String,
    pub version: i64,
    pub dispute: Dispute,
    pub partner: PartnerId,
    pub business_transaction: BusinessTransactionId,
    pub ended_at: Option<Timestamp>,
    /// The exchange that asks again in the place of the one that failed.
    pub reopened: Option<ExchangeId>,
}

/// A request and a resolution, and the request in the words of the resolution.
pub(crate) type Corrected = fn(&Masked<Vec<u8>>, &Resolution) -> Masked<Vec<u8>>;

/// A resolution with the version that its speaker has seen.
pub(crate) struct Resolving {
    pub resolution: Resolution,
    /// Whose aliases change, where the dispute does not say it.
    pub person: Option<MemberRef>,
    pub seen: i64,
    pub actor: Actor,
    pub rule: RuleId,
    pub snapshot: u64,
    /// When the exchange that asks again ends if no partner takes it on.
    pub ends: Deadline,
    /// How a request says the value by which the partner knows the person.
    pub corrected: Corrected,
}

/// Why a dispute was not resolved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsettled {
    #[error("there is no such dispute")]
    Nothing,
    #[error("the dispute has changed since it was read")]
    Stale,
    #[error("nobody says whose aliases change")]
    Nobody,
    #[error(transparent)]
    Unresolvable(#[from] Unresolvable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for Unsettled {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl KeptDispute {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let partner = PartnerId::new(text(row, "partner")?);
        Ok(Self {
            id: text(row, "id")?,
            version: row.try_get("version")?,
            dispute: Dispute {
                about: About {
                    person: maybe_word(row, "person")?,
                    partner: Some(partner.clone()),
                    exchange: maybe_word(row, "exchange")?,
                },
                code: word(row, "code")?,
                state: word(row, "state")?,
                owner: word(row, "owner")?,
                opened_at: time(row, "opened_at")?,
                due_at: time(row, "due_at")?,
            },
            partner,
            business_transaction: BusinessTransactionId::new(text(row, "business_transaction_id")?),
            ended_at: maybe_time(row, "ended_at")?,
            reopened: maybe_word(row, "reopened")?,
        })
    }
}

/// Opens a dispute; one exchange has one at a time.
pub(super) async fn open(
    tx: &mut Tx,
    dispute: &Dispute,
    (partner, transaction): (&PartnerId, &BusinessTransactionId),
) -> Result<String, StoreError> {
    let id = crate::id::fresh(dispute.opened_at);
    let about = &dispute.about;
    sqlx::query(
        "INSERT INTO disputes (id, version, state, code, owner, partner, exchange, person, business_transaction_id,
            opened_at, due_at)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (exchange) WHERE ended_at IS NULL DO NOTHING",
    )
    .bind(&id)
    .bind(dispute.state.word())
    .bind(dispute.code.to_string())
    .bind(dispute.owner.as_str())
    .bind(partner.as_str())
    .bind(about.exchange.as_ref().map(ExchangeId::as_str))
    .bind(about.person.as_ref().map(MemberRef::as_str))
    .bind(transaction.as_str())
    .bind(stored(dispute.opened_at))
    .bind(stored(dispute.due_at))
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

impl Store {
    /// Opens a dispute by a person's word.
    pub(crate) async fn open_dispute(
        &self,
        dispute: &Dispute,
        of: (&PartnerId, &BusinessTransactionId),
        event: AuditEvent,
    ) -> Result<String, StoreError> {
        let mut tx = self.write().await?;
        let id = open(&mut tx, dispute, of).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub(crate) async fn dispute(&self, id: &str) -> Result<Option<KeptDispute>, StoreError> {
        let row = sqlx::query("SELECT * FROM disputes WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(KeptDispute::read).transpose()
    }

    /// The disputes that are open, oldest first.
    pub(crate) async fn disputes(&self) -> Result<Vec<KeptDispute>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM disputes WHERE ended_at IS NULL ORDER BY id LIMIT 200")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(KeptDispute::read).collect()
    }

    /// Resolves a dispute: the person's aliases, the exchange that asks again, and the log, in one transaction.
    ///
    /// Errors: a version that has gone, a resolution that the rules of disputes do not take
    pub(crate) async fn resolve_dispute(
        &self,
        id: &str,
        resolving: &Resolving,
        now: Timestamp,
    ) -> Result<KeptDispute, Unsettled> {
        let mut tx = self.write().await?;
        let query = format!("SELECT * FROM disputes WHERE id = $1{}", self.lock_clause());
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        let mut kept = KeptDispute::read(&row.ok_or(Unsettled::Nothing)?)?;
        if kept.version != resolving.seen {
            return Err(Unsettled::Stale);
        }
        let who = kept.dispute.about.person.take();
        let who = who.or_else(|| resolving.person.clone());
        kept.dispute.about.person = who.clone();
        let record = match &who {
            Some(who) => person::record_within(&mut tx, who.as_str()).await?,
            None => PersonRecord::default(),
        };
        let on = Instant::new(now).day();
        let (next, consequences) = kept.dispute.resolved(&resolving.resolution, &record, on)?;
        for consequence in consequences {
            follow(&mut tx, &mut kept, consequence, (resolving, now)).await?;
        }
        kept.dispute = next;
        put(&mut tx, &mut kept, now).await?;
        audit::append(&mut tx, told(&kept, resolving, now)?).await?;
        tx.commit().await?;
        Ok(kept)
    }
}

/// Carries out what a resolution leads to.
async fn follow(
    tx: &mut Tx,
    kept: &mut KeptDispute,
    consequence: Consequence,
    (resolving, now): (&Resolving, Timestamp),
) -> Result<(), Unsettled> {
    match consequence {
        Consequence::Aliased(record) => {
            let who = kept.dispute.about.person.as_ref();
            let who = who.ok_or(Unsettled::Nobody)?;
            person::put_within(tx, who.as_str(), &record).await?;
        }
        Consequence::Reopen(None) => {}
        Consequence::Reopen(Some(exchange)) => {
            let again = ask_again(tx, &exchange, resolving, now).await?;
            kept.reopened = Some(again);
        }
    }
    Ok(())
}

async fn put(tx: &mut Tx, kept: &mut KeptDispute, now: Timestamp) -> Result<(), StoreError> {
    let ends = !kept.dispute.state.is_open();
    let about = &kept.dispute.about;
    let done = sqlx::query(
        "UPDATE disputes SET version = version + 1, state = $1, person = $2, ended_at = $3, reopened = $4
         WHERE id = $5 AND version = $6",
    )
    .bind(kept.dispute.state.word())
    .bind(about.person.as_ref().map(MemberRef::as_str))
    .bind(ends.then(|| stored(now)))
    .bind(kept.reopened.as_ref().map(ExchangeId::as_str))
    .bind(&kept.id)
    .bind(kept.version)
    .execute(&mut **tx)
    .await?;
    won(done.rows_affected())?;
    kept.version = kept.version.saturating_add(1);
    kept.ended_at = ends.then_some(now);
    Ok(())
}

/// What has failed stays failed: a new exchange of the same business transaction asks in its place.
async fn ask_again(
    tx: &mut Tx,
    failed: &ExchangeId,
    resolving: &Resolving,
    now: Timestamp,
) -> Result<ExchangeId, StoreError> {
    let row = sqlx::query("SELECT * FROM exchanges WHERE id = $1")
        .bind(failed.as_str())
        .fetch_one(&mut **tx)
        .await?;
    let failed = Exchange::read(&row)?;
    let request = payload::body(tx, failed.request.as_str()).await?;
    let request = (resolving.corrected)(&request, &resolving.resolution);
    let kept = payload::keep(tx, "exchange-request", &request, now).await?;
    let id = ExchangeId::new(crate::id::fresh(now));
    sqlx::query(
        "INSERT INTO exchanges (id, state, since, created_at, business_transaction_id, client, partner, request, snapshot,
            disposition, kind) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id.as_str())
    .bind(State::Created.word())
    .bind(stored(now))
    .bind(failed.business_transaction.as_str())
    .bind(failed.client.as_str())
    .bind(failed.partner.as_str())
    .bind(kept)
    .bind(i64::try_from(resolving.snapshot).unwrap_or(i64::MAX))
    .bind(Disposition::Queued.word())
    .bind(failed.kind.word())
    .execute(&mut **tx)
    .await?;
    steps::schedule(tx, &id, Work::Validate, now).await?;
    let new = NewExchange {
        id: &id,
        business_transaction: &failed.business_transaction,
        partner: failed.partner.as_str(),
        request,
        snapshot: resolving.snapshot,
        ask: ask(now),
        ends: resolving.ends,
        follows: Some(failed.id.as_str()),
        room: 1,
        synthetic: None,
        kind: failed.kind,
    };
    let owed = NewDuty {
        subject: id.as_str(),
        partner: new.partner,
        follows: new.follows,
        deadline: new.ask,
    };
    duty::open(tx, &owed).await?;
    deadline::set(tx, &id, &new.ends.into()).await?;
    audit::created(tx, &new, failed.client.as_str(), now).await?;
    Ok(id)
}

fn told(
    kept: &KeptDispute,
    resolving: &Resolving,
    now: Timestamp,
) -> Result<AuditEvent, StoreError> {
    let action = Action::DisputeResolved;
    let mut event = audit::act(now, resolving.actor.clone(), action, resolving.snapshot)?;
    event.exchange = kept.dispute.about.exchange.clone();
    event.business_transaction_id = Some(kept.business_transaction.clone());
    event.partner = Some(kept.partner.clone());
    event.code = Some(kept.dispute.code);
    event.rule = Some(resolving.rule.clone());
    Ok(event)
}
