//! Why a replay came to no verdict, as a finding: a host that is given none takes the run for a green.
//! Refuses to speak where a finding of that weight is there already.

use crate::model::{Finding, Judged, Place, Severity, Verdict, rule};

/// A run without a verdict.
pub(super) struct Open<'a> {
    pub verdict: Verdict,
    /// The words of the command.
    pub verb: &'static str,
    /// What the verdict rests on.
    pub sentence: &'a str,
    /// Files and patterns, as they were named.
    pub named: &'a [String],
    /// How to come to a verdict, where it is not what the rule says.
    pub remedy: Option<&'static str>,
}

impl Open<'_> {
    /// What has to be said besides what was found.
    pub fn beside(&self, found: &[Judged]) -> Option<Judged> {
        let (id, severity) = match self.verdict {
            Verdict::Go | Verdict::NoGo => return None,
            Verdict::Undecided => ("gate/check-skipped", Severity::Undecided),
            Verdict::Empty => ("gate/nothing-checked", Severity::Undecided),
            Verdict::Error => ("catalogue/file-unreadable", Severity::Fault),
        };
        if found.iter().any(|one| one.severity >= severity) {
            return None;
        }
        let fix = rule(id).map_or("", |rule| rule.fix);
        let finding = Finding::new(id, self.verb, Place::start(self.file()))
            .kind(self.verdict.word())
            .message(format!("{}: {}", self.verdict.word(), self.sentence))
            .remedy(self.remedy.unwrap_or(fix));
        Some(Judged::new(finding, severity, None))
    }

    /// A file that is surely there: a pattern is none, and what it matched may be nothing.
    fn file(&self) -> &str {
        let mut named = self.named.iter();
        let file = named.find(|name| !name.contains(['*', '?', '[', '{']));
        file.map_or("matchmark.toml", String::as_str)
    }
}

/// A file without which there is no verdict, and what befell it.
pub(super) fn lost(file: &str, what: &str, why: &str) -> Judged {
    const RULE: &str = "catalogue/file-unreadable";
    let finding = Finding::new(RULE, file, Place::start(file))
        .kind("unreadable")
        .message(format!("`{file}` {what}: {why}"))
        .remedy(rule(RULE).map_or("", |rule| rule.fix));
    Judged::new(finding, Severity::Fault, None)
}
