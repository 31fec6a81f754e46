//! Approvals as files: each lies where its subject and its role say, under an account that can be told from others.
//! Refuses to judge whether one counts.

use super::read::malformed;
use crate::catalogue::{ApprovalFile, Source, is_account};
use crate::model::Finding;

/// What is wrong with the file: who may write into a folder is decided by its path, so the text may not say otherwise.
pub(super) fn flaw(source: &Source, file: &ApprovalFile) -> Option<Box<Finding>> {
    const RULE: &str = "lifecycle/approval-unreadable";
    let folder = ApprovalFile::folder(&file.subject);
    let home = format!("policies/approvals/{folder}/{}.toml", file.role);
    if source.path != home {
        let what = "speaks for another subject or role than its folder and its name say";
        return Some(malformed(RULE, source.find("subject"), what));
    }
    let what = "names an approver that is no plain account word";
    (!is_account(&file.approver)).then(|| malformed(RULE, source.find("approver"), what))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn is_flawed(path: &str, approver: &str) -> bool {
        let text = format!(
            "subject = 'policy/a-b'\ndigest = 'sha256:11'\nrole = 'security'\napprover = '{approver}'\n\
             decision = 'approve'\ndate = '2026-11-20'\n"
        );
        let file = toml::from_str(&text).unwrap();
        let source = Source::new(path, text.into_bytes());
        flaw(&source, &file).is_some_and(|finding| finding.rule == "lifecycle/approval-unreadable")
    }

    #[test]
    fn an_approval_speaks_for_the_folder_and_the_name_that_it_has() {
        let home = "policies/approvals/policy-a-b/security.toml";
        assert!(!is_flawed(home, "board-security"));
        assert!(is_flawed(home, "board security"));
        for path in ["zzz/note1", "policy-a-b/note1", "zzz/security"] {
            let path = format!("policies/approvals/{path}.toml");
            assert!(is_flawed(&path, "board-security"), "{path}");
        }
    }
}
