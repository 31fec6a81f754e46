//! Which paths a Rust file names: imports, full paths in code, macros; aliases resolved, comments left out.
//! Refuses to know which of them are allowed.

use crate::source::Source;
use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use std::collections::BTreeMap;

/// A path that a file names. Paths of its own crate start with `crate`; a macro's last segment ends in `!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub segments: Vec<String>,
    pub line: usize,
    /// Whether it stands in code that exists for tests only.
    pub in_test: bool,
}

impl Mention {
    pub fn path(&self) -> String {
        self.segments.join("::")
    }

    /// Whether this is `path` or something inside it.
    pub fn is_within(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        self.segments.len() >= wanted.len()
            && wanted
                .iter()
                .zip(&self.segments)
                .all(|(want, has)| want == has)
    }

    /// The room of the harness that it names, seen from `source`.
    pub fn room<'a>(&'a self, source: &Source) -> Option<&'a str> {
        let [first, room, ..] = self.segments.as_slice() else {
            return None;
        };
        let own = first == "crate" && source.path != "src/main.rs";
        (own || first == "matchmark").then_some(room)
    }
}

/// Every path that `source` names, in the order of the text.
pub fn mentions(source: &Source) -> Vec<Mention> {
    let tokens: TokenStream = source
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{} does not lex: {error}", source.path));
    let mut walk = Walk::default();
    walk.stream(tokens, &source.module(), source.is_test());
    walk.resolved()
}

/// A path as it is written, with the module that it is written in.
struct Raw {
    segments: Vec<String>,
    module: Vec<String>,
    line: usize,
    in_test: bool,
    imported_as: Option<String>,
}

#[derive(Default)]
struct Walk {
    found: Vec<Raw>,
}

impl Walk {
    fn stream(&mut self, stream: TokenStream, module: &[String], in_test: bool) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        let mut for_test = false;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) if *word == "use" => {
                    at = self.import(&tokens, at + 1, module, in_test || for_test);
                    for_test = false;
                }
                TokenTree::Ident(word) if *word == "mod" => {
                    at = self.inline_module(&tokens, at + 1, module, in_test || for_test);
                    for_test = false;
                }
                TokenTree::Ident(_) => at = self.path(&tokens, at, module, in_test || for_test),
                TokenTree::Group(group) => {
                    for_test |= is_attribute(&tokens, at) && is_test_attribute(group);
                    self.stream(group.stream(), module, in_test || for_test);
                    if group.delimiter() == Delimiter::Brace {
                        for_test = false;
                    }
                    at += 1;
                }
                TokenTree::Punct(mark) => {
                    if mark.as_char() == ';' {
                        for_test = false;
                    }
                    at += 1;
                }
                TokenTree::Literal(_) => at += 1,
            }
        }
    }

    /// `mod name { .. }`: its paths are relative to one level more.
    fn inline_module(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        module: &[String],
        in_test: bool,
    ) -> usize {
        let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
            (tokens.get(at), tokens.get(at + 1))
        else {
            return at;
        };
        let mut inner = module.to_vec();
        inner.push(name.to_string());
        self.stream(body.stream(), &inner, in_test);
        at + 2
    }

    /// A `use` up to its semicolon, every branch of its tree.
    fn import(
        &mut self,
        tokens: &[TokenTree],
        start: usize,
        module: &[String],
        in_test: bool,
    ) -> usize {
        let end = (start..tokens.len())
            .find(|&at| matches!(&tokens[at], TokenTree::Punct(mark) if mark.as_char() == ';'))
            .unwrap_or(tokens.len());
        self.branch(&tokens[start..end], &[], module, in_test);
        end + 1
    }

    fn branch(
        &mut self,
        tokens: &[TokenTree],
        prefix: &[String],
        module: &[String],
        in_test: bool,
    ) {
        let mut segments = prefix.to_vec();
        let mut name = None;
        let mut line = 0;
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) if *word == "as" => {
                    name = tokens.get(at + 1).map(ToString::to_string);
                    at += 1;
                }
                TokenTree::Ident(word) => {
                    line = word.span().start().line;
                    if *word != "self" || segments.is_empty() {
                        segments.push(word.to_string());
                    }
                }
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for branch in inner.split(is_comma).filter(|branch| !branch.is_empty()) {
                        self.branch(branch, &segments, module, in_test);
                    }
                    return;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
        let imported_as = name.or_else(|| segments.last().cloned());
        self.push(segments, line, module, in_test, imported_as);
    }

    /// A path or a macro call in code, starting at an identifier. Gives where to go on.
    fn path(
        &mut self,
        tokens: &[TokenTree],
        start: usize,
        module: &[String],
        in_test: bool,
    ) -> usize {
        let mut segments = vec![tokens[start].to_string()];
        let mut at = start + 1;
        while is_path_separator(tokens, at) {
            let Some(TokenTree::Ident(next)) = tokens.get(at + 2) else {
                break;
            };
            segments.push(next.to_string());
            at += 3;
        }
        let called = matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == '!')
            && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
        if called && let Some(last) = segments.last_mut() {
            last.push('!');
        }
        if segments.len() > 1 || called {
            let line = tokens[start].span().start().line;
            self.push(segments, line, module, in_test, None);
        }
        at
    }

    fn push(
        &mut self,
        segments: Vec<String>,
        line: usize,
        module: &[String],
        in_test: bool,
        imported_as: Option<String>,
    ) {
        self.found.push(Raw {
            segments,
            module: module.to_vec(),
            line,
            in_test,
            imported_as,
        });
    }

    /// The paths with `self`, `super` and imported names replaced by what they stand for.
    fn resolved(self) -> Vec<Mention> {
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for raw in &self.found {
            if let Some(name) = &raw.imported_as {
                names.insert(name.clone(), absolute(&raw.segments, &raw.module));
            }
        }
        self.found
            .into_iter()
            .map(|raw| {
                let mut segments = absolute(&raw.segments, &raw.module);
                if raw.imported_as.is_none()
                    && let Some(known) = segments.first().and_then(|first| names.get(first))
                {
                    segments.splice(..1, known.iter().cloned());
                }
                Mention {
                    segments,
                    line: raw.line,
                    in_test: raw.in_test,
                }
            })
            .collect()
    }
}

