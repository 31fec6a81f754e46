//! What a promotion has to be proven by.

use super::*;

#[test]
fn row_s0_21_promotion_asks_for_a_fresh_run_that_passed() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    life.go(&["bump", "a"]);
    let promote = ["promote", "a@next", "--to", "candidate"];
    let refused = |life: &Life, why: &str| {
        let before = life.files();
        let (code, said) = life.run(&promote);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(why), "{said}");
        assert_eq!(life.files(), before);
    };
    refused(&life, "no run of the gate is kept for it");
    life.keep(Stage::Staging, Verdict::NoGo, AS_OF);
    refused(&life, "the run came to `no-go`");
    life.keep(Stage::Staging, Verdict::Go, "2026-11-13T23:59:59Z");
    refused(&life, "hours old");
    life.keep(Stage::Staging, Verdict::Go, AS_OF);
    let schema = life.read("schemas/a/next/schema.json");
    life.write("schemas/a/next/schema.json", &format!("{schema} "));
    refused(&life, "the run judged other files");
    life.write("schemas/a/next/schema.json", &schema);
    life.go(&promote);
    // The run was for a draft and not strict enough for a release.
    let release = ["promote", "a@1.1.0", "--to", "released"];
    assert_eq!(life.run(&release).0, 1);
    life.keep(Stage::ReleaseCandidate, Verdict::Go, "2026-11-19T23:59:59Z");
    let (code, said) = life.run(&release);
    assert_eq!((code, said.contains("hours old")), (1, true), "{said}");
    life.keep(Stage::ReleaseCandidate, Verdict::Go, AS_OF);
    let said = life.go(&release);
    assert!(said.contains("proved by the run sha256:"), "{said}");
    assert!(life.has("schemas/a/1.1.0/schema.json"));
}

#[test]
fn row_s0_21_runs_that_were_tampered_with_let_nothing_through() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let path = life.keep(Stage::Staging, Verdict::NoGo, AS_OF);
    let record = life.read(&path);
    life.write(&path, &record.replace("\"no-go\"", "\"go\""));
    let (code, said) = life.run(&["promote", "a@next", "--to", "candidate"]);
    assert_eq!(code, 2, "{said}");
}
