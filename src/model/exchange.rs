//! One observed request and its answer, as a rehearsal saw it travel.

use super::VersionId;

/// A request as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    pub method: String,
    pub path: String,
    /// Name in lower case and value, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What an exchange left behind in the provider, counted before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    pub rows: u64,
    pub events: u64,
    pub outbound_calls: u64,
}

impl Effects {
    /// What was left behind, in words: `2 rows written, 1 events`.
    #[must_use]
    pub fn words(self) -> String {
        let counted = [
            (self.rows, "rows written"),
            (self.events, "events"),
            (self.outbound_calls, "outbound calls"),
        ];
        let seen: Vec<String> = counted
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        seen.join(", ")
    }
}

/// One interaction of one contract, driven against a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Path of the contract file.
    pub contract: String,
    /// Key of the interaction in that file.
    pub interaction: String,
    pub request: HttpRequest,
    /// What came back, or why nothing did.
    pub answer: Result<HttpResponse, String>,
    /// What it changed in the provider; `None` where the provider does not tell.
    pub effects: Option<Effects>,
    /// States of the contract that the provider does not know how to set up.
    pub states_missing: Vec<String>,
    pub replay: Replay,
}

/// Which replay of its interaction an exchange is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// What stood there instead of the example, such as `request $.a absent`; empty for the example.
    pub variant: String,
    /// Number of the setup of the provider that it was driven from: the steps of one sequence share it.
    pub course: u64,
    pub sending: Sending,
    /// Milliseconds of the provider's clock that it was given until this answer.
    pub waited_ms: u64,
    /// Versions that the provider was told to speak with this consumer; none where that is the provider's own choice.
    pub spoken: Vec<VersionId>,
}

impl Replay {
    /// Whether a payload of the version can have travelled: another version of its entry was not spoken.
    #[must_use]
    pub fn admits(&self, id: &VersionId) -> bool {
        let mut others = self.spoken.iter().filter(|spoken| spoken.entry == id.entry);
        others.all(|spoken| spoken == id)
    }
}

/// How often a request had been sent by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sending {
    #[default]
    First,
    /// The same request again, late and under the same key.
    Again,
}

/// One exchange that we started with a partner whom a stub played by a contract of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub partner: String,
    /// Path of the contract file.
    pub contract: String,
    /// Key of the interaction that the stub played.
    pub interaction: String,
    /// Every call that the partner answered, or tried to.
    pub requests: Vec<HttpRequest>,
    /// Connections that came to the partner, whatever became of them.
    pub arrived: u64,
    /// Every call that we made, as we record it.
    pub calls: Vec<Call>,
    /// State that the exchange came to, and its reason code.
    pub state: String,
    pub code: Option<String>,
}

/// One call of ours to a partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// How its failure is treated; none when it was answered.
    pub class: Option<String>,
    /// Time until the next call; none after the last one.
    pub wait: Option<std::time::Duration>,
}
