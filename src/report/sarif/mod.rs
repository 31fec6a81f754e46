//! The report as SARIF 2.1.0: one run, rules with help, results with our fingerprints, waivers as suppressions.
//! Refuses to grow beyond what its reader takes: what is dropped is counted in a notification.

mod rule;

use super::Style;
use super::github::below;
use super::hygiene::clean;
use super::ledger::Ledger;
use super::text::sentence;
use crate::model::{Judged, Place, Report, Severity, TraceLine, Verdict, WitnessSource};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Source: the address that GitHub's documentation gives for the schema of 2.1.0; it is never fetched
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Most results and most rules of a run.
///
/// Source: GitHub, SARIF support for code scanning, validating your SARIF file
const MOST: usize = 25_000;
/// Largest file, in bytes, with room left for the frame around results and rules.
///
/// Source: GitHub refuses more than 10 MB
const LARGEST: usize = 9_500_000;
/// Places of one result beside its own.
const RELATED: usize = 20;

/// The whole file.
pub(super) fn report(report: &Report, style: &Style<'_>) -> String {
    let mut notes: Vec<String> = report.not_proved.clone();
    if !report.governance.emergency.is_empty() {
        let ids = report.governance.emergency.join(", ");
        notes.insert(0, format!("EMERGENCY: a waiver is in force: {ids}"));
    }
    let run = Run {
        tool: &report.header.tool,
        category: &report.header.stage,
        verdict: report.verdict,
        exit_code: report.exit_code,
        sentence: &sentence(report),
        notes,
        findings: &report.findings,
        has_notes: false,
        trace: &report.governance.trace,
        properties: json!({
            "verdict": report.verdict.word(),
            "asOf": clean(&report.header.as_of),
            "head": clean(&report.header.head),
            "base": report.header.base.as_deref().map(clean),
            "summary": report.summary,
            "digest": report.digest,
        }),
    };
    run.file(style)
}

/// The whole file of a replay.
pub(super) fn ledger(ledger: &Ledger, style: &Style<'_>) -> String {
    let counts = ledger.counts.iter();
    let counts: BTreeMap<&str, u64> = counts.map(|one| (one.what, one.count)).collect();
    let run = Run {
        tool: concat!("matchmark ", env!("CARGO_PKG_VERSION")),
        category: &ledger.verb.replace(' ', "-"),
        verdict: ledger.verdict,
        exit_code: ledger.exit_code,
        sentence: &ledger.sentence,
        notes: ledger.limits.clone(),
        findings: &ledger.found,
        has_notes: true,
        trace: &[],
        properties: json!({
            "verdict": ledger.verdict.word(),
            "replayed": clean(&ledger.heading),
            "counts": counts,
        }),
    };
    run.file(style)
}

/// What one run of any command says.
struct Run<'a> {
    tool: &'a str,
    /// What tells its results from those of another command.
    category: &'a str,
    verdict: Verdict,
    exit_code: u8,
    sentence: &'a str,
    notes: Vec<String>,
    findings: &'a [Judged],
    /// Whether the notes below a finding are told too: of what was replayed they are the proof.
    has_notes: bool,
    trace: &'a [TraceLine],
    properties: Value,
}

impl Run<'_> {
    fn file(mut self, style: &Style<'_>) -> String {
        let kept = Kept::of(&self, style);
        let all = self.findings.len();
        let dropped = all - kept.results.len();
        if dropped > 0 {
            self.notes.insert(0, format!("{dropped} of {all} findings were dropped to fit this format; the json report holds all of them"));
        }
        let level = if dropped > 0 { "error" } else { "note" };
        whole(json!({
            "tool": driver(self.tool, kept.rules),
            "automationDetails": { "id": format!("matchmark/{}", clean(self.category)) },
            "invocations": [{
                "executionSuccessful": self.verdict != Verdict::Error,
                "exitCode": self.exit_code,
                "exitCodeDescription": clean(self.sentence),
                "toolExecutionNotifications": notifications(&self.notes, level),
            }],
            "columnKind": "unicodeCodePoints",
            "results": kept.results,
            "properties": self.properties,
        }))
    }
}

/// The file of a run that did not end.
pub(super) fn unfinished(why: &str) -> String {
    let tool = format!("matchmark {}", env!("CARGO_PKG_VERSION"));
    whole(json!({
        "tool": driver(&tool, Vec::new()),
        "invocations": [{
            "executionSuccessful": false,
            "exitCode": Verdict::Error.exit_code(),
            "toolExecutionNotifications": notifications(&[why.to_owned()], "error"),
        }],
        "results": [],
        "properties": { "verdict": Verdict::Error.word() },
    }))
}

fn whole(run: Value) -> String {
    let file = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    super::json::compact(&file) + "\n"
}

fn driver(tool: &str, rules: Vec<Value>) -> Value {
    let version = tool.rsplit(' ').next().unwrap_or_default();
    json!({ "driver": { "name": "matchmark", "semanticVersion": clean(version), "rules": rules } })
}

fn notifications(texts: &[String], level: &str) -> Vec<Value> {
    let notification = |(index, text): (usize, &String)| {
        let level = if index == 0 { level } else { "note" };
        json!({ "level": level, "message": { "text": clean(text) } })
    };
    texts.iter().enumerate().map(notification).collect()
}

/// Results and the rules that they name, for as long as they fit.
#[derive(Default)]
struct Kept {
    results: Vec<Value>,
    rules: Vec<Value>,
}

