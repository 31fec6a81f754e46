//! What a body is written in, as far as its media type says.
//! Refuses to look into the body.

/// How a body is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Json,
    Text,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// XML, multipart, binary: not judged.
    Other,
}

impl Language {
    /// The language of a media type, whatever its parameters and its case.
    #[must_use]
    pub fn of(media: &str) -> Self {
        let essence = media.split(';').next().unwrap_or("");
        let essence = essence.trim().to_ascii_lowercase();
        if essence.ends_with("/json") || essence.ends_with("+json") {
            Self::Json
        } else if essence == "application/x-www-form-urlencoded" {
            Self::Form
        } else if essence.starts_with("text/") && essence != "text/xml" {
            Self::Text
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_names_a_language_without_case_and_parameters() {
        for (media, language) in [
            ("Application/FHIR+json; charset=utf-8", Language::Json),
            ("text/plain", Language::Text),
            ("application/x-www-form-urlencoded", Language::Form),
            ("text/xml", Language::Other),
            ("multipart/form-data; boundary=x", Language::Other),
        ] {
            assert_eq!(Language::of(media), language, "{media}");
        }
    }
}
