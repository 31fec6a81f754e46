//! The labels of a series: closed types only.
//! Refuses a name that is not in the list; there is no way to say one.

use domain::failure::Code;
use domain::identity::Tier;
use domain::ids::PartnerId;
use domain::record::{RequestType, Slug};
use domain::trace::{Dependency, Stage};
use domain::workflow::Disposition;
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};
use std::collections::BTreeMap;

/// What a partner is called beyond the limit.
const OTHER: &str = "other";

/// A label with its value. There is no other way to say one, so none can hold a value of a person.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    Partner(&'a PartnerId),
    LineOfBusiness(&'a Slug),
    RequestType(RequestType),
    Outcome(Disposition),
    Code(Code),
    Route(&'a Slug),
    Tier(Tier),
    Stage(Stage),
    Dependency(Dependency),
    Release(&'static str),
}

impl Told<'_> {
    fn pair(self) -> (&'static str, String) {
        match self {
            Self::Partner(id) => ("partner", id.to_string()),
            Self::LineOfBusiness(line) => ("line_of_business", line.to_string()),
            Self::RequestType(request) => ("request_type", request.to_string()),
            Self::Outcome(disposition) => ("outcome", disposition.to_string()),
            Self::Code(code) => ("code", code.to_string()),
            Self::Route(row) => ("route", row.to_string()),
            Self::Tier(tier) => ("tier", tier.to_string()),
            Self::Stage(stage) => ("stage", stage.to_string()),
            Self::Dependency(dependency) => ("dependency", dependency.to_string()),
            Self::Release(release) => ("release", release.to_owned()),
        }
    }
}

/// The labels of one series, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Labels(pub(super) BTreeMap<&'static str, String>);

impl Labels {
    pub(super) fn of(told: &[Told<'_>]) -> Self {
        Self(told.iter().map(|told| told.pair()).collect())
    }

    /// The same without telling which partner.
    pub(super) fn of_others(mut self) -> Self {
        if let Some(partner) = self.0.get_mut("partner") {
            OTHER.clone_into(partner);
        }
        self
    }
}

impl EncodeLabelSet for Labels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        for (name, value) in &self.0 {
            (*name, value.as_str()).encode(encoder.encode_label())?;
        }
        Ok(())
    }
}
