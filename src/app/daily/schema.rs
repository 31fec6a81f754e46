//! `schema`: the JSON Schema of a format, or the list of formats.

use super::answer;
use crate::app::{Answer, AppError};
use crate::format::{self, Draft, KINDS, Kind};
use crate::model::{Daily, FormatCard, SchemaRequest, Verdict, did_you_mean};

pub(super) fn schema(request: &SchemaRequest) -> Result<Answer, AppError> {
    let daily = match &request.name {
        None => Daily::Formats(KINDS.iter().map(card).collect()),
        Some(name) => {
            let draft = if request.for_editors {
                Draft::Seven
            } else {
                Draft::Modern
            };
            Daily::Schema(named(name)?.schema(draft))
        }
    };
    answer(Verdict::Go, &daily, &request.show)
}

fn named(asked: &str) -> Result<&'static Kind, AppError> {
    format::kind(asked).ok_or_else(|| AppError::UnknownFormat {
        asked: asked.to_owned(),
        hint: did_you_mean(asked, KINDS.iter().map(|kind| kind.name)),
    })
}

fn card(kind: &Kind) -> FormatCard {
    FormatCard {
        name: kind.name.to_owned(),
        about: kind.about.to_owned(),
        paths: kind.paths.iter().map(|path| (*path).to_owned()).collect(),
    }
}
