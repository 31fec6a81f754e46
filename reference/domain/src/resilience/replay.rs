//! Which dead letters may be started again: those whose cause somebody has declared fixed, a bounded number at a time.
//! Refuses to start one, and to judge consent; the store and the consent rules do.

use crate::Timestamp;
use crate::failure::Code;
use crate::ids::{ExchangeId, PartnerId};

/// Somebody's word that a cause of death is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub code: Code,
    /// Only for exchanges with this partner; for all when none is named.
    pub partner: Option<PartnerId>,
    /// A letter that died after it shows that the cause was not gone.
    pub at: Timestamp,
}

/// A dead letter, as far as the choice looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub exchange: ExchangeId,
    pub partner: PartnerId,
    pub code: Code,
    pub died_at: Timestamp,
    /// The partner would act a second time if it were called a second time.
    pub acts_twice: bool,
}

vocabulary! {
    /// Why a letter stays where it is.
    Unreplayable {
        NotFixed = "code-not-fixed",
        /// The partner may have acted, and does not recognise a repeated call.
        MayActTwice = "may-act-twice",
        ConsentLost = "consent-lost",
        BeyondLimit = "beyond-limit",
        NotDead = "not-dead",
    }
}

/// What becomes of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Replay,
    Stays(Unreplayable),
}

/// A letter with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub letter: Letter,
    pub verdict: Verdict,
}

/// Judges letters, the longest dead first; at most `limit` of them are to be replayed.
#[must_use]
pub fn select(mut letters: Vec<Letter>, declared: &[Declared], limit: usize) -> Vec<Selection> {
    letters.sort_by(|a, b| (a.died_at, &a.exchange).cmp(&(b.died_at, &b.exchange)));
    letters.dedup_by(|a, b| a.exchange == b.exchange);
    let mut left = limit;
    let judge = |letter: Letter| {
        let verdict = match hindrance(&letter, declared) {
            Some(why) => Verdict::Stays(why),
            None if left == 0 => Verdict::Stays(Unreplayable::BeyondLimit),
            None => {
                left = left.saturating_sub(1);
                Verdict::Replay
            }
        };
        Selection { letter, verdict }
    };
    letters.into_iter().map(judge).collect()
}

fn hindrance(letter: &Letter, declared: &[Declared]) -> Option<Unreplayable> {
    let covers = |word: &&Declared| {
        let partner = word.partner.as_ref();
        word.code == letter.code
            && letter.died_at <= word.at
            && partner.is_none_or(|partner| *partner == letter.partner)
    };
    if !declared.iter().any(|word| covers(&word)) {
        return Some(Unreplayable::NotFixed);
    }
    let twice = letter.acts_twice && letter.code.leaves_outcome_unknown();
    twice.then_some(Unreplayable::MayActTwice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn at(minute: u32) -> Timestamp {
        format!("2026-10-01T12:{minute:02}:00Z").parse().unwrap()
    }

    fn letter(id: &str, code: Code, minute: u32) -> Letter {
        Letter {
            exchange: ExchangeId::new(id),
            partner: PartnerId::new("contoso"),
            code,
            died_at: at(minute),
            acts_twice: false,
        }
    }

    fn fixed(code: Code, minute: u32) -> Declared {
        Declared {
            code,
            partner: None,
            at: at(minute),
        }
    }

    fn verdicts(letters: Vec<Letter>, declared: &[Declared], limit: usize) -> Vec<Verdict> {
        let chosen = select(letters, declared, limit).into_iter();
        chosen.map(|selection| selection.verdict).collect()
    }

    const STAYS: Verdict = Verdict::Stays(Unreplayable::NotFixed);

    #[test]
    fn only_codes_that_are_declared_fixed_are_replayed() {
        let letters = vec![
            letter("a", Code::PartnerUnavailable, 1),
            letter("b", Code::TransportTls, 2),
        ];
        let declared = [fixed(Code::TransportTls, 9)];
        assert_eq!(verdicts(letters, &declared, 9), [STAYS, Verdict::Replay]);
    }

    #[test]
    fn a_death_after_the_declaration_shows_that_nothing_was_fixed() {
        let letters = vec![letter("a", Code::TransportTls, 5)];
        assert_eq!(
            verdicts(letters, &[fixed(Code::TransportTls, 4)], 9),
            [STAYS]
        );
    }

    #[test]
    fn a_declaration_for_one_partner_covers_no_other() {
        let mut declared = fixed(Code::TransportTls, 9);
        declared.partner = Some(PartnerId::new("northwind"));
        let letters = vec![letter("a", Code::TransportTls, 1)];
        assert_eq!(verdicts(letters, &[declared], 9), [STAYS]);
    }

    #[test]
    fn an_unknown_outcome_stays_where_the_partner_would_act_twice() {
        let mut unknown = letter("a", Code::TransportTimeout, 1);
        unknown.acts_twice = true;
        let mut known = letter("b", Code::TransportRefused, 1);
        known.acts_twice = true;
        let declared = [
            fixed(Code::TransportTimeout, 9),
            fixed(Code::TransportRefused, 9),
        ];
        assert_eq!(
            verdicts(vec![unknown, known], &declared, 9),
            [Verdict::Stays(Unreplayable::MayActTwice), Verdict::Replay]
        );
    }

    proptest! {
        #[test]
        fn a_batch_is_bounded_takes_the_oldest_and_no_letter_twice(
            deaths in proptest::collection::vec((0u32..60, 0u8..20), 0..60), limit in 0usize..40
        ) {
            let letters: Vec<Letter> = deaths
                .iter()
                .map(|(minute, id)| letter(&format!("x{id:02}"), Code::TransportTls, *minute))
                .collect();
            let chosen = select(letters, &[fixed(Code::TransportTls, 59)], limit);
            let replayed: Vec<_> = chosen.iter().filter(|s| s.verdict == Verdict::Replay).collect();
            prop_assert!(replayed.len() <= limit);
            let waiting = chosen.iter().filter(|s| s.verdict != Verdict::Replay);
            for late in waiting {
                prop_assert!(replayed.iter().all(|early| early.letter.died_at <= late.letter.died_at));
            }
        }
    }
}
