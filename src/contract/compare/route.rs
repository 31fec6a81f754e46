//! Path templates of an OpenAPI document: which one a path fits, and what stands in its places.
//! Refuses to know operations.

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name(String),
    /// Everything that is left.
    Rest,
}

/// A path template, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
    any_case: bool,
}

/// How much a template leaves open; the one that leaves the least is asked first.
pub type Openness = (bool, usize, std::cmp::Reverse<usize>);

impl Template {
    pub fn new(text: &str, any_case: bool) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '*']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(behind) = from.strip_prefix('*') {
                flush(&mut plain, &mut pieces);
                pieces.push(Piece::Rest);
                rest = behind.trim_start_matches('*');
                // What follows a star is taken by it.
                break;
            }
            let Some((name, behind)) = from.strip_prefix('{').and_then(|from| from.split_once('}'))
            else {
                plain.push_str(from);
                rest = "";
                break;
            };
            flush(&mut plain, &mut pieces);
            pieces.push(Piece::Name(name.to_owned()));
            rest = behind;
        }
        if pieces.last() != Some(&Piece::Rest) {
            plain.push_str(rest);
        }
        flush(&mut plain, &mut pieces);
        Self { pieces, any_case }
    }

    /// How much it leaves open.
    pub fn openness(&self) -> Openness {
        let rest = self.pieces.contains(&Piece::Rest);
        let names = self
            .pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Name(_)));
        let text = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Name(_) | Piece::Rest => 0,
        });
        (rest, names.count(), std::cmp::Reverse(text.sum()))
    }

    /// What stands in the places of the template, when `path` fits it.
    pub fn fit<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        let mut found = Vec::new();
        let mut left = path;
        let mut pieces = self.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(text) => left = self.behind(text, left)?,
                Piece::Rest => return Some(found),
                Piece::Name(name) => {
                    let segment = left.find('/').unwrap_or(left.len());
                    let (segment, _) = left.split_at_checked(segment)?;
                    let length = match pieces.peek() {
                        Some(Piece::Text(next)) if !next.starts_with('/') => {
                            self.until(next, segment)?
                        }
                        Some(Piece::Text(_) | Piece::Name(_) | Piece::Rest) | None => segment.len(),
                    };
                    let (value, behind) = left.split_at_checked(length)?;
                    if value.is_empty() {
                        return None;
                    }
                    found.push((name.as_str(), value));
                    left = behind;
                }
            }
        }
        left.is_empty().then_some(found)
    }

    /// Where the fixed text that ends a place begins in `segment`: its last occurrence.
    fn until(&self, next: &str, segment: &str) -> Option<usize> {
        let head = next.split('/').next().unwrap_or_default();
        if self.any_case {
            let segment = segment.to_ascii_lowercase();
            return segment.rfind(&head.to_ascii_lowercase());
        }
        segment.rfind(head)
    }

    fn behind<'p>(&self, text: &str, path: &'p str) -> Option<&'p str> {
        let (head, behind) = path.split_at_checked(text.len())?;
        let same = if self.any_case {
            head.eq_ignore_ascii_case(text)
        } else {
            head == text
        };
        same.then_some(behind)
    }
}

fn flush(plain: &mut String, pieces: &mut Vec<Piece>) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(std::mem::take(plain)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fit<'p>(template: &str, path: &'p str) -> Option<Vec<&'p str>> {
        let template = Template::new(template, false);
        let found = template.fit(path)?;
        Some(found.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn a_place_takes_one_segment_or_a_part_of_it() {
        assert_eq!(fit("/pets/{id}", "/pets/1"), Some(vec!["1"]));
        assert_eq!(fit("/pets/{id}", "/pets/1/x"), None);
        assert_eq!(fit("/pets/{id}", "/pets/"), None);
        assert_eq!(fit("/pets/{id}/x", "/pets/1/x"), Some(vec!["1"]));
        assert_eq!(
            fit("/f/{name}.json", "/f/v1.json.json"),
            Some(vec!["v1.json"])
        );
        assert_eq!(fit("/d/{a}-{b}", "/d/x-y"), Some(vec!["x", "y"]));
        assert_eq!(fit("/Patient/{id}/$x", "/Patient/7/$x"), Some(vec!["7"]));
        assert_eq!(fit("/broken/{id", "/broken/{id"), Some(vec![]));
    }

    #[test]
    fn a_star_takes_the_rest_and_case_and_slash_count() {
        assert_eq!(fit("/w/**", "/w/a/b"), Some(vec![]));
        assert_eq!(fit("/w/*", "/w/"), Some(vec![]));
        assert_eq!(fit("/w", "/W"), None);
        assert_eq!(fit("/w", "/w/"), None);
        assert!(Template::new("/W/{x}a", true).fit("/w/zA").is_some());
    }

    #[test]
    fn what_is_written_out_goes_before_what_is_left_open() {
        let mut templates = ["/**", "/a/{x}", "/a/b", "/{y}/b"]
            .map(|text| (Template::new(text, false).openness(), text));
        templates.sort();
        assert_eq!(
            templates.map(|(_, text)| text),
            ["/a/b", "/a/{x}", "/{y}/b", "/**"]
        );
    }
}