impl Kept {
    fn of(run: &Run<'_>, style: &Style<'_>) -> Self {
        let mut kept = Self::default();
        let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        let mut bytes = 0;
        for judged in run.findings {
            let known = indexes.get(judged.rule.as_str()).copied();
            let index = known.unwrap_or(kept.rules.len());
            let count = seen.entry(&judged.fingerprint).or_default();
            *count += 1;
            let result = result(judged, (index, *count), run.has_notes, style);
            let rule = known.is_none().then(|| rule::descriptor(judged, run.trace));
            bytes += size(&result) + rule.as_ref().map_or(0, size);
            if bytes > LARGEST || index >= MOST || kept.results.len() >= MOST {
                break;
            }
            if let Some(rule) = rule {
                indexes.insert(&judged.rule, index);
                kept.rules.push(rule);
            }
            kept.results.push(result);
        }
        kept
    }
}

/// What a value and the comma after it take.
fn size(value: &Value) -> usize {
    super::json::compact(value).len() + 1
}

/// Which of the three words of the format a finding has.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Fault | Severity::Error => "error",
        Severity::Undecided | Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(
    judged: &Judged,
    (index, count): (usize, u32),
    has_notes: bool,
    style: &Style<'_>,
) -> Value {
    let mut text = judged.message.clone();
    for hurt in judged.hurts.iter().take(RELATED) {
        text.push_str(&format!("\nHurts {}: {}", hurt.who, hurt.why));
    }
    for note in judged.notes.iter().filter(|_| has_notes) {
        text.push_str(&format!("\n{}: {}", note.label, note.text));
    }
    if !judged.remedy.is_empty() {
        text.push_str(&format!("\nFix: {}", judged.remedy));
    }
    let lines: Vec<String> = text.lines().map(clean).collect();
    let mut result = json!({
        "ruleId": clean(&judged.rule),
        "ruleIndex": index,
        "level": level(judged.severity),
        "message": { "text": lines.join("\n") },
        "locations": [location(judged, style)],
        // The host looks for its own name of a fingerprint, and adds the number of the line's repetition.
        "partialFingerprints": {
            "matchmark/v1": judged.fingerprint,
            "primaryLocationLineHash": format!("{}:{count}", judged.fingerprint),
        },
        "properties": {
            "severity": judged.severity.word(),
            "subject": clean(&judged.subject),
            "pointer": clean(&judged.pointer),
            "kind": clean(&judged.kind),
        },
    });
    let mut add = |key: &str, value: Value| {
        if let Some(map) = result.as_object_mut() {
            map.insert(key.to_owned(), value);
        }
    };
    let related = related(judged, style);
    if !related.is_empty() {
        add("relatedLocations", related.into());
    }
    if let Some(waiver) = &judged.waived {
        let why = format!(
            "{} until {}, owner {}",
            waiver.id, waiver.expires, waiver.owner
        );
        add(
            "suppressions",
            json!([{ "kind": "external", "status": "accepted", "justification": clean(&why) }]),
        );
    }
    result
}

fn location(judged: &Judged, style: &Style<'_>) -> Value {
    let name = clean(&format!("{}#{}", judged.subject, judged.pointer));
    let mut location = json!({});
    add_place(&mut location, &judged.location, style);
    if let Some(map) = location.as_object_mut() {
        let named = json!([{ "fullyQualifiedName": name }]);
        map.insert("logicalLocations".to_owned(), named);
    }
    location
}

/// What came from standard input is in no file.
fn add_place(location: &mut Value, place: &Place, style: &Style<'_>) {
    if let Some(map) = location.as_object_mut().filter(|_| !place.is_input()) {
        map.insert("physicalLocation".to_owned(), physical(place, style));
    }
}

/// Where reliance on it is written down, and the payload that proves it when it stands in a file.
fn related(judged: &Judged, style: &Style<'_>) -> Vec<Value> {
    let mut places: Vec<(&Place, String)> = Vec::new();
    if let Some(witness) = &judged.witness {
        match &witness.source {
            WitnessSource::Generated => {}
            WitnessSource::Example { place, .. } | WitnessSource::Recorded { place, .. } => {
                let text = format!(
                    "accepted by {}, rejected by {}",
                    witness.accepted_by, witness.rejected_by
                );
                places.push((place, text));
            }
        }
    }
    for hurt in &judged.hurts {
        if let Some(place) = &hurt.place {
            places.push((place, format!("{}: {}", hurt.who, hurt.why)));
        }
    }
    let location = |(index, (place, text)): (usize, &(&Place, String))| {
        let mut one = json!({ "id": index + 1, "message": { "text": clean(text) } });
        add_place(&mut one, place, style);
        one
    };
    places
        .iter()
        .take(RELATED)
        .enumerate()
        .map(location)
        .collect()
}

fn physical(place: &Place, style: &Style<'_>) -> Value {
    // A history may lie outside of the repository.
    let artifact = match place.file.starts_with('/') {
        true => json!({ "uri": format!("file://{}", uri(&place.file)) }),
        false => {
            json!({ "uri": uri(&below(style.folder, &place.file)), "uriBaseId": "%SRCROOT%" })
        }
    };
    json!({
        "artifactLocation": artifact,
        "region": { "startLine": place.line.max(1), "startColumn": place.column.max(1) },
    })
}

/// A path as a relative reference.
///
/// Source: RFC 3986, 3.3: unreserved letters, `@` and a few others stand for themselves
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'/' | b'.' | b'_' | b'-' | b'~' | b'@' | b'+' | b'=' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
