//! Does this consent allow this caller to have this member's data from us, now?
//! Refuses to dereference anything and to give a reason that names a value.

mod element;

use crate::Timestamp;
use crate::UnknownWord;
use chrono::FixedOffset;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

vocabulary! {
    /// What an HRex consent must say, in the order in which it is judged.
    ///
    /// Source: HRex 1.2.0 hrex-consent
    Item {
        Status = "status",
        Scope = "scope",
        Category = "category",
        Patient = "patient",
        Performer = "performer",
        Source = "source",
        Policy = "policy",
        Type = "type",
        PeriodStart = "period-start",
        PeriodEnd = "period-end",
        Discloser = "discloser",
        Recipient = "recipient",
        Action = "action",
    }
}

vocabulary! {
    /// What is wrong with an item.
    Flaw {
        Missing = "missing",
        Invalid = "invalid",
    }
}

/// Why a consent is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The member told us otherwise; this outranks any consent that a caller brings.
    OptedOut,
    /// No consent came with the request.
    Absent,
    Item(Item, Flaw),
    /// It holds an element that the profile forbids.
    UnsupportedElement,
    /// The partner refused it and gave no reason.
    ByPartner,
}

impl Refusal {
    /// How a consent stands that is refused for this, in the words of telemetry.
    #[must_use]
    pub const fn status(self) -> ConsentStatus {
        match self {
            Self::OptedOut | Self::Item(Item::Status, Flaw::Invalid) => ConsentStatus::Revoked,
            Self::Item(Item::PeriodEnd, Flaw::Invalid) => ConsentStatus::Expired,
            Self::Item(Item::PeriodStart, Flaw::Invalid) => ConsentStatus::NotYetValid,
            Self::Item(Item::Recipient, _) => ConsentStatus::WrongRecipient,
            Self::Item(Item::Policy, _) => ConsentStatus::PolicyUnsupported,
            Self::Absent | Self::Item(_, _) | Self::UnsupportedElement | Self::ByPartner => {
                ConsentStatus::Missing
            }
        }
    }

    /// Every refusal.
    pub fn all() -> impl Iterator<Item = Self> {
        let items = Item::ALL
            .iter()
            .flat_map(|item| Flaw::ALL.iter().map(|flaw| Self::Item(*item, *flaw)));
        let others = [
            Self::OptedOut,
            Self::Absent,
            Self::UnsupportedElement,
            Self::ByPartner,
        ];
        others.into_iter().chain(items)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OptedOut => f.write_str("opted-out"),
            Self::Absent => f.write_str("absent"),
            Self::Item(item, flaw) => write!(f, "{item}-{flaw}"),
            Self::UnsupportedElement => f.write_str("unsupported-element"),
            Self::ByPartner => f.write_str("refused-by-partner"),
        }
    }
}

impl FromStr for Refusal {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|refusal| refusal.to_string() == word)
            .ok_or(UnknownWord("Refusal"))
    }
}

vocabulary! {
    /// What the member lets go: `regular` is only what is not sensitive, `sensitive` is everything.
    Policy {
        Regular = "regular",
        Sensitive = "sensitive",
    }
}

vocabulary! {
    /// How a consent stands, as telemetry tells it.
    ConsentStatus {
        Granted = "granted",
        Expired = "expired",
        NotYetValid = "not-yet-valid",
        WrongRecipient = "wrong-recipient",
        PolicyUnsupported = "policy-unsupported",
        Revoked = "revoked",
        Missing = "missing",
        NotNeeded = "not-needed",
    }
}

/// Can our data source keep sensitive data apart?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Segmentation {
    /// Sensitive data is tagged or left out at the source, so `regular` can be honoured.
    Tagged,
    Untagged,
}

/// What we can honour, and in which time zone dates without one are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConsentPolicy {
    pub segmentation: Segmentation,
    pub zone: FixedOffset,
}

/// An identifier of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    pub system: String,
    pub value: String,
}

/// An organisation, by every identifier it is known under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    pub identifiers: Vec<Identifier>,
}

impl Organisation {
    /// Is the organisation known under this identifier?
    #[must_use]
    pub fn is_known_as(&self, system: &str, value: &str) -> bool {
        self.identifiers
            .iter()
            .any(|known| known.system == system && known.value == value)
    }
}

/// What our own records say about the member's permission, apart from the consent that the caller brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or a permission that the caller's consent may rely on.
    #[default]
    Open,
    /// The permission that we hold has ended.
    Ended,
    /// The member took it back.
    OptedOut,
    /// The permission that we hold names somebody else.
    OtherRecipient,
}

/// Everything that a judgement looks at.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub consent: Option<&'a Value>,
    /// Local id of the submitted patient.
    pub patient: Option<&'a str>,
    /// Who gives the data.
    pub discloser: &'a Organisation,
    /// Who gets the data: the authenticated caller.
    pub recipient: &'a Organisation,
    pub standing: Standing,
}

/// Proof that a consent was judged and holds. Only [`evaluate`] makes one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grant {
    policy: Policy,
    checked_at: Timestamp,
    ends_at: Timestamp,
}

impl Grant {
    /// When the consent ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    #[must_use]
    pub fn checked_at(&self) -> Timestamp {
        self.checked_at
    }

    #[cfg(test)]
    pub(crate) fn for_test(policy: Policy, checked_at: Timestamp) -> Self {
        Self {
            policy,
            checked_at,
            ends_at: checked_at,
        }
    }
}

/// Why a consent does not hold: the first reason decides, the others are kept for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub first: Refusal,
    pub others: Vec<Refusal>,
}

impl Refused {
    /// How the consent stands, in the words of telemetry.
    #[must_use]
    pub const fn status(&self) -> ConsentStatus {
        self.first.status()
    }
}

/// Judges a consent. Every item is looked at; nothing is read beyond the consent itself.
///
/// Errors: each reason why it does not hold, in the order of [`Item`]
/// Source: HRex 1.2.0 hrex-consent and mm-1; PDex 2.2.0 pdex-206
pub fn evaluate(
    question: &Question<'_>,
    rules: &ConsentPolicy,
    now: Timestamp,
) -> Result<Grant, Refused> {
    let mut refusals = refusals(question, rules, now).into_iter();
    let first = refusals.next();
    match (first, question.consent.and_then(element::policy)) {
        (None, Some(policy)) => Ok(Grant {
            policy,
            checked_at: now,
            // One that holds now has an end.
            ends_at: element::end(question.consent, rules).unwrap_or(now),
        }),
        (first, _) => Err(Refused {
            first: first.unwrap_or(Refusal::Item(Item::Policy, Flaw::Missing)),
            others: refusals.collect(),
        }),
    }
}

fn refusals(question: &Question<'_>, policy: &ConsentPolicy, now: Timestamp) -> Vec<Refusal> {
    let standing = match question.standing {
        Standing::Open => None,
        Standing::Ended => Some(Refusal::Item(Item::PeriodEnd, Flaw::Invalid)),
        Standing::OptedOut => Some(Refusal::OptedOut),
        Standing::OtherRecipient => Some(Refusal::Item(Item::Recipient, Flaw::Invalid)),
    };
    let mut refusals: Vec<Refusal> = standing.into_iter().collect();
    let Some(consent) = question.consent else {
        refusals.push(Refusal::Absent);
        return refusals;
    };
    for item in Item::ALL {
        if let Some(flaw) = element::flaw(*item, consent, question, policy, now) {
            refusals.push(Refusal::Item(*item, flaw));
        }
    }
    if element::has_unsupported(consent) {
        refusals.push(Refusal::UnsupportedElement);
    }
    refusals
}

#[cfg(test)]
mod tests;
