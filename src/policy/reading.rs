//! What a rule's text reads, resolved from its syntax tree without evaluating anything.
//! Refuses every construct that would hide a read: helpers, imports, `with`, unbound walks, unknown calls.

use super::path::within;
use crate::rego::{Assign, Body, Expr, Literal, Query, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Built-ins that a rule may call. Nothing here knows time, chance, the network or the screen.
///
/// Source: policy specification, section 5 (allow-list)
const ALLOWED: [&str; 6] = [
    "contains",
    "count",
    "endswith",
    "lower",
    "regex.match",
    "startswith",
];

/// Something in the text that a rule may not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub span: Span,
    pub reason: String,
}

/// Everything that a rule's bodies touch.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Paths that are used as values: `schemas[].consent.bearing`.
    pub values: BTreeMap<String, Span>,
    /// Paths that are walked or only lead on to others.
    pub walks: BTreeMap<String, Span>,
    /// Names and words of the text, each of which must matter.
    pub words: BTreeSet<Span>,
    pub flaws: Vec<Flaw>,
}

/// What a local name stands for.
#[derive(Clone, Debug, PartialEq)]
enum Origin {
    /// A path into the input; empty for the whole of it.
    Fact(String),
    /// Something the rule made itself.
    Made,
}

type Names = BTreeMap<String, Origin>;

