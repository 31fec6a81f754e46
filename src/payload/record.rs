//! What a record or an assertion says of time: the window of data that an answer covers, the life of an assertion.
//! Refuses to show a date.

use super::facts::{AssertionFacts, Coverage, Known, WindowFacts};
use super::resource::text;
use chrono::{Datelike, Months, NaiveDate};
use serde_json::Value;
use wire::date::written;

/// The window of data of a workflow record; none where the record is of a match only.
pub(super) fn windows(payload: &Value) -> Vec<WindowFacts> {
    let Some(data) = payload.get("data").filter(|data| data.is_object()) else {
        return Vec::new();
    };
    let Some(disposition) = payload.get("disposition") else {
        return Vec::new();
    };
    let day = |name: &str| written(text(data, name)?);
    let full_years = day("from").zip(day("to")).map(|(from, to)| years(from, to));
    let gaps = data.get("gaps").and_then(Value::as_array).map(Vec::len);
    vec![WindowFacts {
        pointer: "/data".to_owned(),
        result: match disposition == "complete" {
            true => Coverage::Complete,
            false => Coverage::NotComplete,
        },
        length: full_years.map_or(Known::Unknown, |_| Known::Known),
        full_years: full_years.unwrap_or_default(),
        gaps_pointer: gaps.map_or("/data", |_| "/data/gaps").to_owned(),
        gaps: u32::try_from(gaps.unwrap_or_default()).unwrap_or(u32::MAX),
    }]
}

/// Whole years by which `to` lies behind `from`, counted back from `to` as a calendar does.
fn years(from: NaiveDate, to: NaiveDate) -> i64 {
    let reaches = |years: i64| {
        let months = u32::try_from(years.saturating_mul(12)).ok()?;
        Some(from <= to.checked_sub_months(Months::new(months))?)
    };
    let most = i64::from(to.year()) - i64::from(from.year());
    if reaches(most) == Some(true) {
        most
    } else {
        most - 1
    }
}

/// The life of a signed assertion, in the claims that it carries.
pub(super) fn assertions(payload: &Value) -> Vec<AssertionFacts> {
    let is_assertion = payload.get("jti").is_some() && payload.get("iss").is_some();
    if !is_assertion {
        return Vec::new();
    }
    let instant = |name: &str| payload.get(name).and_then(Value::as_i64);
    let life = instant("exp").zip(instant("iat"));
    vec![AssertionFacts {
        pointer: instant("exp").map_or("", |_| "/exp").to_owned(),
        life: life.map_or(Known::Unknown, |_| Known::Known),
        life_seconds: life.map_or(0, |(exp, iat)| exp.saturating_sub(iat)),
    }]
}
