//! JSON text against serde_json, and every fault at its exact place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::Value;
use wire::json::{Document, Fault, FaultKind, Limits, Position, pointer_escape};

fn parse(text: impl AsRef<[u8]>) -> Result<Document, Fault> {
    Document::parse(text.as_ref(), &Limits::FILE)
}

/// Source text of a JSON value, with the spaces and escapes that a writer may choose.
fn json_text() -> impl Strategy<Value = String> {
    let space = "[ \t\r\n]{0,2}";
    let string = prop_oneof![
        "\"[a-c~/ é€\u{1f600}]{0,4}\"",
        Just("\"\\u0061\\n\\/\\ud83d\\ude00\"".to_owned()),
        Just("\"\\u00e9\"".to_owned()),
    ];
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?";
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number,
        string.clone(),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let padded = (space, inner, space).prop_map(|(a, text, b)| format!("{a}{text}{b}"));
        let member = (space, string.clone(), space, padded.clone())
            .prop_map(|(a, name, b, value)| format!("{a}{name}{b}:{value}"));
        prop_oneof![
            prop::collection::vec(padded, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..4).prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

/// JSON text with a few bytes changed.
fn damaged_text() -> impl Strategy<Value = Vec<u8>> {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 0..4);
    (json_text(), damage).prop_map(|(text, damage)| {
        let mut bytes = text.into_bytes();
        for (at, byte, how) in damage {
            let at = at.index(bytes.len() + 1);
            match how {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at),
                _ => bytes.splice(at..at, *b"\"\\u").for_each(drop),
            }
        }
        bytes
    })
}

