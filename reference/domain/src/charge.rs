//! Whose failure it was: which duty was not done, whose duty it is, and what counts against the promises of the platform.
//! Refuses to blame a partner for what nobody agreed: a duty that no side took on is the platform's.

use crate::failure::Code;
use crate::record::Exclusion;
use std::collections::{BTreeMap, BTreeSet};

vocabulary! {
    /// Something that one side does so that an exchange can work.
    Duty {
        CredentialRotation = "credential-rotation",
        CertificateRenewal = "certificate-renewal",
        NetworkAllowlisting = "network-allowlisting",
        PayloadValidation = "payload-validation",
    }
}

/// Which duties the two sides took on, as the partner's profile says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duties {
    pub ours: BTreeSet<Duty>,
    pub theirs: BTreeSet<Duty>,
}

/// A failed exchange, as the record of it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The payer on the other side.
    pub partner: String,
    pub code: Code,
    /// Whether the partner called us; else we called the partner.
    pub inbound: bool,
    /// What takes it out of the promises, if anything does.
    pub excluded: Option<Exclusion>,
}

/// Against whom a failure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Charge {
    /// The error budget of the platform.
    Platform,
    /// The partner, for a duty that is its own.
    Partner(Duty),
    /// Nobody: it was agreed that it does not count.
    Nobody(Exclusion),
}

/// Failures by whom they count against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What the error budget of the platform has spent.
    pub platform: u64,
    /// By partner and the duty that it did not do.
    pub partners: BTreeMap<(String, Duty), u64>,
    pub excluded: u64,
}

impl Code {
    /// The duty whose neglect shows as this failure.
    ///
    /// Source: the codes of an exchange; what a caller presents is the caller's, what a called side serves is its own
    #[must_use]
    pub fn duty(self) -> Option<Duty> {
        match self {
            Self::TokenExpired | Self::TokenInvalid => Some(Duty::CredentialRotation),
            Self::CertificateUnbound | Self::TransportTls => Some(Duty::CertificateRenewal),
            Self::TransportRefused => Some(Duty::NetworkAllowlisting),
            Self::NotJson
            | Self::SchemaInvalid
            | Self::BadBundle
            | Self::ReferenceMismatch
            | Self::MissingIdentifier
            | Self::AttestationMissing => Some(Duty::PayloadValidation),
            Self::AssertionReplayed
            | Self::ScopeMissing
            | Self::NotYourResource
            | Self::TooDeep
            | Self::DuplicateKey
            | Self::ExportTypeUnknown
            | Self::ConflictingField
            | Self::NoMatch
            | Self::MultipleMatch
            | Self::LowConfidence
            | Self::BruteForce
            | Self::NoRoute
            | Self::PartnerDisabled
            | Self::UnsupportedTypeFilter
            | Self::ExportPartial
            | Self::TransportReset
            | Self::TransportTimeout
            | Self::TransportTruncated
            | Self::TransportGarbage
            | Self::PartnerThrottled
            | Self::PartnerUnavailable
            | Self::BreakerOpen
            | Self::PartnerRejected
            | Self::BadResponse
            | Self::JobFailed
            | Self::Unmapped
            | Self::CompletionMissing
            | Self::JobLost
            | Self::KeyMissing
            | Self::InFlight
            | Self::KeyReused
            | Self::Rate
            | Self::QueueFull
            | Self::TooLarge
            | Self::AuditUnavailable
            | Self::StoreUnavailable
            | Self::Consent(_) => None,
        }
    }
}

/// Against whom one failure counts, given who took on what.
#[must_use]
pub fn charge(failed: &Failed, duties: &Duties) -> Charge {
    if let Some(exclusion) = failed.excluded {
        return Charge::Nobody(exclusion);
    }
    match failed.code.duty() {
        // What a caller presents is the caller's to keep in order: ours when we call.
        Some(Duty::CredentialRotation) if !failed.inbound => Charge::Platform,
        Some(duty) if duties.theirs.contains(&duty) && !duties.ours.contains(&duty) => {
            Charge::Partner(duty)
        }
        Some(_) | None => Charge::Platform,
    }
}

/// All failures of a period, by whom they count against.
#[must_use]
pub fn account<'a>(
    failures: impl IntoIterator<Item = &'a Failed>,
    duties: &BTreeMap<String, Duties>,
) -> Account {
    let nobody = Duties::default();
    let mut account = Account::default();
    for failed in failures {
        let own = duties.get(&failed.partner).unwrap_or(&nobody);
        match charge(failed, own) {
            Charge::Platform => account.platform += 1,
            Charge::Partner(duty) => {
                let key = (failed.partner.clone(), duty);
                *account.partners.entry(key).or_default() += 1;
            }
            Charge::Nobody(_) => account.excluded += 1,
        }
    }
    account
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: Code, inbound: bool) -> Failed {
        Failed {
            partner: "northwind".to_owned(),
            code,
            inbound,
            excluded: None,
        }
    }

    fn northwind(theirs: &[Duty]) -> BTreeMap<String, Duties> {
        let duties = Duties {
            theirs: theirs.iter().copied().collect(),
            ..Duties::default()
        };
        BTreeMap::from([("northwind".to_owned(), duties)])
    }

    #[test]
    fn row_s0_27_an_expired_credential_of_a_partner_costs_the_platform_nothing() {
        let breach = [
            failed(Code::TokenExpired, true),
            failed(Code::TokenExpired, true),
            failed(Code::StoreUnavailable, true),
        ];
        let agreed = account(&breach, &northwind(&[Duty::CredentialRotation]));
        let key = ("northwind".to_owned(), Duty::CredentialRotation);
        assert_eq!(agreed.partners, BTreeMap::from([(key, 2)]));
        assert_eq!((agreed.platform, agreed.excluded), (1, 0));

        // What nobody agreed stays with the platform.
        let silent = account(&breach, &northwind(&[]));
        assert_eq!(silent.platform, 3);
        assert!(silent.partners.is_empty());
    }

    #[test]
    fn our_own_credential_is_ours_even_when_the_partner_rotates_its_own() {
        let duties = northwind(&[Duty::CredentialRotation]);
        let account = account(&[failed(Code::TokenExpired, false)], &duties);
        assert_eq!(account.platform, 1);
    }

    #[test]
    fn what_was_agreed_not_to_count_counts_against_nobody() {
        let planned = Failed {
            excluded: Some(Exclusion::PlannedWindow),
            ..failed(Code::TransportRefused, false)
        };
        let account = account(&[planned], &northwind(&[Duty::NetworkAllowlisting]));
        assert_eq!((account.platform, account.excluded), (0, 1));
    }
}
