//! Places of a body that differ from one run to the next, as patterns of pointers.
//! Refuses to know what stands there.

use serde_json::Value;
use std::sync::LazyLock;
use wire::json::pointer_segments;

/// Places whose value, where it is no list and no object, is another one each time, whoever answers.
///
/// Source: FHIR R4 Resource.id, Resource.meta, Bundle.entry.fullUrl, Bundle.link.url and Bundle.timestamp
const OF_ANYBODY: &[&str] = &[
    "/**/id",
    "/**/meta/lastUpdated",
    "/**/meta/versionId",
    "/**/fullUrl",
    "/**/link/*/url",
    "/**/timestamp",
];

/// The same of the manifest of an export.
///
/// Source: FHIR Bulk Data Access 2.0, output manifest
const OF_A_MANIFEST: &[&str] = &[
    "/transactionTime",
    "/request",
    "/output/*/url",
    "/error/*/url",
    "/deleted/*/url",
];

/// A member that is another one each time in a Provenance, and a fact about a member anywhere else.
///
/// Source: FHIR R4 Provenance.recorded, Immunization.recorded
const OF_A_PROVENANCE: &str = "recorded";

static ANYBODY: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::of(OF_ANYBODY.iter().copied()).unwrap_or_default());
static MANIFEST: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::of(OF_A_MANIFEST.iter().copied()).unwrap_or_default());

/// Whether a value is another one each time at this place by what FHIR says. `root` is the answer, `around` the object
/// that has it as a member.
pub(super) fn is_volatile(
    root: &Value,
    around: Option<&Value>,
    place: &[String],
    value: &Value,
) -> bool {
    if value.is_array() || value.is_object() {
        return false;
    }
    let is_manifest = root.get("transactionTime").is_some() && root.get("resourceType").is_none();
    let is_provenance =
        || around.and_then(|it| it.get("resourceType")?.as_str()) == Some("Provenance");
    let is_recorded = place.last().is_some_and(|name| name == OF_A_PROVENANCE);
    ANYBODY.admit(place) || is_manifest && MANIFEST.admit(place) || is_recorded && is_provenance()
}

/// A set of patterns: `*` stands for one name or position, `**` for any number of them.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    any: Vec<Vec<String>>,
    /// Whether all below a place is meant with it.
    is_deep: bool,
    /// Patterns that must mean a place too.
    also: Option<Box<Self>>,
}

impl Patterns {
    /// The patterns that `texts` write.
    ///
    /// Errors: the first text that is no pointer
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        let read = |text: &str| {
            let segments = pointer_segments(text).ok_or_else(|| text.to_owned())?;
            Ok(segments.into_iter().map(|it| it.into_owned()).collect())
        };
        let any = texts.into_iter().map(read).collect::<Result<_, String>>()?;
        Ok(Self {
            any,
            ..Self::default()
        })
    }

    /// The same places with all that is below them.
    #[must_use]
    pub fn and_below(self) -> Self {
        Self {
            is_deep: true,
            ..self
        }
    }

    /// Only the places that are meant by `other` too.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        let also = match self.also {
            Some(also) => also.within(other),
            None => other,
        };
        Self {
            also: Some(Box::new(also)),
            ..self
        }
    }

    /// Whether any of them is meant by the place.
    #[must_use]
    pub fn admit(&self, place: &[String]) -> bool {
        let is_meant = |word: &str, segment: &str| word == "*" || word == segment;
        self.mean(place, is_meant) && self.also.as_ref().is_none_or(|also| also.admit(place))
    }

    /// Whether every place that the pattern `text` means is meant here too, as far as the words alone tell.
    #[must_use]
    pub fn cover(&self, text: &str) -> bool {
        let segments = pointer_segments(text).unwrap_or_default();
        let place: Vec<String> = segments.into_iter().map(|it| it.into_owned()).collect();
        let is_meant =
            |word: &str, segment: &str| segment != "**" && (word == "*" || word == segment);
        !place.is_empty()
            && self.mean(&place, is_meant)
            && self.also.as_ref().is_none_or(|also| also.cover(text))
    }

    fn mean(&self, place: &[String], is_meant: impl Fn(&str, &str) -> bool) -> bool {
        let fewest = if self.is_deep { 0 } else { place.len() };
        let mut places = (fewest..=place.len()).filter_map(|to| place.get(..to));
        places.any(|place| self.any.iter().any(|it| fits(it, place, &is_meant)))
    }
}

