//! The body of an example against the media types of an operation.
//! Refuses to know which side it is on: the codes come from outside.

use super::code::Code;
use super::judge::{Side, judge};
use super::media::{Language, fitting, is_wide, language, parameter};
use super::operation::{Content, Media};
use super::pact::{Body, Encoding, Message};
use super::parameter::object;
use super::pool::Pool;
use super::shape::Shapes;
use super::sheet::{Sheet, Spot};
use super::text::{pairs, parts};
use crate::contract::base64::from_base64;
use serde_json::{Map, Value};

const JSON: &str = "application/json";

const OTHER_LANGUAGE: &str = "the body is not written in the language of its media type";

/// The codes of one side.
pub struct Codes {
    pub side: Side,
    pub type_unknown: Code,
    pub type_incompatible: Code,
    pub incompatible: Code,
    pub unknown: Code,
    pub unvalidatable: Code,
}

/// Whether the media type of a message is one that is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    Fits,
    /// It is not, and that was said.
    Refused,
}

/// The media type that a message names against those that are declared.
pub fn media(
    message: &Message,
    content: &Content,
    codes: &Codes,
    sheet: &mut Sheet<'_>,
) -> Declared {
    let Some((at, written)) = message.header("content-type") else {
        return Declared::Fits;
    };
    let spot = Spot::value(at);
    if content.media.is_empty() {
        sheet.say(codes.type_unknown, spot);
    } else if fitting(&written, content.names()).is_none() {
        sheet.say(codes.type_incompatible, spot);
        return Declared::Refused;
    }
    Declared::Fits
}

/// A body against the schema of the declared media type that fits the written one.
pub fn body(
    body: &Body,
    written: Option<String>,
    content: &Content,
    codes: &Codes,
    pool: &Pool,
    sheet: &mut Sheet<'_>,
) {
    let chosen = chosen(written.as_deref(), content);
    let schema = match chosen {
        Some(media) => media.schema.as_ref(),
        None => content.bare.as_ref(),
    };
    let named = chosen.map(|media| media.name.as_str());
    let named = named.filter(|name| !is_wide(name));
    let media = written.as_deref().or(named).unwrap_or(JSON);
    let is_declared = chosen.is_some() || schema.is_some();
    if is_declared && language(media) == Language::Other {
        return sheet.say(codes.unvalidatable, Spot::value(&body.at));
    }
    let Some(at) = schema else {
        return sheet.say(codes.unknown, Spot::value(&body.at));
    };
    let Some((value, is_in_place)) = value(body, media, at, pool) else {
        let spot = Spot::value(&body.at).why(OTHER_LANGUAGE);
        return sheet.say(codes.incompatible, spot.schema(at));
    };
    let judged = judge(pool, at, &value, codes.side);
    for misfit in judged.misfits {
        let spot = if is_in_place {
            Spot::below(&body.at, &misfit.pointer)
        } else {
            Spot::inside(&body.at, &misfit.pointer)
        };
        sheet.say(codes.incompatible, spot.why(misfit.why).schema(at));
    }
    sheet.open(judged.gaps);
}

/// The media type of a body: its header, or what the fourth edition says beside it where that is declared.
///
/// Tools write the second one by themselves, so one that is not declared says nothing.
pub fn media_of(message: &Message, content: &Content) -> Option<String> {
    let header = message.header("content-type").map(|(_, value)| value);
    header.or_else(|| {
        let beside = message.body_type.as_ref()?;
        let is_declared = content.media.is_empty() || fitting(beside, content.names()).is_some();
        is_declared.then(|| beside.clone())
    })
}

fn chosen<'c>(written: Option<&str>, content: &'c Content) -> Option<&'c Media> {
    let number = match written {
        Some(written) => fitting(written, content.names())?,
        // Without a word JSON is meant, or else whatever comes first.
        None => fitting(JSON, content.names()).unwrap_or(0),
    };
    content.media.get(number)
}

/// The value of a body, and whether its parts stand in the file; `None` when it is not what its media type says.
fn value(body: &Body, media: &str, at: &str, pool: &Pool) -> Option<(Value, bool)> {
    let text = match (&body.value, body.encoding) {
        (Value::String(text), Encoding::Base64) => Some(from_base64(text)?),
        (Value::String(text), Encoding::Json | Encoding::Plain) => Some(text.clone()),
        _ => None,
    };
    let shapes = Shapes { pool };
    let fields = match (language(media), text) {
        (Language::Json | Language::Other, Some(text)) if body.encoding != Encoding::Plain => {
            return Some((serde_json::from_str(&text).ok()?, false));
        }
        (Language::Form, Some(text)) => pairs(&text),
        (Language::Multipart, Some(text)) => parts(&text, parameter(media, "boundary"))?,
        (_, _) => return Some((body.value.clone(), true)),
    };
    let each = fields
        .iter()
        .map(|(name, texts)| (name.as_str(), texts.as_slice()));
    let fields = object(at, each, &shapes);
    Some((fields.unwrap_or_else(|| Value::Object(Map::new())), false))
}
