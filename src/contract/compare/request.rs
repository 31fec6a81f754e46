//! The request of an interaction against the operation that its path and method lead to.
//! Refuses to know answers.

use super::body::{Codes, Declared, body, media, media_of};
use super::code::Code;
use super::header::is_standard;
use super::judge::{DEAD_END, Gap, Side, judge};
use super::media::accepts;
use super::openapi::{Api, Route};
use super::operation::{Content, Operation};
use super::pact::{Field, Interaction};
use super::parameter::{Parameter, Place, Style, Wanted, of_text, value};
use super::pool::{Dialect, Pool};
use super::security::Scheme;
use super::shape::Shapes;
use super::sheet::{Sheet, Spot};
use super::text::decoded;
use serde_json::Value;

const CODES: Codes = Codes {
    side: Side::Sent,
    type_unknown: Code::SENT_TYPE_UNKNOWN,
    type_incompatible: Code::SENT_TYPE,
    incompatible: Code::SENT_BODY,
    unknown: Code::SENT_BODY_UNKNOWN,
    unvalidatable: Code::SENT_BODY_UNVALIDATABLE,
};

/// Headers that an OpenAPI document cannot declare as parameters; a Swagger document can.
///
/// Source: OpenAPI 3.1 4.8.12.1
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Status from which on a request may be wrong on purpose.
///
/// Source: CONTRACTS.md 5.7
const REFUSED: u16 = 400;

/// The operation that an interaction calls, and what could not be judged of its path.
pub fn operation<'a>(api: &'a Api, interaction: &Interaction) -> Option<(&'a Operation, Vec<Gap>)> {
    let plain = decoded(&interaction.path);
    api.routes.iter().find_map(|route| {
        let operation = route.operations.get(&interaction.method)?;
        let places = route
            .template
            .fit(&interaction.path)
            .or_else(|| route.template.fit(&plain))?;
        let mut gaps = Vec::new();
        for (name, text) in places {
            gaps.extend(path_fits(&api.pool, operation, name, text)?);
        }
        Some((operation, gaps))
    })
}

/// Whether any path of the document is the one that an interaction calls.
pub fn knows_path(api: &Api, interaction: &Interaction) -> bool {
    let plain = decoded(&interaction.path);
    let fits = |route: &Route| {
        [&interaction.path, &plain]
            .iter()
            .any(|path| route.template.fit(path).is_some())
    };
    api.routes.iter().any(fits)
}

/// What could not be judged of a value of the path; `None` when it does not fit.
fn path_fits(pool: &Pool, operation: &Operation, name: &str, text: &str) -> Option<Vec<Gap>> {
    let mut parameters = operation.parameters.iter();
    let declared = parameters.find(|known| known.place == Place::Path && known.is(name));
    let Some(parameter) = declared else {
        return Some(Vec::new());
    };
    let text = decoded(text);
    let (at, value) = match &parameter.wanted {
        Wanted::Text(at) if is_marked(parameter.style, &text) => {
            (at, of_text(parameter, at, &text, &Shapes { pool }))
        }
        Wanted::Text(_) => return None,
        Wanted::Json(at) => (at, serde_json::from_str(&text).ok()?),
        Wanted::Anything => return Some(Vec::new()),
        Wanted::Gap(at) => return Some(vec![dead_end(at)]),
    };
    let judged = judge(pool, at, &value, Side::Sent);
    judged.misfits.is_empty().then_some(judged.gaps)
}

/// Whether a value of the path begins as its style says.
fn is_marked(style: Style, text: &str) -> bool {
    match style {
        Style::Label => text.starts_with('.'),
        Style::Matrix => text.starts_with(';'),
        Style::Simple | Style::Form | Style::Space | Style::Tab | Style::Pipe | Style::Deep => true,
    }
}

fn dead_end(at: &str) -> Gap {
    Gap {
        at: at.to_owned(),
        why: DEAD_END,
    }
}

