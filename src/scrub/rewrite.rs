//! One payload without anybody in it: value by value, by what stands around it.
//! Refuses to keep what no list allows.

use super::date::{self, Offset};
use super::line::Scrubber;
use super::pseudonym::{pseudonym, token};
use super::vocabulary::{is_listed, is_type};
use super::{address, made_up, number};
use crate::model::ScrubTally;
use chrono::NaiveDate;
use serde_json::{Map, Value};

/// Keys of free text.
const TEXTS: &[&str] = &[
    "text",
    "display",
    "description",
    "note",
    "comment",
    "title",
    "diagnostics",
    "details",
    "valueMarkdown",
    "definition",
    "patientInstruction",
];
/// Keys of data in base64.
const DATA: &[&str] = &["data", "valueBase64Binary", "certificate"];
/// Ends of the keys of dates.
const DATES: &[&str] = &["Date", "DateTime", "Instant", "Time", "On", "Period"];
/// Keys of dates, beside those.
const DATED: &[&str] = &[
    "date",
    "start",
    "end",
    "created",
    "issued",
    "recorded",
    "timestamp",
    "lastUpdated",
    "time",
    "birthDate",
    "dob",
    "sent",
    "event",
];
/// What a contact is reached by.
///
/// Source: FHIR R4, ContactPointSystem
const CONTACTS: &[&str] = &["phone", "fax", "email", "pager", "url", "sms", "other"];

/// Words that may follow each other along a permutation.
const MOST_WALKED: usize = 64;

/// A way through one payload.
pub(super) struct Rewrite<'s, 'a> {
    scrubber: &'s Scrubber<'a>,
    offset: Offset,
    /// The day on which ages count.
    today: Option<NaiveDate>,
    pub(super) tally: ScrubTally,
}

/// What an object is, as far as its strings depend on it.
#[derive(Clone, Default)]
struct Around {
    system: Option<String>,
    is_contact: bool,
    is_identifier: bool,
    is_address: bool,
    units: [String; 2],
}

impl Around {
    fn of(key: &str, members: &Map<String, Value>) -> Self {
        let text = |key: &str| members.get(key).and_then(Value::as_str);
        let system = text("system").map(str::to_owned);
        let is_contact =
            text("value").is_some() && system.as_deref().is_some_and(|it| CONTACTS.contains(&it));
        let names = ["system", "type", "assigner", "use"];
        let named = names.iter().any(|name| members.contains_key(*name));
        let is_identifier = !is_contact && (named || key.to_lowercase().ends_with("identifier"));
        let names_place = |name: &&str| members.contains_key(*name);
        let is_address = key.to_lowercase().ends_with("address")
            || ["city", "postalCode"].iter().any(names_place);
        let units = ["code", "unit"].map(|key| text(key).unwrap_or_default().to_lowercase());
        Self {
            system,
            is_contact,
            is_identifier,
            is_address,
            units,
        }
    }
}

impl<'s, 'a> Rewrite<'s, 'a> {
    pub(super) fn new(scrubber: &'s Scrubber<'a>, offset: Offset, recorded: &str) -> Self {
        Self {
            scrubber,
            offset,
            today: date::counting(recorded),
            tally: ScrubTally::default(),
        }
    }

    pub(super) fn payload(&mut self, payload: &mut Value) {
        self.value("", &Around::default(), payload);
    }

