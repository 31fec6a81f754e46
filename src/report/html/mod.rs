//! Results as a page: one file, readable offline, without scripts, in both colour schemes and on paper.

mod board;
mod diff;
mod finding;
mod ledger;
mod mark;
mod page;
mod step;
mod table;

pub(super) use board::board;
pub(super) use diff::diff;
pub(super) use ledger::ledger;

/// The page of a run that did not end.
pub(super) fn unfinished() -> String {
    let said = "<p class=\"verdict major\"><strong>ERROR</strong> the run did not end</p>\n";
    page::page("ERROR - matchmark", "<h1>No result</h1>\n", said, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Style, sample};

    #[test]
    fn a_page_loads_nothing_and_runs_nothing() {
        let page = diff(&sample::diff(), &Style::default());
        insta::assert_snapshot!("diff_html", page);
        for word in [
            "<script",
            "src=",
            "://",
            "javascript:",
            " onload",
            "@import",
            "url(",
        ] {
            let own = page.replace("http://terminology.hl7.org", "");
            assert!(!own.contains(word), "{word}");
        }
        assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
        assert_eq!(page.matches("<h1>").count(), 1);
        for name in ["<header>", "<main id=\"main\">", "<footer>", "<caption>"] {
            assert!(page.contains(name), "{name}");
        }
    }
}