/// Everything that is wrong with the request.
pub fn request(
    interaction: &Interaction,
    operation: &Operation,
    pool: &Pool,
    sheet: &mut Sheet<'_>,
) {
    let nothing = Content::default();
    let content = operation
        .body
        .as_ref()
        .map_or(&nothing, |body| &body.content);
    accept(interaction, operation, sheet);
    let declared = media(&interaction.sent, content, &CODES, sheet);
    missing_type(interaction, content, sheet);
    if interaction.status >= REFUSED {
        return;
    }
    authorization(interaction, operation, sheet);
    headers(interaction, operation, pool, sheet);
    query(interaction, operation, pool, sheet);
    sheet.open(operation.gaps.iter().map(|at| dead_end(at)));
    if declared == Declared::Fits {
        sent_body(interaction, operation, content, pool, sheet);
    }
}

fn accept(interaction: &Interaction, operation: &Operation, sheet: &mut Sheet<'_>) {
    let Some((at, header)) = interaction.sent.header("accept") else {
        return;
    };
    let answers = operation.answers.iter();
    if answers.clone().any(|(_, answer)| answer.gap.is_some()) {
        return;
    }
    let types = answers.flat_map(|(_, answer)| answer.content.names());
    if types.clone().next().is_none() {
        sheet.say(Code::ACCEPT_UNKNOWN, Spot::value(at).schema(&operation.at));
    } else if !accepts(&header, types) {
        sheet.say(Code::ACCEPT, Spot::value(at).schema(&operation.at));
    }
}

fn missing_type(interaction: &Interaction, content: &Content, sheet: &mut Sheet<'_>) {
    if let (Some(body), None) = (&interaction.sent.body, media_of(&interaction.sent, content))
        && !content.media.is_empty()
        && interaction.sent.body_type.is_none()
    {
        sheet.say(Code::SENT_TYPE_MISSING, Spot::value(&body.at));
    }
}

fn authorization(interaction: &Interaction, operation: &Operation, sheet: &mut Sheet<'_>) {
    let is_met = |schemes: &Vec<Scheme>| schemes.iter().all(|scheme| scheme.is_met(interaction));
    if !operation.security.is_empty() && !operation.security.iter().any(is_met) {
        let spot = Spot::value(&interaction.sent.at).schema(&operation.at);
        sheet.say(Code::AUTHORIZATION, spot);
    }
}

fn headers(interaction: &Interaction, operation: &Operation, pool: &Pool, sheet: &mut Sheet<'_>) {
    let fields = &interaction.sent.headers;
    let mut declared = Vec::new();
    for parameter in &operation.parameters {
        let is_ours = parameter.place == Place::Header
            && (pool.dialect == Dialect::Swagger2
                || !NOT_PARAMETERS.iter().any(|name| parameter.is(name)));
        if is_ours {
            declared.push(parameter);
            let at = format!("{}/headers", interaction.sent.at);
            field(parameter, fields, &at, Code::SENT_HEADER, pool, sheet);
        }
    }
    let opens = |name: &str| {
        let schemes = operation.security.iter().flatten();
        schemes
            .into_iter()
            .any(|scheme| matches!(scheme, Scheme::Header(key) if key.eq_ignore_ascii_case(name)))
    };
    for field in fields {
        let known = declared.iter().any(|parameter| parameter.is(&field.name))
            || is_standard(&field.name)
            || opens(&field.name)
            || !operation.gaps.is_empty();
        if !known {
            let spot = Spot::value(&field.at).schema(&operation.at);
            sheet.say(Code::SENT_HEADER_UNKNOWN, spot);
        }
    }
}

