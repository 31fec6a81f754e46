//! What a result may be, against the schema that is published for it.

use super::*;

#[test]
fn a_format_that_makes_no_sense_for_a_result_is_not_made_up() {
    let entry = entry();
    assert_eq!(
        render(Format::Markdown, Content::Entry(&entry), &PLAIN),
        None
    );
    assert_eq!(
        render(Format::OperationOutcome, Content::Report(&green()), &PLAIN),
        None
    );
}

#[test]
fn a_report_meets_the_schema_that_is_published_for_it() {
    let published = include_str!("../../../schemas/matchmark-report/1.2.0/schema.json");
    let schema: serde_json::Value = serde_json::from_str(published).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [green(), red()] {
        let value = serde_json::to_value(report).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    for text in ["{}", &unfinished(Format::Json, None)] {
        assert!(
            !validator.is_valid(&serde_json::from_str(text).unwrap()),
            "{text}"
        );
    }
}

#[test]
fn the_examples_of_the_catalogue_are_reports_as_we_write_them() {
    for file in [
        include_str!("../../../schemas/matchmark-report/1.2.0/accepted/go.json"),
        include_str!("../../../schemas/matchmark-report/1.2.0/accepted/no-go.json"),
        include_str!("../../../schemas/matchmark-report/1.2.0/accepted/packet.json"),
    ] {
        let report: Report = serde_json::from_str(file).unwrap();
        assert_eq!(shown(Format::Json, Content::Report(&report)), file);
    }
}
