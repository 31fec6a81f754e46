//! `ops`: where the service is, what is asked of it, what it answered.

use super::AppError;
use super::answer::{Answer, Sink};
use crate::load;
use crate::model::OpsRequest;
use crate::ops;
use crate::report::Content;

/// Asks a running service.
///
/// Errors: it is not found or not running, does not let the caller in, or knows nothing of what is asked about
pub(super) fn ops(request: &OpsRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let doors = load::service(&request.service)?;
    let secret = sink.secret().map_err(AppError::Secret)?;
    let fresh: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut progress = |step: &str| sink.progress(step);
    let operated = ops::ask(request, &doors, &fresh, &mut progress)?;
    let (verdict, exit_code) = (operated.verdict, operated.exit_code);
    let content = Content::Operated(&operated);
    Answer::of(verdict, exit_code, content, &request.show, None)
}
