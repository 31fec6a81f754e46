//! Our own groups of a contract file: `metadata.matchmark` and `comments.references.matchmark`.
//! Refuses every key that the groups do not have.

use super::desk::{Desk, Members, Node};
use super::interaction::Kind;
use super::promise;
use super::scope::{header_names, optionals, scopes};
use crate::contract::path::Grammar;
use crate::contract::terms::{
    Edge, FieldOrder, FileTerms, Outcome, Polarity, Reader, SchemaRange, SideEffects, Terms,
    UnknownFields,
};
use chrono::NaiveDate;
use semver::VersionReq;
use wire::outcome::{Class, Code};

const UNKNOWN_KEY: &str = "contract/unknown-key";

/// `metadata.matchmark`.
pub fn file_terms<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<FileTerms> {
    let members = desk.object(node)?;
    let known = [
        "formatVersion",
        "owner",
        "introduced",
        "sunset",
        "states",
        "reader",
    ];
    desk.only(&members, UNKNOWN_KEY, &known);
    let version = desk.need_text(&members, "formatVersion");
    if version.is_some_and(|version| version.split('.').next() != Some("1")) {
        let pointer = format!("{}/formatVersion", members.pointer);
        let message = "only major version 1 of the format is known";
        desk.reject("contract/version-unsupported", &pointer, message);
    }
    let owner = desk.need_name(&members, "owner");
    let introduced = date(desk, &members, "introduced");
    let sunset = date(desk, &members, "sunset");
    let states = super::states::ranges(desk, &members);
    let reader = reader(desk, &members).unwrap_or_default();
    Some(FileTerms {
        owner: owner?.to_owned(),
        introduced,
        sunset,
        states,
        reader,
    })
}

/// What our group of every kind of interaction may hold.
const EITHER: &[&str] = &[
    "closed",
    "forbidden",
    "optional",
    "edge",
    "reader",
    "owner",
    "introduced",
    "sunset",
    "history",
    "sequence",
    "idempotencyKey",
];

fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Http => &[
            "request",
            "response",
            "polarity",
            "outcome",
            "forbiddenHeaders",
            "fault",
        ],
        Kind::Message => &["contents"],
    }
}

/// `comments.references.matchmark` of an interaction.
pub fn terms<'d>(
    desk: &mut Desk<'d>,
    node: &Node<'d>,
    file: Option<&FileTerms>,
    kind: Kind,
) -> Terms {
    let Some(members) = desk.object(node) else {
        return Terms::default();
    };
    desk.only(&members, UNKNOWN_KEY, &[EITHER, own(kind)].concat());
    let owner = members.get("owner").and_then(|node| desk.text(&node));
    let key = members.get("idempotencyKey");
    let key = key.and_then(|node| desk.text(&node));
    let terms = Terms {
        request: range(desk, &members, "request"),
        response: range(desk, &members, "response"),
        contents: range(desk, &members, "contents"),
        polarity: polarity(desk, &members),
        outcome: members.get("outcome").and_then(|node| outcome(desk, &node)),
        closed: scopes(desk, &members, "closed", Grammar::Plain, kind),
        forbidden: scopes(desk, &members, "forbidden", Grammar::Deep, kind),
        forbidden_headers: header_names(desk, &members),
        optional: optionals(desk, &members, file, kind),
        edges: edges(desk, &members),
        history: members
            .get("history")
            .and_then(|node| promise::history(desk, &node)),
        sequence: members
            .get("sequence")
            .and_then(|node| promise::sequence(desk, &node)),
        idempotency_key: key.map(str::to_owned),
        fault: members
            .get("fault")
            .and_then(|node| promise::fault(desk, &node)),
        reader: reader(desk, &members),
        owner: owner.map(str::to_owned),
        introduced: date(desk, &members, "introduced"),
        sunset: date(desk, &members, "sunset"),
    };
    if terms.polarity == Polarity::Negative && members.get("outcome").is_none() {
        desk.need(&members, "outcome");
    }
    terms
}

pub(super) fn date<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<NaiveDate> {
    let node = members.get(key)?;
    let date = node.value.as_str().and_then(|text| text.parse().ok());
    if date.is_none() {
        desk.wrong_type(&node.pointer, "a date, YYYY-MM-DD,");
    }
    date
}

fn polarity<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Polarity {
    let words = [
        ("positive", Polarity::Positive),
        ("negative", Polarity::Negative),
    ];
    members
        .get("polarity")
        .and_then(|node| desk.word(&node, &words))
        .unwrap_or_default()
}

fn range<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<SchemaRange> {
    let node = members.get(key)?;
    let side = desk.object(&node)?;
    desk.only(&side, UNKNOWN_KEY, &["schema"]);
    let schema = desk.need(&side, "schema")?;
    let schema = desk.object(&schema)?;
    desk.only(&schema, UNKNOWN_KEY, &["id", "range"]);
    let id = desk.need_text(&schema, "id");
    let range = desk.need(&schema, "range")?;
    let parsed = range
        .value
        .as_str()
        .and_then(|text| VersionReq::parse(text).ok());
    if parsed.is_none() {
        desk.wrong_type(&range.pointer, "a range of semantic versions");
    }
    Some(SchemaRange {
        id: id?.to_owned(),
        range: parsed?,
        pointer: schema.pointer,
    })
}

fn outcome<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Outcome> {
    let members = desk.object(node)?;
    desk.only(
        &members,
        UNKNOWN_KEY,
        &["class", "code", "retryable", "sideEffects"],
    );
    let codes = Code::ALL.map(|code| (code.word(), code));
    let effects = [("none", SideEffects::None), ("any", SideEffects::Any)];
    let class = class(desk, &members);
    let code = desk.need(&members, "code");
    let code = code.and_then(|node| desk.word(&node, &codes));
    let retryable = desk.need(&members, "retryable");
    let retryable = retryable.and_then(|node| desk.flag(&node));
    let side_effects = desk.need(&members, "sideEffects");
    let side_effects = side_effects.and_then(|node| desk.word(&node, &effects));
    Some(Outcome {
        class: class?,
        code: code?,
        retryable: retryable?,
        side_effects: side_effects?,
        pointer: members.pointer,
    })
}

/// The member `class`.
pub(super) fn class<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Class> {
    let classes = [
        Class::Permanent,
        Class::AuthRefresh,
        Class::Hold,
        Class::Throttled,
        Class::Transient,
    ]
    .map(|class| (class.word(), class));
    let node = desk.need(members, "class")?;
    desk.word(&node, &classes)
}

fn edges<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Vec<Edge> {
    let Some(list) = members.get("edge") else {
        return Vec::new();
    };
    let words = Edge::ALL.map(|edge| (edge.word(), edge));
    let nodes = desk.items(&list);
    nodes
        .iter()
        .filter_map(|node| desk.word(node, &words))
        .collect()
}

fn reader<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Reader> {
    let node = members.get("reader")?;
    let members = desk.object(&node)?;
    desk.only(&members, UNKNOWN_KEY, &["unknownFields", "fieldOrder"]);
    let unknown = [
        ("ignore", UnknownFields::Ignore),
        ("reject", UnknownFields::Reject),
    ];
    let order = [("any", FieldOrder::Any), ("fixed", FieldOrder::Fixed)];
    let unknown = members
        .get("unknownFields")
        .and_then(|node| desk.word(&node, &unknown));
    let order = members
        .get("fieldOrder")
        .and_then(|node| desk.word(&node, &order));
    Some(Reader {
        unknown_fields: unknown.unwrap_or_default(),
        field_order: order.unwrap_or_default(),
    })
}
