//! What was asked of the rules on the command line: one value a verb of `matchmark policy`.
//! Refuses to know how it was written there, and how it will be answered.

use super::request::{Repository, Show, Stage};
use chrono::{DateTime, Utc};

/// One verb of `matchmark policy` with everything that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyRequest {
    /// The facts that every rule of this repository sees.
    Input(PolicyInputRequest),
    /// The rules as they are published.
    List(PolicyListRequest),
    /// Every case, every misspelling and every deletion.
    Test(PolicyTestRequest),
    /// Which lines of which rules some case reaches.
    Coverage(PolicyTestRequest),
    /// The folder of a rule that nobody has finished.
    New(PolicyNewRequest),
}

impl PolicyRequest {
    /// What it shows and where; `None` where it writes files instead.
    #[must_use]
    pub fn show(&self) -> Option<&Show> {
        match self {
            Self::List(request) => Some(&request.show),
            Self::Test(request) | Self::Coverage(request) => Some(&request.show),
            Self::Input(_) | Self::New(_) => None,
        }
    }
}

/// `matchmark policy input`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInputRequest {
    pub repository: Repository,
    pub stage: Stage,
    /// The instant that is taken for now; `None` for the real one.
    pub as_of: Option<DateTime<Utc>>,
}

/// `matchmark policy list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyListRequest {
    pub repository: Repository,
    pub show: Show,
}

/// `matchmark policy test` and `matchmark policy coverage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTestRequest {
    pub repository: Repository,
    /// Ids or folder names; all rules when none is named.
    pub rules: Vec<String>,
    pub show: Show,
}

/// `matchmark policy new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyNewRequest {
    pub repository: Repository,
    /// kebab-case, as it will stand in `policies/rules/`.
    pub name: String,
}
