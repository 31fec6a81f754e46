//! The answer to a bulk match in each published form, read back from the same stored files.
//! Refuses a form whose time is over, even where it is still stored.

use super::edition;
use crate::data::Plane;
use crate::data::doorstep::One;
use crate::data::export::fetch::{Standing, complete as list, read};
use crate::data::respond::Refused;
use crate::store::{Export, StoreError};
use domain::bulk::Form;
use domain::failure::Code;

/// The answer in the form that the caller chooses now, else in the one that it asked for at first.
pub(crate) async fn complete(
    plane: &Plane,
    (export, one): (&Export, &One),
    base: &str,
    version: Option<&str>,
) -> Result<Standing, Refused> {
    let form = form(plane, export, version)?;
    let files = plane.store.export_files(&export.id).await?;
    let both = files.len() > 1;
    match form {
        Form::ParametersBody if both => body(plane, export, one).await,
        // The second form was not written any more when the match ended.
        Form::ParametersBody => Err(Code::SchemaInvalid.into()),
        Form::Groups | Form::GroupsAndParameters => {
            let named = files
                .into_iter()
                .filter(|(name, _)| name == "Group" || form.has_envelope());
            let named: Vec<(String, u64)> = named.collect();
            let request = format!("{base}/Group/$bulk-member-match");
            Ok(list(export, &named, request, base)?)
        }
    }
}

fn form(plane: &Plane, export: &Export, version: Option<&str>) -> Result<Form, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(&export.client);
    let partner = partner.ok_or(Code::TokenInvalid)?;
    let asked = match version {
        None => export.form.unwrap_or(Form::Groups),
        Some(_) => {
            edition(plane, partner, version)
                .ok_or(Code::SchemaInvalid)?
                .form
        }
    };
    let given = snapshot.overlap.given(asked, plane.now());
    given.ok_or_else(|| Code::SchemaInvalid.into())
}

async fn body(plane: &Plane, export: &Export, one: &One) -> Result<Standing, Refused> {
    let expires = export.expires_at.ok_or(StoreError::Row("expires_at"))?;
    let (kept, room) = read(plane, (&export.id, "Parameters"), one).await?;
    let body = serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("body"))?;
    Ok(Standing::Answer {
        body,
        expires,
        room,
    })
}
