//! An OpenAPI or Swagger document as routes and operations.
//! Refuses to look into schemas: it knows where they stand.

use super::desk::{Desk, Malformed, Node, Paper};
use super::operation::{Operation, Reader};
use super::pool::{Dialect, Pool};
use super::route::Template;
use serde_json::Value;
use std::collections::BTreeMap;

const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// What a document describes.
pub struct Api {
    pub pool: Pool,
    /// The one that leaves the least open first.
    pub routes: Vec<Route>,
}

/// One path with its operations.
pub struct Route {
    pub template: Template,
    /// By method, in lower case.
    pub operations: BTreeMap<String, Operation>,
}

/// Reads every operation.
///
/// Errors: everything that makes no sense
pub fn api(root: &Value) -> Result<Api, Vec<Malformed>> {
    let mut desk = Desk::new(Paper::OpenApi);
    let node = Node {
        at: String::new(),
        value: root,
    };
    let Some(dialect) = dialect(&mut desk, &node) else {
        return Err(desk.found);
    };
    let mut reader = Reader::new(root, dialect, desk);
    let routes = routes(&mut reader, &node);
    let (desk, forms) = reader.finish();
    if !desk.found.is_empty() {
        return Err(desk.found);
    }
    Ok(Api {
        pool: Pool::new(root, dialect, forms),
        routes,
    })
}

fn dialect(desk: &mut Desk, root: &Node<'_>) -> Option<Dialect> {
    desk.object(root)?;
    let version = ["openapi", "swagger"].iter().find_map(|key| root.get(key));
    let Some(node) = version else {
        let message = "neither `openapi` nor `swagger` says which rules the document follows";
        desk.version("", message);
        return None;
    };
    let is = |minor: &str| {
        let text = node.value.as_str().unwrap_or_default();
        text == minor
            || text
                .strip_prefix(minor)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    let swagger = node.at == "/swagger";
    match () {
        () if swagger && is("2.0") => Some(Dialect::Swagger2),
        () if !swagger && is("3.0") => Some(Dialect::OpenApi30),
        () if !swagger && is("3.1") => Some(Dialect::OpenApi31),
        () => {
            desk.version(&node.at, "only OpenAPI 3.0, 3.1 and Swagger 2.0 are read");
            None
        }
    }
}

fn routes<'v>(reader: &mut Reader<'v>, root: &Node<'v>) -> Vec<Route> {
    let base = base(reader, root);
    let info = root.get("info");
    let any_case = info.is_some_and(|info| {
        let key = "x-opc-config-case-insensitive";
        info.is(key) || info.text(key) == Some("true")
    });
    let mut routes = Vec::new();
    for (path, node) in reader.desk.each(root.get("paths")) {
        if path.starts_with("x-") {
            continue;
        }
        let text = format!("{base}{path}");
        let operations = operations(reader, node);
        routes.push((text, operations));
    }
    let mut routes: Vec<_> = routes
        .into_iter()
        .map(|(text, operations)| {
            let template = Template::new(&text, any_case);
            (
                template.openness(),
                text,
                Route {
                    template,
                    operations,
                },
            )
        })
        .collect();
    routes.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    routes.into_iter().map(|(_, _, route)| route).collect()
}

/// What stands before every path.
fn base(reader: &mut Reader<'_>, root: &Node<'_>) -> String {
    let info = root.get("info");
    let configured =
        info.and_then(|info| reader.desk.optional_text(&info, "x-opc-config-base-path"));
    let written = reader.desk.optional_text(root, "basePath");
    let base = configured.or(written).unwrap_or_default();
    let base = base.trim_end_matches('/');
    if base.is_empty() || base.starts_with('/') {
        base.to_owned()
    } else {
        format!("/{base}")
    }
}

fn operations<'v>(reader: &mut Reader<'v>, node: Node<'v>) -> BTreeMap<String, Operation> {
    let mut found = BTreeMap::new();
    let Ok(item) = reader.resolved(&node) else {
        // What the path offers is not in this document; an interaction with it has no operation.
        return found;
    };
    for (key, node) in reader.desk.each(Some(item.clone())) {
        if METHODS.contains(&key) {
            let operation = reader.operation(&node, &item);
            found.insert(key.to_owned(), operation);
        }
    }
    found
}
