//! matchmark tells a payer, before a merge, whether a change still fits every partner, and proves it.

pub mod catalogue;
pub mod model;
