//! From the errors of one payload to problems: each at its place, in the right form, without a value.
//! Refuses to decide validity: it explains what the validator found.

use super::atlas::{Atlas, Spot};
use super::form::{self, plural};
use super::mask::Mask;
use super::problem::Problem;
use super::refusal::{Forms, Refusal, Said};
use super::trail::{Trail, identifies, statement};
use super::words::{Words, words};
use super::{id, near, shape, slice};
use crate::json::{Document, pointer_escape};
use crate::outcome::{Code, expression};
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Explains the errors of one document.
pub(super) struct Explainer<'a> {
    atlas: &'a Atlas,
    document: &'a Document,
    mask: Mask<'a>,
    resource: &'a str,
    problems: Vec<Problem>,
    /// Bytes that their texts take.
    bytes: usize,
}

/// Bytes that the texts of all problems of one document may take.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of a problem without its texts, and what surely stands in them.
const PROBLEM: usize = 1_024;

/// Forms inside each other that are told.
///
/// Source: a payload may be 128 deep; with a walk inside the innermost one they fit 1 MiB of stack without optimisation
const DEEPEST_FORMS: usize = 150;

/// What an error has from the form that it belongs to.
#[derive(Clone)]
struct Inherited {
    form: Option<String>,
    code: Code,
    /// The published statement behind the choice of forms.
    statement: Option<String>,
    /// Forms around it.
    depth: usize,
}

impl Inherited {
    const NOTHING: Self = Self {
        form: None,
        code: Code::BadBundle,
        statement: None,
        depth: 0,
    };
}

/// What an error concerns.
#[derive(Clone)]
struct Subject<'a> {
    /// Pointer into the payload, unmasked; it may name a member that is missing.
    pointer: String,
    trail: Trail<'a>,
    inherited: Inherited,
}

impl Subject<'_> {
    /// Something is missing that these schemas ask for.
    fn lacks(&mut self, asked: &[Spot<'_>]) {
        if identifies(asked) {
            self.inherited.code = Code::MissingIdentifier;
        }
    }
}

/// Keywords that refuse every member at once when they are `false`.
const REFUSING_ALL: [&str; 2] = ["additionalProperties", "propertyNames"];

impl<'a> Explainer<'a> {
    pub(super) fn new(atlas: &'a Atlas, document: &'a Document) -> Self {
        Self {
            atlas,
            document,
            mask: Mask::new(atlas, document.value()),
            resource: resource(atlas),
            problems: Vec::new(),
            bytes: 0,
        }
    }

    /// The problems of an invalid document, in the order of the text, each once, and that there are more, if so; at
    /// least one.
    pub(super) fn finish(mut self, has_more: bool) -> Vec<Problem> {
        let has_more = has_more || self.bytes > MOST_BYTES;
        self.bytes = 0;
        if has_more {
            self.add_whole(
                "this and more does not fit the schema: only the first findings are told",
            );
        } else if self.problems.is_empty() {
            self.add_whole("the document does not fit the schema");
        }
        self.problems
            .sort_by(|a, b| (a.rank(), &a.form).cmp(&(b.rank(), &b.form)));
        self.problems.dedup_by(|a, b| a.is_same(b));
        self.problems
    }

    /// What is said of the whole document.
    fn add_whole(&mut self, message: &str) {
        let subject = Subject {
            pointer: String::new(),
            trail: Trail::follow(self.atlas, "", false),
            inherited: Inherited::NOTHING,
        };
        let words = Words::new(id::VALUE_NOT_ALLOWED, message);
        self.push(subject, words, None, None);
    }

    pub(super) fn add(&mut self, refusal: &Refusal<'_>) {
        self.add_inside(refusal, Inherited::NOTHING);
    }

    fn add_inside(&mut self, refusal: &Refusal<'_>, inherited: Inherited) {
        let whole = matches!(refusal.said, Said::Kind(Kind::FalseSchema));
        let subject = Subject {
            pointer: refusal.instance.clone(),
            trail: Trail::follow(self.atlas, &refusal.evaluation, !whole),
            inherited,
        };
        match &refusal.said {
            Said::NoForm(forms) => self.add_form(subject, forms),
            Said::SeveralForms(fitting) => self.add_several_forms(subject, fitting),
            Said::Name(name, kind) => self.add_name(subject, name.as_deref(), kind.as_ref()),
            Said::Kind(kind) => self.add_kind(subject, kind),
        }
    }

    fn add_kind(&mut self, subject: Subject<'a>, kind: &Kind) {
        match kind {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => self.add_unknown(&subject, unexpected),
            Kind::Required { property } => {
                self.add_missing(subject, property.as_str().unwrap_or_default());
            }
            Kind::Contains => self.add_slice(subject),
            Kind::FalseSchema => self.add_forbidden(subject),
            kind => self.add_value(subject, kind),
        }
    }

