//! Translates what stands between square brackets.
//! Refuses ranges that run backwards and what the crate `regex` would take for an operation on sets.

use super::ecma::Rest;
use super::escape::{self, Escaped};

/// The class whose opening bracket was just read, added to `written`.
pub(super) fn translate(rest: &mut Rest<'_>, written: &mut String) -> Option<()> {
    let negated = rest.next_if_eq(&'^').is_some();
    if rest.next_if_eq(&']').is_some() {
        written.push_str(if negated { "[\\s\\S]" } else { "[^\\s\\S]" });
        return Some(());
    }
    written.push_str(if negated { "[^" } else { "[" });
    while rest.next_if_eq(&']').is_none() {
        let first = member(rest)?;
        if !starts_range(rest) {
            write(&first, written);
            continue;
        }
        rest.next();
        let last = member(rest)?;
        match (&first, &last) {
            (Escaped::Point(low), Escaped::Point(high)) if low > high => return None,
            (Escaped::Point(_), Escaped::Point(_)) => {
                write(&first, written);
                written.push('-');
            }
            // Source: ECMA-262, annex B: beside a set, the hyphen stands for itself.
            (Escaped::Set(_), _) | (_, Escaped::Set(_)) => {
                write(&first, written);
                escape::write_point(u32::from('-'), written);
            }
        }
        write(&last, written);
    }
    written.push(']');
    Some(())
}

/// Whether a hyphen follows that is not the last member.
fn starts_range(rest: &Rest<'_>) -> bool {
    let mut ahead = rest.clone();
    ahead.next() == Some('-') && ahead.next() != Some(']')
}

fn member(rest: &mut Rest<'_>) -> Option<Escaped> {
    match rest.next()? {
        '\\' if rest.next_if_eq(&'b').is_some() => Some(Escaped::Point(8)),
        '\\' => escape::read(rest),
        other => Some(Escaped::Point(u32::from(other))),
    }
}

fn write(member: &Escaped, written: &mut String) {
    match member {
        Escaped::Point(point) => escape::write_point(*point, written),
        Escaped::Set(set) => written.push_str(set),
    }
}
