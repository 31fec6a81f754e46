//! Where a walk is and what it has found: written out only for what is refused.
//! Refuses to walk.

use super::{Refusal, Said};
use crate::json::pointer_escape;
use std::fmt::Write;

/// Where a walk began.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    pub(super) evaluation: String,
    pub(super) instance: String,
}

/// Where a walk is: written out only for what is refused.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    Start(&'p Start),
    /// A further schema, by keyword and name.
    Schema(&'p Place<'p>, &'static str, Name<'p>),
    /// A part of the value.
    Part(&'p Place<'p>, Name<'p>),
}

#[derive(Clone, Copy)]
pub(super) enum Name<'p> {
    None,
    Text(&'p str),
    Index(usize),
}

impl Name<'_> {
    fn length(self) -> usize {
        match self {
            Self::None => 1,
            Self::Text(name) => name.len() + 1,
            Self::Index(_) => 8,
        }
    }

    fn write(self, pointer: &mut String) {
        match self {
            Self::None => {}
            Self::Text(name) => {
                pointer.push('/');
                pointer.push_str(&pointer_escape(name));
            }
            Self::Index(index) => {
                // Writing to a string does not fail.
                let _ = write!(pointer, "/{index}");
            }
        }
    }
}

impl Place<'_> {
    fn evaluation(&self) -> String {
        match self {
            Self::Start(start) => start.evaluation.clone(),
            Self::Part(outer, _) => outer.evaluation(),
            Self::Schema(outer, keyword, name) => {
                let mut pointer = outer.evaluation();
                Name::Text(keyword).write(&mut pointer);
                name.write(&mut pointer);
                pointer
            }
        }
    }

    fn instance(&self) -> String {
        match self {
            Self::Start(start) => start.instance.clone(),
            Self::Schema(outer, ..) => outer.instance(),
            Self::Part(outer, name) => {
                let mut pointer = outer.instance();
                name.write(&mut pointer);
                pointer
            }
        }
    }

    /// Bytes of both ways, about.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Start(start) => start.evaluation.len() + start.instance.len(),
            Self::Part(outer, name) => outer.length() + name.length(),
            Self::Schema(outer, keyword, name) => outer.length() + keyword.len() + name.length(),
        }
    }

    fn at(&self, keyword: &str) -> Start {
        let mut evaluation = self.evaluation();
        if !keyword.is_empty() {
            Name::Text(keyword).write(&mut evaluation);
        }
        Start {
            evaluation,
            instance: self.instance(),
        }
    }
}

/// What a walk is for.
pub(super) enum Found<'a> {
    /// Whether anything is refused.
    First(bool),
    /// All that is refused.
    All(Vec<Refusal<'a>>),
}

impl<'a> Found<'a> {
    /// Notes a refusal at a keyword; an empty one stands for the schema itself.
    pub(super) fn refuse(
        &mut self,
        place: &Place<'_>,
        keyword: &str,
        said: impl FnOnce(&Start) -> Said<'a>,
    ) {
        match self {
            Self::First(found) => *found = true,
            Self::All(found) => {
                let start = place.at(keyword);
                found.push(Refusal {
                    said: said(&start),
                    evaluation: start.evaluation,
                    instance: start.instance,
                });
            }
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(self, Self::First(true))
    }
}
