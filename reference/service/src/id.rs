//! New ids, sortable by the time of the service.
//! Refuses to say anything by an id but when it was made.

use domain::Timestamp;

/// A new id.
pub(crate) fn fresh(now: Timestamp) -> String {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let at = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos());
    uuid::Uuid::new_v7(at).to_string()
}
