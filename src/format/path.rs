//! Whether a path is one that a pattern means. `*` stands for any part of one name; a name never spans folders.

/// `policies/rules/*/rule.toml` fits `policies/rules/x/rule.toml`.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    pattern.clone().count() == path.clone().count()
        && pattern.zip(path).all(|(wanted, name)| named(wanted, name))
}

/// One name against one part of a pattern, which holds at most one `*`.
fn named(wanted: &str, name: &str) -> bool {
    match wanted.split_once('*') {
        None => wanted == name,
        Some((before, after)) => {
            name.len() > before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_part_of_one_name_and_never_nothing() {
        for (pattern, path, expected) in [
            ("matchmark.toml", "matchmark.toml", true),
            ("matchmark.toml", "a/matchmark.toml", false),
            ("partners/*.toml", "partners/northwind.toml", true),
            ("partners/*.toml", "partners/.toml", false),
            ("partners/*.toml", "partners/a/b.toml", false),
            (
                "schemas/*/entry.toml",
                "schemas/hrex-consent/entry.toml",
                true,
            ),
            (
                "schemas/*/entry.toml",
                "schemas/hrex-consent/other.toml",
                false,
            ),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }
}