/// Whether both readers say the same, apart from what only we refuse.
fn agrees(bytes: &[u8]) -> Result<(), TestCaseError> {
    let theirs = serde_json::from_slice::<Value>(bytes);
    match (parse(bytes), theirs) {
        (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours.value(), &theirs),
        (Err(fault), Ok(_)) => prop_assert_eq!(fault.kind, FaultKind::DuplicateKey),
        (Ok(_), Err(theirs)) => prop_assert!(false, "accepted what is refused: {theirs}"),
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

/// Every value with its pointer.
fn pointers(value: &Value) -> Vec<(String, &Value)> {
    let mut all = vec![(String::new(), value)];
    let mut next = 0;
    while let Some((pointer, value)) = all.get(next).cloned() {
        match value {
            Value::Array(items) => {
                all.extend(
                    items
                        .iter()
                        .enumerate()
                        .map(|(i, item)| (format!("{pointer}/{i}"), item)),
                );
            }
            Value::Object(members) => all.extend(
                members
                    .iter()
                    .map(|(name, member)| (format!("{pointer}/{}", pointer_escape(name)), member)),
            ),
            _ => {}
        }
        next += 1;
    }
    all
}

/// The text from a position on, found by counting lines and characters anew.
fn text_at(text: &str, position: Position) -> &str {
    let line_start = match position.line {
        1 => 0,
        line => text.match_indices('\n').nth(line as usize - 2).unwrap().0 + 1,
    };
    let (_, line) = text.split_at(line_start);
    let column = line
        .char_indices()
        .nth(position.column as usize - 1)
        .unwrap()
        .0;
    line.split_at(column).1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_json_text_is_read_as_serde_json_reads_it(text in json_text()) {
        agrees(text.as_bytes())?;
    }

    #[test]
    fn damaged_text_is_refused_exactly_where_serde_json_refuses(bytes in damaged_text()) {
        agrees(&bytes)?;
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_agree(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        agrees(&bytes)?;
    }

    #[test]
    fn the_place_of_a_value_is_its_first_byte(text in json_text()) {
        let Ok(document) = parse(&text) else { return Ok(()) };
        for (pointer, value) in pointers(document.value()) {
            let rest = text_at(&text, document.place(&pointer).expect("a place"));
            let read = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next();
            prop_assert_eq!(&read.unwrap().unwrap(), value, "{}", pointer);
            prop_assert!(!rest.starts_with([' ', '\t', '\r', '\n']));
            let key = text_at(&text, document.key_place(&pointer).expect("a place"));
            let name = pointer.rsplit('/').next().unwrap();
            if key != rest {
                let read = serde_json::Deserializer::from_str(key).into_iter::<String>().next();
                prop_assert_eq!(pointer_escape(&read.unwrap().unwrap()), name);
            }
        }
    }

    #[test]
    fn canonical_text_reads_back_as_the_same_value(text in json_text()) {
        let Ok(document) = parse(&text) else { return Ok(()) };
        let canonical = wire::json::canonical(document.value());
        let again = parse(&canonical).expect("a document");
        prop_assert_eq!(wire::json::canonical(again.value()), canonical);
    }
}

#[test]
fn every_fault_has_its_kind_and_its_exact_place() {
    use FaultKind as K;
    let cases: &[(&[u8], K, u32, u32)] = &[
        (b"", K::Empty, 1, 1),
        (b" \n ", K::Empty, 2, 2),
        (
            b"\xEF\xBB\xBF{}",
            K::Syntax("a byte order mark stands before the text"),
            1,
            1,
        ),
        (b"{\"a\":\"\xFF\"}", K::NotUtf8, 1, 7),
        (b"\"\xED\xA0\x80\"", K::NotUtf8, 1, 2),
        (
            b"{\"a\":1,\n \"b\":2,\n \"\\u0061\":3}",
            K::DuplicateKey,
            3,
            2,
        ),
        (
            b"{\"a\":{\"b\":1},\"c\":{\"b\":1,\"b\":1}}",
            K::DuplicateKey,
            1,
            25,
        ),
        (b"[1e400]", K::Number, 1, 2),
        (b"[-1e400]", K::Number, 1, 2),
        (b"{} x", K::TrailingData, 1, 4),
        (b"1 2", K::TrailingData, 1, 3),
        (b"[1,", K::Syntax("the text ends too early"), 1, 4),
        (b"{\"a\"", K::Syntax("the text ends too early"), 1, 5),
        (b"{\"a\":", K::Syntax("the text ends too early"), 1, 6),
        (b"[\"a", K::Syntax("the string has no end"), 1, 4),
        (b"[\"a\\", K::Syntax("the string has no end"), 1, 5),
        (b"[\"\\u12", K::Syntax("the string has no end"), 1, 7),
        (b"-", K::Syntax("the text ends too early"), 1, 2),
        (b"[1 2]", K::Syntax("expected `,` or `]`"), 1, 4),
        (b"{\"a\" 1}", K::Syntax("expected `:`"), 1, 6),
        (b"{\"a\":1 2}", K::Syntax("expected `,` or `}`"), 1, 8),
        (
            b"{a:1}",
            K::Syntax("expected the name of a member, in quotes"),
            1,
            2,
        ),
        (
            b"{\"a\":1,}",
            K::Syntax("expected the name of a member, in quotes"),
            1,
            8,
        ),
        (b"[1,]", K::Syntax("expected a value"), 1, 4),
        (b"[tru]", K::Syntax("expected a value"), 1, 2),
        (b"[NaN]", K::Syntax("expected a value"), 1, 2),
        (
            b"[01]",
            K::Syntax("the number is not written as JSON writes numbers"),
            1,
            3,
        ),
        (
            b"[1.x]",
            K::Syntax("the number is not written as JSON writes numbers"),
            1,
            4,
        ),
        (
            b"[\"\\x\"]",
            K::Syntax("this escape is not one of JSON"),
            1,
            3,
        ),
        (
            b"[\"a\tb\"]",
            K::Syntax("a control character must be escaped"),
            1,
            4,
        ),
        (
            b"[\"\\ud800\"]",
            K::Syntax("half of a surrogate pair stands alone"),
            1,
            3,
        ),
        (
            b"[\"\\ude00\\ud83d\"]",
            K::Syntax("half of a surrogate pair stands alone"),
            1,
            3,
        ),
        (
            b"[\"\\ud83d\\u0041\"]",
            K::Syntax("half of a surrogate pair stands alone"),
            1,
            3,
        ),
        (
            "[\"é€\",\n \"\u{1f600}\", x]".as_bytes(),
            K::Syntax("expected a value"),
            2,
            7,
        ),
    ];
    for (bytes, kind, line, column) in cases {
        let shown = String::from_utf8_lossy(bytes);
        let expected = Fault {
            kind: *kind,
            position: Position {
                line: *line,
                column: *column,
            },
        };
        assert_eq!(parse(bytes).expect_err(&shown), expected, "{shown}");
    }
}

#[test]
fn limits_are_faults_at_the_place_that_breaks_them() {
    let limits = Limits {
        bytes: 20,
        depth: 3,
        nodes: 5,
    };
    for (text, kind, column) in [
        ("[1,2,3,4]", None, 0),
        ("[1,2,3,4,5]", Some(FaultKind::TooManyNodes), 10),
        ("[[[1]]]", None, 0),
        ("[[[[1]]]]", Some(FaultKind::TooDeep), 4),
        ("[[[{}]]]", Some(FaultKind::TooDeep), 4),
        ("\"éééééééé\"", None, 0),
        ("\"ééééééééééé\"", Some(FaultKind::TooLarge), 12),
    ] {
        let fault = Document::parse(text.as_bytes(), &limits).err();
        let expected = kind.map(|kind| Fault {
            kind,
            position: Position { line: 1, column },
        });
        assert_eq!(fault, expected, "{text}");
    }
}

#[test]
fn depth_is_a_fault_however_high_the_limit_is_set() {
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::FILE
    };
    for depth in [200, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(parse(&text).unwrap_err().kind, FaultKind::TooDeep);
            let deepest = Document::parse(text.as_bytes(), &limits);
            assert_eq!(deepest.is_ok(), depth <= Limits::DEEPEST);
        }
    }
}

#[test]
fn a_line_of_fifty_megabytes_is_refused_or_read_in_one_piece() {
    let text = format!("[\"{}\",\"end\"]", "0123456789".repeat(5_000_000));
    let fault = parse(&text).unwrap_err();
    assert_eq!(fault.kind, FaultKind::TooLarge);
    assert_eq!(fault.position.column as usize, Limits::FILE.bytes + 1);
    let wide = Limits {
        bytes: usize::MAX,
        ..Limits::FILE
    };
    let document = Document::parse(text.as_bytes(), &wide).expect("a document");
    let column = u32::try_from(text.len() - 5).unwrap();
    assert_eq!(document.place("/1"), Some(Position { line: 1, column }));
}

#[test]
fn faults_never_repeat_the_text() {
    for text in [
        "{\"canary\":1,\"canary\":2}",
        "[canary]",
        "\"canary",
        "{canary}",
        "\"\\canary\"",
        "1canary",
    ] {
        let fault = parse(text).unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("canary"), "{fault}");
    }
}
