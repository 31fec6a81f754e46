//! What names stand for, and how texts are cut into blocks.

#![allow(clippy::unwrap_used)]

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Cursor, Write as _};

fn blocks(text: &'static [u8], size: usize, limit: usize) -> Vec<Piece> {
    Blocks::new(text, size, limit).collect()
}

fn lines(first: u64, text: &str) -> Piece {
    Piece::Lines {
        first,
        count: text.lines().count() as u64,
        bytes: text.as_bytes().to_vec().into(),
    }
}

#[test]
fn blocks_are_whole_lines_and_their_numbers_go_on() {
    let text = b"one\ntwo\n\nfour\nfive";
    let wanted = [
        lines(1, "one\ntwo\n"),
        lines(3, "\nfour\n"),
        lines(5, "five"),
    ];
    assert_eq!(blocks(text, 8, 100), wanted);
    assert_eq!(
        blocks(text, 100, 100),
        [lines(1, "one\ntwo\n\nfour\n"), lines(5, "five")]
    );
    assert_eq!(blocks(b"", 8, 100), []);
}

#[test]
fn every_size_of_blocks_gives_the_same_lines() {
    let text = b"a\nbb\n\nccc\ndddddddddddd\nee\n\n\nf";
    let said = |size| {
        let blocks = blocks(text, size, 100);
        let of = |piece: &Piece| {
            let payloads = piece.payloads();
            let owned = payloads.map(|(number, line)| (number, line.to_vec()));
            owned.collect::<Vec<_>>()
        };
        blocks.iter().flat_map(of).collect::<Vec<_>>()
    };
    let whole = said(1_000);
    assert_eq!(whole.len(), 6);
    assert_eq!(whole.last(), Some(&(Some(9), b"f".to_vec())));
    assert!((1..40).all(|size| said(size) == whole));
}

#[test]
fn a_line_over_the_limit_is_dropped_and_the_next_one_is_read() {
    let text = b"1234\n12345\n\n12345678901\n123\n123456789012345678901234567890";
    let pieces = blocks(text, 4, 4);
    let wanted = [
        lines(1, "1234\n"),
        Piece::TooLong(2),
        lines(3, "\n"),
        Piece::TooLong(4),
        lines(5, "123\n"),
        Piece::TooLong(6),
    ];
    assert_eq!(pieces, wanted);
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn unpacked(bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    unpack::unpacked(Box::new(Cursor::new(bytes)))?.read_to_end(&mut text)?;
    Ok(text)
}

#[test]
fn packed_texts_are_told_by_their_first_bytes_and_may_have_several_parts() {
    let text = b"{}\n{}\n".repeat(1_000);
    let gzip = packed(&text);
    let zstandard = zstd::encode_all(text.as_slice(), 19).unwrap();
    for bytes in [text.clone(), gzip, zstandard] {
        assert_eq!(unpacked(bytes.clone()).unwrap(), text);
        assert_eq!(unpacked(bytes.repeat(2)).unwrap(), text.repeat(2));
    }
    assert_eq!(unpacked(b"1".to_vec()).unwrap(), b"1");
    assert_eq!(unpacked(Vec::new()).unwrap(), b"");
}

#[test]
fn a_packed_text_that_was_cut_off_gives_what_is_whole_and_says_so() {
    let mut bytes = packed(&b"{\"a\": 1}\n".repeat(100_000));
    bytes.truncate(bytes.len() / 2);
    let pieces: Vec<Piece> = pieces(Box::new(Cursor::new(bytes)), Form::Lines).collect();
    let (last, before) = pieces.split_last().unwrap();
    assert!(!before.is_empty());
    assert!(
        matches!(last, Piece::Unreadable(why) if why.contains("cannot be read beyond line")),
        "{last:?}"
    );
}

#[test]
fn a_text_that_asks_for_too_much_memory_is_refused() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&b"{}\n".repeat(1_000)).unwrap();
    let bytes = encoder.finish().unwrap();
    assert!(unpacked(bytes).is_err());
}

fn told(text: &str) -> (Form, String) {
    let input: Input = Box::new(Cursor::new(text.as_bytes().to_vec()));
    let (form, mut input) = form::told(input).unwrap();
    let mut all = String::new();
    input.read_to_string(&mut all).unwrap();
    (form, all)
}

