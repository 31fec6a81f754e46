//! The transforms of one catalogue entry.

use super::read::{malformed, toml};
use crate::catalogue::{Source, Transform, map_place};
use crate::model::{Finding, Place};
use std::collections::BTreeMap;
use wire::transform::TransformFile;

const RULE: &str = "catalogue/transform-unreadable";

/// Every transform that can be read, by the stem of its file; what cannot be is listed.
pub(super) fn all(
    sources: Vec<Source>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Transform> {
    let mut transforms = BTreeMap::new();
    for source in sources {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        let stem = name.trim_end_matches(".toml").to_owned();
        match transform(source) {
            Ok(transform) => {
                transforms.insert(stem, transform);
            }
            Err(finding) => findings.push(*finding),
        }
    }
    transforms
}

fn transform(source: Source) -> Result<Transform, Box<Finding>> {
    let file: TransformFile = toml(&source, RULE)?;
    for (index, map) in file.maps.iter().enumerate() {
        if let Err(fault) = map.read(|_| String::new()) {
            let place = map_place(&source, index);
            return Err(malformed(
                RULE,
                place,
                &format!("has a map that cannot run: {fault}"),
            ));
        }
    }
    let path = source.path.clone();
    Transform::read(source, file).ok_or_else(|| {
        let what = "must name the versions that it leads from and to, as entry@1.2.3";
        malformed(RULE, Place::start(path), what)
    })
}
