//! A table of a page: a caption, heads that paper repeats, rows that name themselves, and what was left out.

use super::page::escape;
use crate::model::counted;
use std::fmt::Write as _;

/// Rows of a table that paper keeps on one sheet.
const BRIEF: usize = 6;

/// A table before it is markup.
pub(super) struct Table<'a> {
    /// What stands in it, as markup.
    pub caption: String,
    /// Heads of the columns, as text.
    pub columns: &'a [&'a str],
    /// Cells as markup; the first one heads its row.
    pub rows: Vec<Vec<String>>,
    /// Rows that are shown; the others are counted.
    pub most: usize,
    /// What a row is, in the singular.
    pub noun: &'a str,
}

impl Table<'_> {
    /// The markup; `id` stands once on a page.
    pub(super) fn html(&self, id: &str) -> String {
        let brief = if self.rows.len() <= BRIEF {
            " brief"
        } else {
            ""
        };
        let mut out = format!(
            "<div class=\"scroll{brief}\" role=\"group\" aria-labelledby=\"{id}\" tabindex=\"0\">\n<table>\n\
             <caption id=\"{id}\">{}</caption>\n<thead><tr>",
            self.caption
        );
        for column in self.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escape(column));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for cells in self.rows.iter().take(self.most) {
            row(&mut out, cells);
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
        let _ = write!(out, "{}", rest(self.rows.len(), self.most, self.noun));
        out
    }
}

fn row(out: &mut String, cells: &[String]) {
    out.push_str("<tr>");
    for (index, cell) in cells.iter().enumerate() {
        let _ = match index {
            0 => write!(out, "<th scope=\"row\">{cell}</th>"),
            _ => write!(out, "<td>{cell}</td>"),
        };
    }
    out.push_str("</tr>\n");
}

/// How many of `all` are not shown, when some are not.
pub(super) fn rest(all: usize, most: usize, noun: &str) -> String {
    if all <= most {
        return String::new();
    }
    format!(
        "<p class=\"more\">{} more not shown here: the json format holds all {all}.</p>\n",
        counted(all - most, noun)
    )
}
