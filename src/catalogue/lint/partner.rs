//! Whether a partner's file agrees with its name and with the catalogue, and says whom to call.

use crate::catalogue::{Catalogue, Partner};
use crate::model::{Finding, Place, did_you_mean};

/// Everything that is wrong with the partner of the file `name`.
pub(super) fn partner(name: &str, partner: &Partner, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(support(partner));
    findings.extend(id(name, partner));
    findings.extend(uses(partner, catalogue));
    findings
}

/// Two partners of one id would stand in for each other wherever one is looked up.
fn id(name: &str, partner: &Partner) -> Option<Finding> {
    let id = &partner.file.id;
    (id != name).then(|| {
        Finding::new("catalogue/id-mismatch", name, partner.source.find("id ="))
            .pointer("/id")
            .kind("file")
            .message(format!(
                "the file is `{name}.toml` but the partner calls itself `{id}`"
            ))
            .remedy("give both the same name; an id is never reused")
    })
}

/// A range that admits nothing protects nobody: no change would ever be held against it.
fn uses(partner: &Partner, catalogue: &Catalogue) -> Vec<Finding> {
    let file = &partner.file;
    let unknown = file.uses.iter().filter_map(|(entry, range)| {
        let (kind, said) = if catalogue.entry(entry).is_none() {
            let known = catalogue.entries.keys().map(String::as_str);
            (
                "entry",
                format!("is not in the catalogue{}", did_you_mean(entry, known)),
            )
        } else if catalogue.in_range(entry, range).is_empty() {
            (
                "range",
                format!("has no version in {range} that is served or drafted"),
            )
        } else {
            return None;
        };
        Some(
            Finding::new(
                "catalogue/uses-unknown",
                file.id.clone(),
                partner.source.find(entry),
            )
            .pointer(format!("/uses/{entry}"))
            .kind(kind)
            .message(format!("`{}` uses `{entry}`, which {said}", file.id))
            .remedy(format!(
                "correct `uses` in {}, or keep the version that it names",
                partner.source.path
            )),
        )
    });
    unknown.collect()
}

/// Without support hours and response times nobody can be held to an answer.
fn support(partner: &Partner) -> Option<Finding> {
    let file = &partner.file;
    let complete = file.support.as_ref().is_some_and(|support| {
        let mut times = support.response.iter();
        !support.contact.is_empty()
            && !support.hours.is_empty()
            && !support.response.is_empty()
            && times.all(|(severity, time)| !severity.is_empty() && !time.is_empty())
    });
    (!complete).then(|| {
        Finding::new(
            "catalogue/partner-support-missing",
            file.id.clone(),
            Place::start(&partner.source.path),
        )
        .pointer("/support")
        .kind("support")
        .message(format!(
            "`{}` has no contact, hours and response times",
            file.id
        ))
        .remedy(format!("complete [support] in {}", partner.source.path))
    })
}
