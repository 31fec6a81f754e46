//! `partner card` and `partner handover`: what an incident with a partner needs, from the files that say it.

use super::answer;
use crate::app::{Answer, AppError};
use crate::catalogue::{Partner, Workspace};
use crate::model::{
    Daily, Format, PartnerAsked, PartnerCard, PartnerRequest, Verdict, did_you_mean,
};
use crate::release::readiness::{self, Known, Papers};
use crate::report::{self, Content, Style};
use chrono::{DateTime, Utc};

/// What somebody who is woken can read in two minutes.
///
/// Source: row S0-29
const MOST_WORDS: usize = 250;

pub(super) fn partner(request: &PartnerRequest, now: DateTime<Utc>) -> Result<Answer, AppError> {
    let now = request.as_of.unwrap_or(now);
    let workspace = super::workspace(&request.repository)?;
    let partner = named(&workspace, &request.partner)?;
    let known = Known {
        workspace: &workspace,
        papers: &Papers::default(),
        day: now.date_naive(),
    };
    match request.asked {
        PartnerAsked::Card => {
            let mut card = readiness::card(&known, partner);
            hold_short(&mut card);
            answer(card.verdict, &Daily::Card(card.clone()), &request.show)
        }
        PartnerAsked::Handover => {
            let mut handover = readiness::handover(&known, partner);
            hold_short(&mut handover.card);
            if handover.card.verdict != Verdict::Go {
                handover.verdict = Verdict::NoGo;
                handover.exit_code = Verdict::NoGo.exit_code();
            }
            answer(
                handover.verdict,
                &Daily::Handover(handover.clone()),
                &request.show,
            )
        }
    }
}

/// A card that nobody can read in two minutes lacks something too.
fn hold_short(card: &mut PartnerCard) {
    let daily = Daily::Card(card.clone());
    let text = report::render(Format::Text, Content::Daily(&daily), &Style::default());
    let words = text.unwrap_or_default().split_whitespace().count();
    if words > MOST_WORDS {
        card.missing.push(format!(
            "brevity: it has {words} words, {MOST_WORDS} at most"
        ));
        card.verdict = Verdict::NoGo;
        card.exit_code = Verdict::NoGo.exit_code();
    }
}

/// The partner of this id.
///
/// Errors: there is none
pub(in crate::app) fn named<'w>(
    workspace: &'w Workspace,
    asked: &str,
) -> Result<&'w Partner, AppError> {
    let known = workspace.partners.keys().map(String::as_str);
    workspace
        .partners
        .get(asked)
        .ok_or_else(|| AppError::UnknownPartner {
            asked: asked.to_owned(),
            hint: did_you_mean(asked, known),
        })
}
