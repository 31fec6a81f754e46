//! HAPI: the id of the patient stands in `MemberIdentifier.valueId`.
//! Refuses to know anything else; requests are as in the guides.

use super::dialect::Dialect;
use super::profiled::{body, encode, part};
use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{
    Canonical, Failure, Op, PartnerAdapter, UniqueMember, WireRequest, WireResponse,
};
use serde_json::Value;

pub(super) struct Hapi {
    pub dialect: Dialect,
}

impl PartnerAdapter for Hapi {
    fn encode(&self, op: &Op<'_>) -> WireRequest {
        encode(op, &self.dialect)
    }

    fn decode(&self, _: &Op<'_>, response: &WireResponse) -> Result<Canonical, Failure> {
        let answer = body(response, &self.dialect)?;
        let id = part(&answer, "MemberIdentifier")
            .and_then(|part| part.get("valueId"))
            .and_then(Value::as_str)
            .ok_or(Failure::new(Code::BadResponse))?;
        let bare = id.strip_prefix("Patient/").unwrap_or(id);
        Ok(Canonical {
            umb: UniqueMember {
                system: None,
                value: Masked::new(bare.to_owned()),
            },
            patient: Some(Masked::new(format!("Patient/{bare}"))),
        })
    }
}
