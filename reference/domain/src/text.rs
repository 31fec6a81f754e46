//! Texts of a fixed form: a pattern that the type, its reader and its published schema share.
//! Refuses a text of another form without repeating it, since it may come from a payload.

use regex::Regex;
use std::sync::LazyLock;

/// A text that has not the form of its type. The text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not of the form of {0}")]
pub struct UnfitText(pub &'static str);

/// A compiled pattern; one that does not compile fits nothing, and a test names it.
pub(crate) type Form = LazyLock<Option<Regex>>;

/// A text type with its PHI class and its pattern: `as_str`, `Display`, `FromStr`, serde and schema by pattern.
macro_rules! text {
    ($($(#[$note:meta])* $name:ident = $phi:literal $pattern:literal;)+) => {$(
        $(#[$note])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnfitText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                static FORM: $crate::text::Form =
                    std::sync::LazyLock::new(|| regex::Regex::new($pattern).ok());
                if FORM.as_ref().is_some_and(|form| form.is_match(text)) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($crate::UnfitText(stringify!($name)))
                }
            }
        }

        by_text!($name { "pattern": $pattern, "x-phi": $phi });
    )+};
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::UnfitText;

    text! {
        /// Three letters.
        Word = "P0" "^[a-z]{3}$";
    }

    #[test]
    fn a_text_of_another_form_is_refused_and_not_repeated() {
        assert_eq!("abc".parse::<Word>().unwrap().as_str(), "abc");
        for other in ["", "ab", "abcd", "abc\n", "ABC"] {
            assert_eq!(other.parse::<Word>(), Err(UnfitText("Word")));
        }
        let told = serde_json::from_str::<Word>("\"secret\"").unwrap_err();
        assert!(!told.to_string().contains("secret"));
    }
}
