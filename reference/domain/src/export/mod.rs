//! What a payer gives of one member's history to another payer: which days, which records, and how a part is told apart.
//! Refuses to know who asks, where records are stored and how files travel.

mod answer;
mod claim;
mod history;
mod phase;
mod view;
mod wish;

pub use answer::{GIVEN, Made, NdJson, name, records};
pub use claim::{Source, claim};
pub use history::{History, Hole};
pub use phase::{Kind, Phase};
pub use view::without_amounts;
pub use wish::{Unfit, Wishes};

/// The kind of record that our source holds.
pub const CLAIMS: &str = "ExplanationOfBenefit";
