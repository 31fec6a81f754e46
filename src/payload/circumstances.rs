//! What is known about a payload besides the payload: when it is judged, who sent it, who answers.

use chrono::{DateTime, FixedOffset, Utc};

/// An organisation, by every identifier it is known under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// System and value.
    pub identifiers: Vec<(String, String)>,
}

impl Organisation {
    /// An organisation of one identifier.
    #[must_use]
    pub fn known_as(system: &str, value: &str) -> Self {
        Self {
            identifiers: vec![(system.to_owned(), value.to_owned())],
        }
    }

    pub(super) fn is_known_as(&self, system: &str, value: &str) -> bool {
        let is_same = |(known, own): &(String, String)| known == system && own == value;
        self.identifiers.iter().any(is_same)
    }
}

/// The two ends of an exchange. One alone decides nothing: a consent binds both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Who asks, and will get the data.
    pub caller: Organisation,
    /// Who answers, and holds the data.
    pub payer: Organisation,
    /// Whether it may also be the other way round: a record names both ends and not who asked whom.
    pub either_way: bool,
}

impl Parties {
    fn turned(&self) -> Self {
        Self {
            caller: self.payer.clone(),
            payer: self.caller.clone(),
            either_way: self.either_way,
        }
    }

    /// Every way round that is possible.
    pub(super) fn ways(&self) -> Vec<Self> {
        let mut ways = vec![self.clone()];
        ways.extend(self.either_way.then(|| self.turned()));
        ways
    }
}

/// What is known about a payload besides the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// `id@version` that the payload is judged as.
    pub schema: String,
    /// The instant that periods are held against; none is known for an example in a catalogue.
    pub as_of: Option<DateTime<Utc>>,
    /// In which dates without a time zone are read.
    pub zone: FixedOffset,
    pub parties: Option<Parties>,
}
