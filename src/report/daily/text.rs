//! Formats, checkups and layouts in columns.

use crate::model::{Checkup, FormatCard, Health, Layout, LayoutState, Setting, counted};
use crate::report::Style;
use crate::report::card::table;
use crate::report::hygiene::clean;
use crate::report::text::Paint;
use std::fmt::Write as _;

pub(super) fn formats(formats: &[FormatCard]) -> String {
    let mut rows = vec![["format", "what it is", "files"].map(str::to_owned)];
    rows.extend(formats.iter().map(|format| {
        let paths = if format.paths.is_empty() {
            "-".to_owned()
        } else {
            format.paths.join(", ")
        };
        [format.name.clone(), format.about.clone(), paths]
    }));
    table(&rows)
}

pub(super) fn checkup(checkup: &Checkup, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let wide = checkup.symptoms.iter().map(|one| one.topic.len()).max();
    let wide = wide.unwrap_or_default();
    let mut out = String::new();
    for one in &checkup.symptoms {
        let word = format!("{:<4}", one.health.word());
        let word = match one.health {
            Health::Ok => word,
            Health::Warn => paint.yellow(&word),
            Health::Fail => paint.red(&word),
        };
        let _ = writeln!(out, "{word}  {:<wide$}  {}", one.topic, clean(&one.said));
        if let Some(remedy) = &one.remedy {
            let _ = writeln!(out, "      {:<wide$}  fix: {}", "", clean(remedy));
        }
    }
    settings(&mut out, &checkup.settings);
    let count = |health| {
        let alike = checkup.symptoms.iter().filter(|one| one.health == health);
        alike.count()
    };
    let _ = writeln!(
        out,
        "{} ok, {}, {} to mend",
        count(Health::Ok),
        counted(count(Health::Warn), "warning"),
        count(Health::Fail)
    );
    out
}

fn settings(out: &mut String, settings: &[Setting]) {
    if settings.is_empty() {
        return;
    }
    let mut rows = vec![["setting", "value", "from"].map(str::to_owned)];
    rows.extend(settings.iter().map(|setting| {
        [
            clean(&setting.name),
            clean(&setting.value),
            format!("{} {}", setting.origin.word(), clean(&setting.by)),
        ]
    }));
    let _ = writeln!(out, "\n{}", table(&rows));
}

pub(super) fn layout(layout: &Layout) -> String {
    let mut out = String::new();
    for file in &layout.files {
        let word = match file.state {
            LayoutState::Same => continue,
            LayoutState::Formatted => "formatted",
            LayoutState::WouldChange => "would change",
            LayoutState::Sealed => "left alone",
            LayoutState::Broken => "broken",
        };
        let why = file.why.as_deref().unwrap_or_default();
        let line = format!("{word:<12}  {}  {}", clean(&file.path), clean(why));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let changed = layout.count(LayoutState::Formatted) + layout.count(LayoutState::WouldChange);
    let _ = writeln!(
        out,
        "{}: {} as they should be, {changed} to lay out, {} broken",
        counted(layout.files.len(), "file"),
        layout.count(LayoutState::Same),
        layout.count(LayoutState::Broken)
    );
    out
}
