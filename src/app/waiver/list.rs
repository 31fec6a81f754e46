//! `waiver list`: the register as the board reads it.

use super::{Answer, AppError, Ground};
use crate::app::check::register;
use crate::lifecycle::{ANNOUNCED_DAYS, standings};
use crate::model::{Register, WaiverLine, WaiverRequest, WaiverState};
use crate::report::Content;
use chrono::{DateTime, SecondsFormat, Utc};

pub(super) fn list(
    request: &WaiverRequest,
    ground: &Ground,
    now: DateTime<Utc>,
) -> Result<Answer, AppError> {
    let standings = standings(&ground.workspace.waivers, &ground.allowance, &[], now);
    let lines = standings
        .iter()
        .map(|one| unjudged(register::line(one, now)));
    let mut waivers: Vec<WaiverLine> = lines.collect();
    waivers.sort_by(|a, b| a.id.cmp(&b.id));
    let register = Register {
        as_of: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        waivers,
    };
    Answer::found(Content::Register(&register), &request.show)
}

/// Whether one is idle only the gate knows, which was not run.
fn unjudged(mut line: WaiverLine) -> WaiverLine {
    if line.state == WaiverState::Unused {
        line.state = match line.days_left {
            days if days <= ANNOUNCED_DAYS => WaiverState::Expiring,
            _ => WaiverState::Active,
        };
    }
    line
}
