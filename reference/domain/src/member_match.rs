//! The four parts of a `$member-match` request, alone or as one member of a bulk match, and the references between them.
//! Refuses to know schemas: whether a part is well formed has been judged before.

use serde_json::Value;

vocabulary! {
    /// A part by its name.
    ///
    /// Source: HRex 1.2.0 hrex-parameters-member-match-in
    Part {
        MemberPatient = "MemberPatient",
        CoverageToMatch = "CoverageToMatch",
        CoverageToLink = "CoverageToLink",
        Consent = "Consent",
    }
}

/// The parts, borrowed from a `Parameters` resource.
#[derive(Clone, Copy, Debug)]
pub struct MemberMatch<'a> {
    parts: &'a [Value],
    /// Which parameter of a bulk match they are the parts of.
    bundle: Option<usize>,
    pub patient: &'a Value,
    pub coverage_to_match: &'a Value,
}

impl<'a> MemberMatch<'a> {
    /// Reads the parts by name, in any order. `None` when one of the two required parts is not there.
    #[must_use]
    pub fn read(parameters: &'a Value) -> Option<Self> {
        Self::of(parameters.get("parameter")?.as_array()?, None)
    }

    /// Reads what a bulk match submits of one member: its parameter at `index`.
    #[must_use]
    pub fn of_bundle(index: usize, parameter: &'a Value) -> Option<Self> {
        Self::of(parameter.get("part")?.as_array()?, Some(index))
    }

    fn of(parts: &'a [Value], bundle: Option<usize>) -> Option<Self> {
        let resource = |part| Some(named(parts, part)?.1);
        Some(Self {
            parts,
            bundle,
            patient: resource(Part::MemberPatient)?,
            coverage_to_match: resource(Part::CoverageToMatch)?,
        })
    }

    /// The resource of a part.
    #[must_use]
    pub fn resource(&self, part: Part) -> Option<&'a Value> {
        Some(named(self.parts, part)?.1)
    }

    /// The local id of the submitted patient.
    #[must_use]
    pub fn patient_id(&self) -> Option<&'a str> {
        self.patient.get("id").and_then(Value::as_str)
    }

    /// The path of an element of a part: names of elements and indexes, never values.
    #[must_use]
    pub fn expression(&self, part: Part, element: &str) -> String {
        match (named(self.parts, part), self.bundle) {
            (None, _) => "Parameters".to_owned(),
            (Some((index, _)), None) => {
                format!("Parameters.parameter[{index}].resource.{element}")
            }
            (Some((index, _)), Some(bundle)) => {
                format!("Parameters.parameter[{bundle}].part[{index}].resource.{element}")
            }
        }
    }

    /// The references that do not lead to the submitted patient, as element paths.
    ///
    /// Source: HRex 1.2.0 mm-6
    #[must_use]
    pub fn reference_mismatches(&self) -> Vec<String> {
        [
            (Part::CoverageToMatch, "beneficiary"),
            (Part::CoverageToLink, "beneficiary"),
            (Part::Consent, "patient"),
        ]
        .into_iter()
        .filter_map(|(part, element)| Some((part, element, self.resource(part)?)))
        .filter(|(_, element, resource)| !self.leads_to_patient(resource, element))
        .map(|(part, element, _)| self.expression(part, &format!("{element}.reference")))
        .collect()
    }

    fn leads_to_patient(&self, resource: &Value, element: &str) -> bool {
        let target = resource
            .get(element)
            .and_then(|reference| reference.get("reference"))
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix("Patient/"));
        target.is_some() && target == self.patient_id()
    }
}

fn named(parts: &[Value], part: Part) -> Option<(usize, &Value)> {
    let is_named = |found: &Value| found.get("name").is_some_and(|name| name == part.word());
    let index = parts.iter().position(is_named)?;
    Some((index, parts.get(index)?.get("resource")?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn request(patient: &str, beneficiary: &str) -> Value {
        json!({"resourceType": "Parameters", "parameter": [
            {"name": "CoverageToMatch", "resource": {"beneficiary": {"reference": beneficiary}}},
            {"name": "MemberPatient", "resource": {"id": patient}},
        ]})
    }

    #[test]
    fn parts_are_found_by_name_in_any_order() {
        let request = request("1", "Patient/1");
        let parts = MemberMatch::read(&request).unwrap();
        assert_eq!(parts.patient_id(), Some("1"));
        assert!(parts.resource(Part::Consent).is_none());
        assert_eq!(
            parts.expression(Part::MemberPatient, "birthDate"),
            "Parameters.parameter[1].resource.birthDate"
        );
    }

    #[test]
    fn a_member_of_a_bulk_match_is_named_with_its_place() {
        let request = request("1", "Patient/2");
        let bundle = json!({"name": "MemberBundle", "part": request["parameter"]});
        let parts = MemberMatch::of_bundle(7, &bundle).unwrap();
        assert_eq!(
            parts.reference_mismatches(),
            ["Parameters.parameter[7].part[0].resource.beneficiary.reference"]
        );
    }

    #[test]
    fn a_reference_that_leads_to_the_patient_is_accepted() {
        let request = request("1", "Patient/1");
        let parts = MemberMatch::read(&request).unwrap();
        assert!(parts.reference_mismatches().is_empty());
    }

    #[test]
    fn references_elsewhere_are_named_by_path() {
        for elsewhere in ["Patient/2", "1", "http://example.org/Patient/1", ""] {
            let request = request("1", elsewhere);
            let parts = MemberMatch::read(&request).unwrap();
            assert_eq!(
                parts.reference_mismatches(),
                ["Parameters.parameter[0].resource.beneficiary.reference"]
            );
        }
    }
}
