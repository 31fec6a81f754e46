//! Finding ids of `payload/...`: what is wrong with one payload against one schema version.

use super::Rule;
use crate::model::Severity;

/// A payload is what `validate` and `replay` judge, so that each of these is an error, never a fault of our own files.
const fn rule(id: &'static str, title: &'static str, why: &'static str, fix: &'static str) -> Rule {
    Rule {
        id,
        severity: Severity::Error,
        title,
        why,
        fix,
    }
}

pub(super) const RULES: &[Rule] = &[
    rule(
        "payload/not-json",
        "A payload must be one JSON document in UTF-8.",
        "What cannot be parsed is refused with 400 before anything else is looked at.",
        "Repair the text at the given line and column; write it with a JSON library, not by hand.",
    ),
    rule(
        "payload/duplicate-key",
        "An object must not have the same name twice.",
        "Parsers disagree on which of the two counts, so that sender and receiver could read different values.",
        "Remove one of the two members; the place is that of the second.",
    ),
    rule(
        "payload/too-deep",
        "A payload must not nest arrays and objects deeper than the limit.",
        "Deep nesting is used to exhaust a receiver's stack; no real resource needs it.",
        "Flatten the payload; 128 levels are allowed in files, 64 in a request body.",
    ),
    rule(
        "payload/too-large",
        "A payload must stay below the limit on length and on the number of values.",
        "A receiver refuses larger bodies with 413 before it parses them.",
        "Send fewer members in one request, or leave out what the profile does not ask for.",
    ),
    rule(
        "payload/required-missing",
        "A member that the schema requires must be present.",
        "The receiver cannot act without it and answers 422.",
        "Add the member at the given path; its meaning stands beside the finding.",
    ),
    rule(
        "payload/type-wrong",
        "A value must be of the kind that the schema asks for.",
        "A number in quotes or an object in place of an array is read by some parsers and refused by others.",
        "Write the value in the wanted kind.",
    ),
    rule(
        "payload/value-not-allowed",
        "A value must be one of those that the schema lists.",
        "Fixed values and code lists carry the meaning that both payers agreed on; another word means nothing to the receiver.",
        "Use one of the wanted values, letter for letter.",
    ),
    rule(
        "payload/format-wrong",
        "A text must be written as its format asks.",
        "Dates and identifiers in another notation match no record, or the wrong one.",
        "Write the text in the wanted notation, for example 2026-11-21 for a date.",
    ),
    rule(
        "payload/pattern-mismatch",
        "A text must follow the pattern of the schema.",
        "The pattern is how the receiver tells a usable value from a typing mistake.",
        "Compare the shape of the text with the pattern that stands beside the finding.",
    ),
    rule(
        "payload/too-short",
        "A text must have at least the characters that the schema asks for.",
        "An empty or cut text identifies nobody.",
        "Send the whole text, or leave the member out where it is optional.",
    ),
    rule(
        "payload/too-long",
        "A text must not have more characters than the schema allows.",
        "The receiver would cut it or refuse it.",
        "Shorten the text, or check whether two fields were joined.",
    ),
    rule(
        "payload/too-few",
        "An array or object must have at least the entries that the schema asks for.",
        "An empty list says nothing; the receiver needs at least one entry to go on.",
        "Add the entries, or leave the member out where it is optional.",
    ),
    rule(
        "payload/too-many",
        "An array, object or slice must not have more entries than the schema allows.",
        "With two of what may stand once, the receiver cannot know which one counts.",
        "Remove the surplus entries.",
    ),
    rule(
        "payload/unknown-name",
        "An object that is closed must hold declared members only.",
        "A closed object is a promise that nothing else travels; an unknown member may carry data that nobody agreed to share.",
        "Remove the member, or correct its name to one that the schema declares.",
    ),
    rule(
        "payload/contains-missing",
        "A list must hold the entries that the schema asks for by name.",
        "A missing part, such as the coverage to match, leaves the receiver nothing to work on.",
        "Add the entry that is named in the finding.",
    ),
    rule(
        "payload/no-form-fits",
        "A value that may take several forms must fit one of them.",
        "The receiver chooses by the form; between forms it can only refuse.",
        "Decide on one form and give everything that it asks for.",
    ),
    rule(
        "payload/duplicate-item",
        "The items of a list must differ where the schema says so.",
        "The same entry twice is counted twice by some receivers.",
        "Send every item once.",
    ),
    rule(
        "payload/out-of-range",
        "A number must lie within the bounds of the schema.",
        "A number outside its range has no meaning for the receiver.",
        "Send a number within the wanted bounds.",
    ),
    rule(
        "payload/not-multiple",
        "A number must be a multiple of the step that the schema sets.",
        "Finer numbers than the step are rounded by some receivers and refused by others.",
        "Send a multiple of the step.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_explains_every_id_that_wire_can_give() {
        let ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, wire::payload::IDS);
    }
}
