//! Which published statements something here holds, as a person or a program is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A schema that names a statement at its constraints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamingSchema {
    /// `id@version`, the newest version that names it.
    pub schema: String,
    /// How many constraints name it.
    pub pointers: usize,
}

/// One statement and what holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredStatement {
    pub id: String,
    /// `SHALL`, `SHOULD` or `MAY`.
    pub strength: String,
    pub actor: String,
    pub text: String,
    /// Whether the shape of one message is all that it asks for.
    pub shape: bool,
    /// Schemas that name it; they hold it only where it asks for a shape.
    pub schemas: Vec<NamingSchema>,
    /// Ids of the rules that follow it.
    pub rules: Vec<String>,
    /// Tests of the service that show it.
    pub service: Vec<String>,
    /// Why nothing will ever hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<String>,
}

impl CoveredStatement {
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.is_held_by_schema() || !(self.rules.is_empty() && self.service.is_empty())
    }

    /// A duty that a schema only explains, such as to check something, is not held by it.
    #[must_use]
    pub fn is_held_by_schema(&self) -> bool {
        self.shape && !self.schemas.is_empty()
    }

    /// Neither held nor out of scope.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.is_held() && self.out_of_scope.is_none()
    }
}

/// The statements of one page of a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredPage {
    pub guide: String,
    pub version: String,
    pub page: String,
    pub statements: Vec<CoveredStatement>,
}

/// How many statements are held by what; one may be held by several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageSummary {
    pub statements: usize,
    pub held: usize,
    pub by_schema: usize,
    pub by_rule: usize,
    pub by_service: usize,
    pub out_of_scope: usize,
    pub open: usize,
    /// Open ones that bind.
    pub open_shall: usize,
}

/// The answer to `catalogue coverage`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    pub summary: CoverageSummary,
    pub pages: Vec<CoveredPage>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_holds_a_statement_about_a_shape_and_only_names_a_duty() {
        let named = |shape| CoveredStatement {
            id: "pdex-176".to_owned(),
            strength: "SHALL".to_owned(),
            actor: "responder".to_owned(),
            text: String::new(),
            shape,
            schemas: vec![NamingSchema {
                schema: "a@1.0.0".to_owned(),
                pointers: 1,
            }],
            rules: Vec::new(),
            service: Vec::new(),
            out_of_scope: None,
        };
        assert!(named(true).is_held() && !named(true).is_open());
        assert!(named(false).is_open() && !named(false).is_held());
        let ruled = CoveredStatement {
            rules: vec!["payload/x".to_owned()],
            ..named(false)
        };
        assert!(ruled.is_held() && !ruled.is_held_by_schema());
    }
}
