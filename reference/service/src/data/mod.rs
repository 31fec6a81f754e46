//! The path of the data: answering one match or many, exporting data, starting an exchange, calling a partner.
//! Refuses to change what the control plane publishes; each step reads one snapshot.

pub(crate) mod access;
pub(crate) mod ask;
pub(crate) mod bulk;
mod call;
pub(crate) mod callback;
pub(crate) mod capability;
mod conditions;
pub(crate) mod credentials;
pub(crate) mod doorstep;
pub(crate) mod duties;
pub(crate) mod export;
mod guard;
pub(crate) mod guess;
pub(crate) mod headroom;
mod judge;
mod limiter;
pub(crate) mod lists;
pub(crate) mod monitor;
pub(crate) mod once;
pub(crate) mod patience;
mod plane;
mod poll;
pub(crate) mod read;
mod reading;
pub(crate) mod replay;
pub(crate) mod respond;
mod retrieve;
pub(crate) mod reviews;
pub(crate) mod roster;
pub(crate) mod route;
pub(crate) mod schema;
pub(crate) mod step;
pub(crate) mod submit;
pub(crate) mod synthetic;

pub(crate) use call::{OnTheWay, longest};
pub(crate) use conditions::{Conditions, Hindered, Outage};
pub(crate) use guard::{Barred, Guard, Permit, Wish};
pub(crate) use plane::{Parts, Plane};