#[test]
fn a_text_without_a_name_is_lines_when_a_second_object_begins() {
    for text in ["{}\n{}\n", "\n{\"a\": 1}\n\n  {\"b\"", "\u{feff}{}\r\n{}"] {
        assert_eq!(told(text), (Form::Lines, text.to_owned()));
    }
    // What is broken is one line of it.
    for text in [
        "{\"a\": \n{\"a\": 1}\n",
        "{\"a\": \"x\n{\"a\": 1}\n{\"a\": 2}",
        "no JSON\r\n\r\n{\"a\": 1}\r\n",
        "{\"a\": 1}\nno JSON\n{\"a\": 2}\n",
        // Only the first line is an object.
        "{\"a\": 1}\nno JSON\n",
        "\u{feff}{\"a\": 1}\r\n\r\n  no JSON",
        "{\"a\": {}}\n[1]\n\"b\"\n",
        "{}\n}\n",
        "\u{feff}{\"a\": {}\n{}\n",
        "[\n{}\n{}\n",
    ] {
        assert_eq!(told(text), (Form::Lines, text.to_owned()));
    }
    let blank = "\n".repeat(100_000);
    for text in [
        blank.as_str(),
        "",
        "{}",
        "{}\n\n",
        "{\n  \"a\": 1\n}\n",
        "{\"a\": {}\n}",
        "{\"a\": {}\n, \"b\": {}}",
        "{\"a\": {}\n  no JSON",
        "{\"a\": 1}\n \r\n\t",
        "{} x\n",
        "{\"a\":\n{}}",
        "{} x",
        "[{}\n,{}]",
        "{\"a\":\n{}\n}",
        "\u{feff}[\n{},\n{}\n]",
        "{\"a\": x,\n  \"b\": [\n    {\"c\": 1}\n  ]\n}\n",
    ] {
        assert_eq!(told(text), (Form::Whole, text.to_owned()));
    }
}

#[test]
fn a_first_line_over_the_limit_is_one_line_and_a_long_text_of_short_ones_is_one_payload() {
    let most = Limits::PAYLOAD.bytes;
    let long = format!("{{\"a\": \"{}\"}}\n{{}}\n", "x".repeat(most));
    let (form, text) = told(&long);
    assert!(form == Form::Lines && text == long);
    let pretty = format!(
        "{{\n  \"a\": [\n{}    1\n  ]\n}}\n",
        "    1,\n".repeat(most / 6)
    );
    let (form, text) = told(&pretty);
    assert!(form == Form::Whole && text == pretty);
    let broken = format!("{{\"a\": \n{{}}\n{}", "1,\n".repeat(most / 3));
    let (form, text) = told(&broken);
    assert!(form == Form::Lines && text == broken);
}

fn names(root: &Path, asked: &[&str]) -> Vec<(String, bool)> {
    let asked: Vec<PathBuf> = asked.iter().map(PathBuf::from).collect();
    payloads(root, &asked)
        .map(|part| {
            let is_read = !matches!(part.piece, Piece::Unreadable(_));
            (part.file.to_string(), is_read)
        })
        .collect()
}

#[test]
fn names_are_files_folders_and_patterns() {
    let root = tempfile::tempdir().unwrap();
    for name in [
        "a/1.json",
        "a/b/2.ndjson",
        "a/b/3.jsonl.gz",
        "a/b/4.txt",
        "a/5.json.zst",
        "[x].json",
    ] {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "{}").unwrap();
    }
    let read = |name: &str| (name.to_owned(), true);
    assert_eq!(
        names(root.path(), &["a"]),
        [
            read("a/1.json"),
            read("a/5.json.zst"),
            read("a/b/2.ndjson"),
            read("a/b/3.jsonl.gz")
        ]
    );
    assert_eq!(
        names(root.path(), &["a/*.json*"]),
        [read("a/1.json"), read("a/5.json.zst")]
    );
    assert_eq!(
        names(root.path(), &["a/**/*.{txt,ndjson}"]),
        [read("a/b/2.ndjson"), read("a/b/4.txt")]
    );
    assert_eq!(names(root.path(), &["[x].json"]), [read("[x].json")]);
    for nothing in ["none.json", "a/*.none", "none/*.json", "a/[", "a/{"] {
        assert_eq!(
            names(root.path(), &[nothing]),
            [(nothing.to_owned(), false)]
        );
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("gone", root.path().join("a/b/6.json")).unwrap();
        let lost = ("a/b/6.json".to_owned(), false);
        assert!(names(root.path(), &["a/**/*.ndjson"]).contains(&lost));
        assert!(names(root.path(), &["a"]).contains(&lost));
    }
}
