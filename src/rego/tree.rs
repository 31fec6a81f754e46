//! The syntax tree of one policy text, in the words of the engine that parsed it.
//! Refuses to know which parts of the language a rule may use.

use serde::Deserialize;

/// Where a piece of the text stands. Lines and columns start at 1, offsets are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Span {
    pub line: u32,
    #[serde(rename = "col")]
    pub column: u32,
    pub start: usize,
    pub end: usize,
}

/// A whole text.
#[derive(Clone, Debug, Deserialize)]
pub struct Module {
    pub package: Package,
    pub imports: Vec<Import>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    pub span: Span,
    pub refr: Expr,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Import {
    pub span: Span,
}

#[derive(Clone, Debug, Deserialize)]
pub enum Rule {
    Spec {
        span: Span,
        head: Box<Head>,
        bodies: Vec<Body>,
    },
    Default {
        span: Span,
    },
}

/// What stands before `if`.
#[derive(Clone, Debug, Deserialize)]
pub enum Head {
    /// `name contains key`
    Set {
        span: Span,
        refr: Expr,
        key: Option<Expr>,
    },
    /// `name := value`
    Compr { span: Span },
    /// `name(args) := value`
    Func { span: Span },
}

#[derive(Clone, Debug, Deserialize)]
pub struct Body {
    pub span: Span,
    pub is_else: bool,
    pub query: Query,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Query {
    pub stmts: Vec<Statement>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Statement {
    pub span: Span,
    pub literal: Literal,
    #[serde(default)]
    pub with_mods: Vec<With>,
}

/// `with input.x as y`
#[derive(Clone, Debug, Deserialize)]
pub struct With {
    pub span: Span,
}

#[derive(Clone, Debug, Deserialize)]
pub enum Literal {
    SomeVars {
        span: Span,
    },
    SomeIn {
        span: Span,
        key: Option<Expr>,
        value: Expr,
        collection: Expr,
    },
    Expr {
        expr: Expr,
    },
    NotExpr {
        expr: Expr,
    },
    Every {
        span: Span,
        key: Option<Span>,
        value: Span,
        domain: Expr,
        query: Query,
    },
}

#[derive(Clone, Debug, Deserialize)]
pub enum Expr {
    String {
        span: Span,
        value: String,
    },
    RawString {
        span: Span,
    },
    Number {
        span: Span,
    },
    Bool {
        span: Span,
    },
    Null {
        span: Span,
    },
    Var {
        span: Span,
        value: String,
    },
    Array {
        span: Span,
        items: Vec<Expr>,
    },
    Set {
        span: Span,
        items: Vec<Expr>,
    },
    Object {
        span: Span,
        fields: Vec<(Span, Expr, Expr)>,
    },
    ArrayCompr {
        span: Span,
        term: Box<Expr>,
        query: Query,
    },
    SetCompr {
        span: Span,
        term: Box<Expr>,
        query: Query,
    },
    ObjectCompr {
        span: Span,
        key: Box<Expr>,
        value: Box<Expr>,
        query: Query,
    },
    Call {
        span: Span,
        fcn: Box<Expr>,
        params: Vec<Expr>,
    },
    UnaryExpr {
        span: Span,
        expr: Box<Expr>,
    },
    /// `refr.field`
    RefDot {
        span: Span,
        refr: Box<Expr>,
        field: (Span, String),
    },
    /// `refr[index]`
    RefBrack {
        span: Span,
        refr: Box<Expr>,
        index: Box<Expr>,
    },
    /// `&`, `|` between sets
    BinExpr {
        span: Span,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    BoolExpr {
        span: Span,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    ArithExpr {
        span: Span,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    AssignExpr {
        span: Span,
        op: Assign,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    Membership {
        span: Span,
        key: Option<Box<Expr>>,
        value: Box<Expr>,
        collection: Box<Expr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Assign {
    /// `=`
    Eq,
    /// `:=`
    ColEq,
}

impl Expr {
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::String { span, .. }
            | Self::RawString { span }
            | Self::Number { span }
            | Self::Bool { span }
            | Self::Null { span }
            | Self::Var { span, .. }
            | Self::Array { span, .. }
            | Self::Set { span, .. }
            | Self::Object { span, .. }
            | Self::ArrayCompr { span, .. }
            | Self::SetCompr { span, .. }
            | Self::ObjectCompr { span, .. }
            | Self::Call { span, .. }
            | Self::UnaryExpr { span, .. }
            | Self::RefDot { span, .. }
            | Self::RefBrack { span, .. }
            | Self::BinExpr { span, .. }
            | Self::BoolExpr { span, .. }
            | Self::ArithExpr { span, .. }
            | Self::AssignExpr { span, .. }
            | Self::Membership { span, .. } => *span,
        }
    }

    /// `a.b.c` as text, when it is nothing but names and dots.
    #[must_use]
    pub fn dotted(&self) -> Option<String> {
        if let Self::RefDot { refr, field, .. } = self {
            return Some(format!("{}.{}", refr.dotted()?, field.1));
        }
        if let Self::Var { value, .. } = self {
            return Some(value.clone());
        }
        None
    }
}
