//! The flags of `catalogue` and their help.

use super::flags::{CoverageFormats, ListFormats, RepositoryFlags};
use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub(super) enum CatalogueVerb {
    /// List every entry with its versions, owner and source
    List(CatalogueFlags),
    /// Show one entry: owner, versions, fields and what they mean
    Show {
        /// An entry, or one version of it
        #[arg(value_name = "ID[@VERSION]")]
        id: String,
        #[command(flatten)]
        flags: CatalogueFlags,
    },
    /// Tell which published statements a schema, a rule or a test of the service holds
    Coverage(CoverageFlags),
}

#[derive(Args, Debug)]
pub(super) struct CatalogueFlags {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: ListFormats,
}

#[derive(Args, Debug)]
pub(super) struct CoverageFlags {
    #[command(flatten)]
    pub repository: RepositoryFlags,
    #[command(flatten)]
    pub formats: CoverageFormats,
}
