//! Schemas and payloads out of nothing but the keywords: both ways have to agree on them.

use crate::both::{Both, full};
use crate::mutant::{below, broken};
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Map, Value, json};
use wire::json::Limits;
use wire::stream::Runner;

/// In the suite, and at full size.
const SCHEMAS: [usize; 2] = [1500, 60_000];
const PAYLOADS: usize = 12;

const NAMES: &[&str] = &["a", "b", "kind", "longer-name", "\u{e9}"];
const WORDS: &[&str] = &[
    "",
    "a",
    "x",
    "xy",
    "x y",
    "two  words",
    " x",
    "x\n",
    "a\"b",
    "\u{e9}",
    "x\u{a0}y",
    "\u{2003}",
    "2024-01-31",
    "12345",
    "a-b.c",
    "\u{1f600}",
    "ABC",
];
const PATTERNS: &[&str] = &[
    r"^\S*$",
    r"^[ \r\n\t\S]+$",
    r"^[^\s]+(\s[^\s]+)*$",
    r"^[^\s]+([\s]?[^\s]+)*$",
    r"^[A-Za-z0-9\-\.]{1,64}$",
    r"^\d{4}(-\d{2})*$",
    r"^[A-Z]{3}$",
    "x",
    "^x",
    "y$",
    r"\d+",
    r"^\w*$",
    "^(a|x y)$",
    r"\s",
    "^.$",
    "^.*$",
    ".",
    r"^[^a]*$",
    r"^(?:x|\S\s)+",
    "^$",
    "a|^x",
    r"^\u00e9",
    r"\W",
    r"^\D*$",
    "(?=x)",
    r"^[\s\S]*$",
    r"\bx",
    "x{2,}?",
    r"^\p{L}+$",
];

struct Source(TestRng);

