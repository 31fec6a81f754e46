//! Lists the words of a language, short and plain ones first.
//! Refuses to list words that nobody could read.

use super::Words;
use super::alphabet::{Class, END, character, place};
use super::dfa::{Dfa, State};
use super::layer::Layers;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::Lengths;

/// Code points of the longest word.
const LONGEST: usize = 16_384;
/// Code points of all words together.
const VOLUME: usize = 4_000_000;

/// Up to `want` words; see [`super::Language::words`].
pub(super) fn words(dfa: &Dfa, lengths: Lengths, want: usize) -> Result<Words, Code> {
    let mut lister = Lister {
        dfa,
        layers: Layers::of(dfa),
        plain: plain()
            .map(|one| (one, dfa.alphabet.class(place(one))))
            .collect(),
    };
    let mut words = Vec::new();
    let mut volume = 0;
    let mut next = lister.layers.length(0, lengths)?;
    if want > 0 && next.is_some_and(|length| length > LONGEST) {
        return Err(Code::WitnessSize);
    }
    while let Some(length) = next {
        let mut word = lister.first(length)?;
        while let Some(now) = word {
            if length > LONGEST || words.len() >= want || volume >= VOLUME {
                return Ok(Words { words, all: false });
            }
            volume += length;
            words.push(now.iter().map(|step| step.character).collect());
            word = lister.after(now, length)?;
        }
        next = lister.layers.length(length + 1, lengths)?;
    }
    Ok(Words { words, all: true })
}

/// One character of a word, and how it came about.
#[derive(Clone, Copy)]
struct Step {
    character: char,
    /// Its number in the order of the characters.
    rank: u32,
    /// The state behind it.
    state: State,
}

struct Lister<'a> {
    dfa: &'a Dfa,
    layers: Layers<'a>,
    /// The characters of ASCII in their order, with their classes.
    plain: Vec<(char, Class)>,
}

impl Lister<'_> {
    fn first(&mut self, length: usize) -> Result<Option<Vec<Step>>, Code> {
        if length > LONGEST {
            // Nobody asks for the word itself any more.
            return Ok(Some(Vec::new()));
        }
        self.filled(Vec::with_capacity(length), 0, length)
    }

    /// The word of the same length that comes after `word`.
    fn after(&mut self, mut word: Vec<Step>, length: usize) -> Result<Option<Vec<Step>>, Code> {
        match word.pop() {
            Some(last) => self.filled(word, last.rank + 1, length),
            None => Ok(None),
        }
    }

    /// The first word from `word` on whose next character has at least the rank `from`.
    fn filled(
        &mut self,
        mut word: Vec<Step>,
        mut from: u32,
        length: usize,
    ) -> Result<Option<Vec<Step>>, Code> {
        while word.len() < length {
            let state = word.last().map_or(self.dfa.start, |step| step.state);
            match self.step(state, from, length - word.len() - 1)? {
                Some(step) => {
                    word.push(step);
                    from = 0;
                }
                None => match word.pop() {
                    Some(last) => from = last.rank + 1,
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(word))
    }

    /// The first character from the rank `from` on behind which `left` more characters lead to acceptance.
    fn step(&mut self, state: State, from: u32, left: usize) -> Result<Option<Step>, Code> {
        let mut rank = from;
        while rank < END {
            let plain = usize::try_from(rank)
                .ok()
                .and_then(|rank| self.plain.get(rank));
            let (one, class, next) = match plain {
                Some((one, class)) => (Some(*one), *class, rank + 1),
                None => {
                    let (class, next) = self.dfa.alphabet.run(rank);
                    (character(rank), class, next)
                }
            };
            let behind = self.dfa.next(state, class);
            if let Some(character) = one
                && self.layers.reaches(behind, left)?
            {
                return Ok(Some(Step {
                    character,
                    rank,
                    state: behind,
                }));
            }
            rank = next;
        }
        Ok(None)
    }
}

/// ASCII: letters and digits, then other signs, the space, line ends and tab, and the rest.
fn plain() -> impl Iterator<Item = char> {
    let signs = |from: u8, to: u8| (from..=to).map(char::from);
    let marks = signs(b'!', b'~').filter(|one| !one.is_ascii_alphanumeric());
    let rest = signs(0, 0x7f).filter(|one| one.is_ascii_control() && !"\n\t\r".contains(*one));
    signs(b'a', b'z')
        .chain(signs(b'A', b'Z'))
        .chain(signs(b'0', b'9'))
        .chain(marks)
        .chain([' ', '\n', '\t', '\r'])
        .chain(rest)
}
