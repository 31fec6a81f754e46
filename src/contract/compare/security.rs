//! What a caller must show to be let in, and whether a request shows it.
//! Refuses to know whether what is shown is any good.

use super::desk::Node;
use super::operation::Reader;
use super::pact::Interaction;
use super::pool::below;

/// One way of showing who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    Header(String),
    Query(String),
    /// `Authorization` with this word first.
    Authorization(&'static str),
    /// Settled elsewhere: tokens of OAuth and OpenID Connect, certificates, cookies.
    Elsewhere,
}

/// The alternatives of an operation; those of the whole document where it says nothing.
pub fn security<'v>(reader: &mut Reader<'v>, node: &Node<'v>) -> Vec<Vec<Scheme>> {
    let whole = || {
        Some(Node {
            at: "/security".to_owned(),
            value: reader.root.get("security")?,
        })
    };
    let written = node.get("security").or_else(whole);
    let mut alternatives = Vec::new();
    for node in reader.desk.items(written) {
        let names = reader.desk.each(Some(node)).into_iter();
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        let schemes = names.iter().map(|name| scheme(reader, name));
        alternatives.push(schemes.collect());
    }
    alternatives
}

fn scheme(reader: &mut Reader<'_>, name: &str) -> Scheme {
    let folders = ["/components/securitySchemes", "/securityDefinitions"];
    let found = folders.iter().find_map(|folder| {
        let at = below(folder, name);
        let value = reader.root.pointer(&at)?;
        reader.resolved(&Node { at, value }).ok()
    });
    let Some(node) = found else {
        return Scheme::Elsewhere;
    };
    reader.desk.object(&node);
    let word = |key| node.text(key).unwrap_or_default().to_ascii_lowercase();
    match (
        word("type").as_str(),
        word("in").as_str(),
        word("scheme").as_str(),
    ) {
        ("apikey", "header", _) => Scheme::Header(node.text("name").unwrap_or_default().to_owned()),
        ("apikey", "query", _) => Scheme::Query(node.text("name").unwrap_or_default().to_owned()),
        ("basic", _, _) | ("http", _, "basic") => Scheme::Authorization("basic"),
        ("http", _, "bearer") => Scheme::Authorization("bearer"),
        _ => Scheme::Elsewhere,
    }
}

impl Scheme {
    /// Whether the request shows it.
    pub fn is_met(&self, interaction: &Interaction) -> bool {
        match self {
            Self::Header(name) => interaction.sent.header(name).is_some(),
            Self::Query(name) => interaction.query.iter().any(|field| field.name == *name),
            Self::Authorization(word) => {
                let header = interaction.sent.header("authorization");
                header.is_some_and(|(_, value)| {
                    let first = value.split(' ').next().unwrap_or_default();
                    first.eq_ignore_ascii_case(word) && value.contains(' ')
                })
            }
            Self::Elsewhere => true,
        }
    }
}