impl Source {
    fn below(&mut self, end: usize) -> usize {
        below(&mut self.0, end)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn scalar(&mut self) -> Value {
        match self.below(10) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 | 3 => json!(self.below(7) as i64 - 2),
            4 => [0.5, 1.0, 1.5, -0.25, 2.0, 1e30][self.below(6)].into(),
            5 => [u64::MAX, 1 << 53, 1_000_000_000_000_000_000][self.below(3)].into(),
            _ => json!(self.pick(WORDS)),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 4 } else { 9 }) {
            0..4 => self.scalar(),
            4 | 5 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let mut members = Map::new();
                for _ in 0..self.below(4) {
                    members.insert(self.pick(NAMES).to_owned(), self.value(depth - 1));
                }
                Value::Object(members)
            }
        }
    }

    fn schemas(&mut self, depth: usize, most: usize) -> Value {
        (0..=self.below(most)).map(|_| self.schema(depth)).collect()
    }

    fn named_schemas(&mut self, names: &[&str], depth: usize) -> Value {
        let mut map = Map::new();
        for _ in 0..=self.below(3) {
            map.insert(self.pick(names).to_owned(), self.schema(depth));
        }
        Value::Object(map)
    }

    fn names(&mut self) -> Value {
        let mut names: Vec<_> = (0..self.below(2)).map(|_| self.pick(NAMES)).collect();
        names.dedup();
        json!(names)
    }

    fn schema(&mut self, depth: usize) -> Value {
        if depth == 0 || self.below(14) == 0 {
            return match self.below(9) {
                0 => json!(false),
                1 | 2 => json!(true),
                3 => {
                    let target = self.pick(&["#", "#/$defs/one", "#two", "#/$defs/three"]);
                    json!({"$ref": target})
                }
                4 => json!({"const": self.scalar()}),
                _ => json!({"type": self.kind()}),
            };
        }
        let mut schema = Map::new();
        for _ in 0..=self.below(4) {
            let (keyword, value) = self.keyword(depth - 1);
            schema.insert(keyword.to_owned(), value);
            if keyword == "if" {
                schema.insert("then".to_owned(), self.schema(depth - 1));
                schema.insert("else".to_owned(), self.schema(depth - 1));
            }
        }
        Value::Object(schema)
    }

    fn kind(&mut self) -> &'static str {
        self.pick(&[
            "null", "boolean", "integer", "number", "string", "array", "object", "object", "string",
        ])
    }

    fn keyword(&mut self, depth: usize) -> (&'static str, Value) {
        match self.below(43) {
            0..4 => ("type", json!(self.kind())),
            4 => ("type", json!([self.kind(), "null"])),
            5 => ("enum", json!([self.scalar(), self.value(1), self.scalar()])),
            6 => ("const", self.value(1)),
            7..11 => ("properties", self.named_schemas(NAMES, depth)),
            11 => ("patternProperties", self.named_schemas(PATTERNS, depth)),
            12 => ("additionalProperties", self.schema(depth)),
            13 => ("propertyNames", self.schema(1)),
            14 | 15 => ("required", self.names()),
            16 => ("dependentRequired", json!({"a": self.names()})),
            17 => ("minProperties", json!(self.below(3))),
            18 => ("maxProperties", json!(self.below(4))),
            19 | 20 => ("items", self.schema(depth)),
            21 => ("prefixItems", self.schemas(depth, 2)),
            22 => ("minItems", json!(self.below(3))),
            23 => ("maxItems", json!(self.below(4))),
            24 => ("minLength", json!(self.below(4))),
            25 => ("maxLength", json!(self.below(5))),
            26 | 27 => ("pattern", json!(self.pick(PATTERNS))),
            28 => (
                ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"][self.below(4)],
                [json!(0), json!(1), json!(1.5), json!(-1), json!(3)][self.below(5)].clone(),
            ),
            29 => (
                "multipleOf",
                [json!(1), json!(2), json!(0.5)][self.below(3)].clone(),
            ),
            30 => ("uniqueItems", json!(self.below(2) == 0)),
            31 => ("allOf", self.schemas(depth, 2)),
            32 => ("anyOf", self.schemas(depth, 3)),
            33 => ("anyOf", self.tagged(depth)),
            34 | 35 => ("oneOf", self.tagged(depth)),
            36 => ("oneOf", self.schemas(depth, 3)),
            37 => ("not", self.schema(depth)),
            38 => ("if", self.schema(depth)),
            39 => ("contains", self.schema(depth)),
            40 => ("minContains", json!(self.below(3))),
            41 => ("dependentSchemas", self.named_schemas(NAMES, depth)),
            _ => (
                ["unevaluatedProperties", "unevaluatedItems", "maxContains"][self.below(2)],
                json!(false),
            ),
        }
    }

    /// Branches with a word that tells them apart, most of the time.
    fn tagged(&mut self, depth: usize) -> Value {
        let branch = |index: usize, source: &mut Self| {
            let word = if source.below(8) == 0 {
                "x"
            } else {
                ["x", "xy", "a"][index]
            };
            let tag = if source.below(3) == 0 {
                json!({"enum": [word, "ABC"]})
            } else {
                json!({"const": word})
            };
            // Now and then another member tells, or none may stand beside.
            let name = source.pick(&["kind", "kind", "kind", "longer-name"]);
            let mut branch = json!({"properties": {name: tag, "a": source.schema(depth)}});
            if source.below(3) > 0 {
                branch["required"] = json!([name]);
            }
            if source.below(2) == 0 {
                branch["additionalProperties"] = json!(false);
            }
            if source.below(8) == 0 {
                branch["patternProperties"] = source.named_schemas(PATTERNS, depth);
            }
            branch
        };
        (0..3).map(|index| branch(index, self)).collect()
    }

    fn bundle(&mut self) -> Value {
        let mut bundle = self.schema(3);
        if let Value::Object(keywords) = &mut bundle {
            let mut two = json!({"$anchor": "two"});
            let (keyword, value) = self.keyword(1);
            two[keyword] = value;
            let mut inner =
                json!({"$id": "https://matchmark.example/x", "$defs": {"one": {"type": "string"}}});
            match self.below(2) {
                0 => inner["$ref"] = json!("#/$defs/one"),
                _ => inner["allOf"] = json!([{"$ref": "#/$defs/one"}]),
            }
            keywords.insert(
                "$defs".to_owned(),
                json!({"one": self.schema(2), "two": two, "three": inner}),
            );
        }
        bundle
    }

    /// The value as text, with spaces here and there.
    fn text(&mut self, value: &Value) -> Vec<u8> {
        if self.below(3) == 0 {
            return serde_json::to_vec_pretty(value).expect("text");
        }
        serde_json::to_vec(value).expect("text")
    }
}

