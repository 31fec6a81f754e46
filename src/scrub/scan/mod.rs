//! Values that look like those of a real person: by kind and place, never the value.
//! Refuses to decide that they are: a suspicion is settled by whoever wrote the file.

mod member;
mod name;
mod text;

#[cfg(test)]
mod tests;

pub(super) use name::GIVEN;

use crate::catalogue::Privacy;
use serde_json::{Map, Value};
use std::fmt;
use text::Texts;
use wire::json::pointer_escape;

/// What a value looks like.
///
/// Source: 45 CFR 164.514(b)(2)(i)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Name,
    BirthDate,
    Address,
    Phone,
    Mail,
    SocialSecurity,
    Medicare,
    MemberNumber,
}

impl Kind {
    /// One word that never changes: findings are told apart by it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::BirthDate => "birth-date",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::SocialSecurity => "social-security",
            Self::Medicare => "medicare",
            Self::MemberNumber => "member-number",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "a name of a person",
            Self::BirthDate => "a date of birth beside a name",
            Self::Address => "an address",
            Self::Phone => "a phone number",
            Self::Mail => "a mail address",
            Self::SocialSecurity => "a social security number",
            Self::Medicare => "a Medicare beneficiary number",
            Self::MemberNumber => "a member number",
        })
    }
}

/// A value that looks like one of a real person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspicion {
    pub kind: Kind,
    /// JSON pointer to the value; words of keys stand in it.
    pub pointer: String,
}

/// Knows what nobody real is called and has.
#[derive(Debug)]
pub struct Scanner<'a> {
    privacy: &'a Privacy,
    texts: Texts,
}

impl<'a> Scanner<'a> {
    /// A scanner to which the names and numbers of `privacy` are nobody's.
    #[must_use]
    pub fn new(privacy: &'a Privacy) -> Self {
        Self {
            privacy,
            texts: Texts::default(),
        }
    }

    /// Everything in `value` that looks like somebody, in the order of the places.
    #[must_use]
    pub fn suspicions(&self, value: &Value) -> Vec<Suspicion> {
        let mut walk = Walk {
            scanner: self,
            pointer: String::new(),
            found: Vec::new(),
        };
        walk.value("", value);
        walk.found
    }
}

/// A way through one value. What reads JSON bounds how deep one goes.
struct Walk<'s, 'a> {
    scanner: &'s Scanner<'a>,
    pointer: String,
    found: Vec<Suspicion>,
}

impl Walk<'_, '_> {
    /// Looks at `value`, which stands under `key`.
    fn value(&mut self, key: &str, value: &Value) {
        match value {
            Value::String(text) => {
                if let Some(kind) = self.scanner.texts.kind(text) {
                    self.add("", kind);
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.below(&place.to_string(), |walk| walk.value(key, item));
                }
            }
            Value::Object(members) => self.object(key, members),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&mut self, key: &str, members: &Map<String, Value>) {
        let privacy = self.scanner.privacy;
        for (place, kind) in name::suspicions(key, members, privacy) {
            self.add(&place, kind);
        }
        for (place, kind) in member::suspicions(members, privacy) {
            self.add(place, kind);
        }
        for (place, kind) in text::suspicions(members) {
            self.add(&place, kind);
        }
        for (key, member) in members {
            if let Some(kind) = self.scanner.texts.kind(key) {
                // The key is the value here: no place may say it.
                self.add("", kind);
                continue;
            }
            self.below(key, |walk| walk.value(key, member));
        }
    }

    fn below(&mut self, segment: &str, look: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&pointer_escape(segment));
        look(self);
        self.pointer.truncate(length);
    }

    fn add(&mut self, place: &str, kind: Kind) {
        let pointer = format!("{}{place}", self.pointer);
        let told = Suspicion { kind, pointer };
        if !self.found.contains(&told) {
            self.found.push(told);
        }
    }
}
