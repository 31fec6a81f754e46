//! A contract as it was read: who expects what of whom, request by request.
//! Refuses to know how it is written in a file and how it is judged.

use super::generator::Generators;
use super::message::MessageExpectation;
use super::rule::Rules;
use super::states::State;
use super::terms::{FileTerms, Reader, Terms};
use crate::model::{Hurt, Place, digest};
use serde_json::Value;
use wire::json::{Document, canonical};

/// Which edition of the Pact specification a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    V1,
    V1_1,
    V2,
    V3,
    V4,
}

/// A contract file.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Path of the file.
    pub path: String,
    pub consumer: String,
    pub provider: String,
    /// The edition of Pact that the file is written in.
    pub edition: Edition,
    /// Whether the file holds none of our groups: a promise without a schema, which nothing is proved of.
    pub is_plain: bool,
    pub terms: FileTerms,
    pub interactions: Vec<Interaction>,
    pub messages: Vec<MessageExpectation>,
    pub document: Document,
}

/// One request and what the consumer expects of its answer.
#[derive(Clone, Debug)]
pub struct Interaction {
    pub key: String,
    pub description: String,
    /// New and never passed yet: it does not stop the provider.
    pub pending: bool,
    pub states: Vec<State>,
    pub request: Request,
    pub response: Response,
    pub terms: Terms,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// The request that the consumer sends.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Query,
    /// Name in lower case and its values, in the order of the file.
    pub headers: Vec<(String, Vec<String>)>,
    pub content: Content,
    pub rules: Rules,
    pub generators: Generators,
}

/// The answer that the consumer expects.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, Vec<String>)>,
    pub content: Content,
    pub rules: Rules,
    pub generators: Generators,
}

/// What stands behind the `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// The first edition: pairs whose order counts.
    Ordered(Vec<(String, String)>),
    /// Later editions: values by key; the order of keys does not count.
    ByKey(Vec<(String, Vec<String>)>),
}

impl Query {
    /// The query that a URL writes.
    #[must_use]
    pub fn of_text(text: &str, edition: Edition) -> Self {
        let text = match edition {
            Edition::V1 => text,
            Edition::V1_1 | Edition::V2 | Edition::V3 | Edition::V4 => text.trim_end_matches('&'),
        };
        let pairs = if text.is_empty() {
            Vec::new()
        } else {
            text.split('&').map(pair).collect()
        };
        match edition {
            Edition::V1 => Self::Ordered(pairs),
            Edition::V1_1 | Edition::V2 | Edition::V3 | Edition::V4 => Self::ByKey(grouped(pairs)),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Ordered(pairs) => pairs.is_empty(),
            Self::ByKey(keys) => keys.is_empty(),
        }
    }

    /// All pairs, in the order of the file.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        match self {
            Self::Ordered(pairs) => pairs.clone(),
            Self::ByKey(keys) => keys
                .iter()
                .flat_map(|(key, values)| values.iter().map(|value| (key.clone(), value.clone())))
                .collect(),
        }
    }
}

fn pair(text: &str) -> (String, String) {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    (decoded(key), decoded(value))
}

/// Percent decoding; what is no escape stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let escaped = match (first, after) {
            (b'+', _) => Some(b' '),
            (b'%', [high, low, behind @ ..]) => {
                let byte = hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low);
                rest = if byte.is_some() { behind } else { rest };
                byte
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

fn grouped(pairs: Vec<(String, String)>) -> Vec<(String, Vec<String>)> {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in pairs {
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => keys.push((key, vec![value])),
        }
    }
    keys
}

/// A body with its media type.
#[derive(Clone, Debug)]
pub struct Content {
    /// Media type with parameters, as written.
    pub media: Option<String>,
    pub body: Body,
}

/// The body of an expectation or of an observed message.
#[derive(Clone, Debug)]
pub enum Body {
    /// Not mentioned: anything goes.
    Absent,
    /// `""` or `null`: nothing may stand there.
    Empty,
    Json(Json),
    Text(String),
    /// `application/x-www-form-urlencoded`: values by key; the order of keys does not count.
    Form(Vec<(String, Vec<String>)>),
    /// A language that is not judged: XML, multipart, binary.
    Unsupported,
}

/// A JSON value inside a document that knows its places.
#[derive(Clone, Debug)]
pub struct Json {
    pub document: Document,
    /// Pointer of the value in the document.
    pub base: String,
    /// Pointer in the contract file, where this document is not the contract file itself.
    pub outer: Option<String>,
}

