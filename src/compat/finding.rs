//! Turns the explanations of a pair into findings with places.
//! Refuses to weigh them: effect and direction go along, the judge decides.

use super::compare::Comparison;
use super::explain::Explanation;
use super::side::Side;
use crate::inclusion::Origin;
use crate::model::{Direction, Effect, Finding, Gravity, Place, VersionId, Witness, WitnessSource};
use wire::json::canonical;

/// The pair that was compared.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub old: (&'a VersionId, &'a Side),
    pub new: (&'a VersionId, &'a Side),
    pub direction: Direction,
}

/// The findings of a comparison. `place` gives the place of a pointer in the bundle of a version.
pub fn findings(
    comparison: &Comparison,
    pair: &Pair<'_>,
    place: impl Fn(&VersionId, &str) -> Place,
) -> Vec<Finding> {
    comparison
        .explanations
        .iter()
        .map(|explanation| pair.finding(explanation, &place))
        .collect()
}

impl Pair<'_> {
    fn finding(
        &self,
        explanation: &Explanation,
        place: &impl Fn(&VersionId, &str) -> Place,
    ) -> Finding {
        let (old, new) = (self.old.0, self.new.0);
        let finding = Finding::new(
            explanation.rule,
            new.to_string(),
            place(new, &explanation.new_pointer),
        )
        .gravity(Gravity::Effect(explanation.effect, self.direction))
        .pointer(explanation.new_pointer.clone())
        .kind(explanation.kind.clone())
        .message(explanation.sentence.clone())
        .remedy(self.remedy(explanation))
        .note(
            "before",
            format!("{old} {}", place(old, &explanation.old_pointer)),
        );
        self.witnessed(finding, explanation)
    }

    fn witnessed(&self, finding: Finding, explanation: &Explanation) -> Finding {
        let Some(found) = &explanation.witness else {
            return finding;
        };
        let narrows = explanation.effect == Effect::Narrows;
        let (accepting, rejecting) = if narrows {
            (self.old, self.new)
        } else {
            (self.new, self.old)
        };
        let (source, shown) = source(found.origin, &accepting.1.sources);
        let changed = matches!(found.origin, Origin::Grown(_));
        let finding = finding.witness(Witness {
            source,
            accepted_by: accepting.0.to_string(),
            rejected_by: rejecting.0.to_string(),
            bytes: canonical(&found.value).len(),
            value: shown.then(|| found.value.clone()),
        });
        if changed {
            return finding.note(
                "witness",
                "made from this example by changing one part of it",
            );
        }
        finding
    }

    fn remedy(&self, explanation: &Explanation) -> String {
        let (old, new) = (self.old.0, self.new.0);
        if let Some(why) = &explanation.why {
            return why.code.settle().to_owned();
        }
        let costs = explanation.effect.cost(self.direction).1;
        if costs != crate::model::Bump::Major {
            return format!("nothing to mend; a {} version is enough", costs.word());
        }
        match explanation.effect {
            Effect::Narrows => {
                format!("accept what {old} accepts, or release a major version beside it")
            }
            Effect::Widens => format!(
                "send nothing that {old} does not know, or release a major version beside it"
            ),
            Effect::None | Effect::Both | Effect::Unsure => {
                format!("release {new} as a major version")
            }
        }
    }
}

/// Where a witness comes from, and whether it may be shown.
fn source(origin: Origin, sources: &[WitnessSource]) -> (WitnessSource, bool) {
    match origin {
        Origin::Generated => (WitnessSource::Generated, true),
        Origin::Known(index) | Origin::Grown(index) => {
            let source = sources.get(index).cloned();
            (source.unwrap_or(WitnessSource::Generated), false)
        }
    }
}
