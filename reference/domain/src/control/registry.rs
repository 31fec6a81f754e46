//! The registry of partners as a document: who they are, where they answer, how they speak and how they prove themselves.
//! Refuses secrets: a partner's names and public keys may be known to anybody.

use crate::bulk::Form;
use crate::consent::{Identifier, Organisation};
use crate::fulfilment::{Notification, Retrieval, Terms};
use crate::ids::{DocumentNumber, PartnerId};
use crate::record::ResourceType;
use crate::registration::Registration;
use crate::routing::{AdapterId, BaseUrl};
use crate::snapshot::{KeyHandling, Partner};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// `reference/config/partners/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PartnersDocument {
    pub number: DocumentNumber,
    pub title: String,
    #[serde(default, rename = "partner")]
    pub partners: Vec<Registered>,
}

/// One partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registered {
    pub id: PartnerId,
    pub base_url: BaseUrl,
    pub dialect: AdapterId,
    pub edition: AdapterId,
    pub timeout_ms: u64,
    pub keys: KeyHandling,
    pub enabled: bool,
    /// In which form it reads the answer to a bulk match; as configured when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk: Option<Form>,
    /// Under which identifiers consents and covers name it.
    pub known_as: Vec<KnownAs>,
    /// What is agreed about answers that come later; as configured when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Agreed>,
    /// How it proves who it is, by what anybody may know; as configured when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
}

/// Terms as a document writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Agreed {
    pub retrieval: Retrieval,
    pub notification: Notification,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<BTreeSet<ResourceType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
}

impl Agreed {
    /// `None` when a time is longer than a document can say.
    #[must_use]
    pub fn of(terms: &Terms) -> Option<Self> {
        let silence = terms.silence.map(|silence| silence.as_millis());
        Some(Self {
            retrieval: terms.retrieval,
            notification: terms.notification,
            silence_ms: silence.map(u64::try_from).transpose().ok()?,
            critical: terms.critical.clone(),
            token_url: terms.token_url.clone(),
        })
    }

    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            retrieval: self.retrieval,
            notification: self.notification,
            silence: self.silence_ms.map(Duration::from_millis),
            critical: self.critical.clone(),
            token_url: self.token_url.clone(),
        }
    }

    /// Is the place of tokens an address?
    fn is_reachable(&self) -> bool {
        self.token_url.as_ref().is_none_or(|url| {
            let web = url.starts_with("https://") || url.starts_with("http://");
            web && url.len() <= LONGEST_ADDRESS && url.bytes().all(|byte| byte.is_ascii_graphic())
        })
    }
}

/// One identifier of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KnownAs {
    pub system: String,
    pub value: String,
}

/// Why a registry cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryFault {
    #[error("the partner {0} is registered twice")]
    Twice(PartnerId),
    #[error("the partner {0} has no identifier")]
    Unknown(PartnerId),
    #[error("the timeout of {0} is not between 1 ms and 5 minutes")]
    Timeout(PartnerId),
    #[error("the partner {0} gets tokens at a place that is no address")]
    TokenPlace(PartnerId),
    #[error("a name in the certificates of {0} is one of another partner, or is none")]
    Certificate(PartnerId),
    #[error("a key of {0} has not the form of its kind")]
    Key(PartnerId),
    #[error("the partner {0} has more names or keys than are looked at")]
    TooMuch(PartnerId),
}

/// The longest time that a call may be given (ours).
const LONGEST_TIMEOUT_MS: u64 = 300_000;
/// The longest address (ours).
const LONGEST_ADDRESS: usize = 512;
/// The most names and the most keys of one partner (ours: two of each overlap while one is replaced).
const MOST_PROOFS: usize = 16;