/// `segments` written in `module`, from the crate's root when they lead there.
fn absolute(segments: &[String], module: &[String]) -> Vec<String> {
    let mut base = module.to_vec();
    let mut rest = segments;
    let relative = matches!(segments.first().map(String::as_str), Some("self" | "super"));
    while let Some((first, inner)) = rest.split_first() {
        match first.as_str() {
            "self" => {}
            "super" => {
                base.pop();
            }
            _ => break,
        }
        rest = inner;
    }
    if !relative {
        return segments.to_vec();
    }
    std::iter::once("crate".to_owned())
        .chain(base)
        .chain(rest.iter().cloned())
        .collect()
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',')
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    matches!(
        (tokens.get(at), tokens.get(at + 1)),
        (Some(TokenTree::Punct(one)), Some(TokenTree::Punct(two)))
            if one.as_char() == ':' && one.spacing() == Spacing::Joint && two.as_char() == ':'
    )
}

fn is_attribute(tokens: &[TokenTree], at: usize) -> bool {
    at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(mark) if mark.as_char() == '#')
}

fn is_test_attribute(group: &Group) -> bool {
    let text = group.stream().to_string().replace(' ', "");
    text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path, text);
        mentions(&source).iter().map(Mention::path).collect()
    }

    #[test]
    fn a_tree_of_imports_is_taken_apart() {
        let text = "use crate::{model::{Finding, Place as At}, load};";
        let found = paths("src/compat/mod.rs", text);
        assert_eq!(
            found,
            [
                "crate::model::Finding",
                "crate::model::Place",
                "crate::load"
            ]
        );
    }

    #[test]
    fn a_relative_path_is_followed_to_the_room_it_reaches() {
        let text = "mod inner { fn f() { super::super::super::load::git(); } }";
        assert_eq!(paths("src/compat/families.rs", text), ["crate::load::git"]);
        let text = "use super::load;";
        assert_eq!(paths("src/compat/mod.rs", text), ["crate::load"]);
    }

    #[test]
    fn an_alias_is_followed_to_what_it_stands_for() {
        let text = "use std::{fs as disk}; fn f() { disk::read(\"x\"); }";
        assert_eq!(
            paths("src/compat/mod.rs", text),
            ["std::fs", "std::fs::read"]
        );
    }

    #[test]
    fn comments_and_texts_name_nothing() {
        let text = "//! `crate::load`\n/// crate::load::git\nconst T: &str = \"std::fs::read\";";
        assert!(paths("src/compat/mod.rs", text).is_empty());
    }

    #[test]
    fn code_for_tests_is_told_apart_from_code_that_ships() {
        let text = "fn f() { std::fs::read(1); }\n#[cfg(test)]\nmod tests { fn g() { std::fs::read(2); } }";
        let source = Source::new("src/compat/mod.rs", text);
        let found: Vec<(usize, bool)> = mentions(&source)
            .iter()
            .map(|mention| (mention.line, mention.in_test))
            .collect();
        assert_eq!(found, [(1, false), (3, true)]);
    }
}
