//! What was seen against what a contract expects, part by part.
//! Refuses to know where the message comes from and how heavy a difference weighs.

mod http;
mod json;
mod mismatch;
mod node;
mod scalar;

use super::interaction::{Body, Content, Edition, Json, Query, Request, Response};
use super::path::Key;
use super::rule::{Part, RuleSet, Rules};
use super::terms::{Optional, Side, Terms};
use http::Stand;
use json::{Expectation, Extra};
pub use mismatch::{Mismatch, kind};
use wire::json::{Document, Limits};

/// Version of what this judges: evidence of an older one no longer counts. Raise it whenever a verdict may change.
pub const VERSION: &str = "1.0.0";

/// A message as it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub headers: &'a [(String, String)],
    /// `None` and empty both mean that there is none.
    pub body: Option<&'a [u8]>,
}

impl<'a> Message<'a> {
    /// The first value of the header with this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The first line of a request as it was seen.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: Query,
}

/// How one side of an interaction is judged.
struct Judge<'a> {
    side: Side,
    /// Pointer of the side in the contract file.
    pointer: String,
    rules: &'a Rules,
    optional: Vec<&'a Optional>,
}

/// Every difference between a request and what the contract says is sent.
///
/// Shape: `pointer` is that of the interaction in the contract file
#[must_use]
pub fn request(
    expected: &Request,
    terms: &Terms,
    pointer: &str,
    target: &Target<'_>,
    message: &Message<'_>,
) -> Vec<Mismatch> {
    let judge = Judge {
        side: Side::Request,
        pointer: format!("{pointer}/request"),
        rules: &expected.rules,
        optional: terms.optional_on(Side::Request).collect(),
    };
    let rules = &expected.rules;
    let mut found: Vec<Mismatch> = Vec::new();
    found.extend(http::method(
        &judge.stand(Part::Method),
        &expected.method,
        target.method,
    ));
    found.extend(http::text(
        &judge.stand(Part::Path),
        &expected.path,
        target.path,
        rules.of(Part::Path),
    ));
    found.extend(http::query(
        &judge.stand(Part::Query),
        &expected.query,
        &target.query,
        rules.of(Part::Query),
    ));
    found.extend(judge.message(&expected.headers, &expected.content, message));
    found
}

/// Every difference between an answer and what the contract says is read.
///
/// Shape: `pointer` is that of the interaction in the contract file
#[must_use]
pub fn response(
    expected: &Response,
    terms: &Terms,
    pointer: &str,
    status: u16,
    message: &Message<'_>,
) -> Vec<Mismatch> {
    let judge = Judge {
        side: Side::Response,
        pointer: format!("{pointer}/response"),
        rules: &expected.rules,
        optional: terms.optional_on(Side::Response).collect(),
    };
    let mut found: Vec<Mismatch> = http::text(
        &judge.stand(Part::Status),
        &expected.status.to_string(),
        &status.to_string(),
        expected.rules.of(Part::Status),
    )
    .into_iter()
    .collect();
    found.extend(judge.message(&expected.headers, &expected.content, message));
    found
}

/// Every difference between one JSON value and the body that a side shows, under its rules.
#[must_use]
pub fn body(
    expected: &Json,
    rules: &RuleSet,
    terms: &Terms,
    side: Side,
    actual: &Json,
) -> Vec<Mismatch> {
    let optional: Vec<&Optional> = terms.optional_on(side).collect();
    let expectation = Expectation {
        example: expected,
        rules,
        extra: extra(side),
        optional: &optional,
    };
    json::compare(&expectation, actual)
}

impl Judge<'_> {
    fn stand(&self, part: Part) -> Stand<'_> {
        Stand {
            part,
            side: &self.pointer,
        }
    }

    fn message(
        &self,
        headers: &[(String, Vec<String>)],
        content: &Content,
        message: &Message<'_>,
    ) -> Vec<Mismatch> {
        let rules = self.rules.of(Part::Header);
        let mut found = http::headers(&self.stand(Part::Header), headers, message.headers, rules);
        found.extend(self.content(headers, content, message));
        found
    }

    fn content(
        &self,
        headers: &[(String, Vec<String>)],
        content: &Content,
        message: &Message<'_>,
    ) -> Vec<Mismatch> {
        let typed = headers.iter().any(|(name, _)| name == "content-type");
        let bytes = message.body.map_or(&[][..], <[u8]>::trim_ascii);
        let nothing = bytes.is_empty() || bytes == b"null";
        match &content.body {
            Body::Absent => Vec::new(),
            Body::Empty if nothing => Vec::new(),
            Body::Empty => self.whole("presence", "absent", "present"),
            _ if bytes.is_empty() => self.whole("presence", "present", "absent"),
            _ if !typed && !self.media_agree(content, message) => {
                self.whole("media-type", "text", "text")
            }
            Body::Json(expected) => match Document::parse(bytes, &Limits::PAYLOAD) {
                Ok(document) => self.json(expected, document),
                Err(_) => self.whole("json", "present", "text that is not JSON"),
            },
            Body::Text(expected) => self.text(expected, bytes),
            Body::Form(expected) => self.form(expected, bytes),
            Body::Unsupported => self.whole("unsupported", "present", "present"),
        }
    }

    fn json(&self, expected: &Json, actual: Document) -> Vec<Mismatch> {
        let expectation = Expectation {
            example: expected,
            rules: self.rules.of(Part::Body),
            extra: extra(self.side),
            optional: &self.optional,
        };
        json::compare(&expectation, &Json::whole(actual))
    }

    fn text(&self, expected: &str, bytes: &[u8]) -> Vec<Mismatch> {
        let actual = String::from_utf8_lossy(bytes);
        let stand = self.stand(Part::Body);
        http::text(&stand, expected, &actual, self.rules.of(Part::Body))
            .into_iter()
            .collect()
    }

    /// A form is judged as a query is.
    fn form(&self, expected: &[(String, Vec<String>)], bytes: &[u8]) -> Vec<Mismatch> {
        let expected = Query::ByKey(expected.to_vec());
        let actual = Query::of_text(&String::from_utf8_lossy(bytes), Edition::V4);
        let stand = self.stand(Part::Body);
        http::query(&stand, &expected, &actual, self.rules.of(Part::Body))
    }

    fn media_agree(&self, content: &Content, message: &Message<'_>) -> bool {
        let (Some(expected), Some(actual)) = (&content.media, message.header("content-type"))
        else {
            return true;
        };
        let header = Key::Name("content-type".to_owned());
        let ruled = self.rules.of(Part::Header).in_force(&[header]).is_some();
        let essence = |media: &str| media.split(';').next().unwrap_or("").to_owned();
        ruled || http::media_fits(&essence(expected), &essence(actual))
    }

    fn whole(
        &self,
        rule: &'static str,
        expected: &'static str,
        actual: &'static str,
    ) -> Vec<Mismatch> {
        vec![Mismatch {
            part: Part::Body,
            pointer: String::new(),
            rule,
            expected,
            actual,
            at: format!("{}/body", self.pointer),
            rule_at: None,
        }]
    }
}

fn extra(side: Side) -> Extra {
    match side {
        Side::Request => Extra::Refused,
        Side::Response => Extra::Borne,
    }
}
