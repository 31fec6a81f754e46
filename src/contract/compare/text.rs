//! Texts of HTTP as values: percent signs, pairs of a query or form, parts of a multipart body, Base64.
//! Refuses to know schemas.

/// A text with its percent signs undone; what is no escape, or would not be UTF-8, stays as it is.
pub fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.as_bytes();
    while let Some((&first, behind)) = left.split_first() {
        let escape = (first == b'%').then(|| {
            let (high, low) = (digit(*behind.first()?)?, digit(*behind.get(1)?)?);
            Some(high * 16 + low)
        });
        match escape.flatten() {
            Some(byte) => {
                bytes.push(byte);
                left = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                left = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The pairs of a query or of a form, in their order, values of one name together.
pub fn pairs(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decoded(&text.replace('+', " "));
        gather(&mut found, plain(name), plain(value));
    }
    found
}

fn gather(found: &mut Vec<(String, Vec<String>)>, name: String, value: String) {
    match found.iter_mut().find(|(known, _)| *known == name) {
        Some((_, values)) => values.push(value),
        None => found.push((name, vec![value])),
    }
}

/// The named parts of a multipart body; `None` when it has none of that form.
///
/// Source: RFC 2046 5.1, RFC 7578 4.2
pub fn parts(text: &str, boundary: Option<&str>) -> Option<Vec<(String, Vec<String>)>> {
    let first = text.lines().find(|line| line.starts_with("--"));
    let boundary = boundary.or_else(|| first?.strip_prefix("--"))?.trim_end();
    let mark = format!("--{boundary}");
    if boundary.is_empty() || !text.contains(&mark) {
        return None;
    }
    let mut found = Vec::new();
    for part in text.split(&mark).skip(1) {
        if part.starts_with("--") {
            return Some(found);
        }
        let part = part.trim_start_matches('\r').trim_start_matches('\n');
        let (head, body) = part
            .split_once("\r\n\r\n")
            .or_else(|| part.split_once("\n\n"))
            .unwrap_or((part, ""));
        let body = body.strip_suffix('\n').unwrap_or(body);
        let body = body.strip_suffix('\r').unwrap_or(body);
        if let Some(name) = part_name(head) {
            gather(&mut found, name, body.to_owned());
        }
    }
    Some(found)
}

fn part_name(head: &str) -> Option<String> {
    let line = head.lines().find(|line| {
        let name = line.split(':').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case("content-disposition")
    })?;
    line.split(';').skip(1).find_map(|word| {
        let (key, value) = word.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("name")
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn percent_signs_are_undone_and_nothing_else() {
        assert_eq!(decoded("a%20%C3%BC%"), "a ü%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%ff"), "%ff");
    }

    #[test]
    fn values_of_one_name_come_together() {
        let pairs = pairs("a=1&b&a=2+3&=&");
        let plain: Vec<_> = pairs
            .iter()
            .map(|(name, values)| (name.as_str(), values.join("|")))
            .collect();
        assert_eq!(
            plain,
            [
                ("a", "1|2 3".to_owned()),
                ("b", String::new()),
                ("", String::new())
            ]
        );
    }

    #[test]
    fn parts_are_found_with_and_without_their_boundary_in_the_header() {
        let text = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\ncontent-disposition: form-data; name=b; filename=\"f\"\r\nContent-Type: text/plain\r\n\r\n2\r\n3\r\n--x--";
        let wanted = Some(vec![
            ("a".to_owned(), vec!["1".to_owned()]),
            ("b".to_owned(), vec!["2\r\n3".to_owned()]),
        ]);
        assert_eq!(parts(text, Some("x")), wanted);
        assert_eq!(parts(text, None), wanted);
        assert_eq!(parts("no parts", None), None);
        assert_eq!(parts("no parts", Some("x")), None);
    }
}
