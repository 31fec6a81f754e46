//! One operation as the document writes it: what it takes and what it answers.
//! Refuses to judge anything.

use super::desk::{Desk, Node};
use super::parameter::{Parameter, Place, parameter};
use super::pool::{Broken, Dialect, form_at, resolve};
use super::security::{Scheme, security};
use serde_json::{Map, Value, json};

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    pub at: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<RequestBody>,
    /// One of these must be met whole; none asked when empty.
    pub security: Vec<Vec<Scheme>>,
    /// By status, range or `default`.
    pub answers: Vec<(String, Answer)>,
    /// References that lead nowhere: what they would have said is not known.
    pub gaps: Vec<String>,
}

/// What an operation takes.
#[derive(Clone, Debug)]
pub struct RequestBody {
    pub at: String,
    pub required: bool,
    pub content: Content,
}

/// What an operation answers with one status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub at: String,
    pub content: Content,
    pub headers: Vec<Parameter>,
    /// The reference that leads nowhere.
    pub gap: Option<String>,
}

/// Media types with their schemas.
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub media: Vec<Media>,
    /// The schema of a body whose media types are not declared.
    pub bare: Option<String>,
}

/// A media type and where its schema stands.
#[derive(Clone, Debug)]
pub struct Media {
    pub name: String,
    pub schema: Option<String>,
}

impl Content {
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.media.iter().map(|media| media.name.as_str())
    }
}

/// Reads operations and remembers what it came across.
pub struct Reader<'v> {
    pub root: &'v Value,
    pub dialect: Dialect,
    pub desk: Desk,
    forms: Vec<Value>,
}

impl<'v> Reader<'v> {
    pub fn new(root: &'v Value, dialect: Dialect, desk: Desk) -> Self {
        Self {
            root,
            dialect,
            desk,
            forms: Vec::new(),
        }
    }

    /// What was wrong, and the schemas of forms.
    pub fn finish(self) -> (Desk, Vec<Value>) {
        (self.desk, self.forms)
    }

