//! Payload rules at work: in `validate`, in the gate, against the service, and on what was published.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "payload_rules/asking.rs"]
mod asking;
#[path = "payload_rules/published.rs"]
mod published;
#[path = "payload_rules/rows.rs"]
mod rows;
#[path = "payload_rules/service.rs"]
mod service;
