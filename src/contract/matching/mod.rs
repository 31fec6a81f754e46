//! What was seen against what a contract expects, part by part.
//! Refuses to know where the message comes from and how heavy a difference weighs.

mod content;
mod http;
mod json;
mod metadata;
mod mismatch;
mod node;
mod scalar;
mod seal;
mod walk;

use super::interaction::{Json, Query, Request, Response};
use super::message::Event;
use super::rule::{Part, RuleSet, Rules};
use super::terms::{Optional, Side, Terms};
use http::Stand;
pub use mismatch::{Mismatch, kind};
pub use seal::Seal;
use walk::Extra;

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
        header(self.headers, name)
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(header, _)| header.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// The first line of a request as it was seen.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: Query,
}

/// A body as it was seen.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    Absent,
    /// As it travels.
    Bytes(&'a [u8]),
    /// Read already.
    Json(&'a Json),
    /// In an encoding that nobody here takes apart.
    Encoded,
}

/// What one comparison comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub mismatches: Vec<Mismatch>,
    /// What could not be judged, in fixed words; everything else was.
    pub unsupported: Option<&'static str>,
}

impl Judged {
    /// The differences; what could not be judged counts as one.
    fn strict(self, pointer: &str) -> Vec<Mismatch> {
        let mut found = self.mismatches;
        if self.unsupported.is_some() {
            found.push(Mismatch {
                part: Part::Body,
                pointer: String::new(),
                rule: "unsupported",
                expected: "present",
                actual: "present",
                mark: None,
                at: format!("{pointer}/body"),
                rule_at: None,
            });
        }
        found
    }
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
    let pointer = format!("{pointer}/request");
    let view = View {
        terms,
        pointer: &pointer,
        seal: None,
    };
    view.request(expected, target, message.headers, message.payload())
        .strict(&pointer)
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
    let pointer = format!("{pointer}/response");
    let view = View {
        terms,
        pointer: &pointer,
        seal: None,
    };
    let status = status.to_string();
    view.response(expected, &status, message.headers, message.payload())
        .strict(&pointer)
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
    content::json(expected, rules, &optional, extra(side), None, actual)
}

impl<'a> Message<'a> {
    fn payload(&self) -> Payload<'a> {
        self.body.map_or(Payload::Absent, Payload::Bytes)
    }
}

/// How one side of an interaction is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub terms: &'a Terms,
    /// Pointer of the side in the contract file.
    pub pointer: &'a str,
    /// What marks the values that were seen.
    pub seal: Option<&'a Seal>,
}

impl View<'_> {
    /// A request that was seen against the one that is expected.
    #[must_use]
    pub fn request(
        &self,
        expected: &Request,
        target: &Target<'_>,
        headers: &[(String, String)],
        body: Payload<'_>,
    ) -> Judged {
        let rules = &expected.rules;
        let judge = self.judge(Side::Request, rules);
        let mut found: Vec<Mismatch> = Vec::new();
        let method = judge.stand(Part::Method);
        found.extend(http::method(&method, &expected.method, target.method));
        let path = judge.stand(Part::Path);
        let ruled = rules.of(Part::Path);
        found.extend(http::text(&path, &expected.path, target.path, ruled));
        let query = judge.stand(Part::Query);
        let ruled = rules.of(Part::Query);
        found.extend(http::query(&query, &expected.query, &target.query, ruled));
        let (wanted, content) = (&expected.headers, &expected.content);
        judge.rest(found, wanted, headers, content, body)
    }

    /// An answer that was seen against the one that is expected.
    #[must_use]
    pub fn response(
        &self,
        expected: &Response,
        status: &str,
        headers: &[(String, String)],
        body: Payload<'_>,
    ) -> Judged {
        let rules = &expected.rules;
        let judge = self.judge(Side::Response, rules);
        let stand = judge.stand(Part::Status);
        let wanted = expected.status.to_string();
        let found = http::text(&stand, &wanted, status, rules.of(Part::Status));
        let (wanted, content) = (&expected.headers, &expected.content);
        judge.rest(found.into_iter().collect(), wanted, headers, content, body)
    }

    /// A message that was seen against the one that is expected; `media` is what names the language of its contents
    /// where its metadata do not.
    #[must_use]
    pub fn event(
        &self,
        expected: &Event,
        metadata: Option<&Json>,
        media: Option<&str>,
        body: Payload<'_>,
    ) -> Judged {
        let judge = self.judge(Side::Response, &expected.rules);
        let found = metadata::compare(&judge, expected.metadata.as_ref(), metadata);
        let given = metadata.and_then(metadata::media).or(media);
        let typed = expected.metadata.as_ref().and_then(metadata::media);
        let mut judged = judge.content(typed.is_some(), &expected.content, given, body, "contents");
        judged.mismatches.splice(0..0, found);
        judged
    }

    fn judge<'s>(&'s self, side: Side, rules: &'s Rules) -> Judge<'s> {
        Judge {
            side,
            pointer: self.pointer,
            rules,
            optional: self.terms.optional_on(side).collect(),
            seal: self.seal,
        }
    }
}

/// How one side of an interaction is judged.
struct Judge<'a> {
    side: Side,
    /// Pointer of the side in the contract file.
    pointer: &'a str,
    rules: &'a Rules,
    optional: Vec<&'a Optional>,
    seal: Option<&'a Seal>,
}

impl Judge<'_> {
    fn stand(&self, part: Part) -> Stand<'_> {
        let member = match part {
            Part::Method => "method",
            Part::Path => "path",
            Part::Query => "query",
            Part::Header => "headers",
            Part::Status => "status",
            Part::Body => "body",
            Part::Metadata => "metadata",
        };
        Stand {
            part,
            at: format!("{}/{member}", self.pointer),
            seal: self.seal,
        }
    }

    /// Headers and body, which every side has.
    fn rest(
        &self,
        mut found: Vec<Mismatch>,
        wanted: &[(String, Vec<String>)],
        headers: &[(String, String)],
        content: &super::interaction::Content,
        body: Payload<'_>,
    ) -> Judged {
        let rules = self.rules.of(Part::Header);
        found.extend(http::headers(
            &self.stand(Part::Header),
            wanted,
            headers,
            rules,
        ));
        let typed = wanted.iter().any(|(name, _)| name == "content-type");
        let given = header(headers, "content-type");
        let mut judged = self.content(typed, content, given, body, "body");
        judged.mismatches.splice(0..0, found);
        judged
    }
}

fn extra(side: Side) -> Extra {
    match side {
        Side::Request => Extra::Refused,
        Side::Response => Extra::Borne,
    }
}
