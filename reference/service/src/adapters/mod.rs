//! The dialects of `$member-match`, and the one place that sends what they build.
//! Refuses to know retries and routes.

mod answer;
mod dialect;
mod hapi;
mod mapped;
pub(crate) mod messages;
mod microsoft;
mod profiled;
pub(crate) mod refusal;
pub(crate) mod transport;

pub(crate) use answer::answer;
pub use dialect::DialectError;
pub(crate) use dialect::{BulkEdition, Dialect, Dialects};
pub use transport::ClientFiles;

use dialect::AdapterKind;

use domain::ports::PartnerAdapter;

/// The adapter that speaks a dialect.
pub(crate) fn adapter(dialect: &Dialect) -> Box<dyn PartnerAdapter> {
    let dialect = dialect.clone();
    match (dialect.adapter, dialect.shape.clone()) {
        (AdapterKind::Mapped, Some(shape)) => Box::new(mapped::Mapped { dialect, shape }),
        // Without a shape there is nothing to map; reading the files refuses such a dialect.
        (AdapterKind::Profiled | AdapterKind::Mapped, _) => {
            Box::new(profiled::Profiled { dialect })
        }
        (AdapterKind::Hapi, _) => Box::new(hapi::Hapi { dialect }),
        (AdapterKind::Microsoft, _) => Box::new(microsoft::Microsoft { dialect }),
    }
}

#[cfg(test)]
mod tests;
