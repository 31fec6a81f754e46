//! What a transform does, as far as its two schemas tell.

use crate::catalogue::{Catalogue, Meaning, Meanings, Transform};
use crate::policy::input::{MapFacts, TransformFacts, UNKNOWN};
use wire::transform::{MapFile, Path, Via};

pub(super) fn of(catalogue: &Catalogue, transform: &Transform) -> TransformFacts {
    let bundle = |id| catalogue.bundle(id).ok();
    let (from, to) = (bundle(&transform.from), bundle(&transform.to));
    let (from, to) = (
        from.map(|bundle| bundle.value),
        to.map(|bundle| bundle.value),
    );
    let (from, to) = (
        from.as_ref().map(Meanings::of),
        to.as_ref().map(Meanings::of),
    );
    let each = transform.file.each.as_ref();
    let maps = transform.file.maps.iter().enumerate().map(|(index, map)| {
        let root = Path::root();
        let whole = |path: &Path| map.within.as_ref().unwrap_or(&root).join(path);
        let source = map
            .from
            .as_ref()
            .and_then(|path| from.as_ref()?.at(&whole(path)));
        let target = map.to.as_ref().and_then(|path| {
            let path = whole(path);
            let path = each.map_or_else(|| Some(path.clone()), |each| path.after(each))?;
            to.as_ref()?.at(&path)
        });
        facts(index, map, source.as_ref(), target.as_ref())
    });
    TransformFacts {
        file: transform.source.path.clone(),
        from: transform.from.to_string(),
        to: transform.to.to_string(),
        maps: maps.collect(),
    }
}

fn facts(
    index: usize,
    map: &MapFile,
    source: Option<&Meaning>,
    target: Option<&Meaning>,
) -> MapFacts {
    let pointer =
        |found: Option<&Meaning>| found.map_or(UNKNOWN, |meaning| &meaning.pointer).to_owned();
    let tag = |found: Option<&Meaning>| found.map_or(UNKNOWN, Meaning::word).to_owned();
    let fixed = |value| target.is_some_and(|meaning| meaning.fixed.contains(value));
    MapFacts {
        pointer: format!("/map/{index}"),
        via: map.via,
        from_pointer: pointer(source),
        to_pointer: pointer(target),
        from_tag: tag(source),
        to_tag: tag(target),
        invents: map.via == Via::Constant && !map.value.as_ref().is_some_and(fixed),
    }
}
