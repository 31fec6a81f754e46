//! One change as a note lists it: its class, what it does, its rule, its place.
//! Refuses to know whose note it stands in.

use crate::catalogue::SchemaVersion;
use crate::model::{Bump, Direction, Effect, Finding, Gravity, Place};

/// One row of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub class: Bump,
    pub effect: Effect,
    pub rule: String,
    /// Relative to the folder of the version where it stands in it, so that a draft's note outlasts its release.
    pub place: String,
    pub before: String,
    pub sentence: String,
}

impl Line {
    /// What `finding` says of the version `new`; `None` where it speaks of no change.
    #[must_use]
    pub fn of(finding: &Finding, new: &SchemaVersion) -> Option<Self> {
        let Gravity::Effect(effect, direction) = finding.gravity else {
            return None;
        };
        let before = finding.notes.iter().find(|note| note.label == "before");
        Some(Self {
            class: effect.cost(direction).1,
            effect,
            rule: finding.rule.clone(),
            place: place(&finding.place, new),
            before: before
                .and_then(|note| note.text.split_once(' '))
                .map_or_else(String::new, |(_, place)| place.to_owned()),
            sentence: finding.message.clone(),
        })
    }

    /// How its row opens: whatever else is said, a note that holds this names the change.
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "| {} | {} | {} | {} |",
            self.class.word(),
            effect(self.effect),
            code(&self.rule),
            code(&self.place)
        )
    }

    /// Its whole row.
    #[must_use]
    pub fn row(&self, direction: Direction) -> String {
        format!(
            "{} {} | {} | {} |",
            self.key(),
            cell(&self.sentence),
            code(&self.before),
            remedy(self.effect, direction)
        )
    }
}

fn place(place: &Place, new: &SchemaVersion) -> String {
    if place.file == new.path {
        format!("schema.json:{}:{}", place.line, place.column)
    } else {
        place.to_string()
    }
}

/// What a change does to the payloads that are accepted, in one word.
fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Narrows => "narrows",
        Effect::Widens => "widens",
        Effect::Both => "narrows and widens",
        Effect::Unsure => "not settled",
    }
}

/// What a partner has to do about it.
fn remedy(effect: Effect, direction: Direction) -> &'static str {
    let (forth, back) = (direction.needs_forth(), direction.needs_back());
    match effect {
        Effect::None => "none needed",
        Effect::Narrows if forth => "senders mend this before they move to this version",
        Effect::Widens if back => "readers learn this before they are sent this version",
        Effect::Narrows => "none needed: less is sent than before",
        Effect::Widens => "none needed: may be used from this version on",
        Effect::Both => "senders and readers check this before they move to this version",
        Effect::Unsure => "try your payloads against this version before you move to it",
    }
}

/// `text` in a code span that survives a table.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return "-".to_owned();
    }
    format!("`{}`", cell(&text.replace('`', "'")))
}

/// `text` as one cell of a table.
pub(super) fn cell(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ").replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_begins_with_what_makes_it_known_again() {
        let line = Line {
            class: Bump::Major,
            effect: Effect::Narrows,
            rule: "compat/required-added".to_owned(),
            place: "schema.json:8:57".to_owned(),
            before: String::new(),
            sentence: "`a|b` is now\nrequired".to_owned(),
        };
        let row = line.row(Direction::Request);
        assert!(row.starts_with(&line.key()), "{row}");
        assert!(row.contains("`a\\|b` is now required | - | senders mend this"));
    }

    #[test]
    fn only_whoever_depends_on_it_has_something_to_do() {
        for (effect, direction, free) in [
            (Effect::Narrows, Direction::Request, false),
            (Effect::Widens, Direction::Request, true),
            (Effect::Narrows, Direction::Response, true),
            (Effect::Widens, Direction::Event, false),
            (Effect::Widens, Direction::Shared, false),
        ] {
            let said = remedy(effect, direction);
            assert_eq!(said.starts_with("none needed"), free, "{said}");
        }
    }
}
