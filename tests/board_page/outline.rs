//! The bones of a page: headings, landmarks, tables with their heads and how many rows they have.
//! Refuses to know style and wording of cells.

use regex::Regex;
use std::fmt::Write as _;

/// One line a bone, in the order of the page.
pub fn outline(page: &str) -> String {
    let bones = Regex::new(
        "(?s)<(header|nav|main|footer|h[1-4]|caption|thead|figcaption|summary|tfoot)\\b[^>]*>(.*?)</(?:header|nav|main|footer|h[1-4]|caption|thead|figcaption|summary|tfoot)>|<tbody>.*?</tbody>",
    )
    .unwrap();
    let landmark = Regex::new("<(header|nav|main|footer)\\b[^>]*>").unwrap();
    let stripped = landmark.replace_all(page, "<h4>[$1]</h4>");
    let mut out = String::new();
    for found in bones.captures_iter(&stripped) {
        let whole = &found[0];
        if whole.starts_with("<tbody>") {
            let _ = writeln!(out, "      {} rows", whole.matches("<tr>").count());
            continue;
        }
        let (name, text) = (&found[1], text(&found[2]));
        let indent = match name {
            "h1" | "h2" => 0,
            "h3" | "h4" => 2,
            _ => 4,
        };
        let _ = writeln!(out, "{:indent$}{name}: {text}", "");
    }
    out
}

/// What a reader without a style sheet sees: words, one space between.
pub fn text(markup: &str) -> String {
    let tag = Regex::new("<[^>]*>").unwrap();
    let bare = tag.replace_all(markup, " ");
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}
