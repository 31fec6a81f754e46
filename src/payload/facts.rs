//! The document that every payload rule sees: where things stand and how they relate, never what they are.
//! Refuses to know how a fact is found. Total: every key is present, nothing is null, what is not known is `unknown`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Version of the document's shape.
pub const VERSION: &str = "1.0.0";

/// The word for what is not known, so that *absent* can never mean *no*.
pub const UNKNOWN: &str = "unknown";

/// All facts of one payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Version of this shape that the facts were written for.
    pub facts_version: String,
    /// Version of the entry that the payload is judged as; subject of every finding.
    pub schema: String,
    /// Thresholds and tables of the one rule that is being asked, from its own file.
    pub params: Map<String, Value>,
    /// References between resources, and the places where one is missing.
    pub references: Vec<ReferenceFacts>,
    /// References to contained resources.
    pub contained: Vec<ContainedFacts>,
    pub consents: Vec<ConsentFacts>,
    /// Amounts of money.
    pub amounts: Vec<AmountFacts>,
    /// Groups of members.
    pub groups: Vec<GroupFacts>,
    /// Prior authorizations.
    pub authorizations: Vec<AuthorizationFacts>,
    /// Data windows of the record of an exchange.
    pub windows: Vec<WindowFacts>,
    /// Signed assertions of a client.
    pub assertions: Vec<AssertionFacts>,
}

/// Whether something holds, or whether nobody can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum YesNo {
    Yes,
    No,
    Unknown,
}

/// Whether a number beside it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Known {
    Known,
    Unknown,
}

/// What a reference leads to inside the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum SameAs {
    /// The patient of the same member.
    OwnPatient,
    /// The patient of another member.
    OtherPatient,
    /// Another resource of the same member.
    OtherPart,
    /// Nothing that travels along.
    Nothing,
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceFacts {
    /// Where it stands; the element itself where it holds no literal reference.
    pub pointer: String,
    /// Pointer of the bundle of the member that it belongs to; empty where the payload is about one.
    pub member: String,
    /// Name of the part of a Parameters resource, or the type of the resource.
    pub part: String,
    /// Type and path of the element: `Coverage.beneficiary`.
    pub element: String,
    /// Whether it is relative: type, slash, id.
    pub local: bool,
    /// Whether what it names travels along.
    pub resolves: bool,
    pub same_as: SameAs,
}

/// One reference to a contained resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainedFacts {
    pub pointer: String,
    /// Last part of the extension's URL that holds it, or the element.
    pub element: String,
    pub resolves: bool,
    /// Type of the contained resource, or `unknown` where there is none.
    pub target: String,
}

/// How a period lies to the instant of judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum PeriodState {
    Covers,
    NotBegun,
    Ended,
    /// A bound is missing or is no date, or the instant is not known.
    Unknown,
}

/// One period against the instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodFacts {
    /// The bound that decides; the nearest parent where there is none.
    pub pointer: String,
    pub state: PeriodState,
    /// Whole days between the instant and the bound that decides.
    pub days: i64,
}

/// Which end of the exchange a consent names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum PartyRole {
    Discloser,
    Recipient,
}

/// One end of the exchange in one consent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyFacts {
    /// The first actor of the role, or the list of actors.
    pub pointer: String,
    pub role: PartyRole,
    /// Whether an actor of the role is the organisation that really has it.
    pub named: YesNo,
}

/// One consent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentFacts {
    pub pointer: String,
    /// Pointer of the bundle of the member that it belongs to; empty where the payload is about one.
    pub member: String,
    pub period: PeriodFacts,
    /// Discloser and recipient, in this order.
    pub parties: Vec<PartyFacts>,
}

/// One amount of money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountFacts {
    pub pointer: String,
    /// Path of the element without indexes: `item.adjudication.amount`.
    pub element: String,
    /// What it is for: a published adjudication code, `other`, or `unknown` where it is not categorised.
    pub category: String,
}

/// Something in a group that tells of a consent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetailFacts {
    pub pointer: String,
    /// `contained`, `reference` or `extension`.
    pub form: String,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberFacts {
    pub pointer: String,
    /// Other groups of the payload in which the same person stands.
    pub other_groups: u32,
}

/// One group of members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupFacts {
    pub pointer: String,
    /// Result that the group stands for: `match`, `nomatch`, `consentconstraint`, or `unknown`.
    pub code: String,
    pub members: Vec<GroupMemberFacts>,
    pub consent_details: Vec<DetailFacts>,
}

/// What was decided about a prior authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Decision {
    /// All of it was refused.
    Denied,
    /// At least a part of it was granted.
    Granted,
    /// Nothing says.
    Unknown,
}

/// One prior authorization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationFacts {
    /// What says the decision, or the resource.
    pub pointer: String,
    pub decision: Decision,
    /// Whether it is for a drug.
    pub drug: bool,
    /// What says that it is for a drug, or the resource.
    pub drug_pointer: String,
}

/// How an exchange ended for the data that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Coverage {
    Complete,
    /// Any other word, or none: nobody claims that it is whole.
    NotComplete,
}

/// The data window of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowFacts {
    pub pointer: String,
    /// What the record says of the result.
    pub result: Coverage,
    /// Whether both ends are there.
    pub length: Known,
    /// Whole calendar years between the ends.
    pub full_years: i64,
    /// The list of gaps, or the record.
    pub gaps_pointer: String,
    pub gaps: u32,
}

/// The life of one signed assertion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssertionFacts {
    /// The expiry, or the assertion.
    pub pointer: String,
    /// Whether both instants are there.
    pub life: Known,
    /// From issue to expiry.
    pub life_seconds: i64,
}

impl Facts {
    /// The document as the rules see it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
