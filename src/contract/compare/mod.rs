//! A contract against an OpenAPI document: what the document does not take or does not answer.
//! Refuses to know files, and how heavy a result weighs in a verdict.

mod body;
mod branch;
mod code;
mod desk;
mod expand;
mod gather;
mod header;
mod judge;
mod leaf;
mod media;
mod openapi;
mod operation;
mod pact;
mod parameter;
mod pool;
mod request;
mod response;
mod route;
mod security;
mod shape;
mod sheet;
mod text;

pub use code::{Code, UNDECIDED, Weight};
pub use desk::{Malformed, Paper};
pub use sheet::{Found, Open};

use openapi::Api;
use pact::Interaction;
use serde_json::Value;
use sheet::{Sheet, Spot};
use std::collections::BTreeSet;

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// In the order of the contract.
    pub found: Vec<Found>,
    /// What could not be judged.
    pub open: Vec<Open>,
    /// HTTP interactions that were compared.
    pub compared: usize,
    /// Interactions of other kinds, which no OpenAPI document describes.
    pub skipped: usize,
}

/// Compares every HTTP interaction of a Pact file with an OpenAPI document.
///
/// Errors: everything in the two that cannot be read
pub fn compare(openapi: &Value, pact: &Value) -> Result<Comparison, Vec<Malformed>> {
    let (api, read) = match (openapi::api(openapi), pact::interactions(pact)) {
        (Ok(api), Ok(read)) => (api, read),
        (api, read) => {
            let mut found = api.err().unwrap_or_default();
            found.extend(read.err().unwrap_or_default());
            found.sort();
            found.dedup();
            return Err(found);
        }
    };
    let names = names(&api);
    let mut sheet = Sheet::new(&names);
    for interaction in &read.http {
        sheet.turn(&interaction.description, &interaction.at);
        one(&api, interaction, &mut sheet);
    }
    Ok(Comparison {
        compared: read.http.len(),
        skipped: read.others,
        found: sheet.found,
        open: sheet.open,
    })
}

fn one(api: &Api, interaction: &Interaction, sheet: &mut Sheet<'_>) {
    let Some((operation, gaps)) = request::operation(api, interaction) else {
        let at = format!("{}/request/path", interaction.at);
        let why = if request::knows_path(api, interaction) {
            "the document knows the path, but not with this method or these values"
        } else {
            "the document knows no such path"
        };
        return sheet.say(Code::PATH, Spot::value(&at).why(why));
    };
    sheet.open(gaps);
    request::request(interaction, operation, &api.pool, sheet);
    response::response(interaction, operation, &api.pool, sheet);
}

/// Every name that the document declares.
fn names(api: &Api) -> BTreeSet<String> {
    let mut names = api.pool.names.clone();
    let operations = api
        .routes
        .iter()
        .flat_map(|route| route.operations.values());
    for operation in operations {
        let headers = operation
            .answers
            .iter()
            .flat_map(|(_, answer)| &answer.headers);
        for parameter in operation.parameters.iter().chain(headers) {
            names.insert(parameter.name.clone());
            names.insert(parameter.name.to_ascii_lowercase());
        }
    }
    names
}
