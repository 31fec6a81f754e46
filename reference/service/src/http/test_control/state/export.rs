//! What our source holds of a member, and exports that the consumer has asked for before.
//! Refuses an export of a member whom the consumer was not matched with.

use super::{Params, Unset, Values, client, only, text};
use crate::config::derived;
use crate::data::export::run;
use crate::http::test_control::Stage;
use crate::store::{Lease, NewExport, group};
use domain::Timestamp;
use domain::export::{History, Hole, Kind, Wishes};
use domain::failure::Code;
use domain::ids::{BusinessTransactionId, ExportId, MemberRef, WorkerId};
use domain::record::{Day, GapWhy};
use serde_json::{Map, Value, json};

/// The one kind of work that answers later.
const KIND: &str = "data-export";

/// Progress is told in hundredths.
const WHOLE: u32 = 100;

pub(super) async fn history(stage: &Stage, params: &Params) -> Result<Values, Unset> {
    only(params, &["member", "from", "to", "gaps", "financial"])?;
    let reference = text(params, "member")?.ok_or(Unset::Invalid("member"))?;
    let holes = match params.get("gaps") {
        None => Vec::new(),
        Some(Value::Array(gaps)) => gaps.iter().map(hole).collect::<Result<_, _>>()?,
        Some(_) => return Err(Unset::Invalid("gaps")),
    };
    let financial = match params.get("financial") {
        None => false,
        Some(told) => told.as_bool().ok_or(Unset::Invalid("financial"))?,
    };
    let history = History {
        from: day(params, "from")?,
        to: day(params, "to")?,
        holes,
        financial,
    };
    let store = &stage.shared.plane.store;
    match store.put_history(reference, &history).await? {
        true => Ok(Values::new()),
        false => Err(Unset::Invalid("member")),
    }
}

/// `{from, to, reason}`; without a reason we never had it.
fn hole(gap: &Value) -> Result<Hole, Unset> {
    let gap = gap.as_object().ok_or(Unset::Invalid("gaps"))?;
    only(gap, &["from", "to", "reason"])?;
    let why = match text(gap, "reason")? {
        None => GapWhy::NotHeld,
        Some(word) => word.parse().map_err(|_| Unset::Invalid("gaps"))?,
    };
    let bound = |name| day(gap, name)?.ok_or(Unset::Invalid("gaps"));
    Ok(Hole {
        from: bound("from")?,
        to: bound("to")?,
        why,
    })
}

fn day(params: &Map<String, Value>, name: &'static str) -> Result<Option<Day>, Unset> {
    let day = text(params, name)?.map(str::parse::<Day>).transpose();
    day.map_err(|_| Unset::Invalid(name))
}

/// An export of the consumer. One that has ended was really carried out; one that has not is left where it stands.
pub(super) async fn job(
    stage: &Stage,
    params: &Params,
    consumer: Option<&str>,
) -> Result<Values, Unset> {
    only(params, &["kind", "phase", "progress", "id", "member"])?;
    if text(params, "kind")? != Some(KIND) {
        return Err(Unset::Unhandled);
    }
    let phase = text(params, "phase")?.ok_or(Unset::Invalid("phase"))?;
    let phases = ["accepted", "in-progress", "complete", "failed", "expired"];
    if !phases.contains(&phase) {
        return Err(Unset::Invalid("phase"));
    }
    let done = progress(params)?;
    let id = taken_on(stage, params, consumer).await?;
    let plane = &stage.shared.plane;
    let now = plane.now();
    // Nobody else carries it out.
    if let Some(held) = plane.store.take_over(&id, &for_good(), now).await? {
        let job = (&id, &held);
        match phase {
            "in-progress" => {
                plane.store.advance_export(job, (done, WHOLE), now).await?;
            }
            "complete" | "expired" => run::run(plane, &id, &held).await?,
            "failed" => plane.store.fail_export(job, Code::JobFailed, now).await?,
            _ => {}
        }
    }
    if phase == "expired" {
        plane.store.expire_export(&id, plane.now()).await?;
    }
    let mut values = Values::new();
    values.insert("job".to_owned(), json!(id.as_str()));
    values.insert("status".to_owned(), json!(format!("/async/{id}")));
    Ok(values)
}

/// The last second that is stored as sortable text: the end of the year 9999.
const END: i64 = 253_402_300_799;

/// A lease that does not end.
fn for_good() -> Lease {
    Lease {
        owner: WorkerId::new("stage".to_owned()),
        until: Timestamp::from_timestamp(END, 0).unwrap_or(Timestamp::MAX_UTC),
    }
}

async fn taken_on(
    stage: &Stage,
    params: &Params,
    consumer: Option<&str>,
) -> Result<ExportId, Unset> {
    let client = client(stage, consumer)?;
    let reference = text(params, "member")?.ok_or(Unset::Invalid("member"))?;
    let member = MemberRef::new(reference);
    let group = group(&member, &client);
    let plane = &stage.shared.plane;
    let linked = plane.store.list(&client, &group).await?;
    linked.ok_or(Unset::Invalid("member"))?;
    let id = match text(params, "id")? {
        Some(id) => id.parse().map_err(|_| Unset::Invalid("id"))?,
        None => ExportId::new(derived("job", &group)),
    };
    let known = plane.store.export(&id).await?;
    if known.is_some_and(|known| known.client == client) {
        return Ok(id);
    }
    let now = plane.now();
    let transaction = BusinessTransactionId::new(crate::id::fresh(now));
    let new = NewExport {
        id: id.clone(),
        kind: Kind::DataExport,
        client: &client,
        group: &group,
        wishes: &Wishes::default(),
        form: None,
        request: None,
        fingerprint: "",
        business_transaction: &transaction,
        snapshot: plane.snapshot().number,
        // Nothing was made after now: every state is an export of its own.
        repeated_since: now,
        answer: plane.snapshot().calendar.answer(now),
    };
    plane.store.put_export(new, now).await?;
    Ok(id)
}

/// `40%`, or nothing done yet.
fn progress(params: &Params) -> Result<u32, Unset> {
    let Some(told) = text(params, "progress")? else {
        return Ok(0);
    };
    let share = told.strip_suffix('%').and_then(|share| share.parse().ok());
    share
        .filter(|share| *share <= WHOLE)
        .ok_or(Unset::Invalid("progress"))
}
