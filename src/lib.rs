//! matchmark tells a payer, before a merge, whether a change still fits every partner, and proves it.

#[cfg(feature = "cli")]
pub mod app;
pub mod catalogue;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compat;
pub mod contract;
pub mod evidence;
pub mod format;
pub mod inclusion;
pub mod lifecycle;
#[cfg(feature = "cli")]
pub mod load;
pub mod model;
#[cfg(feature = "service")]
pub mod ops;
pub mod payload;
pub mod policy;
pub mod rego;
#[cfg(feature = "service")]
pub mod rehearsal;
pub mod release;
pub mod replay;
pub mod report;
#[cfg(feature = "cli")]
pub mod store;
