//! What a requesting payer vouches for: the person is enrolled with it and has opted in.
//! Refuses to say anything else of the person: member and consent are named by reference.

use super::name::{ActorId, ConsentRef, OrganisationUri, Purpose};
use super::time::{Day, Instant};
use crate::ids::{BusinessTransactionId, MemberRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A statement that is only ever made as true: whoever cannot make it sends no attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct Affirmed;

/// A statement that was denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attestation cannot deny what it attests")]
pub struct Denied;

impl TryFrom<bool> for Affirmed {
    type Error = Denied;

    fn try_from(said: bool) -> Result<Self, Denied> {
        said.then_some(Self).ok_or(Denied)
    }
}

impl From<Affirmed> for bool {
    fn from(_: Affirmed) -> Self {
        true
    }
}

impl JsonSchema for Affirmed {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Affirmed".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "boolean", "const": true })
    }
}

vocabulary! {
    /// How the cover at the asked payer relates to the cover at the asking one.
    Cover {
        /// It has ended, or ends as the new one starts.
        Prior = "prior",
        /// Both go on; data is exchanged at least quarterly.
        Concurrent = "concurrent",
    }
}

/// The attestation that goes with a request for a member's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The exchange that the attestation belongs to; it holds for no other.
    pub business_transaction_id: BusinessTransactionId,
    /// The payer that asks and attests, by the URI that its access token carries.
    #[schemars(extend("x-source" = { "guide": "UDAP Security", "version": "2.0.0", "statement": "organization_id" }))]
    pub requester: OrganisationUri,
    /// The payer that is asked; an attestation shown to another one is void.
    pub responder: OrganisationUri,
    /// The person at the payer that asks, by its own opaque reference; not a number that the asked payer knows.
    pub member: MemberRef,
    /// The person is enrolled with the payer that asks.
    #[schemars(extend("x-source" = { "guide": "42 CFR 422.121", "version": "2024", "statement": "(b)(4)(iii)" }))]
    pub enrolled: Affirmed,
    /// First day of the enrolment that makes the payer entitled to ask; not a date of service.
    pub enrolled_from: Day,
    /// The person has agreed that payers exchange the history, and has not taken it back.
    #[schemars(extend("x-source" = { "guide": "42 CFR 422.121", "version": "2024", "statement": "(b)(4)(iii)" }))]
    pub opted_in: Affirmed,
    /// When the person agreed; the week in which the payer has to ask begins here at the earliest.
    #[schemars(extend("x-source" = { "guide": "42 CFR 422.121", "version": "2024", "statement": "(b)(4)(iv)" }))]
    pub opted_in_at: Instant,
    /// Decides whether the history is asked for once or every quarter.
    #[schemars(extend("x-source" = { "guide": "42 CFR 422.121", "version": "2024", "statement": "(b)(6)(i)" }))]
    pub cover: Cover,
    /// Where the person's consent lies at the payer that asks; an address to ask at, not the consent itself.
    #[schemars(extend("x-source" = { "guide": "UDAP Security", "version": "2.0.0", "statement": "consent_reference" }))]
    pub consent: ConsentRef,
    /// What the data is asked for, in the codes that the access token carries too.
    #[schemars(
        length(min = 1, max = 4),
        extend("x-source" = { "guide": "UDAP Security", "version": "2.0.0", "statement": "purpose_of_use" })
    )]
    pub purpose_of_use: Vec<Purpose>,
    /// When the statement was made; the asked payer's business day begins with the request that carries it.
    pub attested_at: Instant,
    /// The system or person that answers for the statement, by the id of the asking payer's directory.
    pub attested_by: ActorId,
}

/// Why an attestation of the right shape attests nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Void {
    #[error("a payer asks itself")]
    SamePayer,
    #[error("the opt-in is later than the attestation of it")]
    OptInLater,
    #[error("the enrolment starts after the attestation of it")]
    EnrolmentLater,
}

impl Attestation {
    /// Whether the statements fit each other.
    ///
    /// Errors: the first that does not
    pub fn check(&self) -> Result<(), Void> {
        if self.requester == self.responder {
            return Err(Void::SamePayer);
        }
        if self.opted_in_at > self.attested_at {
            return Err(Void::OptInLater);
        }
        if self.enrolled_from > self.attested_at.day() {
            return Err(Void::EnrolmentLater);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn attestation() -> Attestation {
        Attestation {
            business_transaction_id: BusinessTransactionId::new("t1"),
            requester: "https://payer-exchange.example".parse().unwrap(),
            responder: "https://northwind.example".parse().unwrap(),
            member: MemberRef::new("m-5"),
            enrolled: Affirmed,
            enrolled_from: "2026-09-01".parse().unwrap(),
            opted_in: Affirmed,
            opted_in_at: "2026-09-03T09:00:00.000Z".parse().unwrap(),
            cover: Cover::Prior,
            consent: "https://payer-exchange.example/fhir/Consent/c-5"
                .parse()
                .unwrap(),
            purpose_of_use: vec!["urn:oid:2.16.840.1.113883.5.8#HPAYMT".parse().unwrap()],
            attested_at: "2026-09-04T09:00:00.000Z".parse().unwrap(),
            attested_by: "intake".parse().unwrap(),
        }
    }

    #[test]
    fn statements_that_fit_each_other_attest() {
        assert_eq!(attestation().check(), Ok(()));
    }

    #[test]
    fn statements_that_contradict_each_other_are_void() {
        let sound = attestation();
        let cases = [
            (
                Attestation {
                    responder: sound.requester.clone(),
                    ..sound.clone()
                },
                Void::SamePayer,
            ),
            (
                Attestation {
                    attested_at: "2026-09-03T08:59:59.999Z".parse().unwrap(),
                    ..sound.clone()
                },
                Void::OptInLater,
            ),
            (
                Attestation {
                    enrolled_from: "2026-09-05".parse().unwrap(),
                    ..sound
                },
                Void::EnrolmentLater,
            ),
        ];
        for (void, why) in cases {
            assert_eq!(void.check(), Err(why));
        }
    }

    #[test]
    fn a_denied_statement_cannot_be_read() {
        assert_eq!(serde_json::from_str::<Affirmed>("true").unwrap(), Affirmed);
        assert!(serde_json::from_str::<Affirmed>("false").is_err());
    }
}
