//! What a schema refuses in a value, with the forms of a choice left unasked until somebody needs them.
//! Refuses to decide validity: the validator did.

mod budget;
mod choice;
mod later;
mod node;
mod part;
mod place;
mod walk;

pub(super) use budget::Budget;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
pub(super) use later::Walk;
pub(super) use node::Nodes;
pub(super) use walk::refusals;

/// One thing that a schema refuses.
#[derive(Debug)]
pub(super) struct Refusal<'a> {
    pub(super) said: Said<'a>,
    /// The way through the schemas to the keyword, or to the schema that is `false`.
    pub(super) evaluation: String,
    /// Pointer into the payload.
    pub(super) instance: String,
}

#[derive(Debug)]
pub(super) enum Said<'a> {
    /// Neither a choice nor a name.
    Kind(Kind),
    /// None of several forms fits.
    NoForm(Forms<'a>),
    /// These of several forms fit, by index, and only one may.
    SeveralForms(Vec<usize>),
    /// The name of a member is refused, and what the name breaks unless that is a choice.
    Name(Option<String>, Option<Kind>),
}

/// What each of several forms refuses.
#[derive(Debug)]
pub(super) enum Forms<'a> {
    /// Told already.
    Told(Vec<Vec<Refusal<'a>>>),
    /// Found by a walk.
    Walk(Walk<'a>),
}

impl<'a> Forms<'a> {
    /// What the form refuses; `None` when that is not known.
    pub(super) fn refusals(&self, index: usize) -> Option<&[Refusal<'a>]> {
        match self {
            Self::Told(forms) => forms.get(index).map(Vec::as_slice),
            Self::Walk(walk) => walk.refusals(index),
        }
    }

    /// How many things the form refuses, and how many of them at `at`, the value itself; `None` when that is not known.
    pub(super) fn distance(&self, index: usize, at: &str) -> Option<(usize, usize)> {
        match self {
            Self::Told(forms) => Some(distance(forms.get(index)?, at)),
            Self::Walk(walk) => walk.distance(index),
        }
    }

    /// Whether the form is for values of another kind.
    pub(super) fn is_wrong_kind(&self, index: usize, at: &str) -> bool {
        match self {
            Self::Told(forms) => forms.get(index).into_iter().flatten().any(|refusal| {
                matches!(refusal.said, Said::Kind(Kind::Type { .. })) && refusal.instance == at
            }),
            Self::Walk(walk) => walk.is_wrong_kind(index),
        }
    }
}

fn distance(refusals: &[Refusal<'_>], at: &str) -> (usize, usize) {
    let here = refusals.iter().filter(|refusal| refusal.instance == at);
    (refusals.len(), here.count())
}

impl From<ValidationError<'_>> for Refusal<'_> {
    fn from(error: ValidationError<'_>) -> Self {
        let name = match error.kind() {
            Kind::PropertyNames { error } => error.instance().as_str().map(str::to_owned),
            _ => None,
        };
        let parts = error.into_parts();
        let told = |context: Vec<Vec<ValidationError<'static>>>| -> Vec<Vec<Refusal<'_>>> {
            let form = |errors: Vec<_>| errors.into_iter().map(Refusal::from).collect();
            context.into_iter().map(form).collect()
        };
        let said = match parts.kind {
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                Said::NoForm(Forms::Told(told(context)))
            }
            Kind::OneOfMultipleValid { context } => {
                let fits = |(index, errors): (usize, Vec<_>)| errors.is_empty().then_some(index);
                Said::SeveralForms(context.into_iter().enumerate().filter_map(fits).collect())
            }
            Kind::PropertyNames { error } => {
                let kind = error.into_parts().kind;
                Said::Name(name, Some(kind))
            }
            kind => Said::Kind(kind),
        };
        Refusal {
            said,
            evaluation: parts.evaluation_path.as_str().to_owned(),
            instance: parts.instance_path.as_str().to_owned(),
        }
    }
}
