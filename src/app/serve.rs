//! `serve`: the reference service alone, with the catalogue's schemas and the partners of the repository.

use super::AppError;
use super::answer::{Answer, Sink};
use super::check::{Library, served};
use crate::load;
use crate::model::{Aim, Provider, ServeRequest, Verdict};
use crate::rehearsal::{Greeting, Script, Serving, serve as run};
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
        store: root.join(".matchmark/serve"),
        dev: request.dev.then(|| root.join(".matchmark/dev")),
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

/// Where the service listens, and a line that can be pasted.
fn greet(root: &Path, greeting: &Greeting) -> Result<String, AppError> {
    let mut text = format!(
        "  partner     http://{}\n  enterprise  http://{}\n  health      http://{}/health/ready\n",
        greeting.partner, greeting.enterprise, greeting.probe
    );
    let Some(dev) = &greeting.dev else {
        text.push_str("  Nobody is let in: run with --dev for a development key and token.\n");
        return Ok(text);
    };
    text.push_str(&format!(
        "  A token of `{}` lies in {}; it lives 15 minutes, as long as you try things out.\n",
        dev.partner,
        dev.partner_token_file.display()
    ));
    if let Some(sample) = &greeting.sample {
        let path = root.join(".matchmark/dev/member-match.json");
        store::write(&path, &String::from_utf8_lossy(sample))?;
        text.push_str(&format!(
            "  Ask for a synthetic member:\n\n    curl -s http://{}/Patient/\\$member-match -H \"Authorization: Bearer $(cat '{}')\" \
             -H 'Content-Type: application/fhir+json' --data-binary '@{}'\n\n",
            greeting.partner,
            dev.partner_token_file.display(),
            path.display()
        ));
    }
    text.push_str("  Stop it with Ctrl-C.\n");
    Ok(text)
}