/// The drafts before the newest, as a schema names them.
const OLDER: [&str; 4] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
];

/// The same words in another draft, where some of them mean something else or nothing.
fn renamed(source: &mut Source, bundle: &Value, dialect: &str) -> Value {
    let mut text = bundle.to_string();
    if !dialect.contains("2019") {
        text = text
            .replace(r#""$anchor":""#, r##""$id":"#"##)
            // What asks something now, and beside a reference nothing before 2019-09.
            .replace("/one\"}", "/one\",\"type\":\"string\",\"maxLength\":1}");
        // Beside a reference it would name nothing.
        if bundle.pointer("/$defs/three/$ref").is_some() {
            text = text.replace(r#""$id":"https://matchmark.example/x","#, "");
        }
        // Now and then schemas stand where none are looked for, and may be referred to all the same.
        if source.below(4) > 0 {
            text = text.replace("$defs", "definitions");
        }
    }
    let mut bundle: Value = serde_json::from_str(&text).expect("a schema");
    if let Value::Object(keywords) = &mut bundle {
        keywords.insert("$schema".to_owned(), dialect.into());
    }
    bundle
}

/// What was judged of random schemas, and how.
#[derive(Debug, Default)]
struct Count {
    fine: usize,
    settled: usize,
    wrong: usize,
    /// Explained by a walk.
    walked: usize,
    /// Beyond a walk.
    left: usize,
}

/// Random payloads for as many random schemas, each in the draft that `named` puts it in.
fn agreed(count: usize, mut named: impl FnMut(&mut Source, Value) -> Value) -> Count {
    let mut source = Source(TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let limits = Limits {
        bytes: 4096,
        depth: 6,
        nodes: 60,
    };
    let mut runner = Runner::new(limits);
    let mut all = Count::default();
    for _ in 0..count {
        let bundle = source.bundle();
        let bundle = named(&mut source, bundle);
        let Some(both) = Both::new(&bundle) else {
            continue;
        };
        for _ in 0..PAYLOADS {
            let value = source.value(3);
            let text = source.text(&value);
            for text in [broken(&mut source.0, &text), text] {
                let said = both.judge(&mut runner, &limits, &text, &bundle);
                all.fine += usize::from(said.full);
                all.settled += usize::from(said.fast);
                all.wrong += usize::from(!said.full);
            }
        }
        all.walked += both.walked.get().0;
        all.left += both.walked.get().1;
    }
    all
}

#[test]
fn prove_stream_agrees_on_random_schemas() {
    let all = agreed(SCHEMAS[usize::from(full())], |_, bundle| bundle);
    println!("random schemas: {all:?}, no disagreement");
    assert!(all.fine > 5000 && all.wrong > 5000, "{all:?}");
    assert!(all.settled * 100 > all.fine * 70, "{all:?}");
    assert!(all.walked * 100 > (all.walked + all.left) * 50, "{all:?}");
}

#[test]
fn prove_stream_agrees_on_random_schemas_of_older_drafts() {
    let named = |source: &mut Source, bundle| {
        let dialect = source.pick(&OLDER);
        renamed(source, &bundle, dialect)
    };
    let all = agreed(SCHEMAS[usize::from(full())] / 2, named);
    println!("random schemas of older drafts: {all:?}, no disagreement");
    assert!(all.fine > 2000 && all.wrong > 2000, "{all:?}");
    assert!(all.settled > 1000 && all.walked > 1500, "{all:?}");
}
