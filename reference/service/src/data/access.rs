//! May a client still reach what a match has given it? Asked before a token is issued.
//! Refuses on a permission that was not judged again.

use super::Plane;
use super::export::judge_again;
use super::respond::Refused;
use crate::store::Membership;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;

/// Does the client still reach the list of this id?
///
/// Errors: a list of somebody else, or one on which nobody's permission holds any longer
pub(crate) async fn list(plane: &Plane, client: &PartnerId, group: &str) -> Result<(), Refused> {
    let list = plane.store.list(client, group).await?;
    let list = list.ok_or(Code::NotYourResource)?;
    let mut lost = None;
    for member in &list.members {
        match judged(plane, client, member) {
            Ok(()) => return Ok(()),
            Err(refused) => lost = lost.or(Some(refused)),
        }
    }
    // A list of nobody gives nothing away.
    lost.map_or(Ok(()), Err)
}

/// The id of the Patient whom we have named so to the client, if the client may still read about it.
///
/// Errors: nobody whom the client was linked to, or a permission that holds no longer
pub(crate) async fn member(
    plane: &Plane,
    client: &PartnerId,
    name: &Masked<String>,
) -> Result<Masked<String>, Refused> {
    let member = plane.store.named(client, name).await?;
    let member = member.ok_or(Code::NotYourResource)?;
    let patient = plane.store.member(&member).await?.patient;
    let membership = plane.store.membership_of(client, patient.expose()).await?;
    judged(plane, client, &membership.ok_or(Code::NotYourResource)?)?;
    Ok(patient)
}

fn judged(plane: &Plane, client: &PartnerId, membership: &Membership) -> Result<(), Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(client).ok_or(Code::TokenInvalid)?;
    judge_again(plane, &snapshot, partner, membership, membership.standing)?;
    Ok(())
}
