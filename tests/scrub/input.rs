//! What is read: standard input with something broken in it, and files that the product must not take the place of.

use super::{Bench, root};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use wire::json::Limits;

/// What comes out of this text on standard input, what is said of it, and the exit code.
fn piped(bench: &Bench, text: &str) -> (String, String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["scrub", "-C", root().to_str().unwrap(), "-", "--key-file"])
        .args([bench.at("key").to_str().unwrap(), "--no-progress"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let written = std::thread::spawn({
        let text = text.to_owned();
        move || input.write_all(text.as_bytes())
    });
    let output = child.wait_with_output().unwrap();
    written.join().unwrap().unwrap();
    let word = |bytes| String::from_utf8(bytes).unwrap();
    (
        word(output.stdout),
        word(output.stderr),
        output.status.code(),
    )
}

#[test]
fn a_first_line_on_standard_input_that_is_broken_or_too_long_keeps_no_other_from_coming_out() {
    let bench = Bench::new();
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(Limits::PAYLOAD.bytes));
    for first in ["{\"id\": CANARY", "{\"id\":", "CANARY", long.as_str()] {
        let text = format!("{first}\n{{\"id\": \"a\"}}\n{{\"id\": \"b\"}}\n");
        let (out, said, code) = piped(&bench, &text);
        assert_eq!((code, out.lines().count()), (Some(1), 2), "{said}");
        assert!(said.contains("-:1:"), "{said}");
        assert!(said.contains("payload/not-json"), "{said}");
        assert!(!said.contains("CANARY") && !out.contains("CANARY"));
    }
    let (out, said, code) = piped(&bench, "{\n  \"id\": \"a\",\n  \"part\": {}\n}\n");
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{said}");
}

#[cfg(unix)]
#[test]
fn the_product_takes_the_place_of_nothing_that_is_read_by_whatever_name() {
    let bench = Bench::new();
    fs::create_dir(bench.at("days")).unwrap();
    let day = bench.at("days/day.ndjson");
    fs::write(&day, "{\"id\": \"a\"}\n").unwrap();
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(bench.at(to), bench.at(name)).unwrap();
    };
    link("days/day.ndjson", "link.ndjson");
    link("days", "folder");
    link("key", "link.key");
    fs::hard_link(&day, bench.at("hard.ndjson")).unwrap();
    let at = |name: &str| bench.at(name).to_str().unwrap().to_owned();
    let key = at("key");
    let before = fs::read(&key).unwrap();
    for (read, out) in [
        ("days/day.ndjson", "link.ndjson"),
        ("link.ndjson", "days/day.ndjson"),
        ("days/day.ndjson", "hard.ndjson"),
        ("days/day.ndjson", "folder/day.ndjson"),
        ("days", "folder/new.ndjson"),
        ("days", "hard.ndjson"),
        ("days/*.ndjson", "days/day.ndjson"),
        ("days/day.ndjson", "link.key"),
    ] {
        let said = bench.run(&[&at(read), "--key-file", &key, "--out", &at(out)]);
        let told = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(2), "{read} to {out}: {told}");
        assert!(told.contains("another file"), "{told}");
        assert_eq!(fs::read(&day).unwrap(), b"{\"id\": \"a\"}\n");
        assert_eq!(fs::read(&key).unwrap(), before);
    }
    assert!(!bench.at("days/new.ndjson").exists());
    link("none", "elsewhere");
    for out in ["new.ndjson", "folder/new.ndjson", "elsewhere"] {
        let said = bench.run(&[
            &at("days/day.ndjson"),
            "--key-file",
            &key,
            "--out",
            &at(out),
        ]);
        assert_eq!(said.status.code(), Some(0), "{out}");
    }
}

#[cfg(unix)]
#[test]
fn a_product_that_would_be_read_the_next_time_is_refused_the_first_time_too() {
    let bench = Bench::new();
    for folder in ["days", "far"] {
        fs::create_dir(bench.at(folder)).unwrap();
    }
    fs::write(bench.at("days/day.ndjson"), "{\"id\": \"a\"}\n").unwrap();
    std::os::unix::fs::symlink(bench.at("far"), bench.at("days/linked")).unwrap();
    std::os::unix::fs::symlink(bench.at("days"), bench.at("folder")).unwrap();
    let at = |name: &str| bench.at(name).to_str().unwrap().to_owned();
    let key = at("key");
    for (read, out) in [
        ("days/*", "days/new.ndjson"),
        ("days/n?w.*", "days/new.ndjson"),
        ("folder/*", "days/new.ndjson"),
        ("days/*", "folder/new.ndjson"),
        ("days/**/*.ndjson", "days/more/again/new.ndjson"),
        ("days/**/*.ndjson", "far/new.ndjson"),
        ("days", "days/more/again/new.ndjson"),
        ("days", "far/new.ndjson"),
        ("folder", "far/new.ndjson.zst"),
    ] {
        let said = bench.run(&[&at(read), "--key-file", &key, "--out", &at(out)]);
        let told = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(2), "{read} to {out}: {told}");
        assert!(told.contains("another file"), "{read} to {out}: {told}");
        assert!(!bench.at(out).exists(), "{read} to {out}");
    }
    assert!(!bench.at("days/more").exists());
    for (read, out) in [
        ("days/*", "far/new.ndjson"),
        ("days/d*", "days/new.ndjson"),
        ("days/d*", "days/more/day.ndjson"),
        ("days/day.ndjson", "days/other.ndjson"),
    ] {
        for _ in 0..2 {
            let said = bench.run(&[&at(read), "--key-file", &key, "--out", &at(out)]);
            let told = String::from_utf8(said.stderr).unwrap();
            assert_eq!(said.status.code(), Some(0), "{read} to {out}: {told}");
            let product = fs::read_to_string(bench.at(out)).unwrap();
            assert_eq!(product.lines().count(), 1, "{read} to {out}");
        }
        fs::remove_file(bench.at(out)).unwrap();
    }
}

#[test]
fn what_the_product_is_written_to_before_it_is_whole_is_not_read() {
    let bench = Bench::new();
    fs::create_dir(bench.at("days")).unwrap();
    fs::write(bench.at("days/day.ndjson"), "{\"id\": \"a\"}\n").unwrap();
    let at = |name: &str| bench.at(name).to_str().unwrap().to_owned();
    // It ends in `p` until it is whole, and in `t` from then on.
    let (read, key, out) = (at("days/*[np]"), at("key"), at("days/new.txt"));
    for _ in 0..2 {
        let said = bench.run(&[&read, "--key-file", &key, "--out", &out]);
        let told = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(0), "{told}");
        assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 1);
    }
}
