//! The small commands of every day, from their flags to their requests.
//! Knows nothing of how they are answered.

mod doctor;
mod fmt;
mod partner;
mod schema;

pub(super) use doctor::{DOCTOR_CODES, DOCTOR_EXAMPLES, DoctorArguments, doctor};
pub(super) use fmt::{FMT_CODES, FMT_EXAMPLES, FmtArguments, fmt};
pub(super) use partner::{
    PARTNER_EXAMPLES, PartnerVerb, READINESS_CODES, READINESS_EXAMPLES, ReadinessArguments,
    partner, readiness,
};
pub(super) use schema::{SCHEMA_CODES, SCHEMA_EXAMPLES, SchemaArguments, schema};
