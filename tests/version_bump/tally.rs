//! How often a computed step is the labelled one, and how well breaks are told.
//! Refuses to know where labels come from.

use matchmark::model::Bump;

/// Counts over all labels; the class of interest is the major step.
#[derive(Default)]
pub struct Tally {
    pub all: usize,
    pub wrong: Vec<String>,
    called: usize,
    labelled: usize,
    both: usize,
}

impl Tally {
    pub fn add(&mut self, name: String, computed: Bump, label: Bump) {
        self.all += 1;
        self.called += usize::from(computed == Bump::Major);
        self.labelled += usize::from(label == Bump::Major);
        self.both += usize::from(computed == Bump::Major && label == Bump::Major);
        if computed != label {
            self.wrong
                .push(format!("{name}: {}, not {}", computed.word(), label.word()));
        }
    }

    /// The counts in one sentence.
    pub fn shown(&self) -> String {
        let share = |of: usize| 100.0 * self.both as f64 / of.max(1) as f64;
        format!(
            "{} of {} labels met; major steps: {} labelled, precision {:.1} %, recall {:.1} %",
            self.all - self.wrong.len(),
            self.all,
            self.labelled,
            share(self.called),
            share(self.labelled)
        )
    }
}
