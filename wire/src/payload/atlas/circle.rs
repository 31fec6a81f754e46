//! Whether a choice may come to hold itself, and how wide it is.
//! Refuses to look at payloads.

use super::plot::PlotId;
use super::{Atlas, REFERRING};
use crate::payload::round::{leads_round, turned};

/// Keywords that hold several forms.
const CHOOSING: [&str; 2] = ["anyOf", "oneOf"];

impl Atlas {
    /// Forms of the widest choice that stands in a circle of schemas; none where no choice does. What all forms refuse
    /// is as many times as much with every level of a payload.
    pub(in crate::payload) fn multiplies(&self) -> Option<usize> {
        let next: Vec<_> = (0..self.plots.len()).map(|id| self.leads(id)).collect();
        let (forth, back) = (leads_round(&next), leads_round(&turned(&next)));
        let in_circle = forth.iter().zip(&back).map(|(a, b)| *a && *b);
        let in_circle = self.plots.iter().zip(in_circle).filter(|(_, is)| *is);
        let choices = in_circle.flat_map(|(plot, _)| CHOOSING.map(|keyword| plot.below(keyword)));
        let choices = choices.flatten().filter_map(|id| self.plots.get(id));
        choices.map(|choice| choice.count).max()
    }

    /// What stands in a plot, and what its references may lead to.
    fn leads(&self, id: PlotId) -> Vec<PlotId> {
        let Some(spot) = self.spot(id) else {
            return Vec::new();
        };
        let below = spot.plot.first..spot.plot.first + spot.plot.count;
        let targets = REFERRING.iter().filter_map(|keyword| spot.target(keyword));
        let mut next: Vec<_> = below.chain(targets.map(|target| target.id)).collect();
        // The schemas around decide what these lead to: every one of that name, and every resource.
        if let Some((_, name)) = spot.text("$dynamicRef").and_then(|it| it.split_once('#')) {
            let named = self.anchors.iter().filter(|((_, known), _)| known == name);
            next.extend(named.map(|(_, id)| *id));
        }
        if spot.text("$recursiveRef").is_some() {
            next.extend(self.resources.values().chain([&0]));
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use serde_json::json;

    #[test]
    fn only_a_choice_that_may_come_to_hold_itself_multiplies() {
        let form = json!({"anyOf": [{"$ref": "#/$defs/a"}, {"type": "string"}]});
        for (bundle, multiplies) in [
            (json!({"items": {"$ref": "#"}}), None),
            (
                json!({"$ref": "#/$defs/a", "$defs": {"a": {"oneOf": [true, {"items": {"$ref": "#"}}]}}}),
                Some(2),
            ),
            (
                json!({"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}),
                None,
            ),
            (
                json!({"items": {"$ref": "#"}, "properties": {"p": form}, "$defs": {"a": {"type": "number"}}}),
                None,
            ),
            (json!({"$defs": {"a": {"items": form}}}), Some(2)),
            (
                json!({"$ref": "#/x/y", "x": {"y": {"items": {"oneOf": [{"$ref": "#/x/y"}]}}}}),
                Some(1),
            ),
            (
                json!({"$dynamicAnchor": "n", "oneOf": [{"items": {"$dynamicRef": "#n"}}]}),
                Some(1),
            ),
        ] {
            let atlas = Atlas::new(&bundle, Dialect::TwentyTwenty);
            assert_eq!(atlas.multiplies(), multiplies, "{bundle}");
        }
        let older = json!({"oneOf": [{"items": {"$recursiveRef": "#"}}]});
        assert_eq!(
            Atlas::new(&older, Dialect::TwentyNineteen).multiplies(),
            Some(1)
        );
    }
}