    /// The value that a node means.
    ///
    /// Errors: the reference that leads nowhere
    pub fn resolved(&self, node: &Node<'v>) -> Result<Node<'v>, Broken> {
        let at = resolve(self.root, &node.at)?;
        let value = self.root.pointer(&at).ok_or_else(|| Broken(at.clone()))?;
        Ok(Node { at, value })
    }

    pub fn operation(&mut self, node: &Node<'v>, item: &Node<'v>) -> Operation {
        self.desk.object(node);
        let mut gaps = Vec::new();
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut fields: Vec<(Node<'v>, Place)> = Vec::new();
        let mut listed = self.desk.items(node.get("parameters"));
        listed.extend(self.desk.items(item.get("parameters")));
        for listed in listed {
            let found = match self.resolved(&listed) {
                Ok(found) => found,
                Err(Broken(at)) => {
                    gaps.push(at);
                    continue;
                }
            };
            match found.text("in") {
                Some("body") => fields.push((found, Place::Body)),
                Some("formData") => fields.push((found, Place::Form)),
                _ => {
                    let read = parameter(self, &found, None);
                    // What the operation says goes before what the path says.
                    let is_new = |read: &Parameter| {
                        let mut known = parameters.iter();
                        !known.any(|known| known.place == read.place && known.is(&read.name))
                    };
                    parameters.extend(read.filter(is_new));
                }
            }
        }
        Operation {
            at: node.at.clone(),
            parameters,
            body: self.body(node, &fields, &mut gaps),
            security: security(self, node),
            answers: self.answers(node),
            gaps,
        }
    }

    fn body(
        &mut self,
        node: &Node<'v>,
        fields: &[(Node<'v>, Place)],
        gaps: &mut Vec<String>,
    ) -> Option<RequestBody> {
        if self.dialect == Dialect::Swagger2 {
            return self.swagger_body(node, fields);
        }
        let written = node.get("requestBody")?;
        let body = match self.resolved(&written) {
            Ok(body) => body,
            Err(Broken(at)) => {
                gaps.push(at);
                return None;
            }
        };
        self.desk.object(&body)?;
        Some(RequestBody {
            required: body.is("required"),
            content: self.content(&body),
            at: body.at,
        })
    }

    fn content(&mut self, node: &Node<'v>) -> Content {
        let mut media = Vec::new();
        for (name, node) in self.desk.each(node.get("content")) {
            self.desk.object(&node);
            media.push(Media {
                name: name.to_owned(),
                schema: node.get("schema").map(|schema| schema.at),
            });
        }
        Content { media, bare: None }
    }

    /// The body of a Swagger operation: one parameter, or a form of several.
    fn swagger_body(
        &mut self,
        node: &Node<'v>,
        fields: &[(Node<'v>, Place)],
    ) -> Option<RequestBody> {
        let consumes = self.types(node, "consumes");
        let whole = fields.iter().find(|(_, place)| *place == Place::Body);
        let (at, required, schema) = match (whole, fields.first()) {
            (Some((body, _)), _) => {
                let schema = body.get("schema").map(|schema| schema.at);
                (body.at.clone(), body.is("required"), schema)
            }
            (None, Some(_)) => {
                let (required, schema) = self.form(fields);
                (node.at.clone(), required, Some(schema))
            }
            (None, None) => return None,
        };
        Some(RequestBody {
            at,
            required,
            content: spread(consumes, schema),
        })
    }

    /// A schema that says what form parameters say.
    fn form(&mut self, fields: &[(Node<'v>, Place)]) -> (bool, String) {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (field, _) in fields {
            let Some(name) = field.text("name") else {
                self.desk
                    .wrong_type(&field.at, "the member `name` is missing");
                continue;
            };
            let reference = json!({ "$ref": format!("#{}", field.at.replace('%', "%25")) });
            properties.insert(name.to_owned(), reference);
            if field.is("required") {
                required.push(name);
            }
        }
        let is_required = !required.is_empty();
        let form = json!({ "type": "object", "properties": properties, "required": required });
        let at = form_at(self.forms.len());
        self.forms.push(form);
        (is_required, at)
    }

    /// Media types of a Swagger operation, or else of the whole document.
    fn types(&mut self, node: &Node<'v>, key: &str) -> Vec<String> {
        let own = node.get(key).or_else(|| {
            let value = self.root.get(key)?;
            let at = format!("/{key}");
            Some(Node { at, value })
        });
        let mut types = Vec::new();
        for item in self.desk.items(own) {
            match item.value.as_str() {
                Some(name) => types.push(name.to_owned()),
                None => self.desk.wrong_type(&item.at, "a string must stand here"),
            }
        }
        types
    }

    fn answers(&mut self, node: &Node<'v>) -> Vec<(String, Answer)> {
        let mut answers = Vec::new();
        let produces = match self.dialect {
            Dialect::Swagger2 => self.types(node, "produces"),
            Dialect::OpenApi30 | Dialect::OpenApi31 => Vec::new(),
        };
        for (status, node) in self.desk.each(node.get("responses")) {
            if status.starts_with("x-") {
                continue;
            }
            let answer = match self.resolved(&node) {
                Ok(found) => self.answer(&found, &produces),
                Err(Broken(gap)) => Answer {
                    at: node.at,
                    content: Content::default(),
                    headers: Vec::new(),
                    gap: Some(gap),
                },
            };
            answers.push((status.to_ascii_uppercase(), answer));
        }
        answers
    }

    fn answer(&mut self, node: &Node<'v>, produces: &[String]) -> Answer {
        self.desk.object(node);
        let content = match self.dialect {
            Dialect::Swagger2 => {
                let schema = node.get("schema").map(|schema| schema.at);
                spread(produces.to_vec(), schema)
            }
            Dialect::OpenApi30 | Dialect::OpenApi31 => self.content(node),
        };
        let mut headers = Vec::new();
        for (name, node) in self.desk.each(node.get("headers")) {
            match self.resolved(&node) {
                Ok(found) => headers.extend(parameter(self, &found, Some(name))),
                // The name is declared all the same, and nothing is known of its values.
                Err(Broken(gap)) => headers.push(Parameter::unknown(name, gap)),
            }
        }
        Answer {
            at: node.at.clone(),
            content,
            headers,
            gap: None,
        }
    }
}

/// One schema under every media type.
fn spread(names: Vec<String>, schema: Option<String>) -> Content {
    let bare = if names.is_empty() {
        schema.clone()
    } else {
        None
    };
    let media = names.into_iter().map(|name| Media {
        name,
        schema: schema.clone(),
    });
    Content {
        media: media.collect(),
        bare,
    }
}
