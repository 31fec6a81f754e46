//! The response of an interaction against what the operation answers with its status.
//! Refuses to know requests.

use super::body::{Codes, Declared, body, media, media_of};
use super::code::Code;
use super::header::is_standard;
use super::judge::{DEAD_END, Gap, Side};
use super::media::{fitting, is_wide};
use super::operation::{Answer, Operation};
use super::pact::Interaction;
use super::pool::Pool;
use super::request::field;
use super::sheet::{Sheet, Spot};

const CODES: Codes = Codes {
    side: Side::Shown,
    type_unknown: Code::READ_TYPE_UNKNOWN,
    type_incompatible: Code::READ_TYPE,
    incompatible: Code::READ_BODY,
    unknown: Code::READ_BODY_UNKNOWN,
    unvalidatable: Code::READ_BODY_UNVALIDATABLE,
};

/// Everything that is wrong with the response.
pub fn response(
    interaction: &Interaction,
    operation: &Operation,
    pool: &Pool,
    sheet: &mut Sheet<'_>,
) {
    let status = Spot::value(&format!("{}/status", interaction.read.at));
    let Some(answer) = answer(operation, interaction.status) else {
        sheet.say(Code::STATUS_UNKNOWN, status.schema(&operation.at));
        return;
    };
    let (key, answer) = answer;
    if key == DEFAULT {
        sheet.say(Code::STATUS_DEFAULT, status.schema(&answer.at));
    }
    if let Some(at) = &answer.gap {
        let at = at.clone();
        return sheet.open([Gap { at, why: DEAD_END }]);
    }
    headers(interaction, answer, pool, sheet);
    let declared = media(&interaction.read, &answer.content, &CODES, sheet);
    if let (Some(read), Declared::Fits) = (&interaction.read.body, declared) {
        let written =
            media_of(&interaction.read, &answer.content).or_else(|| asked_for(interaction, answer));
        body(read, written, &answer.content, &CODES, pool, sheet);
    }
}

/// The declared media type that the request asks for: the provider answers with it.
fn asked_for(interaction: &Interaction, answer: &Answer) -> Option<String> {
    let (_, accept) = interaction.sent.header("accept")?;
    let mut ranges = accept.split(',').filter(|range| !is_wide(range));
    ranges.find_map(|range| {
        let number = fitting(range, answer.content.names())?;
        answer.content.names().nth(number).map(str::to_owned)
    })
}

const DEFAULT: &str = "DEFAULT";

/// What is answered with a status: said of it, of its hundred, or of all others.
fn answer(operation: &Operation, status: u16) -> Option<(&str, &Answer)> {
    let keys = [
        status.to_string(),
        format!("{}XX", status / 100),
        DEFAULT.to_owned(),
    ];
    keys.iter().find_map(|key| {
        let mut answers = operation.answers.iter();
        let (key, answer) = answers.find(|(known, _)| known == key)?;
        Some((key.as_str(), answer))
    })
}

fn headers(interaction: &Interaction, answer: &Answer, pool: &Pool, sheet: &mut Sheet<'_>) {
    for written in &interaction.read.headers {
        if written.name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        let mut declared = answer.headers.iter();
        match declared.find(|header| header.is(&written.name)) {
            Some(header) => {
                let fields = std::slice::from_ref(written);
                field(header, fields, &written.at, Code::READ_HEADER, pool, sheet);
            }
            None => {
                let code = if is_standard(&written.name) {
                    Code::READ_HEADER_UNDEFINED
                } else {
                    Code::READ_HEADER_UNKNOWN
                };
                sheet.say(code, Spot::value(&written.at).schema(&answer.at));
            }
        }
    }
}
