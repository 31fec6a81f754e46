//! The dialects of `$member-match`, and the one place that sends what they build.
//! Refuses to know retries and routes.

mod answer;
mod dialect;
mod hapi;
mod microsoft;
mod profiled;
mod refusal;
pub(crate) mod transport;

pub(crate) use answer::answer;
pub use dialect::DialectError;
pub(crate) use dialect::{Dialect, Dialects};

use dialect::AdapterKind;

use domain::ports::PartnerAdapter;

/// The adapter that speaks a dialect.
pub(crate) fn adapter(dialect: &Dialect) -> Box<dyn PartnerAdapter> {
    let dialect = dialect.clone();
    match dialect.adapter {
        AdapterKind::Profiled => Box::new(profiled::Profiled { dialect }),
        AdapterKind::Hapi => Box::new(hapi::Hapi { dialect }),
        AdapterKind::Microsoft => Box::new(microsoft::Microsoft { dialect }),
    }
}

#[cfg(test)]
mod tests;