fn query(interaction: &Interaction, operation: &Operation, pool: &Pool, sheet: &mut Sheet<'_>) {
    let fields = &interaction.query;
    let declared: Vec<&Parameter> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == Place::Query)
        .collect();
    for parameter in &declared {
        let at = format!("{}/query", interaction.sent.at);
        field(parameter, fields, &at, Code::QUERY, pool, sheet);
    }
    let shapes = Shapes { pool };
    let opens = |name: &str| {
        let mut schemes = operation.security.iter().flatten();
        schemes.any(|scheme| matches!(scheme, Scheme::Query(key) if key == name))
    };
    for field in fields {
        let known = declared
            .iter()
            .any(|parameter| takes(parameter, &field.name, &shapes))
            || opens(&field.name)
            || !operation.gaps.is_empty();
        if !known {
            let spot = Spot::value(&field.at).schema(&operation.at);
            sheet.say(Code::QUERY_UNKNOWN, spot);
        }
    }
}

/// Whether a query parameter is the one, or has it for a member.
fn takes(parameter: &Parameter, name: &str, shapes: &Shapes<'_>) -> bool {
    if parameter.is(name) {
        return true;
    }
    let Wanted::Text(at) = &parameter.wanted else {
        return false;
    };
    match parameter.style {
        Style::Deep => {
            let inner = name.strip_prefix(&parameter.name);
            inner.is_some_and(|inner| inner.starts_with('[') && inner.ends_with(']'))
        }
        Style::Form if parameter.explode => {
            shapes.of(at).object && shapes.member_names(at).contains(name)
        }
        Style::Form
        | Style::Simple
        | Style::Label
        | Style::Matrix
        | Style::Space
        | Style::Tab
        | Style::Pipe => false,
    }
}

/// A header or query parameter, or a header of an answer, against what is declared of it.
pub fn field(
    parameter: &Parameter,
    fields: &[Field],
    folder: &str,
    code: Code,
    pool: &Pool,
    sheet: &mut Sheet<'_>,
) {
    let written = fields.iter().find(|field| parameter.is(&field.name));
    let spot = |why, schema: &str| {
        let at = written.map_or(folder, |field| &field.at);
        Spot::value(at).why(why).schema(schema)
    };
    let (at, value) = match (&parameter.wanted, written) {
        (Wanted::Gap(at), Some(_)) => return sheet.open([dead_end(at)]),
        (Wanted::Gap(_), None) | (Wanted::Anything, Some(_)) => return,
        (Wanted::Text(at), _) => (at, value(parameter, at, fields, &Shapes { pool })),
        (Wanted::Json(at), Some(field)) => match serde_json::from_str(&field.values.join(",")) {
            Ok(value) => (at, Some(value)),
            Err(_) => return sheet.say(code, spot("the text is not JSON", at)),
        },
        (Wanted::Json(_) | Wanted::Anything, None) => (&parameter.at, None),
    };
    match value {
        None if parameter.required => {
            sheet.say(code, spot("a required one is missing", &parameter.at));
        }
        None => {}
        Some(Value::String(text)) if text.is_empty() && parameter.may_be_empty => {}
        Some(value) => {
            let judged = judge(pool, at, &value, Side::Sent);
            if let Some(misfit) = judged.misfits.first() {
                sheet.say(code, spot(misfit.why, at));
            }
            sheet.open(judged.gaps);
        }
    }
}

fn sent_body(
    interaction: &Interaction,
    operation: &Operation,
    content: &Content,
    pool: &Pool,
    sheet: &mut Sheet<'_>,
) {
    match (&interaction.sent.body, &operation.body) {
        // What would have said whether a body is taken leads nowhere.
        (Some(_), None) if !operation.gaps.is_empty() => {}
        (Some(sent), _) => {
            let written = media_of(&interaction.sent, content);
            body(sent, written, content, &CODES, pool, sheet);
        }
        (None, Some(wanted)) if wanted.required => {
            let spot = Spot::value(&interaction.sent.at).why("a body is required");
            sheet.say(Code::SENT_BODY, spot.schema(&wanted.at));
        }
        (None, _) => {}
    }
}
