//! `serve`: the reference service alone, with the catalogue's schemas and the partners of the repository.

use super::AppError;
use super::answer::{Answer, Sink};
use super::check::{Library, served};
use crate::load;
use crate::model::{Aim, CallerFiles, Provider, ServeRequest, ServiceFile, Verdict};
use crate::rehearsal::{Database, DevCaller, DevFort, Greeting, Script, Serving, serve as run};
use crate::store;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs until the process is interrupted.
///
/// Errors: the repository cannot be read, or the service does not start
pub(super) fn serve(
    request: &ServeRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    // What is printed is pasted into another terminal, which stands in another folder.
    let root = &absolute(&request.repository.root);
    let (workspace, findings) = load::folder(root, request.repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    let library = Library::read(&workspace, &Aim::default());
    let serving = Serving {
        script: Script {
            us: &workspace.config.payer,
            partners: workspace.partners.values().collect(),
            schemas: served(&workspace.catalogue),
            planned: library.planned(&workspace.config.payer.id),
            people: library.people.clone(),
            provider: Provider::Reference,
            ours: library.ours(&workspace.config.payer.id).collect(),
            as_of: now,
            log: Some(sink.log().writer),
            timeout: Duration::MAX,
        },
        store: database(request, root.join(".matchmark/serve")),
        dev: request.dev.then(|| root.join(".matchmark/dev")),
        otlp: request.otlp.clone(),
    };
    let mut said = Ok(());
    run(&serving, |greeting| {
        said = greet(root, greeting).and_then(|text| {
            let shown = sink.result(&text);
            shown.map_err(AppError::Unread)
        });
    })?;
    said?;
    Ok(Answer::said(Verdict::Go))
}

fn absolute(root: &Path) -> PathBuf {
    std::path::absolute(root).unwrap_or_else(|_| root.to_owned())
}

/// The database that was named, or one of its own in the folder; the key of protected bodies lies there either way.
fn database(request: &ServeRequest, folder: PathBuf) -> Database {
    match &request.database {
        Some(address) => Database::server(address.expose(), folder),
        None => Database::Folder(folder),
    }
}

/// What `matchmark ops` needs to find the service and to be let in.
fn service_file(greeting: &Greeting, dev: &DevFort) -> ServiceFile {
    let files = |caller: &DevCaller| CallerFiles {
        certificate: Some(caller.certificate.clone()),
        key: Some(caller.key.clone()),
        token: caller.token.clone(),
    };
    ServiceFile {
        edition: 1,
        partner: format!("https://{}", greeting.partner),
        enterprise: format!("https://{}", greeting.enterprise),
        admin: format!("https://{}", greeting.admin),
        probe: format!("http://{}", greeting.probe),
        authority: Some(dev.authority.clone()),
        enterprise_caller: files(&dev.enterprise),
        operator_caller: files(&dev.operator),
    }
}

/// The same as a file of ours.
fn written(greeting: &Greeting, dev: &DevFort) -> Result<String, AppError> {
    let text = toml::to_string(&service_file(greeting, dev));
    // A path that is no text cannot be written down.
    text.map_err(|_| AppError::Unusable {
        place: dev.authority.display().to_string(),
        message: "its path is no UTF-8 text".to_owned(),
    })
}

/// Where the service listens, and lines that can be pasted.
fn greet(root: &Path, greeting: &Greeting) -> Result<String, AppError> {
    let scheme = if greeting.dev.is_some() {
        "https"
    } else {
        "http"
    };
    let mut text = format!(
        "  partner     {scheme}://{}\n  enterprise  {scheme}://{}\n  admin       {scheme}://{}\n  health      \
         http://{}/health/ready\n",
        greeting.partner, greeting.enterprise, greeting.admin, greeting.probe
    );
    let Some(dev) = &greeting.dev else {
        text.push_str(
            "  Nobody is let in: run with --dev for development certificates and tokens.\n",
        );
        return Ok(text);
    };
    text.push_str(&for_developers(root, greeting, dev)?);
    Ok(text)
}

/// What a developer may paste; everything that it needs is written beside the certificates.
fn for_developers(root: &Path, greeting: &Greeting, dev: &DevFort) -> Result<String, AppError> {
    let mut text = String::new();
    text.push_str(&format!(
        "  Certificates, keys and tokens lie in {}; the tokens live 15 minutes, and fresh ones are written as long as it runs.\n",
        dev.authority.parent().unwrap_or(root).display()
    ));
    let folder = dev.authority.parent().unwrap_or(root);
    store::write(&folder.join("service.toml"), &written(greeting, dev)?)?;
    if let Some(sample) = &greeting.sample {
        let url = format!("https://{}/Patient/\\$member-match", greeting.partner);
        let call = curl(dev, &dev.partner, &url);
        let line = body(&folder.join("member-match.json"), sample, &call, FHIR)?;
        text.push_str(&format!(
            "  Ask for a synthetic member, as `{}`:\n\n    {line}\n\n",
            dev.partner.id
        ));
    }
    let exchanges = format!("https://{}/exchanges", greeting.enterprise);
    let log = format!("https://{}/audit", greeting.admin);
    text.push_str(&format!(
        "  See the exchanges, as a system of ours:\n\n    {}\n\n  Read the audit log, as an operator:\n\n    {} \
         -H 'X-Purpose: operations'\n\n",
        curl(dev, &dev.enterprise, &exchanges),
        curl(dev, &dev.operator, &log)
    ));
    if let Some(exchange) = &greeting.exchange {
        let call = curl(dev, &dev.enterprise, &exchanges) + " -H 'Idempotency-Key: try-1'";
        let line = body(&folder.join("exchange.json"), exchange, &call, JSON)?;
        text.push_str(&format!(
            "  Start an exchange with a partner that is played here:\n\n    {line}\n\n"
        ));
    }
    text.push_str(
        "  Ask where it is and why, in another terminal: matchmark ops txn list\n  Stop it with Ctrl-C.\n",
    );
    Ok(text)
}

const FHIR: &str = "application/fhir+json";
const JSON: &str = "application/json";

/// Keeps a body beside the certificates, and the whole line beside it as a script; gives the line.
fn body(path: &Path, body: &[u8], call: &str, media: &str) -> Result<String, AppError> {
    store::write(path, &String::from_utf8_lossy(body))?;
    let line = format!(
        "{call} -H 'Content-Type: {media}' --data-binary '@{}'",
        path.display()
    );
    store::write(&path.with_extension("sh"), &format!("{line}\n"))?;
    Ok(line)
}

/// A call of somebody with a certificate. The token is read when the line is pasted, and never printed.
fn curl(dev: &DevFort, caller: &DevCaller, url: &str) -> String {
    format!(
        "curl -s --cacert '{}' --cert '{}' --key '{}' {url} -H \"Authorization: Bearer $(cat '{}')\"",
        dev.authority.display(),
        caller.certificate.display(),
        caller.key.display(),
        caller.token.display()
    )
}
