//! How an export stands, its list and its files, for the partner that asked for it.
//! Refuses to tell an export of somebody else from one that does not exist.

use crate::data::Plane;
use crate::data::respond::Refused;
use crate::store::{Export, StoreError};
use domain::Timestamp;
use domain::export::Phase;
use domain::failure::Code;
use domain::ids::{ExportId, PartnerId};
use domain::masked::Masked;
use domain::message::envelope::write;
use domain::record::Instant;
use serde_json::Value;

/// How an export stands.
pub(crate) enum Standing {
    Open { done: u32, parts: u32 },
    Complete { list: Value, expires: Timestamp },
}

/// A file that was asked for.
pub(crate) enum File {
    Lines(Masked<Vec<u8>>),
    /// Its time is over.
    Gone,
}

/// How the export stands; addresses in its list begin with `base`.
pub(crate) async fn standing(
    plane: &Plane,
    client: &PartnerId,
    id: &ExportId,
    base: &str,
) -> Result<Standing, Refused> {
    let export = own(plane, client, id).await?;
    match export.phase {
        Phase::Accepted | Phase::InProgress => Ok(Standing::Open {
            done: export.done,
            parts: export.parts,
        }),
        Phase::Failed => Err(export.code.unwrap_or(Code::JobFailed).into()),
        Phase::Complete if !export.is_expired(plane.now()) => {
            let files = plane.store.export_files(id).await?;
            Ok(complete(&export, &files, base)?)
        }
        Phase::Complete | Phase::Cancelled => Err(Code::NotYourResource.into()),
    }
}

fn complete(export: &Export, files: &[(String, u64)], base: &str) -> Result<Standing, StoreError> {
    let ended = (&export.made, export.ended_at, export.expires_at);
    let (Some(made), Some(at), Some(expires)) = ended else {
        return Err(StoreError::Row("made"));
    };
    let request = format!("{base}/Group/{}/$davinci-data-export", export.group);
    let url = |kind: &str| format!("{base}/async/{}/{kind}.ndjson", export.id);
    let list = made.list(request, Instant::new(at), files, url);
    let list = write(&list).map_err(|_| StoreError::Row("made"))?;
    Ok(Standing::Complete { list, expires })
}

/// The lines of a file, by its name.
pub(crate) async fn file(
    plane: &Plane,
    client: &PartnerId,
    id: &ExportId,
    name: &str,
) -> Result<File, Refused> {
    let export = own(plane, client, id).await?;
    let now = plane.now();
    if export.phase == Phase::Complete && export.is_expired(now) {
        return Ok(File::Gone);
    }
    let kind = name.strip_suffix(".ndjson").ok_or(Code::NotYourResource)?;
    let lines = plane.store.read_export_file(id, kind, now).await?;
    Ok(File::Lines(lines.ok_or(Code::NotYourResource)?))
}

/// Gives the export up.
pub(crate) async fn cancel(
    plane: &Plane,
    client: &PartnerId,
    id: &ExportId,
) -> Result<(), Refused> {
    let export = own(plane, client, id).await?;
    if export.phase == Phase::Cancelled {
        return Err(Code::NotYourResource.into());
    }
    Ok(plane.store.cancel_export(id, plane.now()).await?)
}

async fn own(plane: &Plane, client: &PartnerId, id: &ExportId) -> Result<Export, Refused> {
    let found = plane.store.export(id).await?;
    let own = found.filter(|export| export.client == *client);
    own.ok_or_else(|| Code::NotYourResource.into())
}
