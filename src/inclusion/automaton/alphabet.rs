//! Which code points an automaton tells apart: runs of them, each of some class.
//! Refuses to know states.

use crate::inclusion::answer::Code;
use std::collections::{BTreeMap, HashMap};

/// Code points that no state tells apart.
pub(super) type Class = u16;
/// Half-open, by place; ascending and apart.
pub(super) type Ranges = Vec<(u32, u32)>;

/// Most classes of one automaton.
const CLASSES: u16 = 4_096;
/// Source: Unicode, the surrogates, which are no characters
const SURROGATES: u32 = 0xd800;
const BEHIND_SURROGATES: u32 = 0xe000;
const GAP: u32 = BEHIND_SURROGATES - SURROGATES;
/// The number of characters.
pub(super) const END: u32 = 0x11_0000 - GAP;

/// The number of `character` among all characters: the surrogates leave no gap.
pub(super) fn place(character: char) -> u32 {
    let point = u32::from(character);
    if point < SURROGATES {
        point
    } else {
        point - GAP
    }
}

/// The character of a place.
pub(super) fn character(place: u32) -> Option<char> {
    char::from_u32(if place < SURROGATES {
        place
    } else {
        place + GAP
    })
}

/// Every character has one class. Classes are numbered as they first appear.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Alphabet {
    /// Where each run of one class begins; the first at 0.
    runs: Vec<(u32, Class)>,
    width: usize,
}

impl Alphabet {
    /// One class for everything.
    pub(super) fn plain() -> Self {
        Self {
            runs: vec![(0, 0)],
            width: 1,
        }
    }

    /// The coarsest alphabet that can tell the members of each set from the rest, and the classes of each set.
    ///
    /// Errors: more classes than an automaton may have
    pub(super) fn of_sets(sets: &[Ranges]) -> Result<(Self, Vec<Vec<Class>>), Code> {
        let mut turns: BTreeMap<u32, Vec<usize>> = BTreeMap::from([(0, Vec::new())]);
        for (set, ranges) in sets.iter().enumerate() {
            for (start, end) in ranges {
                turns.entry(*start).or_default().push(set);
                turns.entry(*end).or_default().push(set);
            }
        }
        turns.remove(&END);
        let mut inside = vec![0_u64; sets.len().div_ceil(64)];
        let mut known: HashMap<Vec<u64>, Class> = HashMap::new();
        let mut writer = Writer::default();
        let mut classes = vec![Vec::new(); sets.len()];
        for (start, turned) in turns {
            for set in turned {
                if let Some(word) = inside.get_mut(set / 64) {
                    *word ^= 1 << (set % 64);
                }
            }
            let class = match known.get(&inside) {
                Some(class) => *class,
                None => {
                    let class = writer.new_class()?;
                    known.insert(inside.clone(), class);
                    note(&inside, class, &mut classes);
                    class
                }
            };
            writer.run(start, class);
        }
        Ok((writer.done(), classes))
    }

    /// The coarsest alphabet that tells apart what either one does, and the classes of both in each new class.
    pub(super) fn joint(&self, other: &Self) -> Result<(Self, Vec<(Class, Class)>), Code> {
        let mut pairs = Vec::new();
        let mut known: HashMap<(Class, Class), Class> = HashMap::new();
        let mut writer = Writer::default();
        let mut left = self.runs.iter().copied().peekable();
        let mut right = other.runs.iter().copied().peekable();
        let mut now = (0, 0);
        loop {
            let starts = [left.peek(), right.peek()].map(|run| run.map(|(start, _)| *start));
            let Some(start) = starts.into_iter().flatten().min() else {
                break;
            };
            if let Some((_, class)) = left.next_if(|run| run.0 == start) {
                now.0 = class;
            }
            if let Some((_, class)) = right.next_if(|run| run.0 == start) {
                now.1 = class;
            }
            let class = match known.get(&now) {
                Some(class) => *class,
                None => {
                    pairs.push(now);
                    *known.entry(now).or_insert(writer.new_class()?)
                }
            };
            writer.run(start, class);
        }
        Ok((writer.done(), pairs))
    }

