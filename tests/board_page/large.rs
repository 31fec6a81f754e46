//! A report of three hundred schemas, made from the packet on file.
//! Refuses to be small anywhere: every part has more than a page shows in full.

use matchmark::model::{Report, TrendPoint};

const SCHEMAS: usize = 300;

/// The packet, three hundred times as wide.
pub fn large(packet: &Report) -> Report {
    let mut report = packet.clone();
    let name = |index: usize, entry: &str| format!("{entry}-{index:03}");
    report.changes = spread(&packet.changes, |index, mut change| {
        change.entry = name(index, &change.entry);
        change
    });
    report.matrix = spread(&packet.matrix, |index, mut cell| {
        cell.entry = name(index, &cell.entry);
        cell
    });
    report.findings = spread(&packet.findings, |index, mut found| {
        found.subject = found
            .subject
            .replace("hrex-coverage@", &format!("hrex-coverage-{index:03}@"));
        found
    });
    report.governance.decisions = spread(&packet.governance.decisions, |_, one| one);
    report.governance.waivers = spread(&packet.governance.waivers, |index, mut waiver| {
        waiver.id = format!("{}{index}", waiver.id);
        waiver
    });
    report.governance.trace = spread(&packet.governance.trace, |index, mut line| {
        line.rule = name(index, &line.rule);
        line
    });
    report.governance.clusters = spread(&packet.governance.clusters, |_, one| one);
    report.governance.trend = spread(&packet.governance.trend, |_, point: TrendPoint| point);
    report.not_proved = spread(&packet.not_proved, |index, limit| {
        format!("{index}: {limit}")
    });
    let inputs = packet.inputs.iter();
    report.inputs = inputs
        .flat_map(|(file, digest)| {
            let name = move |index| format!("schemas/s-{:03}/{index}/{file}", index % SCHEMAS);
            (0..SCHEMAS * 5).map(move |index| (name(index), digest.clone()))
        })
        .collect();
    report
}

fn spread<T: Clone>(items: &[T], change: impl Fn(usize, T) -> T) -> Vec<T> {
    let copies = (0..SCHEMAS).flat_map(|index| items.iter().map(move |item| (index, item.clone())));
    copies.map(|(index, item)| change(index, item)).collect()
}
