//! The words that may stay: those that schemas name, and elements and types of FHIR.
//! Refuses to know which schema a word is from.

use serde_json::Value;
use std::collections::BTreeSet;

/// Fewest characters of a beginning that stays.
const SHORTEST_BEGINNING: usize = 2;
/// Longest code that stays beside its system.
const LONGEST_CODE: usize = 40;

/// What needs no pseudonym because it is nobody's.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    words: BTreeSet<String>,
    keys: BTreeSet<String>,
    beginnings: BTreeSet<String>,
    /// Ids of payers and entries.
    names: BTreeSet<String>,
}

impl Vocabulary {
    /// Takes the words and the keys that `schema` names.
    pub fn learn(&mut self, schema: &Value) {
        match schema {
            Value::Object(members) => {
                for (key, member) in members {
                    self.keyword(key, member);
                    self.learn(member);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Takes the id of a payer or an entry, or the name of a list of them.
    pub fn name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    fn keyword(&mut self, key: &str, member: &Value) {
        match (key, member) {
            ("const", Value::String(word)) => {
                self.words.insert(word.clone());
            }
            ("enum", Value::Array(words)) => {
                let words = words.iter().filter_map(Value::as_str);
                self.words.extend(words.map(str::to_owned));
            }
            ("required", Value::Array(keys)) => {
                let keys = keys.iter().filter_map(Value::as_str);
                self.keys.extend(keys.map(str::to_owned));
            }
            ("properties", Value::Object(members)) => {
                self.keys.extend(members.keys().cloned());
            }
            ("pattern", Value::String(pattern)) => self.beginnings.extend(beginning(pattern)),
            _ => {}
        }
    }

    /// Whether `text` is a word, or a canonical name of one with its version.
    pub(super) fn is_word(&self, text: &str) -> bool {
        let has = |word: &str| self.words.contains(word) || self.is_name(word);
        has(text)
            || text.split_once('|').is_some_and(|(word, version)| {
                let is_canonical = self.words.contains(word) || self.beginnings.contains(word);
                word.contains("://") && is_canonical && Self::is_release(version)
            })
    }

    /// Whether `version` is two or three short numbers: longer ones could be somebody's.
    pub(super) fn is_release(version: &str) -> bool {
        let is_short = |part: &str| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        matches!(version.split('.').count(), 2 | 3) && version.split('.').all(is_short)
    }

    pub(super) fn is_name(&self, text: &str) -> bool {
        self.names.contains(text)
    }

    /// The longest beginning of `text` that a pattern spells out.
    pub(super) fn beginning(&self, text: &str) -> Option<&str> {
        let mut found = self.beginnings.iter().rev();
        let found = found.find(|beginning| text.starts_with(beginning.as_str()));
        found.map(String::as_str)
    }

    pub(super) fn is_key(&self, key: &str) -> bool {
        let plain = key.strip_prefix('_').unwrap_or(key);
        self.keys.contains(key) || self.keys.contains(plain) || ELEMENTS.contains(&plain)
    }

    /// Whether `code` may stay beside `system`.
    pub(super) fn is_code(&self, system: &str, code: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+^[]{}%/".contains(&byte);
        self.words.contains(system)
            && system.contains(':')
            && code.len() <= LONGEST_CODE
            && code.bytes().all(is_plain)
    }
}

/// What every text begins with that `pattern` takes, as far as it is spelled out.
fn beginning(pattern: &str) -> Option<String> {
    let mut found = String::new();
    let mut rest = pattern.strip_prefix('^')?.chars().peekable();
    while let Some(c) = rest.next() {
        let literal = match c {
            '\\' => rest.next().filter(|c| !c.is_alphanumeric()),
            '(' | '[' | '$' | '.' | '|' | ')' => None,
            c => Some(c),
        };
        let is_repeated = matches!(rest.peek(), Some('?' | '*' | '+' | '{'));
        match literal.filter(|_| !is_repeated) {
            Some(literal) => found.push(literal),
            None => break,
        }
    }
    // An alternative at the top begins in another way.
    let is_alternative = pattern.contains('|') && !pattern.contains('(');
    let is_scheme = found.starts_with("http") && !found.contains("://")
        || found.ends_with("://")
        || found == "urn:";
    let is_long = found.len() >= SHORTEST_BEGINNING && !is_scheme;
    (is_long && !is_alternative).then_some(found)
}

pub(super) fn is_type(word: &str) -> bool {
    TYPES.contains(&word)
}

/// Whether `word` is one that FHIR lists for `key` whatever the schemas name.
pub(super) fn is_listed(key: &str, word: &str) -> bool {
    match key {
        "use" => USES.contains(&word),
        "status" => STATES.contains(&word),
        "contentType" | "_outputFormat" => MEDIA.contains(&word),
        "resourceType" | "type" => TYPES.contains(&word),
        _ => false,
    }
}

/// Source: FHIR R4, NameUse, AddressUse, ContactPointUse, IdentifierUse
const USES: &[&str] = &[
    "usual",
    "official",
    "temp",
    "secondary",
    "old",
    "nickname",
    "anonymous",
    "maiden",
    "home",
    "work",
    "mobile",
    "billing",
];

/// Source: FHIR R4, value sets of the required bindings of `status`
const STATES: &[&str] = &[
    "active",
    "cancelled",
    "draft",
    "entered-in-error",
    "proposed",
    "rejected",
    "inactive",
    "completed",
    "partial",
    "queued",
    "error",
    "generated",
    "extensions",
    "additional",
    "empty",
    "final",
    "preliminary",
    "amended",
    "unknown",
    "current",
    "superseded",
];

const MEDIA: &[&str] = &[
    "application/fhir+json",
    "application/fhir+ndjson",
    "application/fhir+xml",
    "application/json",
    "application/ndjson",
    "application/pdf",
    "application/xml",
    "image/jpeg",
    "image/png",
    "text/html",
    "text/plain",
];

/// Elements that are treated by their name, whether schemas name them or not.
const ELEMENTS: &[&str] = &[
    "id",
    "resourceType",
    "meta",
    "identifier",
    "name",
    "family",
    "given",
    "prefix",
    "suffix",
    "text",
    "div",
    "address",
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
    "telecom",
    "system",
    "value",
    "code",
    "coding",
    "display",
    "use",
    "status",
    "type",
    "period",
    "start",
    "end",
    "birthDate",
    "gender",
    "reference",
    "subscriberId",
    "fullUrl",
    "resource",
    "entry",
    "parameter",
    "extension",
    "url",
    "contained",
    "data",
    "contentType",
    "recorded_at",
    "correlation_id",
    "payload",
    "partner",
    "direction",
    "schema",
    "version",
    "outcome",
];

/// Types of resources that payers exchange.
///
/// Source: FHIR R4, ResourceType
const TYPES: &[&str] = &[
    "AllergyIntolerance",
    "Binary",
    "Bundle",
    "CarePlan",
    "CareTeam",
    "Claim",
    "ClaimResponse",
    "Condition",
    "Consent",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Endpoint",
    "ExplanationOfBenefit",
    "Goal",
    "Group",
    "HealthcareService",
    "Immunization",
    "InsurancePlan",
    "List",
    "Location",
    "Media",
    "Medication",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "MessageHeader",
    "Observation",
    "OperationOutcome",
    "Organization",
    "Parameters",
    "Patient",
    "Person",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Specimen",
    "Subscription",
    "Task",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_keys_and_beginnings_are_those_of_the_schemas() {
        let mut vocabulary = Vocabulary::default();
        vocabulary.learn(&json!({"properties": {
            "a": {"const": "permit"},
            "b": {"enum": ["x", 1, "http://hl7.org/fhir/A"]},
            "c": {"pattern": "^WV-[0-9]{4}$"},
            "d": {"pattern": "^https?://.+"},
            "e": {"pattern": r"^http://hl7\.org/B(\|.+)?$"}
        }}));
        assert!(vocabulary.is_word("permit") && vocabulary.is_word("http://hl7.org/fhir/A|2.0.1"));
        assert!(!vocabulary.is_word("http://hl7.org/fhir/A|123456789"));
        assert!(!Vocabulary::is_release("1.6148675309.1") && Vocabulary::is_release("2.0.1"));
        assert!(!vocabulary.is_word("deny") && !vocabulary.is_word("http://hl7.org/fhir/A|two"));
        assert!(vocabulary.is_key("c") && vocabulary.is_key("_birthDate"));
        assert!(!vocabulary.is_key("nickname"));
        assert_eq!(vocabulary.beginning("WV-0001"), Some("WV-"));
        assert_eq!(
            vocabulary.beginning("http://hl7.org/B|2"),
            Some("http://hl7.org/B")
        );
        assert_eq!(vocabulary.beginning("https://somewhere"), None);
        assert!(vocabulary.is_code("http://hl7.org/fhir/A", "E11.9"));
        assert!(!vocabulary.is_code("http://hl7.org/fhir/A", "two words"));
        assert!(!vocabulary.is_code("http://elsewhere", "E11.9"));
    }
}
