//! What a rehearsal must send to verify a contract: states and concrete requests, one for each replay.
//! Refuses to know who sends it and how.

mod combination;
mod course;
mod generate;
mod request;
mod variant;

use super::generator::Generators;
use super::interaction::{Contract, Interaction};
use super::promise::Sequence;
use super::states::State;
use super::terms::Polarity;
use crate::model::{HttpRequest, VersionId};
pub use course::{Call, Course, courses, order};
pub use generate::Given;
pub(super) use generate::is_generated;
use request::Draft;
pub(super) use request::form_text;
use semver::VersionReq;
use std::collections::BTreeSet;
pub(super) use variant::{name, with};

/// One replay of one interaction, ready to be driven.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Path of the contract file.
    pub contract: String,
    /// Who sends the request.
    pub consumer: String,
    /// Key of the interaction.
    pub interaction: String,
    /// What stands there instead of the example; empty for the example.
    pub variant: String,
    pub polarity: Polarity,
    /// The status that the contract shows.
    pub status: u16,
    /// Entry of the request and the versions of it that the contract lives with.
    pub asked: Option<(String, VersionReq)>,
    /// Versions that the provider is told to speak; none leaves it the choice.
    pub spoken: Vec<VersionId>,
    /// The step of a sequence that this is.
    pub sequence: Option<Sequence>,
    /// States that the provider must be in before.
    pub states: Vec<State>,
    /// The request as the example shows it.
    pub request: HttpRequest,
    draft: Draft,
    generators: Generators,
}

impl Planned {
    /// The request with its generators run.
    ///
    /// Errors: a value that could not be made, and why
    pub fn made(&self, given: &Given<'_>) -> Result<HttpRequest, String> {
        let draft = generate::filled(&self.draft, &self.generators, &self.interaction, given)?;
        Ok(draft.http())
    }
}

/// Every replay of a contract, in the order of the file; of each interaction the example comes first.
///
/// A promise of the consumer under fault is left out: no request to a provider shows it.
#[must_use]
pub fn plan(contract: &Contract) -> Vec<Planned> {
    contract
        .interactions
        .iter()
        .filter(|interaction| interaction.terms.fault.is_none())
        .flat_map(|interaction| planned(contract, interaction))
        .collect()
}

/// The contract with those interactions only whose key is wanted, and with every step of their sequences.
#[must_use]
pub fn chosen(mut contract: Contract, is_wanted: impl Fn(&str) -> bool) -> Contract {
    let id = |one: &Interaction| Some(one.terms.sequence.as_ref()?.id.clone());
    let wanted = contract
        .interactions
        .iter()
        .filter(|one| is_wanted(&one.key));
    let sequences: BTreeSet<String> = wanted.filter_map(id).collect();
    contract.interactions.retain(|one| {
        let in_sequence = id(one).is_some_and(|id| sequences.contains(&id));
        is_wanted(&one.key) || in_sequence
    });
    contract.messages.retain(|one| is_wanted(&one.key));
    contract
}

fn planned(contract: &Contract, interaction: &Interaction) -> Vec<Planned> {
    variant::variants(interaction)
        .into_iter()
        .map(|variant| {
            let draft = Draft::of(interaction, variant.body.as_ref());
            (variant, draft)
        })
        .map(|(variant, draft)| Planned {
            contract: contract.path.clone(),
            consumer: contract.consumer.clone(),
            interaction: interaction.key.clone(),
            variant: variant.name,
            polarity: interaction.terms.polarity,
            status: interaction.response.status,
            asked: interaction
                .terms
                .request
                .as_ref()
                .map(|schema| (schema.id.clone(), schema.range.clone())),
            spoken: Vec::new(),
            sequence: interaction.terms.sequence.clone(),
            states: variant.states,
            request: draft.http(),
            draft,
            generators: interaction.request.generators.clone(),
        })
        .collect()
}
