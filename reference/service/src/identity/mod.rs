//! Finds who is meant: the candidates of the member store, then the rules under the present snapshot.
//! Refuses to weigh anything itself, and to keep a value of the request.

pub(crate) mod desk;
mod question;

pub(crate) use question::Questions;

use crate::data::Plane;
use crate::store::StoreError;
use domain::identity::{Asked, Candidate, Decision, Profile, Question, Sensitivity, decide};
use domain::record::Instant;
use domain::snapshot::Snapshot;

/// Decides who is meant by a request, for this use of the answer.
pub(crate) async fn identify(
    plane: &Plane,
    snapshot: &Snapshot,
    asked: &Asked,
    sensitivity: Sensitivity,
) -> Result<Decision, StoreError> {
    let policy = &snapshot.matching;
    let found = plane.store.persons(policy, &asked.profile).await?;
    let candidates: Vec<Candidate> = found
        .into_iter()
        .map(|(person, record)| Candidate {
            person,
            profile: Profile::read(policy, &record),
        })
        .collect();
    let question = Question {
        policy,
        knowledge: &snapshot.knowledge,
        sensitivity,
        snapshot: snapshot.number,
        on: Instant::new(plane.now()).day(),
    };
    Ok(decide(&question, asked, &candidates))
}
