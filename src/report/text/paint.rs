//! ANSI colours, when they are wanted. Every painted word says the same without them.

/// Colours on or off.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Paint(bool);

impl Paint {
    pub(in crate::report) fn new(on: bool) -> Self {
        Self(on)
    }

    pub(in crate::report) fn red(self, text: &str) -> String {
        self.wrap("31;1", text)
    }

    pub(in crate::report) fn green(self, text: &str) -> String {
        self.wrap("32;1", text)
    }

    pub(in crate::report) fn yellow(self, text: &str) -> String {
        self.wrap("33;1", text)
    }

    pub(in crate::report) fn blue(self, text: &str) -> String {
        self.wrap("34;1", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
