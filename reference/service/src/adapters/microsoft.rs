//! Microsoft: the submitted patient comes back as `MemberPatient`, with one identifier more.
//! Refuses to take any other identifier for it.

use super::dialect::Dialect;
use super::profiled::{body, encode, part, unique};
use domain::failure::Code;
use domain::ports::{Canonical, Failure, Op, PartnerAdapter, WireRequest, WireResponse};
use serde_json::Value;

pub(super) struct Microsoft {
    pub dialect: Dialect,
}

impl PartnerAdapter for Microsoft {
    fn encode(&self, op: &Op<'_>) -> WireRequest {
        encode(op, &self.dialect)
    }

    fn decode(&self, _: &Op<'_>, response: &WireResponse) -> Result<Canonical, Failure> {
        let answer = body(response, &self.dialect)?;
        let identifier = part(&answer, "MemberPatient")
            .and_then(|part| part.pointer("/resource/identifier")?.as_array())
            .and_then(|all| all.iter().find(|one| self.is_unique_member(one)))
            .ok_or(Failure::new(Code::BadResponse))?;
        Ok(Canonical {
            umb: unique(identifier)?,
            patient: None,
        })
    }
}

impl Microsoft {
    fn is_unique_member(&self, identifier: &Value) -> bool {
        let wanted = &self.dialect.identifier_type;
        let codings = identifier.pointer("/type/coding").and_then(Value::as_array);
        codings
            .into_iter()
            .flatten()
            .any(|coding| wanted.is(coding))
    }
}
