//! The messages of an exchange as Rust values: the elements that an exchange reads, and the rest as it came.
//! Refuses to know whether a message is right, and how to be shown: schemas judge, and nothing here can be printed.

pub mod assertion;
pub mod bulk;
pub mod consent;
pub mod coverage;
pub mod datatype;
pub mod endpoint_bundle;
pub mod envelope;
pub mod eob;
pub mod export;
pub mod group;
pub mod manifest;
pub mod member_match;
pub mod patient;
pub mod prior_authorization;
pub mod provenance;
