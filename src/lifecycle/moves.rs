//! The life of a version: which state may follow which, decided in one table, with the reason for every refusal.
//! Refuses to know when a move may be made and who has to agree: windows, proofs and the board say that.

use crate::catalogue::Status;

/// A step in the life of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// It is new.
    Begin,
    /// It stays what it is.
    Stay,
    /// A draft is put forward: what partners would get is fixed, and proof is asked of it.
    Propose,
    /// A candidate is taken back, to be written further.
    Withdraw,
    /// Partners may use it, and its text never changes again.
    Release,
    /// Partners are told that it ends, when, and what comes instead.
    Deprecate,
    /// It is no longer served.
    Retire,
}

impl Move {
    /// The word that records and findings use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Stay => "stay",
            Self::Propose => "propose",
            Self::Withdraw => "withdraw",
            Self::Release => "release",
            Self::Deprecate => "deprecate",
            Self::Retire => "retire",
        }
    }
}

/// Why a version may not go where somebody wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `None` where the version is new.
    pub from: Option<Status>,
    pub to: Status,
    /// One clause.
    pub why: &'static str,
    /// What to do instead.
    pub instead: &'static str,
}

const UNUSED: (&str, &str) = (
    "nobody was ever given it, so there is nobody to warn and nothing to switch off",
    "delete it from schemas/<id>/next and entry.toml",
);
const FROZEN: (&str, &str) = (
    "partners hold its text, which may not change again",
    "write the change as a new draft with a number of its own",
);
const UNWARNED: (&str, &str) = (
    "partners must be warned before a version is switched off",
    "deprecate it first: matchmark deprecate ID@VERSION --replaced-by VERSION --migration FILE",
);
const ANNOUNCED: (&str, &str) = (
    "its end was announced and partners have begun to move; an end that is taken back teaches them to wait",
    "move its sunset later: matchmark deprecate ID@VERSION --sunset DATE",
);
const GONE: (&str, &str) = (
    "it is no longer served, and nobody was told that it would come back",
    "release the same text under a new number",
);
const BORN_OLD: (&str, &str) = (
    "nobody could have used it, so there is nobody to warn",
    "let it begin as a draft, a candidate or a release",
);

/// The move from `from`, or from nothing, to `to`.
///
/// Errors: there is no such move, with the reason
pub fn decide(from: Option<Status>, to: Status) -> Result<Move, Refusal> {
    use Status::{Candidate, Deprecated, Draft, Released, Retired};
    let refused = match (from, to) {
        (None, Draft | Candidate | Released) => return Ok(Move::Begin),
        (None, Deprecated | Retired) => BORN_OLD,

        (Some(Draft), Draft) => return Ok(Move::Stay),
        (Some(Draft), Candidate) => return Ok(Move::Propose),
        (Some(Draft), Released) => return Ok(Move::Release),
        (Some(Draft), Deprecated | Retired) => UNUSED,

        (Some(Candidate), Draft) => return Ok(Move::Withdraw),
        (Some(Candidate), Candidate) => return Ok(Move::Stay),
        (Some(Candidate), Released) => return Ok(Move::Release),
        (Some(Candidate), Deprecated | Retired) => UNUSED,

        (Some(Released), Draft | Candidate) => FROZEN,
        (Some(Released), Released) => return Ok(Move::Stay),
        (Some(Released), Deprecated) => return Ok(Move::Deprecate),
        (Some(Released), Retired) => UNWARNED,

        (Some(Deprecated), Draft | Candidate) => FROZEN,
        (Some(Deprecated), Released) => ANNOUNCED,
        (Some(Deprecated), Deprecated) => return Ok(Move::Stay),
        (Some(Deprecated), Retired) => return Ok(Move::Retire),

        (Some(Retired), Draft | Candidate | Released | Deprecated) => GONE,
        (Some(Retired), Retired) => return Ok(Move::Stay),
    };
    let (why, instead) = refused;
    Err(Refusal {
        from,
        to,
        why,
        instead,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [Status; 5] = [
        Status::Draft,
        Status::Candidate,
        Status::Released,
        Status::Deprecated,
        Status::Retired,
    ];

    /// Rows are where a version is, columns where it goes; a dash is a refusal.
    const TABLE: [[&str; 5]; 5] = [
        ["stay", "propose", "release", "-", "-"],
        ["withdraw", "stay", "release", "-", "-"],
        ["-", "-", "stay", "deprecate", "-"],
        ["-", "-", "-", "stay", "retire"],
        ["-", "-", "-", "-", "stay"],
    ];

    #[test]
    fn row_s0_04_every_illegal_move_of_the_25_pairs_is_refused_with_its_reason() {
        let mut legal = 0;
        for (from, row) in STATES.into_iter().zip(TABLE) {
            for (to, wanted) in STATES.into_iter().zip(row) {
                match decide(Some(from), to) {
                    Ok(way) => {
                        assert_eq!(way.word(), wanted, "{} to {}", from.word(), to.word());
                        legal += 1;
                    }
                    Err(refusal) => {
                        assert_eq!(wanted, "-", "{} to {}", from.word(), to.word());
                        assert_eq!((refusal.from, refusal.to), (Some(from), to));
                        assert!(refusal.why.len() > 20 && refusal.instead.len() > 20);
                    }
                }
            }
        }
        assert_eq!(legal, 11, "5 stays and 6 moves");
    }

    #[test]
    fn a_version_begins_where_somebody_may_use_it_or_nobody_yet() {
        let begins = STATES.map(|state| decide(None, state).is_ok());
        assert_eq!(begins, [true, true, true, false, false]);
    }
}
