//! An exchange as a list of our own systems has it: where it is, since when, and what comes next.
//! Refuses to show anything of the member.

use domain::record::WorkflowRequest;
use serde_json::Value;

/// What a list tells of each exchange; the rest is asked for one by one.
const SUMMARY: [&str; 13] = [
    "id",
    "business_transaction_id",
    "kind",
    "partner",
    "owner",
    "asked_at",
    "state",
    "since",
    "disposition",
    "code",
    "outcome",
    "next_action",
    "hold",
];

/// Where it stands.
pub(super) fn summary(exchange: &WorkflowRequest) -> Value {
    // Our own types always serialise; should one not, the list shows that something is there.
    let mut view = serde_json::to_value(exchange).unwrap_or_default();
    if let Value::Object(members) = &mut view {
        members.retain(|name, _| SUMMARY.contains(&name.as_str()));
    }
    view
}
