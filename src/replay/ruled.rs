//! What payload rules say of a recorded payload, as whoever asks for a replay hands them in.
//! Refuses to know rules: they are functions here.

use crate::catalogue::Envelope;
use crate::model::{Finding, VersionId};

/// What the rules of one side say of one payload, judged as one version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ruled {
    /// The first thing that breaks a rule.
    pub broken: Option<Broken>,
    /// Rules that gave no usable answer.
    pub not_evaluated: Vec<Finding>,
}

/// One thing that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Finding id.
    pub rule: String,
    /// Where in the payload.
    pub pointer: String,
    pub message: String,
}

/// Asks the rules of one side.
pub type Ask<'a> = &'a (dyn Fn(&Envelope, &VersionId) -> Ruled + Sync);

/// Says whether any rule of the head has something to say about payloads that are judged as this version.
pub type Applies<'a> = &'a (dyn Fn(&VersionId) -> bool + Sync);

/// The rules before and after the change; none where nobody handed any in.
#[derive(Clone, Copy, Default)]
pub struct Rules<'a> {
    pub head: Option<(Ask<'a>, Applies<'a>)>,
    pub base: Option<Ask<'a>>,
}

impl Rules<'_> {
    pub(super) fn apply_to(&self, version: &VersionId) -> bool {
        self.head.is_some_and(|(_, applies)| applies(version))
    }
}
