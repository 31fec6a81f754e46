//! How an export stands, its list and its files, for the partner that asked for it.
//! Refuses to tell an export of somebody else from one that does not exist.

use crate::data::Plane;
use crate::data::bulk::answer;
use crate::data::doorstep::{One, Taken};
use crate::data::respond::Refused;
use crate::store::{Export, StoreError};
use domain::Timestamp;
use domain::export::{Kind, Phase};
use domain::failure::Code;
use domain::ids::{ExportId, PartnerId};
use domain::masked::Masked;
use domain::message::envelope::write;
use domain::record::Instant;
use serde_json::Value;

/// How an export stands.
pub(crate) enum Standing {
    Open {
        done: u32,
        parts: u32,
    },
    Complete {
        list: Value,
        expires: Timestamp,
    },
    /// The answer itself, where its reader knows no list of files.
    Answer {
        body: Value,
        expires: Timestamp,
        room: Taken,
    },
}

/// Who asks for what was taken on, and for which kinds of it.
pub(crate) struct Asker {
    pub client: PartnerId,
    /// As who it takes room for what it is given.
    pub one: One,
    pub may: Vec<Kind>,
}

/// A file that was asked for.
pub(crate) enum File {
    Lines(Masked<Vec<u8>>, Taken),
    /// Its time is over.
    Gone,
}

/// How the export stands; addresses in its list begin with `base`. `version` is the form of the answer to a bulk match
/// that the caller chooses now, if it chooses one.
pub(crate) async fn standing(
    plane: &Plane,
    asker: &Asker,
    id: &ExportId,
    base: &str,
    version: Option<&str>,
) -> Result<Standing, Refused> {
    let export = own(plane, asker, id).await?;
    match export.phase {
        Phase::Accepted | Phase::InProgress => Ok(Standing::Open {
            done: export.done,
            parts: export.parts,
        }),
        Phase::Failed => Err(export.code.unwrap_or(Code::JobFailed).into()),
        Phase::Complete if !export.is_expired(plane.now()) => match export.kind {
            Kind::DataExport => {
                let request = format!("{base}/Group/{}/$davinci-data-export", export.group);
                let files = plane.store.export_files(id).await?;
                Ok(complete(&export, &files, request, base)?)
            }
            Kind::BulkMatch => {
                let about = (&export, &asker.one);
                answer::complete(plane, about, base, version).await
            }
        },
        Phase::Complete | Phase::Cancelled => Err(Code::NotYourResource.into()),
    }
}

/// The list of these files.
pub(crate) fn complete(
    export: &Export,
    files: &[(String, u64)],
    request: String,
    base: &str,
) -> Result<Standing, StoreError> {
    let ended = (&export.made, export.ended_at, export.expires_at);
    let (Some(made), Some(at), Some(expires)) = ended else {
        return Err(StoreError::Row("made"));
    };
    let url = |name: &str| format!("{base}/async/{}/{name}.ndjson", export.id);
    let list = made.list(request, Instant::new(at), files, url);
    let list = write(&list).map_err(|_| StoreError::Row("made"))?;
    Ok(Standing::Complete { list, expires })
}

/// The lines of a file, by its name.
pub(crate) async fn file(
    plane: &Plane,
    asker: &Asker,
    id: &ExportId,
    name: &str,
) -> Result<File, Refused> {
    let export = own(plane, asker, id).await?;
    let now = plane.now();
    if export.phase == Phase::Complete && export.is_expired(now) {
        return Ok(File::Gone);
    }
    // The older form of an answer is given no more once its time is over, even where it is still stored.
    let is_over = || !plane.snapshot().overlap.is_open(now);
    if export.kind == Kind::BulkMatch && name == "Parameters.ndjson" && is_over() {
        return Ok(File::Gone);
    }
    // Files of an export that goes on are not there yet: it may still end without them.
    let name = name.strip_suffix(".ndjson");
    let name = name.filter(|_| export.phase == Phase::Complete);
    let name = name.ok_or(Code::NotYourResource)?;
    let (lines, room) = read(plane, (id, name), &asker.one).await?;
    Ok(File::Lines(lines, room))
}

/// The lines of a file in the room that they need. It is asked for first: what finds none is not read.
pub(crate) async fn read(
    plane: &Plane,
    (id, name): (&ExportId, &str),
    one: &One,
) -> Result<(Masked<Vec<u8>>, Taken), Refused> {
    let bytes = plane.store.export_file_bytes(id, name).await?;
    let bytes = bytes.ok_or(Code::NotYourResource)?;
    let room = plane.doorstep.room_to_read(one, bytes)?;
    let lines = plane.store.read_export_file(id, name, plane.now()).await?;
    Ok((lines.ok_or(Code::NotYourResource)?, room))
}

/// Gives the export up.
pub(crate) async fn cancel(plane: &Plane, asker: &Asker, id: &ExportId) -> Result<(), Refused> {
    let export = own(plane, asker, id).await?;
    if export.phase == Phase::Cancelled {
        return Err(Code::NotYourResource.into());
    }
    Ok(plane.store.cancel_export(id, plane.now()).await?)
}

async fn own(plane: &Plane, asker: &Asker, id: &ExportId) -> Result<Export, Refused> {
    let found = plane.store.export(id).await?;
    let own = found.filter(|export| export.client == asker.client);
    let own = own.ok_or(Code::NotYourResource)?;
    if asker.may.contains(&own.kind) {
        Ok(own)
    } else {
        Err(Code::ScopeMissing.into())
    }
}
