//! Whether CODEOWNERS leads every approval to the role that gives it.
//! Refuses to know who the owners are and whether a branch is protected.

use crate::catalogue::Source;
use crate::model::{Finding, Place};

/// Where GitHub looks, in its order.
///
/// Source: GitHub Docs, "About code owners", section "CODEOWNERS file location"
pub const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Roles whose decisions nobody of that role has to review.
#[must_use]
pub fn unguarded(owners: Option<&Source>, roles: &[String]) -> Vec<Finding> {
    let place = owners.map_or_else(
        || Place::start(CODEOWNERS.first().copied().unwrap_or_default()),
        |source| Place::start(&source.path),
    );
    let text = owners.and_then(Source::text).unwrap_or_default();
    roles
        .iter()
        .filter(|role| !is_guarded(text, role))
        .map(|role| {
            let finding = Finding::new("lifecycle/approval-unguarded", role.clone(), place.clone());
            finding
                .pointer(format!("/policies/approvals/*/{role}.toml"))
                .kind("unguarded")
                .message(format!(
                    "no line of {} asks {role} to review the approvals that are given in its name",
                    place.file
                ))
                .remedy(format!(
                    "write `/policies/approvals/*/{role}.toml @your-organisation/{role}` into {}, below what is more general",
                    place.file
                ))
        })
        .collect()
}

/// Whether the last line that speaks of the role's approvals is about them alone and names somebody.
///
/// Source: GitHub Docs, "About code owners", section "CODEOWNERS syntax": the last matching pattern takes precedence
fn is_guarded(text: &str, role: &str) -> bool {
    let name = format!("{role}.toml");
    let path = ["policies", "approvals", "any", name.as_str()];
    let last = text
        .lines()
        .filter_map(rule)
        .rfind(|(pattern, _)| matches(pattern, &path));
    last.is_some_and(|(pattern, named)| named && pattern.rsplit('/').next() == Some(name.as_str()))
}

/// The pattern of a line, and whether it names an owner.
fn rule(line: &str) -> Option<(&str, bool)> {
    let line = line.split('#').next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let is_owner = |word: &str| word.contains('@');
    Some((pattern, words.any(is_owner)))
}

/// Whether a pattern as .gitignore has them means the path; a folder means everything below it.
fn matches(pattern: &str, path: &[&str]) -> bool {
    let whole = pattern.trim_start_matches('/').trim_end_matches('/');
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let parts: Vec<&str> = whole.split('/').collect();
    if is_anchored {
        return below(&parts, path);
    }
    (0..path.len()).any(|from| path.get(from..).is_some_and(|rest| below(&parts, rest)))
}

fn below(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], _) => true,
        (["**"], path) => !path.is_empty(),
        (["**", rest @ ..], path) => {
            (0..=path.len()).any(|from| path.get(from..).is_some_and(|path| below(rest, path)))
        }
        ([first, rest @ ..], [name, path @ ..]) => segment(first, name) && below(rest, path),
        (_, []) => false,
    }
}

/// Whether one name fits a pattern in which `*` stands for any letters.
fn segment(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| rest.get(at..).is_some_and(|rest| segment(after, rest)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_of_its_own_that_nothing_overrides_guards_a_role() {
        for (text, guarded) in [
            ("", false),
            ("* @payer-exchange/platform", false),
            ("/policies/ @payer-exchange/platform", false),
            (
                "/policies/approvals/*/security.toml @payer-exchange/security",
                true,
            ),
            (
                "policies/approvals/**/security.toml @payer-exchange/security # why",
                true,
            ),
            ("security.toml @payer-exchange/security", true),
            ("/policies/approvals/*/security.toml", false),
            (
                "# /policies/approvals/*/security.toml @payer-exchange/security",
                false,
            ),
            (
                "/policies/approvals/*/platform.toml @payer-exchange/platform",
                false,
            ),
            (
                "/policies/approvals/*/security.toml @payer-exchange/security\n* @payer-exchange/platform",
                false,
            ),
            (
                "* @payer-exchange/platform\n/policies/approvals/*/security.toml @payer-exchange/security",
                true,
            ),
        ] {
            assert_eq!(is_guarded(text, "security"), guarded, "{text}");
        }
    }

    #[test]
    fn every_role_without_a_line_is_named() {
        let text = "/policies/approvals/*/security.toml @payer-exchange/security\n";
        let source = Source::new(".github/CODEOWNERS", text.as_bytes().to_vec());
        let roles = ["security", "platform"].map(str::to_owned);
        let named = |owners| -> Vec<String> {
            let found = unguarded(owners, &roles);
            found.into_iter().map(|finding| finding.subject).collect()
        };
        assert_eq!(named(Some(&source)), ["platform"]);
        assert_eq!(named(None), ["security", "platform"]);
    }
}
