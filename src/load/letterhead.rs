//! The board's own words and style for its page: which files they are, and whether they can be used.
//! Refuses a template that a report could not fill, or that could load something.

use super::read::malformed;
use super::tree::CONFIG;
use crate::catalogue::{Config, Source, Workspace};
use crate::model::{Finding, Misfit, Place, harmless, pieces};

/// Finding id of a template that cannot be used.
const UNREADABLE: &str = "catalogue/template-unreadable";
/// Longest template: the page has to stay small.
const LIMIT: usize = 64 << 10;

/// Whether `path` lies in the folder of templates.
pub(super) fn is_template(config: &Config, path: &str) -> bool {
    let folder = config.report.templates.as_deref();
    folder.is_some_and(|folder| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/') && !rest.ends_with(".md"))
    })
}

/// Takes a template into the letterhead, or says why it cannot.
pub(super) fn add(workspace: &mut Workspace, source: Source) -> Option<Box<Finding>> {
    let Some(text) = source.text().filter(|text| text.len() <= LIMIT) else {
        let place = Place::start(&source.path);
        return Some(malformed(
            UNREADABLE,
            place,
            "is no text, or longer than 64 KiB",
        ));
    };
    let misfit = |misfit: Misfit| malformed(UNREADABLE, source.place(misfit.offset), &misfit.why);
    let words = || pieces(text).map(|_| text.to_owned()).map_err(misfit);
    let letterhead = workspace.letterhead.get_or_insert_default();
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let (part, checked) = match name {
        "header.txt" => (&mut letterhead.header, words()),
        "footer.txt" => (&mut letterhead.footer, words()),
        "style.css" => (
            &mut letterhead.style,
            harmless(text).map(|()| text.to_owned()).map_err(misfit),
        ),
        _ => {
            let place = Place::start(&source.path);
            let what = "is no template; there are header.txt, footer.txt and style.css";
            return Some(malformed(UNREADABLE, place, what));
        }
    };
    match checked {
        Ok(text) => {
            *part = text;
            None
        }
        Err(finding) => Some(finding),
    }
}

/// A folder that was named and gave nothing.
pub(super) fn lacking(workspace: &Workspace) -> Option<Box<Finding>> {
    let folder = workspace.config.report.templates.as_ref()?;
    workspace.letterhead.is_none().then(|| {
        let what = format!("names `{folder}` as report.templates, and no template lies there; it has to be a folder below policies/");
        malformed(UNREADABLE, Place::start(CONFIG), &what)
    })
}
