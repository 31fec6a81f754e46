//! Turns the explanations of a pair into findings with places.
//! Refuses to weigh them: effect and direction go along, the judge decides.

use super::compare::Comparison;
use super::explain::Explanation;
use super::remark::remarks;
use super::side::Side;
use crate::inclusion::{Origin, Witness as Found};
use crate::model::{Direction, Effect, Finding, Gravity, Place, VersionId, Witness, WitnessSource};
use serde_json::Value;
use wire::json::canonical;

/// The pair that was compared.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub old: (&'a VersionId, &'a Side),
    pub new: (&'a VersionId, &'a Side),
    pub direction: Direction,
}

/// The findings of a comparison: one for each explanation, in their order, then what there is to say of the answers
/// themselves. `place` gives the place of a pointer in the bundle of a version.
pub fn findings(
    comparison: &Comparison,
    pair: &Pair<'_>,
    place: impl Fn(&VersionId, &str) -> Place,
) -> Vec<Finding> {
    comparison
        .explanations
        .iter()
        .map(|explanation| pair.finding(explanation, &place))
        .chain(remarks(comparison, pair, place(pair.new.0, "")))
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
        match &explanation.witness {
            Some(witness) => self.shown(finding, witness, explanation.effect == Effect::Narrows),
            None => finding,
        }
    }

    /// The finding with a value that only the old version accepts, where it `narrows`, else only the new one.
    pub(super) fn shown(&self, finding: Finding, found: &Found, narrows: bool) -> Finding {
        let (accepting, rejecting) = if narrows {
            (self.old, self.new)
        } else {
            (self.new, self.old)
        };
        let (source, shown) = source(found.origin, &accepting.1.sources);
        let changed = matches!(found.origin, Origin::Grown(_));
        let mut finding = finding.witness(Witness {
            source,
            accepted_by: accepting.0.to_string(),
            rejected_by: rejecting.0.to_string(),
            bytes: canonical(&found.value).len(),
            value: shown.then(|| found.value.clone()),
        });
        if changed {
            finding = finding.note(
                "witness",
                "made from this example by changing one part of it",
            );
        }
        if turns_on_formats(accepting.1, rejecting.1, &found.value) {
            finding = finding.note(
                "format",
                "only a format tells the two versions apart here; as an annotation it would not",
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

/// Whether the two sides treat `value` alike as soon as `format` says nothing.
fn turns_on_formats(accepting: &Side, rejecting: &Side, value: &Value) -> bool {
    match (accepting.without_formats(), rejecting.without_formats()) {
        (Some(accepting), Some(rejecting)) => !accepting.accepts(value) || rejecting.accepts(value),
        // Where it says nothing on one of the sides, it is not what is compared.
        (None, _) | (_, None) => false,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inclusion::{Budget, Formats, Reading};
    use serde_json::json;

    #[test]
    fn a_witness_that_turns_on_a_format_is_told_from_one_that_does_not() {
        let side = |schema: Value, formats: Formats| {
            let reading = Reading {
                formats,
                ..Reading::default()
            };
            Side::read(&schema, reading, &Budget::default())
        };
        let any = json!({"type": "string"});
        let date = json!({"type": "string", "format": "date", "maxLength": 10});
        for (formats, value, wanted) in [
            (Formats::Assertion, "no date", true),
            (Formats::Assertion, "2026-11-21T08:00:00Z", false),
            (Formats::Annotation, "2026-11-21T08:00:00Z", false),
        ] {
            let (any, date) = (side(any.clone(), formats), side(date.clone(), formats));
            assert_eq!(
                turns_on_formats(&any, &date, &json!(value)),
                wanted,
                "{value}"
            );
        }
    }
}
