//! Media types: which of the declared ones a written one fits, and what a body of one is written in.
//! Refuses to know headers and bodies.

/// What a body is written in, as far as it can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Json,
    Form,
    Multipart,
    Other,
}

/// A media type apart from its parameters.
struct Essence {
    kind: String,
    sub: String,
}

impl Essence {
    fn of(media: &str) -> Self {
        let essence = media.split(';').next().unwrap_or_default().trim();
        let (kind, sub) = essence.split_once('/').unwrap_or((essence, ""));
        Self {
            kind: kind.trim().to_ascii_lowercase(),
            sub: sub.trim().to_ascii_lowercase(),
        }
    }

    /// What stands behind the `+`, or else the whole subtype.
    fn suffix(&self) -> &str {
        self.sub
            .rsplit_once('+')
            .map_or(&self.sub, |(_, suffix)| suffix)
    }

    fn is_wide(&self) -> bool {
        self.kind == "*" || self.sub == "*"
    }

    /// Whether this one, with its stars, holds `other`.
    fn holds(&self, other: &Self) -> bool {
        (self.kind == "*" || self.kind == other.kind) && (self.sub == "*" || self.sub == other.sub)
    }
}

/// The language of a media type.
pub fn language(media: &str) -> Language {
    let essence = Essence::of(media);
    match (essence.kind.as_str(), essence.sub.as_str()) {
        _ if essence.suffix() == "json" => Language::Json,
        ("application", "x-www-form-urlencoded") => Language::Form,
        ("multipart", "form-data") => Language::Multipart,
        _ => Language::Other,
    }
}

/// Whether a media type stands for several.
pub fn is_wide(media: &str) -> bool {
    Essence::of(media).is_wide()
}

/// The value of a parameter.
pub fn parameter<'m>(media: &'m str, name: &str) -> Option<&'m str> {
    media.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

/// The number of the declared type that `written` fits best: as it stands, without parameters, by its suffix, by a star.
pub fn fitting<'d>(written: &str, declared: impl Iterator<Item = &'d str>) -> Option<usize> {
    let declared: Vec<&str> = declared.collect();
    let essence = Essence::of(written);
    let bare: Vec<Essence> = declared.iter().map(|media| Essence::of(media)).collect();
    let whole = squeezed(written);
    declared
        .iter()
        .position(|media| squeezed(media) == whole)
        .or_else(|| {
            let same = |other: &Essence| other.kind == essence.kind && other.sub == essence.sub;
            bare.iter().position(same)
        })
        .or_else(|| {
            let alike =
                |other: &Essence| other.kind == essence.kind && other.suffix() == essence.suffix();
            bare.iter().position(alike)
        })
        .or_else(|| bare.iter().position(|other| other.holds(&essence)))
}

/// Whether one of the types that an `Accept` header lists is declared.
pub fn accepts<'d>(header: &str, declared: impl Iterator<Item = &'d str> + Clone) -> bool {
    header.split(',').any(|range| {
        let essence = Essence::of(range);
        let asked = parameter(range, "q")
            .is_none_or(|weight| weight.is_empty() || weight.contains(|c| c != '0' && c != '.'));
        let wide = || {
            essence.is_wide()
                && declared
                    .clone()
                    .any(|media| essence.holds(&Essence::of(media)))
        };
        asked && (fitting(range, declared.clone()).is_some() || wide())
    })
}

fn squeezed(media: &str) -> String {
    let plain = media.chars().filter(|c| !c.is_whitespace());
    plain.collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(written: &str, declared: &[&str]) -> Option<usize> {
        fitting(written, declared.iter().copied())
    }

    #[test]
    fn a_closer_fit_goes_before_an_earlier_one() {
        let versions = ["*/*", "application/json;v=1", "application/json; v=2"];
        assert_eq!(fit("application/json;v=2", &versions), Some(2));
        assert_eq!(fit("Application/JSON", &versions), Some(1));
        assert_eq!(fit("application/fhir+json", &versions), Some(1));
        assert_eq!(fit("text/csv", &versions), Some(0));
        assert_eq!(fit("text/csv", &["text/*", "*/*"]), Some(0));
        assert_eq!(fit("text/csv", &["application/json"]), None);
        assert_eq!(fit("text/json", &["application/json"]), None);
        assert_eq!(
            fit("application/problem+json", &["application/hal+json"]),
            Some(0)
        );
    }

    #[test]
    fn an_accept_header_needs_one_type_that_is_declared() {
        let declared = ["application/json"];
        let asks = |header: &str| accepts(header, declared.iter().copied());
        assert!(asks("*/*"));
        assert!(asks("text/html, application/*;q=0.1"));
        assert!(asks("application/json;q=1"));
        assert!(!asks("text/html, application/json;q=0"));
        assert!(!asks("text/*, application/xml;q=0.9"));
    }

    #[test]
    fn the_language_is_told_by_the_suffix_too() {
        assert_eq!(
            language("application/fhir+json; charset=utf-8"),
            Language::Json
        );
        assert_eq!(
            language("multipart/form-data;boundary=x"),
            Language::Multipart
        );
        assert_eq!(language("text/plain"), Language::Other);
        assert_eq!(parameter("a/b; Boundary=\"x y\"", "boundary"), Some("x y"));
    }
}
