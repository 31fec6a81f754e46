//! Makes values that the left schemas accept and one right schema rejects, keyword by keyword of the right.
//! Refuses to conclude anything from finding none.

use super::demand::{Demand, ways};
use super::maker::{Maker, Wish, keep};
use super::{escape_item, escape_member};
use crate::inclusion::evaluate::{At, Keyword, Kind, Lengths};
use crate::inclusion::format;
use crate::inclusion::number::Decimal;
use crate::inclusion::pattern::Pattern;
use serde_json::Value;

/// Up to `want` values that all of `left` accept and `right` rejects.
pub(super) fn escape(
    maker: &Maker,
    left: &[At<'_>],
    right: At<'_>,
    want: usize,
    depth: usize,
) -> Vec<Value> {
    if left.iter().any(|left| left.implies(right)) {
        return Vec::new();
    }
    maker.remembering(left, Some(right), want, depth, |depth| {
        search(maker, left, right, want, depth)
    })
}

fn search(maker: &Maker, left: &[At<'_>], right: At<'_>, want: usize, depth: usize) -> Vec<Value> {
    if right.is_never() {
        return maker.sample(left, want, depth);
    }
    let mut found = Vec::new();
    let accept = |value: &Value| left.iter().all(|at| at.accepts(value)) && right.rejects(value);
    for way in ways(left) {
        for keyword in right.keywords() {
            let attempt = Attempt {
                maker,
                left,
                way: &way,
                right,
                want,
                depth,
            };
            for value in attempt.against(keyword) {
                maker.spend(1);
                keep(&mut found, value, want, accept);
            }
            if found.len() >= want || maker.is_tired() {
                return found;
            }
        }
    }
    found
}

/// One way through the left side against the right side.
pub(super) struct Attempt<'m, 'a> {
    pub(super) maker: &'m Maker,
    pub(super) left: &'m [At<'a>],
    pub(super) way: &'m Demand<'a>,
    pub(super) right: At<'a>,
    pub(super) want: usize,
    pub(super) depth: usize,
}

impl<'a> Attempt<'_, 'a> {
    /// Values of this way with `wish` granted.
    pub(super) fn fill(&self, wish: &Wish<'_>) -> Vec<Value> {
        self.maker.fill(self.way, wish, self.want, self.depth)
    }

    /// Values that may fail `right` where `left` has this way.
    pub(super) fn deeper(&self, left: &[At<'_>], right: At<'_>, want: usize) -> Vec<Value> {
        escape(self.maker, left, right, want, self.depth)
    }

    fn against(&self, keyword: &'a Keyword) -> Vec<Value> {
        match keyword {
            Keyword::Types(kinds) => self.other_kinds(kinds),
            Keyword::Values(values) => self.maker.sample(self.left, values.len() + 2, self.depth),
            Keyword::Least { bound, .. } | Keyword::Most { bound, .. } => self.near(*bound),
            Keyword::Step(step) => self.near(*step),
            Keyword::Text(lengths) => self.outside(*lengths, |window| Wish {
                text: Some(window),
                kinds: Some(vec![Kind::String]),
                ..Wish::default()
            }),
            Keyword::Matches(pattern) => self.unmatched(pattern),
            Keyword::Format(name) => self.fill(&Wish {
                kinds: Some(vec![Kind::String]),
                strings: format::samples(&self.way.formats, &[name])
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                ..Wish::default()
            }),
            Keyword::Length(lengths) => self.outside(*lengths, |window| Wish {
                length: Some(window),
                kinds: Some(vec![Kind::Array]),
                ..Wish::default()
            }),
            Keyword::Size(lengths) => self.outside(*lengths, |window| Wish {
                size: Some(window),
                kinds: Some(vec![Kind::Object]),
                ..Wish::default()
            }),
            Keyword::Items { .. }
            | Keyword::Distinct
            | Keyword::Contains { .. }
            | Keyword::UnevaluatedItems(_) => escape_item::against(self, keyword),
            Keyword::Members { .. }
            | Keyword::Names(_)
            | Keyword::Required(_)
            | Keyword::RequiredWith(_)
            | Keyword::SchemaWith(_)
            | Keyword::UnevaluatedMembers(_) => escape_member::against(self, keyword),
            Keyword::Refer(_)
            | Keyword::All(_)
            | Keyword::Any(_)
            | Keyword::One(_)
            | Keyword::Not(_)
            | Keyword::Choice { .. } => self.branch(keyword),
            Keyword::Open(_) => Vec::new(),
        }
    }

    fn branch(&self, keyword: &'a Keyword) -> Vec<Value> {
        let to = |id: &usize| self.right.to(*id);
        let also = |ids: &[usize]| {
            let mut left = self.left.to_vec();
            left.extend(ids.iter().map(to));
            left
        };
        match keyword {
            Keyword::Refer(id) => self.deeper(self.left, to(id), self.want),
            Keyword::All(ids) => self.each(ids, self.want),
            Keyword::Any(ids) => self.out_of_all(ids),
            Keyword::One(ids) => {
                let mut found = self.out_of_all(ids);
                for (index, first) in ids.iter().enumerate() {
                    for second in ids.iter().skip(index + 1).take(6) {
                        let left = also(&[*first, *second]);
                        found.extend(self.maker.sample(&left, 2, self.depth));
                    }
                }
                found
            }
            Keyword::Not(id) => self.maker.sample(&also(&[*id]), self.want, self.depth),
            Keyword::Choice { when, then, other } => {
                let mut found = Vec::new();
                if let Some(then) = then {
                    found.extend(self.deeper(&also(&[*when]), to(then), self.want));
                }
                if let Some(other) = other {
                    found.extend(self.deeper(self.left, to(other), self.want * 2));
                }
                found
            }
            _ => Vec::new(),
        }
    }

    fn each(&self, ids: &[usize], want: usize) -> Vec<Value> {
        ids.iter()
            .flat_map(|id| self.deeper(self.left, self.right.to(*id), want))
            .collect()
    }

    /// What no branch accepts: values of every type, and what escapes one branch after the other.
    fn out_of_all(&self, ids: &[usize]) -> Vec<Value> {
        let mut found = self.fill(&Wish::default());
        for id in ids {
            found.extend(self.deeper(self.left, self.right.to(*id), self.want * 4));
        }
        found.retain(|value| self.right.rejects(value));
        found
    }

    fn other_kinds(&self, kinds: &[Kind]) -> Vec<Value> {
        let mut wish = Wish {
            numbers: vec![Decimal::of_count(5).shifted(-1)],
            ..Wish::default()
        };
        let others = Kind::ALL.into_iter().filter(|kind| !kinds.contains(kind));
        wish.kinds = Some(others.collect());
        self.fill(&wish)
    }

    fn near(&self, bound: Decimal) -> Vec<Value> {
        let step = |delta: Option<Decimal>| delta.and_then(|delta| bound.plus(delta));
        let mut numbers = vec![bound];
        numbers.extend(step(Some(Decimal::ONE)));
        numbers.extend(step(Some(Decimal::ONE.negated())));
        numbers.extend(bound.times(Decimal::of_count(5).shifted(-1)));
        numbers.extend(bound.times(Decimal::of_count(15).shifted(-1)));
        self.fill(&Wish {
            kinds: Some(vec![Kind::Integer, Kind::Number]),
            numbers,
            ..Wish::default()
        })
    }

    /// Values with a length below or above the window.
    fn outside(&self, lengths: Lengths, wish: impl Fn(Lengths) -> Wish<'a>) -> Vec<Value> {
        let mut found = Vec::new();
        if let Some(most) = lengths.least.checked_sub(1) {
            found.extend(self.fill(&wish(Lengths {
                least: 0,
                most: Some(most),
            })));
            found.extend(self.fill(&wish(Lengths {
                least: most,
                most: Some(most),
            })));
        }
        if let Some(least) = lengths.most.and_then(|most| most.checked_add(1)) {
            found.extend(self.fill(&wish(Lengths { least, most: None })));
        }
        found
    }

    fn unmatched(&self, pattern: &Pattern) -> Vec<Value> {
        let mut strings: Vec<String> = ["", "a", "0", "A", " ", "\n", "-", "ä", "aa", "00"]
            .map(str::to_owned)
            .to_vec();
        let mut words = pattern.words(0, 200);
        for own in &self.way.patterns {
            words.extend(own.words(self.way.text.least, 200));
        }
        for word in words {
            strings.extend(["a", "0", "\n"].map(|end| format!("{word}{end}")));
            strings.extend(["a", "0"].map(|start| format!("{start}{word}")));
            let mut short: String = word;
            short.pop();
            strings.push(short);
        }
        self.fill(&Wish {
            kinds: Some(vec![Kind::String]),
            strings,
            ..Wish::default()
        })
    }
}
