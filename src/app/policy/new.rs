//! `policy new`: the folder of a rule that the gate complains of until its author has finished it. Overwrites nothing.

use crate::app::{Answer, AppError, Sink};
use crate::model::{PolicyNewRequest, Verdict, named_folder};
use crate::policy::draft;
use crate::report;
use crate::store;

/// Writes `policies/rules/<name>/`.
pub(super) fn new(request: &PolicyNewRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let files = draft(&request.name).ok_or_else(|| AppError::NoRuleName(request.name.clone()))?;
    let root = &request.repository.root;
    let folder = format!("policies/rules/{}", request.name);
    let any = files.iter().any(|(path, _)| root.join(path).exists());
    if any || root.join(&folder).exists() {
        return Err(AppError::FolderInTheWay(folder));
    }
    let mut text = String::new();
    for (path, content) in &files {
        store::create(&root.join(path), content)?;
        text.push_str(&format!("  Created  {path}\n"));
    }
    let next = report::command(
        named_folder(root).as_deref(),
        &format!("policy test {}", request.name),
        "",
    );
    text.push_str(&format!("  Next     complete {folder}, then {next}\n"));
    sink.result(&text).map_err(AppError::Unread)?;
    Ok(Answer::said(Verdict::Go))
}
