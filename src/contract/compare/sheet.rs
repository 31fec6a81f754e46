//! What is found out about interactions: results with their pointers, and what stays open.
//! Refuses to put a value, or a name that nobody declares, into a pointer that is shown.

use super::super::masked::masked;
use super::code::Code;
use super::header::is_standard;
use super::judge::Gap;
use std::collections::BTreeSet;

/// One thing that is wrong with an interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Description of the interaction.
    pub interaction: String,
    pub code: Code,
    /// Pointer into the contract, with names masked that nobody declares.
    pub pointer: String,
    /// The value itself in the contract: where to look, never shown.
    pub place: String,
    pub why: Option<&'static str>,
    /// Pointer into the OpenAPI document.
    pub schema: Option<String>,
}

/// Something that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// Pointer into the OpenAPI document.
    pub at: String,
    pub why: &'static str,
    /// Pointer of the first interaction that needed it, and how many did.
    pub first: String,
    pub count: usize,
}

/// Where something is wrong.
pub struct Spot {
    /// Shown as it is: words of the format and indexes.
    plain: String,
    /// Shown with undeclared names masked.
    inner: String,
    place: String,
    why: Option<&'static str>,
    schema: Option<String>,
}

impl Spot {
    /// A value of the contract; its pointer is masked from the name of a header or a parameter on.
    pub fn value(at: &str) -> Self {
        Self::below(at, "")
    }

    /// A part of a value of the contract.
    pub fn below(at: &str, inner: &str) -> Self {
        Self::new(at, inner, format!("{at}{inner}"))
    }

    /// A part of a value that stands in the contract as a text.
    pub fn inside(at: &str, inner: &str) -> Self {
        Self::new(at, inner, at.to_owned())
    }

    fn new(at: &str, inner: &str, place: String) -> Self {
        let named = ["/headers/", "/query/"].iter().find_map(|folder| {
            let (before, name) = at.split_once(folder)?;
            Some((
                format!("{before}{}", folder.trim_end_matches('/')),
                format!("/{name}"),
            ))
        });
        let (plain, name) = named.unwrap_or_else(|| (at.to_owned(), String::new()));
        Self {
            plain,
            inner: format!("{name}{inner}"),
            place,
            why: None,
            schema: None,
        }
    }

    pub fn why(self, why: &'static str) -> Self {
        Self {
            why: Some(why),
            ..self
        }
    }

    /// Where the other document says what is wanted.
    pub fn schema(self, at: &str) -> Self {
        Self {
            schema: Some(at.to_owned()),
            ..self
        }
    }
}

/// The results of one comparison as it goes on.
pub struct Sheet<'n> {
    pub found: Vec<Found>,
    pub open: Vec<Open>,
    /// Names that may be shown.
    names: &'n BTreeSet<String>,
    interaction: String,
    at: String,
}

impl<'n> Sheet<'n> {
    pub fn new(names: &'n BTreeSet<String>) -> Self {
        Self {
            found: Vec::new(),
            open: Vec::new(),
            names,
            interaction: String::new(),
            at: String::new(),
        }
    }

    /// Goes on to the next interaction.
    pub fn turn(&mut self, description: &str, at: &str) {
        description.clone_into(&mut self.interaction);
        at.clone_into(&mut self.at);
    }

    pub fn say(&mut self, code: Code, spot: Spot) {
        let name = spot.inner.split('/').nth(1).unwrap_or_default();
        let inner = if is_standard(name) && spot.plain.ends_with("/headers") {
            spot.inner
        } else {
            masked(&spot.inner, self.names)
        };
        self.found.push(Found {
            interaction: self.interaction.clone(),
            code,
            pointer: format!("{}{inner}", spot.plain),
            place: spot.place,
            why: spot.why,
            schema: spot.schema,
        });
    }

    /// Remembers what could not be judged.
    pub fn open(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        for gap in gaps {
            let mut known = self.open.iter_mut();
            match known.find(|open| open.at == gap.at && open.why == gap.why) {
                Some(open) => open.count += 1,
                None => self.open.push(Open {
                    at: gap.at,
                    why: gap.why,
                    first: self.at.clone(),
                    count: 1,
                }),
            }
        }
    }
}