impl Json {
    /// A whole document.
    #[must_use]
    pub fn whole(document: Document) -> Self {
        Self {
            document,
            base: String::new(),
            outer: None,
        }
    }

    #[must_use]
    pub fn value(&self) -> &Value {
        self.document
            .value()
            .pointer(&self.base)
            .unwrap_or(&Value::Null)
    }

    /// The text of the number at `pointer` below the value.
    #[must_use]
    pub fn number_text(&self, pointer: &str) -> Option<&str> {
        self.document
            .number_text(&format!("{}{pointer}", self.base))
    }

    /// Pointer in the contract file of what stands at `pointer` below the value.
    #[must_use]
    pub fn file_pointer(&self, pointer: &str) -> String {
        match &self.outer {
            Some(outer) => outer.clone(),
            None => format!("{}{pointer}", self.base),
        }
    }
}

impl Body {
    /// The JSON of this body, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Json> {
        match self {
            Self::Json(json) => Some(json),
            Self::Absent | Self::Empty | Self::Text(_) | Self::Form(_) | Self::Unsupported => None,
        }
    }
}

/// The key of an interaction that has none: words of its description, and a digest of that and of its states.
#[must_use]
pub fn derived_key(description: &str, states: &[Value]) -> String {
    let plain = |letter: char| {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            ' '
        }
    };
    let text: String = description.chars().map(plain).collect();
    let words: Vec<&str> = text.split_whitespace().take(6).collect();
    let whole = canonical(&serde_json::json!([description, states]));
    let digest = digest(whole.as_bytes());
    let short: String = digest.chars().skip("sha256:".len()).take(8).collect();
    if words.is_empty() {
        return short;
    }
    format!("{}-{short}", words.join("-"))
}

impl Contract {
    /// The place of `pointer` in the contract file.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        Place::at(&self.path, self.document.nearest(pointer))
    }

    /// Whether it expects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.interactions.is_empty() && self.messages.is_empty()
    }

    /// What findings of an interaction call their subject: `contracts/northwind/member-match.json#mm-expired`.
    #[must_use]
    pub fn subject(&self, interaction: &Interaction) -> String {
        format!("{}#{}", self.path, interaction.key)
    }

    /// The consumer of this contract as the one who is hurt.
    #[must_use]
    pub fn hurt(&self, interaction: &Interaction) -> Hurt {
        Hurt {
            who: self.consumer.clone(),
            why: format!("relies on \"{}\"", interaction.description),
            place: Some(self.place(&interaction.pointer)),
        }
    }

    /// What this consumer's parser bears, for one interaction.
    #[must_use]
    pub fn reader(&self, interaction: &Interaction) -> Reader {
        interaction.terms.reader.unwrap_or(self.terms.reader)
    }

    /// Digest of what the contract demands: interactions and our file group, without the consumer's remarks.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut value = self.document.value().clone();
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|key, _| key == "matchmark");
        }
        let mut parts = Vec::new();
        if let Value::Object(members) = &mut value {
            let lists = members
                .iter_mut()
                .filter(|(key, _)| matches!(key.as_str(), "interactions" | "messages"));
            parts.extend(lists.filter_map(|(_, list)| list.as_array_mut()).flatten());
        }
        for interaction in parts {
            if let Some(comments) = interaction
                .get_mut("comments")
                .and_then(Value::as_object_mut)
            {
                comments.retain(|key, _| key == "references");
            }
        }
        digest(canonical(&value).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_grouped_by_key() {
        let query = Query::of_text("a=1&b=x%20y&a=2&c=p%3Dq&d=100%", Edition::V2);
        let Query::ByKey(keys) = query else {
            unreachable!("later editions group by key")
        };
        let shown: Vec<String> = keys
            .iter()
            .map(|(key, values)| format!("{key}={}", values.join("|")))
            .collect();
        assert_eq!(shown, ["a=1|2", "b=x y", "c=p=q", "d=100%"]);
    }

    #[test]
    fn the_first_edition_keeps_the_order_of_pairs() {
        let one = Query::of_text("a=1&b=2", Edition::V1);
        assert_ne!(one, Query::of_text("b=2&a=1", Edition::V1));
        assert!(Query::of_text("", Edition::V1).is_empty());
    }
}