    fn value(&mut self, key: &str, around: &Around, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(key, around, text),
            Value::Array(items) => {
                for item in items {
                    self.value(key, around, item);
                }
            }
            Value::Object(members) => self.object(key, members),
            Value::Number(it) => {
                if let Some(old) = number::old(it, key, &around.units) {
                    self.tally.ages += 1;
                    *value = old;
                } else if let Some(blunted) = number::blunted(it) {
                    self.tally.numbers += 1;
                    *value = blunted;
                } else {
                    self.tally.kept += 1;
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn object(&mut self, key: &str, members: &mut Map<String, Value>) {
        let around = Around::of(key, members);
        let mut made = Map::new();
        for (key, mut member) in std::mem::take(members) {
            self.value(&key, &around, &mut member);
            let (name, before) = (self.key(&key), made.len());
            // Two keys of one name would be one member less.
            match made.contains_key(&name) {
                true => made.insert(
                    format!("{}-{before}", token(&self.scrubber.key, &key)),
                    member,
                ),
                false => made.insert(name, member),
            };
        }
        *members = made;
    }

    fn key(&mut self, key: &str) -> String {
        let vocabulary = self.scrubber.vocabulary;
        if vocabulary.is_key(key) {
            return key.to_owned();
        }
        self.tally.keys += 1;
        let made = pseudonym(&self.scrubber.key, key);
        match vocabulary.is_key(&made) {
            true => token(&self.scrubber.key, key),
            false => made,
        }
    }

    /// What stands for `text`.
    fn text(&mut self, key: &str, around: &Around, text: &str) -> String {
        let is_blank = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric();
        if text.len() <= 16 && text.chars().all(is_blank) {
            return text.to_owned();
        }
        let fixed = self.person(key, around, text);
        if let Some(made) = fixed.or_else(|| self.contact(key, around, text)) {
            return made;
        }
        if let Some(made) = self.number(key, around, text) {
            return made;
        }
        if self.stays(key, around, text) {
            self.tally.kept += 1;
            return text.to_owned();
        }
        if let Some(made) = self.date(key, text) {
            return made;
        }
        self.unknown(key, text)
    }

    /// Names and addresses of people, by their elements alone.
    fn person(&mut self, key: &str, around: &Around, text: &str) -> Option<String> {
        let secret = &self.scrubber.key;
        let made = match key {
            "family" => made_up::surname(secret, text),
            "given" => made_up::first_name(secret, text).to_owned(),
            "prefix" | "suffix" => made_up::WORD.to_owned(),
            _ => {
                let fixed = match key {
                    "line" => made_up::STREET,
                    "city" | "district" => made_up::TOWN,
                    "postalCode" => made_up::CODE,
                    "state" if around.is_address => made_up::STATE,
                    "country" if around.is_address => made_up::COUNTRY,
                    _ => return None,
                };
                self.tally.addresses += 1;
                return Some(fixed.to_owned());
            }
        };
        self.tally.names += 1;
        Some(made)
    }

    fn contact(&mut self, key: &str, around: &Around, text: &str) -> Option<String> {
        if key != "value" || !around.is_contact {
            return None;
        }
        self.tally.contacts += 1;
        Some(match around.system.as_deref() {
            Some("email") => made_up::mail(),
            Some("url") => made_up::SITE.to_owned(),
            Some("other") => made_up::text(text),
            _ => made_up::PHONE.to_owned(),
        })
    }

    /// Identifiers, ids and references.
    fn number(&mut self, key: &str, around: &Around, text: &str) -> Option<String> {
        let (scrubber, secret) = (self.scrubber, &self.scrubber.key);
        let is_number = key == "subscriberId" || (key == "value" && around.is_identifier);
        let made = if is_number && !scrubber.vocabulary.is_name(text) {
            match address::is_address(text) {
                true => address::renamed(secret, text),
                false => format!("{}{}", scrubber.prefix, pseudonym(secret, text)),
            }
        } else if key == "id" {
            pseudonym(secret, text)
        } else if matches!(key, "reference" | "fullUrl") {
            address::renamed(secret, text)
        } else {
            return None;
        };
        self.tally.pseudonyms += 1;
        Some(made)
    }

    fn stays(&self, key: &str, around: &Around, text: &str) -> bool {
        let vocabulary = self.scrubber.vocabulary;
        let system = around.system.as_deref().unwrap_or_default();
        vocabulary.is_word(text)
            || is_listed(key, text)
            || is_type(text)
            || (key == "code" && vocabulary.is_code(system, text))
    }

    fn date(&mut self, key: &str, text: &str) -> Option<String> {
        let is_dated = DATED.contains(&key) || DATES.iter().any(|end| key.ends_with(end));
        if let Some(made) = date::too_old(text, self.today, is_dated) {
            self.tally.ages += 1;
            return Some(made);
        }
        let made = match date::shifted(text, self.offset, is_dated) {
            Some(made) => made,
            None if is_dated && !address::is_address(text) => date::masked(text),
            None => return None,
        };
        self.tally.dates += 1;
        Some(made)
    }

    fn unknown(&mut self, key: &str, text: &str) -> String {
        let secret = &self.scrubber.key;
        let is_data = |byte: u8| byte.is_ascii_alphanumeric() || b"+/= \r\n".contains(&byte);
        if key == "div" {
            self.tally.texts += 1;
            return made_up::DIV.to_owned();
        }
        if DATA.contains(&key) && text.bytes().all(is_data) {
            self.tally.data += 1;
            return made_up::DATA.to_owned();
        }
        let is_free = TEXTS.contains(&key) || DATA.contains(&key);
        if is_free || (text.contains(char::is_whitespace) && !address::is_address(text)) {
            self.tally.texts += 1;
            return made_up::text(text);
        }
        self.tally.pseudonyms += 1;
        if let Some(beginning) = self.scrubber.vocabulary.beginning(text) {
            let rest = text.strip_prefix(beginning).unwrap_or_default();
            return format!("{beginning}{}", pseudonym(secret, rest));
        }
        if address::is_address(text) || text.contains('/') || text.starts_with('#') {
            return address::renamed(secret, text);
        }
        // A word that stays is nobody's pseudonym: goes on along the permutation until there is none.
        let next = |made: &String| Some(pseudonym(secret, made));
        let mut made = std::iter::successors(next(&text.to_owned()), next).take(MOST_WALKED);
        let made = made.find(|made| !self.scrubber.vocabulary.is_word(made));
        made.unwrap_or_else(|| token(secret, text))
    }
}
