//! `waiver renew ID --until DATE`: a later end, counted, and approved anew.

use super::{Act, AppError, BoardError, Ground, asked_of, draft, missing_of, standing};
use crate::catalogue::{Source, Waiver, WaiverClass};
use crate::lifecycle::{Expiry, MOST_RENEWALS};
use chrono::{DateTime, Days, NaiveDate, Utc};

pub(super) fn renew(
    ground: &Ground,
    id: &str,
    until: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Act, AppError> {
    let waiver = ground.waiver(id)?;
    let refused = |why: &str| BoardError::NotRenewable {
        id: id.to_owned(),
        why: why.to_owned(),
    };
    let (file, source) = (&waiver.file, &waiver.source);
    if file.class == WaiverClass::Emergency {
        return Err(refused("an emergency ends; what outlasts it is a waiver of its own").into());
    }
    if file.renewals >= MOST_RENEWALS {
        return Err(refused("it was renewed as often as a waiver may be").into());
    }
    let today = now.date_naive();
    let is_later = Expiry::read(&file.expires).is_none_or(|end| end.date() < until);
    if !is_later || until < today {
        return Err(refused("its new end must lie ahead, and after the one that it has").into());
    }
    let days = ground.allowance.days(&file.rule);
    let days = days.ok_or_else(|| BoardError::Unwaivable(file.rule.clone()))?;
    if (until - today).num_days() > i64::from(days) {
        let latest = today.checked_add_days(Days::new(u64::from(days)));
        let latest = latest.map_or_else(String::new, |day| format!(", so until {day}"));
        let why = format!(
            "a waiver of `{}` lasts {days} days at most{latest}",
            file.rule
        );
        return Err(refused(&why).into());
    }
    let text = source.text().unwrap_or_default();
    let text = draft::renewed(text, file, (today, until));
    let text =
        text.ok_or_else(|| refused("its lines are not as `waiver new` writes them; edit it"))?;
    let number = file.renewals + 1;
    let done = format!(
        "{id} holds until {until} once the board agrees: renewal {number} of {MOST_RENEWALS}"
    );
    let mut act = Act::of(id, done).writes(&source.path, text.clone());
    if let Ok(file) = toml::from_str(&text) {
        let source = Source::new(source.path.clone(), text.into_bytes());
        let renewed = Waiver { source, file };
        if let Some(standing) = standing(&renewed, &ground.allowance, &[], now) {
            act.told.missing = missing_of(&standing);
            act.told.lacking = standing.quorum.reasons();
            act.told.next = asked_of(&standing);
        }
    }
    Ok(act)
}
