//! The automaton of a list of words.
//! Refuses to hold more letters than its cap.

use super::alphabet::{Alphabet, Class, Ranges, place};
use super::dfa::{Dfa, State, fresh};
use super::slot::{at, put};
use crate::inclusion::answer::Code;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Nodes before words with the same ends share them.
const NODES: usize = 400_000;

#[derive(Default)]
struct Node {
    ends: bool,
    next: BTreeMap<u32, usize>,
}

/// The strings that are one of `words`.
pub(super) fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Dfa, Code> {
    let mut nodes = vec![Node::default()];
    for word in words {
        add(&mut nodes, word)?;
    }
    let letters: BTreeSet<u32> = nodes
        .iter()
        .flat_map(|node| node.next.keys().copied())
        .collect();
    let sets: Vec<Ranges> = letters.iter().map(|one| vec![(*one, one + 1)]).collect();
    let (alphabet, _) = Alphabet::of_sets(&sets)?;
    shared(&nodes, Dfa::new(alphabet))
}

/// One state for all nodes behind which the words go on alike.
fn shared(nodes: &[Node], mut dfa: Dfa) -> Result<Dfa, Code> {
    // The state of all that is no word, whose row only names itself.
    dfa.push(&row(&[], dfa.alphabet.width()), false)?;
    let mut numbers: HashMap<(bool, Vec<(Class, State)>), State> = HashMap::new();
    let mut states: Vec<State> = vec![0; nodes.len()];
    // A node stands behind the one that leads to it, so from the end every next node is known.
    for (place, node) in nodes.iter().enumerate().rev() {
        let way =
            |(letter, next): (&u32, &usize)| (dfa.alphabet.class(*letter), at(&states, *next));
        let key = (node.ends, node.next.iter().map(way).collect());
        let number = match numbers.get(&key) {
            Some(number) => *number,
            None => {
                let number = fresh(dfa.len())?;
                dfa.push(&row(&key.1, dfa.alphabet.width()), node.ends)?;
                numbers.insert(key, number);
                number
            }
        };
        put(&mut states, place, number);
    }
    dfa.start = at(&states, 0);
    Ok(dfa)
}

fn row(ways: &[(Class, State)], width: usize) -> Vec<State> {
    let mut row = vec![0; width];
    for (class, next) in ways {
        put(&mut row, usize::from(*class), *next);
    }
    row
}

fn add(nodes: &mut Vec<Node>, word: &str) -> Result<(), Code> {
    let mut now = 0;
    for letter in word.chars().map(place) {
        let fresh = nodes.len();
        let Some(node) = nodes.get_mut(now) else {
            break;
        };
        now = *node.next.entry(letter).or_insert(fresh);
        if now == fresh {
            if fresh >= NODES {
                return Err(Code::Automaton);
            }
            nodes.push(Node::default());
        }
    }
    if let Some(node) = nodes.get_mut(now) {
        node.ends = true;
    }
    Ok(())
}
