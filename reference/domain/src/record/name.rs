//! The names that records use besides the ids of the exchange: versions, digests, addresses, seats, paths.
//! Refuses free text: each has a pattern and a length.

text! {
    /// A person, client or automation that acted, by the id of the directory.
    ActorId = "P1" "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$";
    /// A commit of the repository.
    CommitId = "P0" "^[0-9a-f]{40}$";
    /// A Consent, or the document that it was scanned into, by its full address.
    ///
    /// Source: UDAP security, extension hl7-b2b, consent_reference
    ConsentRef = "P1" "^https://[A-Za-z0-9.:-]{1,253}(/[A-Za-z0-9._~-]{1,64}){0,8}/(Consent|DocumentReference)/[A-Za-z0-9.-]{1,64}$";
    /// A SHA-256 digest.
    Digest = "P0" "^sha256:[0-9a-f]{64}$";
    /// Where a call goes, without a query: a query could carry what identifies a member.
    EndpointUrl = "P1" "^https?://[A-Za-z0-9.:-]{1,253}(/[A-Za-z0-9._~$-]{1,64}){0,12}$";
    /// One version of an entry of the catalogue.
    EntryVersion = "P0" "^[a-z][a-z0-9-]{0,63}@[0-9]{1,5}\\.[0-9]{1,5}\\.[0-9]{1,5}$";
    /// An organisation by the URI that its token carries.
    ///
    /// Source: UDAP security, extension hl7-b2b, organization_id
    OrganisationUri = "P1" "^(https://|urn:)[A-Za-z0-9.:/_-]{1,200}$";
    /// The key under which a partner sees a call.
    OutboundKey = "P1" "^[a-z2-7]{52}$";
    /// What data is asked for, as a code of the HL7 list of purposes.
    ///
    /// Source: UDAP security, extension hl7-b2b, purpose_of_use
    Purpose = "P0" "^urn:oid:2\\.16\\.840\\.1\\.113883\\.5\\.8#[A-Z]{3,16}$";
    /// The name of a FHIR resource type.
    ResourceType = "P0" "^[A-Z][A-Za-z]{1,63}$";
    /// A rule of ours, by family and name.
    RuleId = "P0" "^[a-z][a-z0-9-]{0,31}/[a-z][a-z0-9-]{0,63}$";
    /// A runbook in the repository.
    RunbookPath = "P0" "^docs/runbooks/[a-z0-9-]{1,64}\\.md$";
    /// A team, service, document or role, in small letters with hyphens.
    Slug = "P0" "^[a-z][a-z0-9-]{0,63}$";
    /// A time of day to the minute.
    TimeOfDay = "P0" "^([01][0-9]|2[0-3]):[0-5][0-9]$";
    /// A waiver of the repository.
    WaiverId = "P0" "^WV-[0-9]{4}$";
    /// A time zone of the IANA list.
    ZoneName = "P0" "^[A-Z][A-Za-z_]{1,31}(/[A-Z][A-Za-z_]{1,31}){0,2}$";
}

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::{Digest as _, Sha256};
        Self::of_hash(Sha256::digest(bytes).into())
    }

    /// The digest that these 32 bytes are.
    #[must_use]
    pub fn of_hash(hash: [u8; 32]) -> Self {
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("sha256:{hex}"))
    }

    /// Stands where there is nothing before: no bytes are known that have it.
    #[must_use]
    pub fn none() -> Self {
        Self(format!("sha256:{}", "0".repeat(64)))
    }
}

impl OutboundKey {
    /// The key of a call, stable over retries, crashes and replay.
    #[must_use]
    pub fn of(
        partner: &crate::ids::PartnerId,
        exchange: &crate::ids::ExchangeId,
        work: crate::workflow::Work,
        generation: u32,
    ) -> Self {
        Self(crate::idempotency::outbound_key(
            partner, exchange, work, generation,
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::{ExchangeId, PartnerId};
    use crate::workflow::Work;

    #[test]
    fn what_we_make_ourselves_has_the_form_that_we_ask_of_others() {
        let partner = PartnerId::new("northwind");
        let key = OutboundKey::of(&partner, &ExchangeId::new("x1"), Work::Submit, 0);
        assert_eq!(key.as_str().parse(), Ok(key));
        for digest in [Digest::of(b"a"), Digest::none()] {
            assert_eq!(digest.as_str().parse(), Ok(digest));
        }
    }

    #[test]
    fn an_address_with_a_query_is_no_endpoint() {
        let plain = "https://fhir.northwind.example/r4/Patient/$member-match";
        assert!(plain.parse::<EndpointUrl>().is_ok());
        for query in ["?birthdate=x", "?", "#x"] {
            assert!(format!("{plain}{query}").parse::<EndpointUrl>().is_err());
        }
    }
}
