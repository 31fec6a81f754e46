//! A partner that fails on purpose: what it says wrongly, how its answer travels, which callbacks it sends when.
//! Refuses to know what a consumer ought to do about it.

mod broken;
mod call;
mod callback;
mod demand;
mod dice;
mod door;
mod drift;
mod message;
mod mount;
mod proxy;
mod resolver;
mod said;
mod script;
mod served;
mod tls;

pub use broken::{Broken, Distrust, broken};
pub use callback::{Callback, CallbackScheduler, Pace, Posted, Schedule};
pub use demand::{NoDemand, TRAVEL, demand};
pub use drift::{Drift, drifted};
pub use mount::{Play, Route, UNMEANT, mount, mount_tokens, mount_unmeant};
pub use proxy::FaultProxy;
pub use resolver::NoNames;
pub use said::{Unsayable, bare, instead, page, template, throttled};
pub use script::{Bringer, FaultScript, bringer};
pub use served::end;
pub use tls::Authority;
