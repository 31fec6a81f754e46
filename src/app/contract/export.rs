//! `contract export`: a contract as a plain Pact file, for every other tool.

use super::super::{Answer, AppError, Output};
use crate::contract;
use crate::load;
use crate::model::{ContractExportRequest, Verdict};
use wire::json::{Document, Limits};

/// The file without our groups.
///
/// Errors: it cannot be opened, or is no JSON
pub(super) fn export(request: &ContractExportRequest) -> Result<Answer, AppError> {
    let source = load::contract(&request.repository.root, &request.file)?;
    let document =
        Document::parse(&source.bytes, &Limits::FILE).map_err(|fault| AppError::Unusable {
            place: format!("{}:{}", source.path, fault.position),
            message: fault.kind.to_string(),
        })?;
    let mut answer = Answer::said(Verdict::Go);
    answer.outputs.push(Output {
        target: request.out.clone(),
        text: contract::export(&document),
    });
    Ok(answer)
}
