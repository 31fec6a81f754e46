//! Plain Pact files in and out: a file of any edition brought into our place, and a contract without our groups.
//! Refuses to read or write files, and to judge what is carried.

mod export;
mod import;
mod rules;
mod side;
mod states;
mod tree;

pub use export::export;
pub use import::{Imported, import};
pub use states::StateMap;
