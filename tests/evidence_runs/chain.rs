//! The chain of kept runs: what is changed, gone, slipped in, moved or cut off is found with its number.

use crate::faults;
use crate::place::{Place, json};
use matchmark::evidence::{Files, run_file, runs};
use matchmark::model::Verdict;
use serde_json::Value;

#[test]
fn row_s0_19_every_single_byte_of_a_record_counts() {
    let place = Place::with_runs(3);
    let files = place.files();
    assert_eq!(runs(&files).faults, []);
    let records: Vec<(u64, String)> = place
        .records()
        .into_iter()
        .map(|kept| (kept.value.number, kept.path))
        .collect();
    let (number, path) = &records[1];
    for at in 0..files[path].len() {
        let mut flipped = files.clone();
        flipped.get_mut(path).unwrap()[at] ^= 1 << (at % 8);
        let found = runs(&flipped);
        assert_eq!(found.faults.len(), 1, "byte {at}");
        assert_eq!(
            (found.faults[0].number, &found.faults[0].path),
            (Some(*number), path),
            "byte {at}"
        );
        assert_eq!(found.head, None);
    }
    // One byte less, and one more.
    for bytes in [&files[path][1..], &[&files[path][..], b"\n"].concat()] {
        let mut changed = files.clone();
        changed.insert(path.clone(), bytes.to_vec());
        assert_eq!(runs(&changed).faults[0].number, Some(*number));
    }
}

#[test]
fn a_record_whose_own_list_speaks_against_its_verdict_is_forged() {
    let place = Place::with_runs(2);
    let record = place.records().pop().unwrap().value;
    assert!(record.verdict > Verdict::Go && !record.findings.is_empty());
    let mut files = place.files();
    files.remove(&place.records()[1].path);
    for (verdict, code, word) in [
        (Verdict::Go, 0, "the verdict"),
        (record.verdict, 0, "its exit code"),
    ] {
        let mut forged = record.clone();
        (forged.verdict, forged.exit_code) = (verdict, code);
        let (path, text, _) = run_file(&forged);
        let mut slipped = files.clone();
        slipped.insert(path.clone(), text.into_bytes());
        slipped.retain(|path, _| !path.starts_with("reports/"));
        place.put(&slipped);
        let (code, answer) = place.verify(&[]);
        assert_eq!(code, 2, "{answer:#}");
        assert_eq!(faults(&answer), [(Some(2), path)]);
        let said = answer["faults"][0]["message"].as_str().unwrap();
        assert!(said.contains("forged") && said.contains(word), "{said}");
    }
}

#[test]
fn row_s0_19_a_record_that_is_gone_slipped_in_or_moved_is_found_with_its_number() {
    let place = Place::with_runs(5);
    let whole = place.files();
    let records = place.records();
    let path = |index: usize| records[index].path.clone();
    for index in 0..4 {
        let mut files = whole.clone();
        files.remove(&path(index));
        place.put(&files);
        let (code, answer) = place.verify(&[]);
        assert_eq!(code, 2);
        assert_eq!(faults(&answer), [(Some(index as u64 + 1), path(index))]);
    }
    // Two records that change places, and one that takes another's name.
    let mut swapped = whole.clone();
    swapped.insert(path(1), whole[&path(3)].clone());
    swapped.insert(path(3), whole[&path(1)].clone());
    place.put(&swapped);
    let (code, answer) = place.verify(&[]);
    assert_eq!(
        (code, faults(&answer)),
        (2, vec![(Some(2), path(1)), (Some(4), path(3))])
    );
    let mut renamed = whole.clone();
    let other = format!("{}.json", "0".repeat(64));
    let moved = renamed.remove(&path(2)).unwrap();
    renamed.insert(other.clone(), moved);
    place.put(&renamed);
    let (code, answer) = place.verify(&[]);
    assert_eq!(code, 2);
    assert!(faults(&answer).contains(&(Some(3), path(2))), "{answer:#}");
    assert!(faults(&answer).iter().any(|(_, path)| *path == other));
    // A well-made record that follows one which is followed already: a fork.
    let mut forged = records[2].value.clone();
    forged.asked.as_of = false;
    let (name, text, _) = run_file(&forged);
    let mut forked = whole.clone();
    forked.insert(name.clone(), text.into_bytes());
    place.put(&forked);
    let (code, answer) = place.verify(&[]);
    assert_eq!((code, faults(&answer).len()), (2, 1), "{answer:#}");
    let (number, fork) = &faults(&answer)[0];
    assert_eq!(*number, Some(3));
    assert!([&name, &path(2)].contains(&fork));
    // A second beginning, and a file that is nothing of ours.
    let mut second = records[0].value.clone();
    second.asked.as_of = false;
    let (name, text, _) = run_file(&second);
    let mut doubled = whole.clone();
    doubled.insert(name, text.into_bytes());
    doubled.insert("notes.txt".to_owned(), b"kept by hand".to_vec());
    place.put(&doubled);
    let (code, answer) = place.verify(&[]);
    assert_eq!((code, faults(&answer).len()), (2, 2), "{answer:#}");
    assert_eq!(faults(&answer)[0].0, Some(1));
    assert_eq!(faults(&answer)[1], (None, "notes.txt".to_owned()));
    place.put(&whole);
    assert_eq!(place.verify(&[]).0, 0);
}

