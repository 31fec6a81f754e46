//! Closed vocabularies: enums whose values travel, and are stored, as fixed words.
//! Refuses to know what any word means.

/// A word that the vocabulary does not hold. The word itself is not repeated: it may come from a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a word of the vocabulary {0}")]
pub struct UnknownWord(pub &'static str);

/// An enum with one fixed word per value: `ALL`, `word()`, `Display`, `FromStr`, serde and schema by word.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$note])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The fixed word of this value.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|value| value.word() == word)
                    .ok_or($crate::UnknownWord(stringify!($name)))
            }
        }

        by_text!($name { "enum": Self::ALL.iter().map(|value| value.word()).collect::<Vec<_>>() });
    };
}