impl PartnersDocument {
    pub fn check(&self) -> Result<(), RegistryFault> {
        let mut ids = BTreeSet::new();
        let mut names = BTreeSet::new();
        for partner in &self.partners {
            partner.proves(&mut names)?;
            if !ids.insert(&partner.id) {
                return Err(RegistryFault::Twice(partner.id.clone()));
            }
            if partner.known_as.is_empty() {
                return Err(RegistryFault::Unknown(partner.id.clone()));
            }
            if !(1..=LONGEST_TIMEOUT_MS).contains(&partner.timeout_ms) {
                return Err(RegistryFault::Timeout(partner.id.clone()));
            }
        }
        Ok(())
    }
}

impl Registered {
    /// Can the partner prove with it who it is, and be told from every other one? `names` are those of the others.
    fn proves<'a>(&'a self, names: &mut BTreeSet<&'a str>) -> Result<(), RegistryFault> {
        if self
            .terms
            .as_ref()
            .is_some_and(|terms| !terms.is_reachable())
        {
            return Err(RegistryFault::TokenPlace(self.id.clone()));
        }
        let Some(registration) = &self.registration else {
            return Ok(());
        };
        let (uris, keys) = (&registration.certificate_uris, &registration.keys);
        if uris.len() > MOST_PROOFS || keys.len() > MOST_PROOFS {
            return Err(RegistryFault::TooMuch(self.id.clone()));
        }
        // A certificate that names two partners would prove neither.
        if !uris.iter().all(|uri| !uri.is_empty() && names.insert(uri)) {
            return Err(RegistryFault::Certificate(self.id.clone()));
        }
        let formed = keys.values().all(|key| key.key.is_formed());
        formed
            .then_some(())
            .ok_or_else(|| RegistryFault::Key(self.id.clone()))
    }

    /// A partner as a document tells it. `None` when its address or a dialect has not the form that documents ask for.
    #[must_use]
    pub fn of(partner: &Partner) -> Option<Self> {
        let known_as = partner.organisation.identifiers.iter().map(|id| KnownAs {
            system: id.system.clone(),
            value: id.value.clone(),
        });
        Some(Self {
            id: partner.id.clone(),
            base_url: partner.base_url.parse().ok()?,
            dialect: partner.dialect.parse().ok()?,
            edition: partner.edition.parse().ok()?,
            timeout_ms: u64::try_from(partner.timeout.as_millis()).ok()?,
            keys: partner.keys,
            enabled: partner.enabled,
            bulk: partner.bulk,
            known_as: known_as.collect(),
            terms: Some(Agreed::of(&partner.terms)?),
            registration: Some(partner.registration.clone()),
        })
    }

    /// Says of a partner what the document says; what it does not say stays.
    pub fn tell(&self, partner: &mut Partner) {
        partner.id = self.id.clone();
        partner.base_url = self.base_url.to_string();
        partner.dialect = self.dialect.to_string();
        partner.edition = self.edition.to_string();
        partner.timeout = Duration::from_millis(self.timeout_ms);
        partner.keys = self.keys;
        partner.enabled = self.enabled;
        partner.organisation = self.organisation();
        partner.bulk = self.bulk.or(partner.bulk);
        if let Some(terms) = &self.terms {
            partner.terms = terms.terms();
        }
        if let Some(registration) = &self.registration {
            partner.registration = registration.clone();
        }
    }

    #[must_use]
    pub fn organisation(&self) -> Organisation {
        let identifiers = self.known_as.iter().map(|known| Identifier {
            system: known.system.clone(),
            value: known.value.clone(),
        });
        Organisation {
            identifiers: identifiers.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Two partners; what stands in the places is said of the second.
    fn document(terms: &str, registration: &str) -> PartnersDocument {
        let partner = |id: &str, more: &str| {
            format!(
                "[[partner]]\nid = \"{id}\"\nbase-url = \"https://{id}.example/r4\"\ndialect = \"hrex-1.2\"\n\
                 edition = \"hrex-1.2\"\ntimeout-ms = 5000\nkeys = \"key\"\nenabled = true\n\
                 known-as = [{{ system = \"urn:payers\", value = \"{id}\" }}]\n{more}"
            )
        };
        let first = "[partner.registration]\ncertificate-uris = [\"urn:payer:northwind\"]\n";
        let second = format!("{terms}{registration}");
        let text = format!(
            "number = 1\ntitle = \"of a test\"\n{}{}",
            partner("northwind", first),
            partner("contoso", &second)
        );
        toml::from_str(&text).unwrap()
    }

    fn faults(terms: &str, registration: &str) -> Result<(), RegistryFault> {
        document(terms, registration).check()
    }

    #[test]
    fn a_partner_is_written_and_read_back_whole() {
        let contoso = || PartnerId::new("contoso");
        let terms = "[partner.terms]\nretrieval = \"group-export\"\nnotification = \"callback\"\nsilence-ms = 3600000\n\
                     critical = [\"Coverage\"]\ntoken-url = \"https://contoso.example/token\"\n";
        let x = "a".repeat(64);
        let keys = format!(
            "[partner.registration]\ncertificate-uris = [\"urn:payer:contoso\"]\n\
             [partner.registration.keys.k1]\nuntil = \"2026-12-01T00:00:00Z\"\n\
             key = {{ alg = \"ES384\", x = \"{x}\", y = \"{x}\" }}\n"
        );
        let told = document(terms, &keys);
        assert_eq!(told.check(), Ok(()));
        let again: PartnersDocument = toml::from_str(&toml::to_string(&told).unwrap()).unwrap();
        assert_eq!(again, told);
        let mut partner = Partner {
            id: contoso(),
            organisation: Organisation {
                identifiers: Vec::new(),
            },
            base_url: String::new(),
            dialect: String::new(),
            edition: String::new(),
            timeout: Duration::ZERO,
            keys: KeyHandling::Ignores,
            enabled: false,
            terms: Terms::default(),
            registration: Registration::default(),
            bulk: Some(Form::ParametersBody),
        };
        let one = told
            .partners
            .iter()
            .find(|one| one.id == contoso())
            .unwrap();
        one.tell(&mut partner);
        assert_eq!(partner.terms.silence, Some(Duration::from_secs(3600)));
        assert!(partner.registration.names(["urn:payer:contoso"]));
        assert_eq!(
            partner.bulk,
            Some(Form::ParametersBody),
            "not said: it stays"
        );
        let mut written = one.clone();
        written.bulk = Some(Form::ParametersBody);
        assert_eq!(Registered::of(&partner), Some(written));
    }

    #[test]
    fn proofs_that_are_none_and_proofs_of_somebody_else_are_refused() {
        let contoso = || PartnerId::new("contoso");
        let same = "[partner.registration]\ncertificate-uris = [\"urn:payer:northwind\"]\n";
        assert_eq!(faults("", same), Err(RegistryFault::Certificate(contoso())));
        let none = "[partner.registration]\ncertificate-uris = [\"\"]\n";
        assert_eq!(faults("", none), Err(RegistryFault::Certificate(contoso())));
        for key in [
            "{ alg = \"ES384\", x = \"short\", y = \"short\" }",
            "{ alg = \"RS384\", n = \"c\", e = \"AQAB\" }",
        ] {
            let key = format!("[partner.registration.keys.k1]\nkey = {key}\n");
            assert_eq!(faults("", &key), Err(RegistryFault::Key(contoso())));
        }
        let place = "[partner.terms]\nretrieval = \"match-only\"\nnotification = \"poll\"\ntoken-url = \"file:///etc\"\n";
        assert_eq!(faults(place, ""), Err(RegistryFault::TokenPlace(contoso())));
        let uris: Vec<String> = (0..17)
            .map(|n| format!("\"urn:payer:contoso:{n}\""))
            .collect();
        let many = format!(
            "[partner.registration]\ncertificate-uris = [{}]\n",
            uris.join(", ")
        );
        assert_eq!(faults("", &many), Err(RegistryFault::TooMuch(contoso())));
    }
}
