//! JSON pointers: write a step, read a pointer, find the nearest parent that exists.
//! Refuses to know what stands at a pointer.

use serde_json::Value;

/// `pointer` with one more step.
pub(crate) fn step(pointer: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}

/// `pointer` with more steps.
pub(crate) fn steps<'a>(pointer: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .fold(pointer.to_owned(), |pointer, name| step(&pointer, name))
}

/// The steps of a pointer, unescaped.
pub(crate) fn split(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The pointer one step up; `None` at the root.
pub(crate) fn parent(pointer: &str) -> Option<&str> {
    pointer.rfind('/').and_then(|end| pointer.get(..end))
}

/// The longest prefix of `pointer` that exists in `document`.
pub(crate) fn nearest(document: &Value, pointer: &str) -> String {
    let mut at = pointer;
    while document.pointer(at).is_none() {
        match parent(at) {
            Some(up) => at = up,
            None => return String::new(),
        }
    }
    at.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_is_escaped_and_read_back() {
        let pointer = step(&step("", "a/b"), "~c");
        assert_eq!(pointer, "/a~1b/~0c");
        assert_eq!(split(&pointer), ["a/b", "~c"]);
    }

    #[test]
    fn the_nearest_parent_exists() {
        let document = json!({"a": {"b": 1}});
        assert_eq!(nearest(&document, "/a/x/y"), "/a");
        assert_eq!(nearest(&document, "/q"), "");
    }
}
