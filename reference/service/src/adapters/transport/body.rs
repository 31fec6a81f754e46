//! The body of an answer within its bound, and the wait that an answer asks for.
//! Refuses to hold more than was agreed.

use domain::failure::Code;
use domain::ports::Failure;
use std::time::Duration;

/// A body while it arrives.
pub(super) struct Sink {
    bytes: Vec<u8>,
    largest: usize,
}

impl Sink {
    pub(super) const fn new(largest: usize) -> Self {
        Self {
            bytes: Vec::new(),
            largest,
        }
    }

    /// Errors: the body is too large
    pub(super) fn take(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        if self.bytes.len().saturating_add(chunk.len()) > self.largest {
            return Err(Failure::new(Code::BadResponse));
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    pub(super) fn whole(self) -> Vec<u8> {
        self.bytes
    }
}

/// The longest wait that a partner may ask for: what it names beyond is cut.
///
/// Source: ours; every deadline of a call is shorter
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// The wait that `told` asks for: seconds, or a moment measured from the partner's own clock.
///
/// Source: RFC 9110 10.2.3 and 6.6.1
pub(super) fn wait(told: &str, date: Option<&str>) -> Option<Duration> {
    let told = told.trim();
    if let Ok(seconds) = told.parse() {
        return Some(Duration::from_secs(seconds).min(LONGEST_WAIT));
    }
    let moment = |text: &str| chrono::DateTime::parse_from_rfc2822(text.trim()).ok();
    let rest = moment(told)?.signed_duration_since(moment(date?)?);
    Some(rest.to_std().unwrap_or_default().min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_moment_on_the_partners_clock() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for (told, date, seconds) in [
            ("120", None, Some(120)),
            ("18446744073709551615", None, Some(86_400)),
            ("Thu, 06 Nov 2994 08:49:37 GMT", date, Some(86_400)),
            (" 7 ", date, Some(7)),
            ("Sun, 06 Nov 1994 08:51:37 GMT", date, Some(120)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", date, Some(0)),
            ("Sun, 06 Nov 1994 08:51:37 GMT", None, None),
            ("soon", date, None),
            ("-1", date, None),
        ] {
            assert_eq!(wait(told, date), seconds.map(Duration::from_secs), "{told}");
        }
    }

    #[test]
    fn a_body_is_held_up_to_its_bound() {
        let mut sink = Sink::new(4);
        sink.take(b"ab").unwrap();
        sink.take(b"cd").unwrap();
        assert_eq!(sink.take(b"e").unwrap_err().code, Code::BadResponse);
        assert_eq!(sink.whole(), b"abcd");
    }
}
