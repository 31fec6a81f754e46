//! An answer that comes later: asked for, listed, checked line by line, and judged as a whole or a part.
//! Refuses to send, to store and to wait: what a partner said is handed in, what follows from it is handed back.

mod completeness;
mod digest_header;
mod inventory;
mod lines;
mod page;
mod place;
mod policy;
mod progress;
mod sla;

pub use completeness::{Absent, Arrived, Verdict, judge, outcome};
pub use digest_header::told_digest;
pub use inventory::{DIGEST, Inventory, Listed, Role};
pub use lines::{Checked, Lines, Message};
pub use page::{RecordPage, everything, patient_id};
pub use place::within;
pub use policy::{FulfilmentPolicy, Limits, Notification, Phase, PollRule, Retrieval, Terms};
pub use progress::{Progress, progress};
pub use sla::{Allowed, Breach, Clocks, SlaStage, told_work};