#[test]
fn what_is_cut_off_at_the_end_is_seen_by_who_kept_the_newest_digest_elsewhere() {
    let place = Place::with_runs(3);
    let (code, answer) = place.verify(&[]);
    assert_eq!(code, 0);
    let head = answer["head"].as_str().unwrap().to_owned();
    let limits = answer["not_proved"].to_string();
    assert!(limits.contains("--head"), "{limits}");
    let whole = place.files();
    let newest = place.records().pop().unwrap();
    assert_eq!(
        format!("sha256:{}", newest.path.trim_end_matches(".json")),
        head
    );
    let mut cut = whole.clone();
    cut.remove(&newest.path);
    place.put(&cut);
    // Alone, what is left looks whole.
    assert_eq!(place.verify(&[]).0, 0);
    let (code, answer) = place.verify(&["--head", &head]);
    assert_eq!(
        (code, faults(&answer)),
        (2, vec![(None, newest.path.clone())])
    );
    // An anchor that was followed by more is an anchor all the same.
    place.put(&whole);
    place.check(&["--as-of", "2026-12-01"]);
    let (code, answer) = place.verify(&["--head", &head]);
    assert_eq!((code, &answer["since_head"]), (0, &1.into()));
    // With nothing left at all.
    place.put(&Files::new());
    assert_eq!(place.verify(&[]).0, 4);
    assert_eq!(place.verify(&["--head", &head]).0, 2);
}

#[test]
fn nothing_is_added_to_a_chain_that_broke() {
    let place = Place::with_runs(2);
    let mut files = place.files();
    let first = place.records().remove(0).path;
    files.get_mut(&first).unwrap()[10] ^= 1;
    place.put(&files);
    let (report, code) = place.check(&[]);
    assert_eq!((&report["verdict"], code), (&Value::from("error"), 2));
    let broken = |report: &Value| {
        let findings = report["findings"].as_array().unwrap().iter();
        let of_chain = findings.filter(|finding| finding["rule"] == "gate/evidence-broken");
        of_chain.cloned().collect::<Vec<_>>()
    };
    let told = broken(&report);
    assert_eq!(told.len(), 1);
    assert!(
        told[0]["message"].as_str().unwrap().contains("record 1, "),
        "{told:?}"
    );
    assert!(
        told[0]["remedy"]
            .as_str()
            .unwrap()
            .contains("matchmark evidence verify")
    );
    assert_eq!(place.files(), files, "nothing was mended and nothing added");
    // Whoever leaves no record need not care, but for a candidate.
    assert!(broken(&place.check(&["--no-evidence"]).0).is_empty());
    let candidate = place.check(&["--no-evidence", "--stage", "release-candidate"]);
    assert_eq!((broken(&candidate.0).len(), candidate.1), (1, 2));
    assert_eq!(place.files(), files);
}

#[test]
fn runs_at_the_same_time_make_one_chain_and_a_report_does_not_know_what_came_before() {
    let place = Place::with_runs(0);
    let (alone, _) = place.check(&["--no-evidence"]);
    assert!(place.files().is_empty());
    let children: Vec<_> = (0..6).map(|_| place.spawn()).collect();
    let reports: Vec<Value> = children
        .into_iter()
        .map(|child| json(&child.wait_with_output().unwrap()))
        .collect();
    for report in &reports {
        assert_eq!(*report, alone);
    }
    let (code, answer) = place.verify(&[]);
    assert_eq!(
        (code, &answer["records"], &answer["reports"]),
        (0, &6.into(), &6.into())
    );
    // The same files, the same instant and the same predecessor give the same bytes.
    let other = Place::with_runs(0);
    other.check(&[]);
    assert_eq!(other.records()[0], place.records()[0]);
}