    /// The same with each class under another name; equal names become one class. Also an old class of each new one.
    pub(super) fn renamed(&self, name: impl Fn(Class) -> usize) -> (Self, Vec<Class>) {
        let mut known: HashMap<usize, Class> = HashMap::new();
        let mut old = Vec::new();
        let mut writer = Writer::default();
        for (start, class) in &self.runs {
            let new = *known.entry(name(*class)).or_insert_with(|| {
                old.push(*class);
                writer.width += 1;
                writer.width - 1
            });
            writer.run(*start, new);
        }
        (writer.done(), old)
    }

    /// The number of classes.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn class(&self, place: u32) -> Class {
        self.run(place).0
    }

    /// The class at a place, and where the next run begins.
    pub(super) fn run(&self, place: u32) -> (Class, u32) {
        let next = self.runs.partition_point(|(start, _)| *start <= place);
        let class = self.runs.get(next.wrapping_sub(1)).map_or(0, |run| run.1);
        (class, self.runs.get(next).map_or(END, |run| run.0))
    }
}

fn note(inside: &[u64], class: Class, classes: &mut [Vec<Class>]) {
    for (set, list) in classes.iter_mut().enumerate() {
        let word = inside.get(set / 64).copied().unwrap_or(0);
        if word >> (set % 64) & 1 == 1 {
            list.push(class);
        }
    }
}

#[derive(Default)]
struct Writer {
    runs: Vec<(u32, Class)>,
    width: Class,
}

impl Writer {
    fn new_class(&mut self) -> Result<Class, Code> {
        if self.width >= CLASSES {
            return Err(Code::Automaton);
        }
        self.width += 1;
        Ok(self.width - 1)
    }

    fn run(&mut self, start: u32, class: Class) {
        if self.runs.last().is_none_or(|(_, last)| *last != class) {
            self.runs.push((start, class));
        }
    }

    fn done(self) -> Alphabet {
        Alphabet {
            runs: self.runs,
            width: usize::from(self.width),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_character_has_a_place_of_its_own() {
        for one in ['\0', 'a', '\u{d7ff}', '\u{e000}', '\u{10ffff}'] {
            assert_eq!(character(place(one)), Some(one));
        }
        assert_eq!(place('\u{e000}'), place('\u{d7ff}') + 1);
        assert_eq!(place('\u{10ffff}') + 1, END);
        assert_eq!(character(END), None);
    }

    #[test]
    fn classes_are_what_the_sets_tell_apart() {
        let sets = [vec![(10, 20), (30, 40)], vec![(15, 35)], vec![]];
        let (alphabet, classes) = Alphabet::of_sets(&sets).unwrap();
        assert_eq!(alphabet.width(), 4);
        assert_eq!(alphabet.class(10), alphabet.class(39));
        assert_eq!(alphabet.class(0), alphabet.class(END - 1));
        let lengths: Vec<usize> = classes.iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 0]);
        assert_eq!(alphabet.run(12), (alphabet.class(10), 15));
    }

    #[test]
    fn a_joint_alphabet_tells_apart_what_either_one_does() {
        let (left, _) = Alphabet::of_sets(&[vec![(10, 20)]]).unwrap();
        let (right, _) = Alphabet::of_sets(&[vec![(15, 30)]]).unwrap();
        let (both, pairs) = left.joint(&right).unwrap();
        assert_eq!(both.width(), 4);
        assert_eq!(pairs, [(0, 0), (1, 0), (1, 1), (0, 1)]);
        let (merged, old) = both.renamed(|class| usize::from(class == 2));
        assert_eq!((merged.width(), old), (2, vec![0, 2]));
        assert_eq!(merged.run(0), (0, 15));
    }
}
