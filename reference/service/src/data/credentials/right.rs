//! What a call needs to be let in, and what is asked of the partner's token endpoint for it: one right, for one thing.
//! Refuses to ask for more than the call needs.

use super::assertion;
use crate::adapters::messages::{self, TokenForm};
use crate::security::token::{
    BULK_MEMBER_MATCH, GROUP, MEMBER_MATCH, MEMBER_READ, SigningKey, TokenError,
};
use domain::Timestamp;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::WireRequest;
use domain::snapshot::Partner;
use sha2::{Digest, Sha256};

/// The right that a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right<'a> {
    /// To ask who a member is.
    Match,
    /// To ask who many members are.
    BulkMatch,
    /// To the list with this address, and to what is exported from it.
    List(&'a str),
    /// To read about the member whom the partner has named so.
    Member(&'a Masked<String>),
}

/// For whom, and for what, a token is kept. Of a list or a member it holds a digest only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Purpose {
    partner: PartnerId,
    right: u8,
    digest: [u8; 32],
}

/// What goes into every assertion of ours to one endpoint.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    pub key: &'a SigningKey,
    pub id: &'a str,
    pub now: Timestamp,
}

impl Right<'_> {
    /// A token of an endpoint that is not the partner's any more serves no purpose.
    pub(super) fn purpose(self, partner: &Partner, url: &str) -> Purpose {
        let (right, subject) = match self {
            Self::Match => (0, ""),
            Self::List(list) => (1, list),
            Self::Member(name) => (2, name.expose().as_str()),
            Self::BulkMatch => (3, ""),
        };
        let mut digest = Sha256::new();
        for part in [url, subject] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Purpose {
            partner: partner.id.clone(),
            right,
            digest: digest.finalize().into(),
        }
    }

    pub(super) const fn scope(self) -> &'static str {
        match self {
            Self::Match => MEMBER_MATCH,
            Self::BulkMatch => BULK_MEMBER_MATCH,
            Self::List(_) => GROUP,
            Self::Member(_) => MEMBER_READ,
        }
    }

    /// Is what an endpoint says that it granted this right? Of a member it may tell the kinds of records one by one.
    ///
    /// Source: RFC 6749 section 5.1; SMART App Launch 2.0.0, a server may grant less than was asked for
    pub(super) fn is_granted_by(self, told: &str) -> bool {
        let mut told = told.split(' ');
        match self {
            Self::Match | Self::BulkMatch | Self::List(_) => {
                told.any(|scope| scope == self.scope())
            }
            Self::Member(_) => told.any(|scope| scope.starts_with("patient/")),
        }
    }

    /// The question to the endpoint at `url`.
    ///
    /// Errors: the key does not sign
    pub(super) fn question(
        self,
        client: &Client<'_>,
        url: &str,
    ) -> Result<WireRequest, TokenError> {
        let own = assertion::of(client, client.id, url)?;
        let about = match self {
            Self::Match | Self::BulkMatch | Self::List(_) => None,
            Self::Member(name) => Some(assertion::of(client, name.expose(), url)?),
        };
        let resource = match self {
            Self::List(list) => Some(list),
            Self::Match | Self::BulkMatch | Self::Member(_) => None,
        };
        let form = TokenForm {
            client: &own,
            about: about.as_ref(),
            scope: self.scope(),
            resource,
        };
        Ok(messages::token(url, &form))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{organisation, partner};

    const URL: &str = "https://contoso.example/token";

    fn name(text: &str) -> Masked<String> {
        Masked::new(text.to_owned())
    }

    #[test]
    fn a_token_serves_one_partner_one_endpoint_one_right_and_one_thing() {
        let known = |id| partner(id, organisation("urn:payers", id), "https://x.example", "d");
        let (one, other) = (known("contoso"), known("northwind"));
        let (list, member, twin) = ("https://x.example/Group/1", name("m-1"), name("m-2"));
        let purposes = [
            Right::Match.purpose(&one, URL),
            Right::BulkMatch.purpose(&one, URL),
            Right::Match.purpose(&one, "https://contoso.example/oauth"),
            Right::Match.purpose(&other, URL),
            Right::List(list).purpose(&one, URL),
            Right::List("https://x.example/Group/2").purpose(&one, URL),
            Right::Member(&member).purpose(&one, URL),
            Right::Member(&twin).purpose(&one, URL),
        ];
        let different: std::collections::BTreeSet<_> = purposes.iter().collect();
        assert_eq!(different.len(), purposes.len());
        let again = Right::Member(&name("m-1")).purpose(&one, URL);
        assert!(different.contains(&again));
        assert!(!format!("{again:?}").contains("m-1"));
    }

    #[test]
    fn each_right_is_asked_for_in_its_own_words_and_nothing_more() {
        let key = SigningKey::generate().unwrap();
        let client = Client {
            key: &key,
            id: "payer-exchange",
            now: "2026-10-01T12:00:00Z".parse().unwrap(),
        };
        let form = |right: Right<'_>| {
            let request = right.question(&client, URL).unwrap();
            let body = String::from_utf8(request.body.expose().clone()).unwrap();
            let names = body
                .split('&')
                .map(|pair| pair.split('=').next().unwrap().to_owned());
            (names.collect::<Vec<_>>(), body)
        };
        let usual = [
            "grant_type",
            "client_assertion_type",
            "client_assertion",
            "scope",
        ];
        let (names, body) = form(Right::Match);
        assert_eq!(names, usual);
        assert!(body.contains("grant_type=client_credentials&") && body.ends_with("member-match"));
        let (names, body) = form(Right::List("https://x.example/Group/1"));
        assert_eq!(names, [usual.as_slice(), &["resource"]].concat());
        assert!(body.contains("scope=system.Group.u%3Fcode%3D"));
        let (names, body) = form(Right::Member(&name("m-1")));
        assert_eq!(names, [usual.as_slice(), &["assertion"]].concat());
        assert!(body.contains("grant-type%3Ajwt-bearer&"));
    }

    #[test]
    fn a_grant_that_leaves_the_right_out_is_none() {
        let member = name("m-1");
        for (right, told, granted) in [
            (Right::Match, MEMBER_MATCH, true),
            (Right::BulkMatch, BULK_MEMBER_MATCH, true),
            (Right::BulkMatch, MEMBER_MATCH, false),
            (Right::Match, "openid", false),
            (Right::Match, "", false),
            (Right::List("x"), GROUP, true),
            (Right::List("x"), MEMBER_MATCH, false),
            (Right::Member(&member), "patient/Coverage.rs launch", true),
            (Right::Member(&member), "system/*.rs", false),
        ] {
            assert_eq!(right.is_granted_by(told), granted, "{right:?} {told}");
        }
    }
}
