//! Reads the documents of the checks as TOML.
//! Refuses to look for them: they are handed in.

use domain::synthetic::{Check, Checks, Refused};
use std::collections::BTreeMap;

/// Every check, from the names of the files, without the ending, to their texts.
///
/// Errors: the first document that cannot be used; then none is
pub(crate) fn read(texts: &BTreeMap<String, String>) -> Result<Checks, Refused> {
    let texts = texts.iter().map(|(name, text)| (&**name, &**text));
    Checks::read(texts, parse)
}

fn parse(text: &str) -> Result<Check, (usize, String)> {
    toml::from_str(text).map_err(|wrong| {
        let before = wrong.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.split('\n').count());
        (line, wrong.message().to_owned())
    })
}