impl Reading {
    /// Reads the bodies of a rule and the member that each adds to the set.
    #[must_use]
    pub fn of<'a>(rules: impl Iterator<Item = (&'a [Body], &'a Expr)>) -> Self {
        let mut reading = Self::default();
        for (bodies, member) in rules {
            for body in bodies {
                if body.is_else {
                    reading.refuse(body.span, "`else` hides which body decided");
                }
                let mut names = Names::new();
                reading.query(&body.query, &mut names);
                reading.value(member, &names);
            }
            if bodies.is_empty() {
                reading.value(member, &Names::new());
            }
        }
        reading
    }

    /// The paths to declare: the longest ones, without the `[]` of their own items.
    #[must_use]
    pub fn reads(&self) -> BTreeSet<String> {
        let all: BTreeSet<String> = self
            .values
            .keys()
            .chain(self.walks.keys())
            .map(|path| path.trim_end_matches("[]").to_owned())
            .collect();
        let leads_on = |path: &String| all.iter().any(|other| other != path && within(other, path));
        all.iter().filter(|path| !leads_on(path)).cloned().collect()
    }

    fn refuse(&mut self, span: Span, reason: impl Into<String>) {
        self.flaws.push(Flaw {
            span,
            reason: reason.into(),
        });
    }

    fn query(&mut self, query: &Query, names: &mut Names) {
        for statement in &query.stmts {
            for with in &statement.with_mods {
                self.refuse(with.span, "`with` replaces the facts");
            }
            self.literal(&statement.literal, names);
        }
    }

    fn literal(&mut self, literal: &Literal, names: &mut Names) {
        match literal {
            Literal::SomeVars { span } => {
                self.refuse(*span, "walk a collection with `some x in`");
            }
            Literal::SomeIn {
                key,
                value,
                collection,
                ..
            } => {
                let items = self.walk(collection, names);
                if let Some(key) = key {
                    self.bind(key, Origin::Made, names);
                }
                self.bind(value, items, names);
            }
            Literal::Expr { expr } => self.statement(expr, names),
            Literal::NotExpr { expr } => self.value(expr, names),
            Literal::Every { span, .. } => {
                self.refuse(
                    *span,
                    "`every` holds over an empty collection: use `some x in`",
                );
            }
        }
    }

    fn statement(&mut self, expr: &Expr, names: &mut Names) {
        let Expr::AssignExpr { span, op, lhs, rhs } = expr else {
            return self.value(expr, names);
        };
        if *op == Assign::Eq {
            return self.refuse(*span, "`=` both compares and binds: use `==` or `:=`");
        }
        let origin = self.origin(rhs, names);
        if let Origin::Fact(path) = &origin {
            self.walks.insert(path.clone(), rhs.span());
        }
        self.bind(lhs, origin, names);
    }

    fn bind(&mut self, name: &Expr, origin: Origin, names: &mut Names) {
        if let Expr::Var { value, .. } = name {
            names.insert(value.clone(), origin);
        } else {
            self.refuse(name.span(), "bind one plain name at a time");
        }
    }

    /// The origin of the items of a collection.
    fn walk(&mut self, collection: &Expr, names: &Names) -> Origin {
        match self.origin(collection, names) {
            Origin::Fact(path) => {
                self.walks.insert(path.clone(), collection.span());
                Origin::Fact(format!("{path}[]"))
            }
            Origin::Made => Origin::Made,
        }
    }

    /// Uses an expression as a value.
    fn value(&mut self, expr: &Expr, names: &Names) {
        if let Origin::Fact(path) = self.origin(expr, names) {
            if path.is_empty() {
                self.refuse(expr.span(), "it uses the whole input");
            }
            self.values.insert(path, expr.span());
        }
    }

    fn values<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, names: &Names) {
        for expr in exprs {
            self.value(expr, names);
        }
    }

    fn origin(&mut self, expr: &Expr, names: &Names) -> Origin {
        match expr {
            Expr::Var { span, value } => self.name(*span, value, names),
            Expr::RefDot { refr, field, .. } => {
                self.words.insert(field.0);
                member(self.origin(refr, names), &field.1)
            }
            Expr::RefBrack { refr, index, .. } => self.lookup(refr, index, names),
            Expr::String { span, .. } => {
                self.words.insert(*span);
                Origin::Made
            }
            Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => Origin::Made,
            Expr::Array { items, .. } | Expr::Set { items, .. } => self.made(items, names),
            Expr::Object { fields, .. } => self.made(
                fields.iter().flat_map(|(_, key, value)| [key, value]),
                names,
            ),
            Expr::UnaryExpr { expr, .. } => self.made([&**expr], names),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => self.made([&**lhs, &**rhs], names),
            Expr::Membership {
                key,
                value,
                collection,
                ..
            } => self.made(
                key.as_deref().into_iter().chain([&**value, &**collection]),
                names,
            ),
            Expr::AssignExpr { span, .. } => {
                self.refuse(*span, "bind a name in a line of its own");
                Origin::Made
            }
            Expr::Call { fcn, params, .. } => self.call(fcn, params, names),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.comprehension(&[&**term], query, names)
            }
            Expr::ObjectCompr {
                key, value, query, ..
            } => self.comprehension(&[&**key, &**value], query, names),
        }
    }

    fn made<'a>(&mut self, parts: impl IntoIterator<Item = &'a Expr>, names: &Names) -> Origin {
        self.values(parts, names);
        Origin::Made
    }

    fn comprehension(&mut self, terms: &[&Expr], query: &Query, names: &Names) -> Origin {
        let mut inner = names.clone();
        self.query(query, &mut inner);
        self.made(terms.iter().copied(), &inner)
    }

    fn call(&mut self, function: &Expr, arguments: &[Expr], names: &Names) -> Origin {
        let name = function.dotted().unwrap_or_default();
        if !ALLOWED.contains(&name.as_str()) {
            self.refuse(
                function.span(),
                format!(
                    "`{name}` may not be called; allowed are {}",
                    ALLOWED.join(", ")
                ),
            );
        }
        if name == "count" {
            for collection in arguments {
                self.walk(collection, names);
            }
            return Origin::Made;
        }
        self.made(arguments, names)
    }

    fn name(&mut self, span: Span, name: &str, names: &Names) -> Origin {
        if name == "input" {
            return Origin::Fact(String::new());
        }
        if let Some(origin) = names.get(name) {
            return origin.clone();
        }
        self.refuse(span, format!("`{name}` is not bound in the lines above"));
        Origin::Made
    }

    fn lookup(&mut self, base: &Expr, index: &Expr, names: &Names) -> Origin {
        let base = self.origin(base, names);
        if let Expr::String { span, value } = index {
            self.words.insert(*span);
            return member(base, value);
        }
        self.value(index, names);
        match base {
            Origin::Fact(path) => Origin::Fact(format!("{path}[]")),
            Origin::Made => Origin::Made,
        }
    }
}

fn member(base: Origin, name: &str) -> Origin {
    match base {
        Origin::Fact(path) if path.is_empty() => Origin::Fact(name.to_owned()),
        Origin::Fact(path) => Origin::Fact(format!("{path}.{name}")),
        Origin::Made => Origin::Made,
    }
}
