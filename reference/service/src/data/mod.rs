//! The path of the data: answering a match, exporting data, starting an exchange, calling a partner.
//! Refuses to change what the control plane publishes; each step reads one snapshot.

mod conditions;
pub(crate) mod export;
pub(crate) mod once;
mod plane;
pub(crate) mod respond;
pub(crate) mod schema;
pub(crate) mod step;
pub(crate) mod submit;

pub(crate) use conditions::{Conditions, Hindered, Outage};
pub(crate) use plane::{Parts, Plane};
