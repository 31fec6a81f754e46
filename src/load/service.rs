//! Reads where a running service is, and what lets a caller in: `service.toml`, certificates, keys, tokens.
//! Refuses to repeat what is in a key or a token.

use super::{LoadError, tree};
use crate::model::{Caller, CallerFiles, Given, Secret, ServiceAsked, ServiceDoors, ServiceFile};
use std::path::{Path, PathBuf};

/// The name of the file in the folder of a service.
const FILE: &str = "service.toml";

/// Where the service is that is meant, and what lets the caller in.
///
/// Errors: there is no such file, or it or one that it names cannot be read
pub fn service(asked: &ServiceAsked) -> Result<ServiceDoors, LoadError> {
    let given = &asked.given;
    let file = match complete(given) {
        Some(file) => file,
        None => overlaid(read(&asked.folder.join(FILE))?, given),
    };
    let authority = file.authority.as_deref().map(bytes).transpose()?;
    Ok(ServiceDoors {
        enterprise: file.enterprise,
        admin: file.admin,
        probe: file.probe,
        authority,
        enterprise_caller: caller(&file.enterprise_caller)?,
        operator_caller: caller(&file.operator_caller)?,
    })
}

fn read(path: &Path) -> Result<ServiceFile, LoadError> {
    if !path.is_file() {
        return Err(LoadError::NoService(path.to_owned()));
    }
    let bytes = bytes(path)?;
    let text = String::from_utf8_lossy(&bytes);
    toml::from_str(&text).map_err(|error| LoadError::Schema {
        name: path.display().to_string(),
        reason: error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, LoadError> {
    tree::read(path, tree::FILE_LIMIT).map_err(|reason| LoadError::Schema {
        name: path.display().to_string(),
        reason,
    })
}

fn caller(files: &CallerFiles) -> Result<Caller, LoadError> {
    let text = |path: &Path| {
        let bytes = bytes(path)?;
        Ok::<_, LoadError>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let identity = match (&files.certificate, &files.key) {
        (Some(certificate), Some(key)) => Some(Secret::new(text(certificate)? + &text(key)?)),
        (Some(_) | None, _) => None,
    };
    Ok(Caller {
        identity,
        token: Secret::new(text(&files.token)?.trim().to_owned()),
        token_file: files.token.clone(),
    })
}

/// A service that the command line names whole: no file is needed.
fn complete(given: &Given) -> Option<ServiceFile> {
    let caller = CallerFiles {
        certificate: Some(given.certificate.clone()?),
        key: Some(given.key.clone()?),
        token: given.token.clone()?,
    };
    Some(ServiceFile {
        edition: 1,
        partner: String::new(),
        enterprise: given.enterprise.clone()?,
        admin: given.admin.clone()?,
        probe: given.probe.clone().unwrap_or_default(),
        authority: Some(given.authority.clone()?),
        enterprise_caller: caller.clone(),
        operator_caller: caller,
    })
}

/// What the command line names takes the place of what the file says.
fn overlaid(mut file: ServiceFile, given: &Given) -> ServiceFile {
    let text = |to: &mut String, from: &Option<String>| {
        if let Some(from) = from {
            to.clone_from(from);
        }
    };
    let path = |to: &mut Option<PathBuf>, from: &Option<PathBuf>| {
        if from.is_some() {
            to.clone_from(from);
        }
    };
    text(&mut file.enterprise, &given.enterprise);
    text(&mut file.admin, &given.admin);
    text(&mut file.probe, &given.probe);
    path(&mut file.authority, &given.authority);
    for caller in [&mut file.enterprise_caller, &mut file.operator_caller] {
        path(&mut caller.certificate, &given.certificate);
        path(&mut caller.key, &given.key);
        if let Some(token) = &given.token {
            caller.token.clone_from(token);
        }
    }
    file
}