/// Walks along once; from the last `**` on it starts again one segment later whenever it fails.
fn fits(pattern: &[String], place: &[String], is_meant: impl Fn(&str, &str) -> bool) -> bool {
    let (mut at, mut segment) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while segment < place.len() {
        match pattern.get(at).map(String::as_str) {
            Some("**") => {
                retry = Some((at + 1, segment));
                at += 1;
            }
            Some(word) if place.get(segment).is_some_and(|it| is_meant(word, it)) => {
                at += 1;
                segment += 1;
            }
            Some(_) | None => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    (at, segment) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|it| it == "**"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn stars_stand_for_one_segment_and_two_for_any_number() {
        for (pattern, place, meant) in [
            ("/**/id", "/id", true),
            ("/**/id", "/entry/0/resource/id", true),
            ("/**/id", "/entry/0/identifier", false),
            ("/**/meta/lastUpdated", "/meta/meta/lastUpdated", true),
            ("/output/*/url", "/output/3/url", true),
            ("/output/*/url", "/output/3/4/url", false),
            ("/a/**", "/a", true),
            ("/a/**/b/**/c", "/a/b/x/b/c", true),
            ("/a/**/b/**/c", "/a/c", false),
        ] {
            let patterns = Patterns::of([pattern]).unwrap();
            let segments = pointer_segments(place).unwrap();
            let place: Vec<String> = segments.into_iter().map(|it| it.into_owned()).collect();
            assert_eq!(patterns.admit(&place), meant, "{pattern} {place:?}");
        }
        let both = |one, other| {
            let patterns = Patterns::of([one]).unwrap();
            let patterns = patterns.within(Patterns::of([other]).unwrap());
            ["/a/b", "/a/c"].map(|it| {
                let place = pointer_segments(it).unwrap().into_iter();
                patterns.admit(&place.map(|it| it.into_owned()).collect::<Vec<_>>())
            })
        };
        assert_eq!(both("/a/*", "/a/b"), [true, false]);
        assert_eq!(both("/a/b", "/a/**"), [true, false]);
        assert_eq!(both("/a/b", "/a/c"), [false, false]);
        let deep = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|it| Patterns::of([it]).unwrap().and_below());
            let patterns = one.within(other);
            ["/a", "/a/b", "/a/b/c", "/d"].map(|it| {
                let place = pointer_segments(it).unwrap().into_iter();
                patterns.admit(&place.map(|it| it.into_owned()).collect::<Vec<_>>())
            })
        };
        for (one, other) in [("/a", "/a/*"), ("/a/*", "/a"), ("/a/b", "/a/**")] {
            assert_eq!(
                deep(one, other),
                [false, true, true, false],
                "{one} {other}"
            );
        }
        assert!(Patterns::of(["id"]).is_err());
        assert!(Patterns::of(OF_ANYBODY.iter().copied()).is_ok());
        assert!(Patterns::of(OF_A_MANIFEST.iter().copied()).is_ok());
    }
    #[test]
    fn a_pattern_is_covered_by_one_that_means_all_its_places() {
        for (wide, narrow, exact, below) in [
            ("/issue/**", "/issue/*", true, true),
            ("/issue/*", "/issue/**", false, false),
            ("/issue/*", "/issue/*/code", false, true),
            ("/issue", "/issue/*", false, true),
            ("/issue/*/code", "/issue/*", false, false),
            ("/**/note", "/a/**/note", true, true),
            ("/a/*/note", "/a/**/note", false, false),
        ] {
            let wide = Patterns::of([wide]).unwrap();
            assert_eq!(wide.cover(narrow), exact, "{wide:?} {narrow}");
            assert_eq!(wide.and_below().cover(narrow), below, "{narrow} below");
        }
    }
}
