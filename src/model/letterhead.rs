//! What a board puts around its page: its own words with places for ours, and its own rules of style.
//! Refuses words that no place of ours has, and rules of style that could load something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A board's own words and style. Words are plain text; nothing in them is markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Letterhead {
    /// Plain text above the heading, one paragraph between blank lines, with places such as `{{as-of}}`.
    pub header: String,
    /// Plain text below the last section, written like the one above the heading.
    pub footer: String,
    /// Rules of style that follow those of matchmark, so that they win.
    pub style: String,
}

/// A place in a board's words that a report fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    Verdict,
    AsOf,
    Stage,
    Head,
    Base,
    Tool,
    Evidence,
    RulesPage,
    Since,
    Until,
}

impl Blank {
    pub const ALL: [Self; 10] = [
        Self::Verdict,
        Self::AsOf,
        Self::Stage,
        Self::Head,
        Self::Base,
        Self::Tool,
        Self::Evidence,
        Self::RulesPage,
        Self::Since,
        Self::Until,
    ];

    /// The word between the braces.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::AsOf => "as-of",
            Self::Stage => "stage",
            Self::Head => "head",
            Self::Base => "base",
            Self::Tool => "tool",
            Self::Evidence => "evidence",
            Self::RulesPage => "rules-page",
            Self::Since => "since",
            Self::Until => "until",
        }
    }
}

/// A piece of a board's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Blank(Blank),
}

/// Why a template cannot be used, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub offset: usize,
    pub why: String,
}

/// The pieces of `text`.
///
/// Errors: a place that no report fills, or one that is not closed
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Misfit> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let offset = text.len() - after.len() - 2;
        let misfit = |why: String| Misfit { offset, why };
        let (word, behind) = after
            .split_once("}}")
            .ok_or_else(|| misfit("opens a place with `{{` and never closes it".to_owned()))?;
        let known = Blank::ALL
            .into_iter()
            .find(|blank| blank.word() == word.trim());
        let blank = known.ok_or_else(|| {
            let words: Vec<&str> = Blank::ALL.into_iter().map(Blank::word).collect();
            misfit(format!(
                "has a place that no report fills; there are {}",
                words.join(", ")
            ))
        })?;
        pieces.extend([Piece::Text(before), Piece::Blank(blank)]);
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// What a style sheet may not hold: it could end itself, load something, or hide that it does.
const BARRED: [&str; 6] = ["<", "\\", "url(", "@import", "image-set(", "src("];

/// Whether `style` may follow our own.
///
/// Errors: it could load something, or end the style sheet
pub fn harmless(style: &str) -> Result<(), Misfit> {
    let low = style.to_ascii_lowercase();
    for barred in BARRED {
        if let Some(offset) = low.find(barred) {
            return Err(Misfit {
                offset,
                why: format!(
                    "holds `{barred}`; a style sheet of a page that loads nothing may not"
                ),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_place_is_filled_or_refused_where_it_stands() {
        let text = "As of {{as-of}}, {{ stage }}.";
        let expected = [
            Piece::Text("As of "),
            Piece::Blank(Blank::AsOf),
            Piece::Text(", "),
            Piece::Blank(Blank::Stage),
            Piece::Text("."),
        ];
        assert_eq!(pieces(text).unwrap(), expected);
        assert_eq!(pieces("a {{member}} b").unwrap_err().offset, 2);
        assert_eq!(pieces("{{tool}} {{verdict").unwrap_err().offset, 9);
    }

    #[test]
    fn a_style_sheet_loads_nothing_and_does_not_end_itself() {
        assert_eq!(harmless("h1 { color: #123456 }"), Ok(()));
        for barred in [
            "a{background:URL(x)}",
            "@Import 'x'",
            "</style><script>",
            "a{background:u\\72l(x)}",
            "a{background:image-set('x' 1x)}",
        ] {
            assert!(harmless(barred).is_err(), "{barred}");
        }
    }
}