    fn add_value(&mut self, subject: Subject<'a>, kind: &Kind) {
        let format = subject.trail.schema().and_then(|spot| spot.text("format"));
        let words = words(kind, format);
        let shaped = [id::FORMAT_WRONG, id::PATTERN_MISMATCH].contains(&words.id);
        let describe = if shaped {
            shape::found_with_shape
        } else {
            shape::found
        };
        let found = self.value(&subject.pointer).map(describe);
        let means = meant(&subject.trail);
        self.push(subject, words, found, means);
    }

    fn add_missing(&mut self, mut subject: Subject<'a>, name: &str) {
        let declared = self.declared(&subject.trail, name);
        let means = meaning(declared.iter().copied());
        subject.lacks(&declared);
        subject.lacks(&subject.trail.spots.clone());
        subject.pointer = format!("{}/{}", subject.pointer, pointer_escape(name));
        let words = Words::new(id::REQUIRED_MISSING, format!("`{name}` is required"));
        let said = statement(&declared);
        subject.inherited.statement = said.or(subject.inherited.statement);
        self.push(subject, words, None, means);
    }

    fn add_unknown(&mut self, subject: &Subject<'a>, names: &[String]) {
        let declared = self.names(&subject.trail);
        for name in names {
            let shown = self.mask.name(name);
            let one = Subject {
                pointer: format!("{}/{}", subject.pointer, pointer_escape(name)),
                ..subject.clone()
            };
            let message = format!("`{shown}` is not declared here");
            let words = Words {
                want: near::nearest(name, &declared).map(|near| format!("perhaps `{near}`")),
                ..Words::new(id::UNKNOWN_NAME, message)
            };
            self.push(one, words, None, None);
        }
    }

    /// A member's name breaks `propertyNames`; the error inside is about the name.
    fn add_name(&mut self, mut subject: Subject<'a>, name: Option<&str>, kind: Option<&Kind>) {
        let format = subject.trail.schema().and_then(|spot| spot.text("format"));
        let want = kind.and_then(|kind| words(kind, format).want);
        if let Some(name) = name {
            subject.pointer = format!("{}/{}", subject.pointer, pointer_escape(name));
        }
        let words = Words {
            want,
            ..Words::new(id::UNKNOWN_NAME, "the name is not one that may stand here")
        };
        self.push(subject, words, None, None);
    }

    /// A schema is `false`: for the value, or for every member of it.
    fn add_forbidden(&mut self, subject: Subject<'a>) {
        if let (Some(Value::Object(members)), true) = (
            self.value(&subject.pointer),
            subject.trail.ends_in(&REFUSING_ALL),
        ) {
            let names: Vec<_> = members.keys().cloned().collect();
            return self.add_unknown(&subject, &names);
        }
        let (parent, last) = subject.pointer.rsplit_once('/').unwrap_or_default();
        let words = match self.value(parent) {
            Some(Value::Object(_)) => {
                let name = self.mask.pointer(&subject.pointer);
                let name = name.rsplit('/').next().unwrap_or_default().to_owned();
                Words::new(id::UNKNOWN_NAME, format!("`{name}` may not stand here"))
            }
            Some(Value::Array(_)) if !last.is_empty() => {
                Words::new(id::TOO_MANY, "the array has too many items")
            }
            _ => Words::new(id::VALUE_NOT_ALLOWED, "nothing may stand here"),
        };
        self.push(subject, words, None, None);
    }

    fn add_slice(&mut self, mut subject: Subject<'a>) {
        let Some(spot) = subject.trail.schema() else {
            return;
        };
        let items = self.value(&subject.pointer).unwrap_or(&Value::Null);
        let keyword = subject.trail.keyword.as_deref().unwrap_or_default();
        let words = slice::words(spot, keyword, items);
        let mut declarations: Vec<_> = subject.trail.declarations().collect();
        if words.id == id::CONTAINS_MISSING {
            subject.lacks(&declarations);
        }
        declarations.splice(0..0, spot.child("contains"));
        let means = meaning(declarations.into_iter().flat_map(Spot::views));
        self.push(subject, words, Some(shape::found(items)), means);
    }

