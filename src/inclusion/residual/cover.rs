//! What the keywords of a schema take into account, case by case of which branches hold.
//! Refuses to decide which case applies.

use super::atom::{Atom, Cover, Goal, Place};
use super::literal::Literal;
use super::wanted::Reader;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Id, Keyword, Kind};

/// Most cases of one schema.
const CASES: usize = 512;

/// Members or items that are taken into account.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) all: bool,
    pub(super) cover: Cover,
    /// Items before this index.
    pub(super) prefix: usize,
    /// Items that one of these accepts.
    pub(super) contains: Vec<Literal>,
}

/// One case: what has to hold for it, and what is taken into account then.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    pub(super) goals: Vec<Goal>,
    pub(super) taken: Taken,
}

/// The cases of a schema with these keywords, its own `unevaluated*` left out.
pub(super) fn cases(reader: Reader<'_, '_>, keywords: &[Keyword]) -> Result<Vec<Case>, Code> {
    let mut cases = vec![Case::default()];
    for keyword in keywords {
        let own = matches!(
            (keyword, reader.kind),
            (Keyword::UnevaluatedItems(_), Kind::Array)
                | (Keyword::UnevaluatedMembers(_), Kind::Object)
        );
        if !own {
            cases = product(cases, &of_keyword(reader, keyword)?)?;
        }
    }
    Ok(cases)
}

fn of_keyword(reader: Reader<'_, '_>, keyword: &Keyword) -> Result<Vec<Case>, Code> {
    let nothing = || Ok(vec![Case::default()]);
    match (keyword, reader.kind) {
        (Keyword::Members { .. }, Kind::Object)
        | (Keyword::Items { .. } | Keyword::Contains { .. }, Kind::Array) => {
            Ok(vec![taken(reader, keyword)])
        }
        (Keyword::SchemaWith(schemas), Kind::Object) => {
            let mut cases = vec![Case::default()];
            for (name, id) in schemas {
                let present = Atom::Member(Place::Key(name.clone()), Vec::new());
                let mut either = with(present, below(reader, *id)?);
                if either.iter().all(|case| case.taken.is_nothing()) {
                    continue;
                }
                either.extend(with(Atom::Absent(name.clone()), vec![Case::default()]));
                cases = product(cases, &either)?;
            }
            Ok(cases)
        }
        (Keyword::Refer(id), _) => below(reader, *id),
        (Keyword::All(ids), _) => {
            let mut cases = vec![Case::default()];
            for id in ids {
                cases = product(cases, &below(reader, *id)?)?;
            }
            Ok(cases)
        }
        (Keyword::Any(ids), _) => {
            let mut cases = vec![Case::default()];
            for id in ids {
                cases = product(cases, &either(reader, *id)?)?;
            }
            Ok(cases)
        }
        (Keyword::One(ids), _) => one(reader, ids),
        (Keyword::Choice { when, then, other }, _) => {
            let side = |id: &Option<Id>| id.map_or_else(nothing, |id| below(reader, id));
            let holds = product(
                with_literal(reader.yes(*when), below(reader, *when)?),
                &side(then)?,
            )?;
            let mut cases = holds;
            cases.extend(with_literal(reader.no(*when), side(other)?));
            Ok(cases)
        }
        (_, _) => nothing(),
    }
}

fn one(reader: Reader<'_, '_>, ids: &[Id]) -> Result<Vec<Case>, Code> {
    let mut cases = Vec::new();
    for id in ids {
        cases.extend(with_literal(reader.yes(*id), below(reader, *id)?));
    }
    if cases.iter().all(|case| case.taken.is_nothing()) {
        return Ok(vec![Case::default()]);
    }
    capped(cases)
}

/// The branch holds, or it does not; one case where that makes no difference.
fn either(reader: Reader<'_, '_>, id: Id) -> Result<Vec<Case>, Code> {
    let mut cases = with_literal(reader.yes(id), below(reader, id)?);
    if cases.iter().all(|case| case.taken.is_nothing()) {
        return Ok(vec![Case::default()]);
    }
    cases.extend(with_literal(reader.no(id), vec![Case::default()]));
    Ok(cases)
}

/// The cases of another schema that is asked about the same value.
fn below(reader: Reader<'_, '_>, id: Id) -> Result<Vec<Case>, Code> {
    let (keywords, home) = reader.graph.keywords(reader.class(id));
    let inner = Reader { home, ..reader };
    let all = keywords.iter().any(|keyword| {
        matches!(
            (keyword, reader.kind),
            (Keyword::UnevaluatedItems(_), Kind::Array)
                | (Keyword::UnevaluatedMembers(_), Kind::Object)
        )
    });
    if all {
        let taken = Taken {
            all,
            ..Taken::default()
        };
        return Ok(vec![Case {
            goals: Vec::new(),
            taken,
        }]);
    }
    cases(inner, keywords)
}

fn taken(reader: Reader<'_, '_>, keyword: &Keyword) -> Case {
    let mut taken = Taken::default();
    match keyword {
        Keyword::Members {
            named,
            matching,
            rest,
        } => {
            taken.all = rest.is_some();
            taken.cover.names.extend(named.keys().cloned());
            let patterns = matching.iter().map(|(pattern, _)| pattern.clone());
            taken.cover.patterns.extend(patterns);
        }
        Keyword::Items { prefix, rest } => {
            taken.all = rest.is_some();
            taken.prefix = prefix.len();
        }
        Keyword::Contains { schema, .. } => taken.contains.push(reader.yes(*schema)),
        _ => {}
    }
    Case {
        goals: Vec::new(),
        taken,
    }
}

fn with_literal(literal: Literal, cases: Vec<Case>) -> Vec<Case> {
    let add = |mut case: Case| {
        case.goals.push(Goal::Literal(literal));
        case
    };
    cases.into_iter().map(add).collect()
}

fn with(atom: Atom, cases: Vec<Case>) -> Vec<Case> {
    let add = |mut case: Case| {
        case.goals.push(Goal::Atom(atom.clone()));
        case
    };
    cases.into_iter().map(add).collect()
}

fn product(some: Vec<Case>, others: &[Case]) -> Result<Vec<Case>, Code> {
    let mut all = Vec::new();
    for one in &some {
        for other in others {
            let mut case = one.clone();
            case.goals.extend(other.goals.iter().cloned());
            case.taken.add(&other.taken);
            all.push(case);
        }
        if all.len() > CASES {
            return Err(Code::Cases);
        }
    }
    Ok(all)
}

fn capped(cases: Vec<Case>) -> Result<Vec<Case>, Code> {
    if cases.len() > CASES {
        Err(Code::Cases)
    } else {
        Ok(cases)
    }
}

impl Taken {
    fn is_nothing(&self) -> bool {
        !self.all
            && self.cover.names.is_empty()
            && self.cover.patterns.is_empty()
            && self.prefix == 0
            && self.contains.is_empty()
    }

    fn add(&mut self, other: &Self) {
        self.all |= other.all;
        self.cover.names.extend(other.cover.names.iter().cloned());
        self.cover
            .patterns
            .extend(other.cover.patterns.iter().cloned());
        self.prefix = self.prefix.max(other.prefix);
        self.contains.extend(other.contains.iter().copied());
    }
}
