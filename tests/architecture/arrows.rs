//! Whether every arrow between rooms, and between crates, stands in the table.
//! Refuses to know which arrows the table holds.

use crate::mentions::{Mention, mentions};
use crate::source::Source;
use crate::{Krate, Room};

/// Imports between rooms that the table does not allow, and rooms that it does not list.
pub fn stray(rooms: &[Room], sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let Some(name) = room_of(source) else {
            continue;
        };
        let Some(room) = rooms.iter().find(|room| room.name == name) else {
            complaints.push(format!(
                "{}: `{name}` is not a room of the table",
                source.path
            ));
            continue;
        };
        for mention in shipped(source) {
            let Some(other) = mention.room(source) else {
                continue;
            };
            let known = rooms.iter().any(|room| room.name == other);
            if known && other != room.name && !room.may.contains(&other) {
                complaints.push(format!(
                    "{}:{}: {name} may not import {other} (`{}`)",
                    source.path,
                    mention.line,
                    mention.path()
                ));
            }
        }
    }
    complaints
}

/// Uses of a crate of ours in a crate that may not lean on it; of `wire`, `model` may use only the places.
pub fn stray_crates(crates: &[Krate], sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let Some(own) = crate_of(crates, source) else {
            continue;
        };
        let in_model = room_of(source).as_deref() == Some("model");
        for mention in shipped(source) {
            let Some(other) = crates.iter().find(|other| mention.is_within(other.name)) else {
                continue;
            };
            let itself = other.name == own.name;
            let beyond_places =
                in_model && other.name == "wire" && !mention.is_within("wire::json");
            if !itself && (!own.may.contains(&other.name) || beyond_places) {
                complaints.push(format!(
                    "{}:{}: this file may not use `{}`",
                    source.path,
                    mention.line,
                    mention.path()
                ));
            }
        }
    }
    complaints
}

/// Rooms of `lib` that are declared under another feature than the table says.
pub fn misplaced(rooms: &[Room], lib: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut feature = None;
    for (number, line) in lib.text.lines().enumerate() {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("#[cfg(feature = \"") {
            feature = rest.split('"').next();
        } else if let Some(name) = line
            .trim_start_matches("pub ")
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'))
        {
            let room = rooms.iter().find(|room| room.name == name);
            match room {
                None => complaints.push(format!(
                    "{}:{}: `{name}` is not a room of the table",
                    lib.path,
                    number + 1
                )),
                Some(room) if room.feature != feature => complaints.push(format!(
                    "{}:{}: `{name}` stands under {feature:?}, the table says {:?}",
                    lib.path,
                    number + 1,
                    room.feature
                )),
                Some(_) => {}
            }
            feature = None;
        }
    }
    complaints
}

/// What a file names in code that ships. Tests may name what they like.
fn shipped(source: &Source) -> impl Iterator<Item = Mention> {
    mentions(source)
        .into_iter()
        .filter(|mention| !mention.in_test)
}

/// The room that a file of the harness belongs to; none for `src/lib.rs` and other crates.
fn room_of(source: &Source) -> Option<String> {
    let inner = source.path.strip_prefix("src/")?;
    let name = inner.split('/').next()?.trim_end_matches(".rs");
    (name != "lib").then(|| name.to_owned())
}

fn crate_of<'a>(crates: &'a [Krate], source: &Source) -> Option<&'a Krate> {
    crates.iter().find(|krate| {
        let folder = if krate.folder.is_empty() {
            "src/".to_owned()
        } else {
            format!("{}/src/", krate.folder)
        };
        source.path.starts_with(&folder)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CRATES, ROOMS};

    fn complaints(path: &str, text: &str) -> usize {
        stray(ROOMS, &[Source::new(path, text)]).len()
    }

    #[test]
    fn a_check_that_imports_another_check_is_caught() {
        assert_eq!(
            complaints("src/compat/mod.rs", "use crate::policy::Rule;"),
            1
        );
        assert_eq!(
            complaints("src/compat/walk.rs", "fn f() { crate::policy::f() }"),
            1
        );
        assert_eq!(
            complaints("src/compat/walk.rs", "use super::super::policy;"),
            1
        );
        assert_eq!(
            complaints("src/compat/mod.rs", "use crate::inclusion::Answer;"),
            0
        );
    }

    #[test]
    fn main_names_rooms_through_the_library() {
        assert_eq!(complaints("src/main.rs", "use matchmark::load::head;"), 1);
        assert_eq!(complaints("src/main.rs", "use matchmark::app::run;"), 0);
    }

    #[test]
    fn nothing_flows_back_to_app_and_only_tests_are_free() {
        assert_eq!(complaints("src/report/mod.rs", "use crate::app::judge;"), 1);
        let in_test = "#[cfg(test)] mod tests { use crate::load::head; }";
        assert_eq!(complaints("src/replay/mod.rs", in_test), 0);
    }

    #[test]
    fn a_room_that_is_not_in_the_table_is_caught() {
        assert_eq!(complaints("src/utils/mod.rs", "fn f() {}"), 1);
        let lib = Source::new(
            "src/lib.rs",
            "pub mod utils;\npub mod load;\n#[cfg(feature = \"cli\")]\npub mod app;",
        );
        assert_eq!(misplaced(ROOMS, &lib).len(), 2);
    }

    #[test]
    fn a_crate_that_looks_the_wrong_way_is_caught() {
        for (path, text, wrong) in [
            ("wire/src/json/mod.rs", "use domain::consent;", 1),
            ("reference/domain/src/lib.rs", "use reference::http;", 1),
            ("reference/service/src/lib.rs", "use matchmark::model;", 1),
            (
                "reference/service/src/lib.rs",
                "use domain::consent; use wire::json;",
                0,
            ),
            ("src/model/finding.rs", "use wire::payload::Problem;", 1),
            ("src/model/finding.rs", "use wire::json::Position;", 0),
            ("src/replay/mod.rs", "use domain::consent;", 1),
        ] {
            let found = stray_crates(CRATES, &[Source::new(path, text)]);
            assert_eq!(found.len(), wrong, "{path}: {text}: {found:?}");
        }
    }
}
