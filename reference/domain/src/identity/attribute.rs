//! The attributes of a person that a policy may list, and where each stands in a request.
//! Refuses to know values: how one is read and compared is said elsewhere.

use crate::member_match::{MemberMatch, Part};

vocabulary! {
    /// What a policy may let the matcher look at.
    Attribute {
        MemberId = "member-id",
        SubscriberId = "subscriber-id",
        BirthDate = "birth-date",
        FamilyName = "family-name",
        GivenName = "given-name",
        /// Jr, Sr, II: it tells father and son apart.
        NameSuffix = "name-suffix",
        /// House and street of an address.
        Address = "address",
        /// Postal code and city of an address.
        Place = "place",
        Phone = "phone",
        Email = "email",
        PlanId = "plan-id",
        GroupId = "group-id",
        /// Payer, class and period of a coverage.
        PriorCoverage = "prior-coverage",
        Gender = "gender",
        BirthSex = "birth-sex",
        /// Self, spouse, child: how the person is related to the subscriber.
        Relationship = "relationship",
    }
}

impl Attribute {
    /// The part of a request that says it.
    #[must_use]
    pub const fn source(self) -> Part {
        match self {
            Self::MemberId
            | Self::SubscriberId
            | Self::PlanId
            | Self::GroupId
            | Self::PriorCoverage
            | Self::Relationship => Part::CoverageToMatch,
            Self::BirthDate
            | Self::FamilyName
            | Self::GivenName
            | Self::NameSuffix
            | Self::Address
            | Self::Place
            | Self::Phone
            | Self::Email
            | Self::Gender
            | Self::BirthSex => Part::MemberPatient,
        }
    }

    /// Where the attribute stands in a request.
    #[must_use]
    pub fn expression(self, parts: &MemberMatch<'_>) -> String {
        let element = match self {
            Self::MemberId => "identifier",
            Self::SubscriberId => "subscriberId",
            Self::BirthDate => "birthDate",
            Self::FamilyName => "name",
            Self::GivenName => "name.given",
            Self::NameSuffix => "name.suffix",
            Self::Address | Self::Place => "address",
            Self::Phone | Self::Email => "telecom",
            Self::PlanId | Self::GroupId => "class",
            Self::PriorCoverage => "period",
            Self::Gender => "gender",
            Self::BirthSex => "extension",
            Self::Relationship => "relationship",
        };
        parts.expression(self.source(), element)
    }

    /// Does a household share it? The rest belongs to one person.
    #[must_use]
    pub const fn is_shared_by_a_household(self) -> bool {
        match self {
            Self::SubscriberId
            | Self::FamilyName
            | Self::Address
            | Self::Place
            | Self::Phone
            | Self::PlanId
            | Self::GroupId
            | Self::PriorCoverage => true,
            Self::MemberId
            | Self::BirthDate
            | Self::GivenName
            | Self::NameSuffix
            | Self::Email
            | Self::Gender
            | Self::BirthSex
            | Self::Relationship => false,
        }
    }
}

vocabulary! {
    /// How two values of one attribute compare, the nearest first.
    Level {
        /// Equal as normalised.
        Exact = "exact",
        /// Equal to an earlier value, to a nickname, to another spelling of the same name, or to a part of it.
        Alias = "alias",
        /// The same number of another person of the family.
        SameBase = "same-base",
        /// Family and given name, or day and month, have changed places.
        Swapped = "swapped",
        Close = "close",
        Near = "near",
        /// Written otherwise, and said alike.
        Phonetic = "phonetic",
        /// One digit is another one, or two neighbours have changed places.
        OneDigit = "one-digit",
        /// Equal as far as both say it.
        Partial = "partial",
        /// The same street, another house.
        Street = "street",
        PostalCode = "postal-code",
        City = "city",
        SameYear = "same-year",
        SamePayer = "same-payer",
        Differ = "differ",
        /// One side does not say it, or the policy does not let it be read.
        Absent = "absent",
    }
}

impl Level {
    /// Does a value speak for the person at all?
    #[must_use]
    pub fn agrees(self) -> bool {
        self != Self::Differ && self != Self::Absent
    }
}
