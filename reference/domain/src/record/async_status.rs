//! The headers by which a caller knows how an asynchronous request stands, moment by moment.
//! Refuses free text: progress is a number, a wait is seconds, an end is an instant.

use super::name::EndpointUrl;
use crate::{Timestamp, UnfitText};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::time::Duration;

text! {
    /// A wait as a header tells it.
    ///
    /// Units:  whole seconds
    /// Source: RFC 9110 10.2.3
    Seconds = "P0" "^(0|[1-9][0-9]{0,5})$";
    /// A moment as a header tells it.
    ///
    /// Source: RFC 9110 5.6.7, IMF-fixdate
    HttpDate = "P0" "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT$";
    /// How far work has come.
    ///
    /// Source: FHIR R4 asynchronous pattern: under 100 characters, ours say a number only
    Percent = "P0" "^(100|[1-9]?[0-9])%$";
}

impl Seconds {
    /// The wait, rounded up so that nobody comes back too early; at most what six digits can say.
    #[must_use]
    pub fn of(wait: Duration) -> Self {
        let begun = u64::from(wait.subsec_nanos() > 0);
        Self(
            wait.as_secs()
                .saturating_add(begun)
                .min(999_999)
                .to_string(),
        )
    }
}

impl HttpDate {
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }
}

impl Percent {
    /// How much of `all` is done; all of nothing is done.
    #[must_use]
    pub fn of(done: u32, all: u32) -> Self {
        let hundredths = u64::from(done.min(all)).saturating_mul(100);
        let share = hundredths.checked_div(u64::from(all)).unwrap_or(100);
        Self(format!("{share}%"))
    }
}

/// How an asynchronous request stands, with the headers of the answer that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "moment",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum AsyncStatus {
    /// 202: the work was taken on.
    KickedOff {
        /// Where the caller asks how the work stands; it names the work, not the member, and nobody else may ask there.
        #[schemars(extend(
            "x-phi" = "P0",
            "x-source" = { "guide": "Bulk", "version": "2.0.0", "statement": "kick-off response" }
        ))]
        content_location: EndpointUrl,
    },
    /// 202: the work goes on.
    InProgress {
        /// Share of the work that is done; it may stand still and never falls.
        #[schemars(extend("x-source" = { "guide": "Bulk", "version": "2.0.0", "statement": "in-progress status" }))]
        x_progress: Percent,
        /// Seconds until asking again is worth while; a caller that asks sooner may be refused.
        #[schemars(extend("x-source" = { "guide": "Bulk", "version": "2.0.0", "statement": "in-progress status" }))]
        retry_after: Seconds,
    },
    /// 429 or 503: the answer is not to be had now.
    AskLater {
        /// Seconds before which the same request is refused again.
        #[schemars(extend("x-source" = { "guide": "RFC", "version": "9110", "statement": "10.2.3" }))]
        retry_after: Seconds,
    },
    /// 200: the work is done.
    Complete {
        /// When the files behind the answer are removed; not the end of anybody's consent.
        #[schemars(extend("x-source" = { "guide": "Bulk", "version": "2.0.0", "statement": "complete status" }))]
        expires: HttpDate,
    },
}

impl AsyncStatus {
    /// The statuses that may carry these headers; the first is the usual one.
    #[must_use]
    pub const fn statuses(&self) -> &'static [u16] {
        match self {
            Self::KickedOff { .. } | Self::InProgress { .. } => &[202],
            Self::AskLater { .. } => &[429, 503],
            Self::Complete { .. } => &[200],
        }
    }

    /// The headers, lower-case name and value.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::KickedOff { content_location } => {
                vec![("content-location", content_location.to_string())]
            }
            Self::InProgress {
                x_progress,
                retry_after,
            } => vec![
                ("x-progress", x_progress.to_string()),
                ("retry-after", retry_after.to_string()),
            ],
            Self::AskLater { retry_after } => vec![("retry-after", retry_after.to_string())],
            Self::Complete { expires } => vec![("expires", expires.to_string())],
        }
    }

    /// The moment that an answer tells of; other headers are passed over.
    ///
    /// Errors: a status that tells of none, or a header that is missing or malformed
    pub fn read(status: u16, header: impl Fn(&str) -> Option<String>) -> Result<Self, UnfitText> {
        match status {
            202 => match told(&header, "content-location") {
                Ok(content_location) => Ok(Self::KickedOff { content_location }),
                Err(_) => Ok(Self::InProgress {
                    x_progress: told(&header, "x-progress")?,
                    retry_after: told(&header, "retry-after")?,
                }),
            },
            429 | 503 => Ok(Self::AskLater {
                retry_after: told(&header, "retry-after")?,
            }),
            200 => Ok(Self::Complete {
                expires: told(&header, "expires")?,
            }),
            _ => Err(UnfitText("AsyncStatus")),
        }
    }
}

fn told<T: FromStr<Err = UnfitText>>(
    header: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<T, UnfitText> {
    header(name).ok_or(UnfitText(name))?.parse()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn moments() -> [AsyncStatus; 4] {
        let at: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
        [
            AsyncStatus::KickedOff {
                content_location: "https://payer-exchange.example/async/j1".parse().unwrap(),
            },
            AsyncStatus::InProgress {
                x_progress: Percent::of(1, 3),
                retry_after: Seconds::of(Duration::from_millis(1_001)),
            },
            AsyncStatus::AskLater {
                retry_after: Seconds::of(Duration::from_secs(30)),
            },
            AsyncStatus::Complete {
                expires: HttpDate::of(at),
            },
        ]
    }

    #[test]
    fn what_is_written_is_read_back() {
        for moment in moments() {
            let headers = moment.headers();
            let header = |name: &str| {
                let found = headers.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.clone())
            };
            for status in moment.statuses() {
                assert_eq!(AsyncStatus::read(*status, header).as_ref(), Ok(&moment));
            }
        }
        assert!(AsyncStatus::read(202, |_| None).is_err());
        assert!(AsyncStatus::read(500, |_| None).is_err());
    }

    #[test]
    fn what_we_make_has_the_form_that_we_publish() {
        let at: Timestamp = "2026-02-09T00:00:09Z".parse().unwrap();
        let date = HttpDate::of(at);
        assert_eq!(date.as_str(), "Mon, 09 Feb 2026 00:00:09 GMT");
        assert_eq!(date.as_str().parse(), Ok(date));
        for (done, all, text) in [(0, 0, "100%"), (0, 7, "0%"), (1, 3, "33%"), (9, 7, "100%")] {
            assert_eq!(Percent::of(done, all), text.parse().unwrap());
        }
        for (wait, text) in [
            (Duration::ZERO, "0"),
            (Duration::from_millis(1), "1"),
            (Duration::MAX, "999999"),
        ] {
            assert_eq!(Seconds::of(wait), text.parse().unwrap());
        }
    }
}
