//! The cells of the matrix against which another check has a proof: a payload that breaks a partner.
//! Refuses to add a cell: where a partner does not live with a version, nothing is broken.

use crate::app::room::Room;
use crate::model::{Cell, Finding, Gravity, Proof, Severity, rule};

/// Marks the cell of every partner that a finding of `room` hurts, where a payload proves it.
pub(super) fn mark(matrix: &mut [Cell], room: &Room) {
    for finding in room.findings.iter().filter(|finding| is_proof(finding)) {
        for cell in matrix.iter_mut().filter(|cell| is_hurt(cell, finding)) {
            // What was said only because nothing spoke of it is said no more.
            if cell.interactions == 0 && cell.proof == Proof::Unproven {
                cell.because.clear();
            }
            cell.proof = Proof::Broken;
            cell.because.push(finding.rule.clone());
            cell.because.sort();
            cell.because.dedup();
        }
    }
}

/// Whether a payload shows it, and it weighs as a break: an answer of old that is given no more breaks nobody.
fn is_proof(finding: &Finding) -> bool {
    let severity = match finding.gravity {
        Gravity::ByRule => rule(&finding.rule).map(|rule| rule.severity),
        Gravity::Declared(severity) => Some(severity),
        Gravity::Effect(effect, direction) => Some(effect.cost(direction).0),
    };
    finding.witness.is_some() && severity == Some(Severity::Error)
}

fn is_hurt(cell: &Cell, finding: &Finding) -> bool {
    let subject = finding.subject.split_once('@');
    subject == Some((&cell.entry, &cell.version))
        && finding.hurts.iter().any(|hurt| hurt.who == cell.partner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        CheckName, Direction, Effect, Hurt, Place, Subject, Witness, WitnessSource,
    };

    fn cell(partner: &str, version: &str) -> Cell {
        Cell {
            entry: "coverage".to_owned(),
            version: version.to_owned(),
            status: "draft".to_owned(),
            partner: partner.to_owned(),
            proof: Proof::Unproven,
            interactions: 0,
            exchanges: 0,
            because: vec!["no contract speaks of it".to_owned()],
        }
    }

    fn finding(rule: &str, effect: Effect, direction: Direction) -> Finding {
        let place = Place::start("schemas/coverage/next/schema.json");
        Finding::new(rule, Subject::from("coverage@next"), place.clone())
            .gravity(Gravity::Effect(effect, direction))
            .hurt(Hurt {
                who: "contoso".to_owned(),
                why: "uses coverage ^2".to_owned(),
                place: None,
            })
            .witness(Witness {
                source: WitnessSource::Recorded {
                    place,
                    digest: String::new(),
                },
                accepted_by: "coverage@2.0.1".to_owned(),
                rejected_by: "coverage@next".to_owned(),
                bytes: 2,
                value: None,
            })
    }

    fn marked(findings: Vec<Finding>) -> Vec<Cell> {
        let mut matrix = vec![
            cell("contoso", "2.0.1"),
            cell("contoso", "next"),
            cell("northwind", "next"),
        ];
        let room = Room::ran(CheckName::Compat, 1, "steps").findings(findings);
        mark(&mut matrix, &room);
        matrix
    }

    #[test]
    fn a_proved_break_marks_the_new_version_of_whom_it_hurts_and_nothing_else() {
        let narrowed = |rule| finding(rule, Effect::Narrows, Direction::Request);
        let rules = ["replay/newly-rejected", "compat/property-removed"];
        let matrix = marked(rules.map(narrowed).into());
        let broken: Vec<bool> = matrix.iter().map(|it| it.proof == Proof::Broken).collect();
        assert_eq!(broken, [false, true, false]);
        let because = ["compat/property-removed", "replay/newly-rejected"];
        assert_eq!(matrix[1].because, because);
    }

    #[test]
    fn what_no_payload_proves_or_what_breaks_nobody_leaves_the_matrix() {
        let untouched = marked(Vec::new());
        let mut open = finding("compat/undecided", Effect::Unsure, Direction::Request);
        assert_eq!(marked(vec![open.clone()]), untouched);
        open.gravity = Gravity::Effect(Effect::Narrows, Direction::Response);
        assert_eq!(marked(vec![open.clone()]), untouched);
        open.gravity = Gravity::Effect(Effect::Narrows, Direction::Request);
        open.witness = None;
        assert_eq!(marked(vec![open]), untouched);
    }
}
