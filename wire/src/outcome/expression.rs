//! From JSON pointers to FHIRPath-like expressions.
//! Refuses to print a name that no schema declares: the expression ends before it.

use crate::json::pointer_segments;

/// `/parameter/3/resource/period` of a Parameters as `Parameters.parameter[3].resource.period`.
///
/// It ends before the first segment that is neither an index nor a plain element name.
/// Source: FHIR R4 OperationOutcome.issue.expression; FHIRPath simple subset
#[must_use]
pub fn expression(resource: &str, pointer: &str) -> String {
    let mut text = resource.to_owned();
    for segment in pointer_segments(pointer).unwrap_or_default() {
        if is_index(&segment) {
            text.push('[');
            text.push_str(&segment);
            text.push(']');
        } else if is_element(&segment) {
            text.push('.');
            text.push_str(&segment);
        } else {
            break;
        }
    }
    text
}

fn is_index(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_element(segment: &str) -> bool {
    let mut bytes = segment.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_becomes_an_expression_up_to_what_no_schema_declares() {
        for (pointer, expected) in [
            ("", "Parameters"),
            (
                "/parameter/3/resource/provision/period/end",
                "Parameters.parameter[3].resource.provision.period.end",
            ),
            ("/parameter/0/_name", "Parameters.parameter[0]._name"),
            ("/parameter/0/{key#1}/x", "Parameters.parameter[0]"),
            ("/a~1b/c", "Parameters"),
        ] {
            assert_eq!(expression("Parameters", pointer), expected);
        }
    }
}