    /// No form fits: the errors of the form that was meant, or that none fits.
    fn add_form(&mut self, mut subject: Subject<'a>, told: &Forms<'_>) {
        let forms = choices(&subject.trail);
        let value = self.value(&subject.pointer).unwrap_or(&Value::Null);
        if let Some(asked) = self.identify(&subject.trail, &forms) {
            subject.inherited.code = Code::MissingIdentifier;
            subject.inherited.statement = statement(&asked);
        }
        let depth = subject.inherited.depth + 1;
        let choose = || form::choose(self.atlas, &forms, told, value, &subject.pointer);
        if depth <= DEEPEST_FORMS
            && let Some((index, note)) = choose()
            && let Some(refusals) = told.refusals(index)
        {
            let inherited = Inherited {
                form: Some(note),
                depth,
                ..subject.inherited
            };
            for refusal in refusals {
                self.add_inside(refusal, inherited.clone());
            }
            return;
        }
        let titles: Vec<_> = forms.iter().map(|form| form::title(*form)).collect();
        let fits = format!("none of {} fits", plural(forms.len(), "form", "forms"));
        let words = Words {
            want: Some(titles.join(", or ")),
            ..Words::new(id::NO_FORM_FITS, fits)
        };
        let means = meant(&subject.trail);
        self.push(subject, words, Some(shape::found(value)), means);
    }

    /// The schemas that ask who a member is, when these forms are the ways to say it: by a requirement on the choice
    /// itself, or because every form asks for a member that carries one.
    fn identify(&self, trail: &Trail<'a>, forms: &[Spot<'a>]) -> Option<Vec<Spot<'a>>> {
        if identifies(&trail.spots) {
            return Some(trail.spots.clone());
        }
        let asks = |form: &Spot<'a>| {
            let names = form.required();
            let mut declared = names.map(|name| self.declared(trail, name));
            declared.find(|declared| identifies(declared))
        };
        let asked: Option<Vec<_>> = forms.iter().map(asks).collect();
        asked
            .filter(|asked| !asked.is_empty())
            .map(|asked| asked.concat())
    }

    fn add_several_forms(&mut self, subject: Subject<'a>, fitting: &[usize]) {
        let forms = choices(&subject.trail);
        let fitting: Vec<_> = fitting
            .iter()
            .filter_map(|index| Some(form::title(*forms.get(*index)?)))
            .collect();
        let words = Words {
            want: Some("exactly one form".to_owned()),
            ..Words::new(
                id::NO_FORM_FITS,
                format!("more than one form fits: {}", fitting.join(", ")),
            )
        };
        let means = meant(&subject.trail);
        self.push(subject, words, None, means);
    }

    fn push(
        &mut self,
        subject: Subject<'a>,
        words: Words,
        found: Option<String>,
        means: Option<String>,
    ) {
        let pointer = self.mask.pointer(&subject.pointer);
        let wants = words.want.as_ref().map_or(0, String::len);
        self.bytes += PROBLEM + words.message.len() + wants + 2 * pointer.len();
        if self.bytes > MOST_BYTES {
            return;
        }
        let position = match words.id {
            id::UNKNOWN_NAME => self.document.key_place(&subject.pointer),
            _ => None,
        };
        self.problems.push(Problem {
            id: words.id,
            expression: expression(self.resource, &pointer),
            pointer,
            schema_pointer: subject.trail.pointer(),
            position: position.unwrap_or_else(|| self.document.nearest(&subject.pointer)),
            message: words.message,
            found,
            want: words.want,
            means,
            code: subject.inherited.code,
            statement: statement(&subject.trail.spots).or(subject.inherited.statement),
            form: subject.inherited.form.or(subject.trail.form),
        });
    }

    fn value(&self, pointer: &str) -> Option<&'a Value> {
        self.document.value().pointer(pointer)
    }

    /// The schemas that declare the member `name` of the value that the trail leads to.
    fn declared(&self, trail: &Trail<'a>, name: &str) -> Vec<Spot<'a>> {
        let objects = trail.declarations();
        objects.flat_map(|object| object.member(name)).collect()
    }

    /// The members that are declared for the value that the trail leads to.
    fn names(&self, trail: &Trail<'a>) -> BTreeSet<&'a str> {
        trail.declarations().flat_map(Spot::declared).collect()
    }
}

/// What the first of these schemas that says so means.
fn meaning<'a>(mut spots: impl Iterator<Item = Spot<'a>>) -> Option<String> {
    spots.find_map(Spot::meaning).map(str::to_owned)
}

/// What the outermost schema that a trail leads to means: the field rather than its type.
fn meant(trail: &Trail<'_>) -> Option<String> {
    meaning(trail.declarations().flat_map(Spot::views))
}

/// The forms of the choice that a trail leads to.
fn choices<'a>(trail: &Trail<'a>) -> Vec<Spot<'a>> {
    match (trail.schema(), &trail.keyword) {
        (Some(spot), Some(keyword)) => spot.children(keyword).collect(),
        _ => Vec::new(),
    }
}

/// The resource that the schema describes.
pub(super) fn resource(atlas: &Atlas) -> &str {
    match atlas.root().and_then(|root| root.pinned("resourceType")) {
        Some([Value::String(word)]) => word,
        _ => "Resource",
    }
}
