//! Values that the schemas themselves write down, and the plainest value of every type.
//! Refuses to combine them.

use crate::inclusion::evaluate::{Keyword, Program};
use crate::inclusion::number::Decimal;
use serde_json::{Value, json};

/// Most values of one pool.
const MOST: usize = 160;

/// Every constant and bound of `programs`, with what lies beside a bound, and plain values.
pub(super) fn pool<'p>(programs: impl Iterator<Item = &'p Program>) -> Vec<Value> {
    let mut pool = plain();
    for program in programs {
        for keyword in program.nodes().iter().flat_map(|node| &node.keywords) {
            match keyword {
                Keyword::Values(values) => pool.extend(values.iter().cloned()),
                Keyword::Least { bound, .. } | Keyword::Most { bound, .. } => {
                    pool.extend(around(*bound));
                }
                Keyword::Step(step) => pool.extend(around(*step)),
                _ => {}
            }
            if pool.len() > MOST * 4 {
                break;
            }
        }
    }
    distinct(pool)
}

/// The constants that `programs` write down, and plain values: what an example is changed to.
pub(super) fn written<'p>(programs: impl Iterator<Item = &'p Program>) -> Vec<Value> {
    let mut written = Vec::new();
    for program in programs {
        for keyword in program.nodes().iter().flat_map(|node| &node.keywords) {
            if let Keyword::Values(values) = keyword {
                written.extend(values.iter().cloned());
            }
        }
    }
    written.extend(plain());
    distinct(written)
}

fn plain() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(0.5),
        json!(""),
        json!("a"),
        json!([]),
        json!({}),
    ]
}

fn around(bound: Decimal) -> Vec<Value> {
    [Decimal::ZERO, Decimal::ONE, Decimal::ONE.negated()]
        .into_iter()
        .filter_map(|delta| bound.plus(delta)?.to_number())
        .map(Value::Number)
        .collect()
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for value in values {
        if kept.len() < MOST && !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
