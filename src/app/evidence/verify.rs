//! `evidence verify`: the chain of kept runs, and one of them judged once more when that is asked for.

use super::{Place, rederive};
use crate::app::{Answer, AppError, Sink};
use crate::evidence::runs;
use crate::load;
use crate::model::{EvidenceVerifyRequest, RunFault, RunsVerified, Verdict};
use crate::report::Content;

const UNSEEN: &str = "Nothing here shows that newer records were removed, or that the whole chain was written anew: keep \
    the digest of the newest record elsewhere and give it with --head.";
const AT_ITS_WORD: &str = "A record tells what a program said it had judged; --rederive judges the same commits once more.";

/// Verifies the chain.
///
/// Errors: a record cannot be opened, or the run that is to be judged again is not there
pub(super) fn verify(
    request: &EvidenceVerifyRequest,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let place = Place::of(&request.place)?;
    let mut known = runs(&load::runs_and_reports(&place.folder)?);
    let since_head = request.head.as_deref().map(|head| known.since(head));
    if let (Some(None), Some(head)) = (since_head, &request.head) {
        known.faults.push(cut_off(head));
    }
    let again = request.again.as_ref();
    // What cannot be trusted is not worth judging again.
    let again = again.filter(|_| known.faults.is_empty() && !known.records.is_empty());
    let rederived = match again {
        Some(again) => Some(rederive::rederive(
            rederive::named(&known, again)?,
            &request.place.repository,
            sink,
        )?),
        None => None,
    };
    let verdict = match &rederived {
        _ if !known.faults.is_empty() => Verdict::Error,
        _ if known.records.is_empty() => Verdict::Empty,
        Some(rederived) => rederived.verdict,
        None => Verdict::Go,
    };
    let mut not_proved = Vec::new();
    if request.head.is_none() {
        not_proved.push(UNSEEN.to_owned());
    }
    if rederived.is_none() {
        not_proved.push(AT_ITS_WORD.to_owned());
    }
    let answer = RunsVerified {
        verdict,
        exit_code: verdict.exit_code(),
        folder: place.name,
        records: known.records.len() as u64,
        reports: known.reports,
        head: known.head,
        since_head: since_head.flatten(),
        faults: known.faults,
        rederived,
        not_proved,
    };
    let content = Content::RunsVerified(&answer);
    Answer::of(verdict, answer.exit_code, content, &request.show, None)
}

fn cut_off(head: &str) -> RunFault {
    let hash = head.strip_prefix("sha256:").unwrap_or(head);
    RunFault {
        number: None,
        path: format!("{hash}.json"),
        message: "it was the newest record once, and the chain does not have it".to_owned(),
    }
}
