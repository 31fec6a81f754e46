//! `$bulk-member-match`: taken on, carried out member by member, answered in the form that the caller reads.
//! Refuses to let one member's permission decide about another, and to give a form whose time is over.

pub(crate) mod answer;
pub(crate) mod kick_off;
pub(crate) mod run;

use crate::adapters::BulkEdition;
use crate::data::Plane;
use domain::bulk::Form;
use domain::snapshot::Partner;

/// How the caller asks and reads: by the version that it names, else as its profile says. None for a version that we
/// do not know.
fn edition(plane: &Plane, partner: &Partner, version: Option<&str>) -> Option<BulkEdition> {
    let dialect = match version {
        Some(version) => plane.dialects.of_pdex(version),
        None => plane.edition(partner),
    };
    let edition = dialect?.bulk.clone();
    let form = match (version, partner.bulk, edition.form) {
        (None, Some(form), _) => form,
        // Whoever names the newer version may still read both.
        (Some(_), Some(Form::GroupsAndParameters), Form::Groups) => Form::GroupsAndParameters,
        (_, _, form) => form,
    };
    Some(BulkEdition { form, ..edition })
}

/// Does the caller read the form that ends with the overlap?
pub(crate) fn reads_envelope_alone(
    plane: &Plane,
    partner: &Partner,
    version: Option<&str>,
) -> bool {
    edition(plane, partner, version).is_some_and(|edition| edition.form == Form::ParametersBody)
}
