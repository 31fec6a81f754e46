//! Any JSON of the words that the readers look for.
//! Refuses to make sense.

use proptest::prelude::*;
use serde_json::Value;

pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "resourceType",
        "Parameters",
        "parameter",
        "part",
        "name",
        "MemberBundle",
        "MemberPatient",
        "CoverageToMatch",
        "Consent",
        "resource",
        "id",
        "provision",
        "period",
        "start",
        "end",
        "actor",
        "role",
        "coding",
        "system",
        "code",
        "reference",
        "Patient/a",
        "a",
        "2026-01-01",
        "",
        "\u{1f9ea}",
        "status",
        "active",
        "policy",
        "uri",
        "_since",
        "valueInstant",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}
