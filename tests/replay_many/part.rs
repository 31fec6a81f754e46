//! Shards and samples: a result of a part says of which, whatever its verdict is.

use crate::{DRAFT, HISTORY, REQUIRED, json, promised, repository, run};

#[test]
fn a_result_of_a_part_says_so_whatever_its_verdict_is() {
    for (required, verdict, exit) in [("", "undecided", 3), (REQUIRED, "no-go", 1)] {
        let folder = repository(DRAFT, required);
        for (part, said) in [
            (&["--shard", "2/3"][..], "shard 2 of 3"),
            (
                &["--sample", "50", "--seed", "3"],
                "one line in 50 by seed 3",
            ),
        ] {
            let partial = format!("a part only, {said}: nothing is known of the rest");
            let arguments = [&HISTORY[..], part].concat();
            let result = json(folder.path(), &arguments);
            assert_eq!(result["verdict"], verdict);
            assert_eq!(result["partial"], partial);
            assert_eq!(promised::broken("replay", &result), Vec::<String>::new());
            for format in ["text", "markdown", "html", "sarif", "junit"] {
                let output = run(
                    folder.path(),
                    &[&arguments[..], &["--format", format]].concat(),
                );
                assert_eq!(output.status.code(), Some(exit));
                let text = String::from_utf8(output.stdout).unwrap();
                assert!(text.contains(&partial), "{format} {text}");
            }
        }
        let whole = run(folder.path(), &HISTORY).stdout;
        assert!(!String::from_utf8(whole).unwrap().contains("a part only"));
        assert!(json(folder.path(), &HISTORY).get("partial").is_none());
    }
}

#[test]
fn some_shards_put_together_are_still_a_part() {
    let folder = repository(DRAFT, "");
    for number in [1, 3] {
        let (shard, to) = (format!("{number}/3"), format!("json={number}.json"));
        let arguments = [&HISTORY[..], &["--shard", &shard, "--format", &to]].concat();
        run(folder.path(), &arguments);
    }
    let merged = json(folder.path(), &["merge", "1.json", "3.json"]);
    let partial = merged["partial"].as_str().unwrap();
    assert!(partial.contains("shards 1, 3 of 3"), "{partial}");
}
