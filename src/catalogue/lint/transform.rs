//! Whether transforms lead between versions that exist, through places that exist, and keep every meaning.

use crate::catalogue::{Catalogue, Entry, Meaning, Meanings, NotReady, Transform};
use crate::model::{Finding, Place};
use wire::transform::{MapFile, Op, Path, Transform as Ready, Via};

pub(super) fn entry(entry: &Entry, catalogue: &Catalogue) -> Vec<Finding> {
    let folder = &entry.file.id;
    let transforms = entry.transforms.iter();
    transforms
        .flat_map(|(stem, transform)| {
            let mut findings: Vec<Finding> = named(folder, stem, transform).into_iter().collect();
            findings.extend(judged(transform, catalogue));
            findings
        })
        .collect()
}

/// The file is named after its two ends, and lies with the one that it leads from.
fn named(folder: &str, stem: &str, transform: &Transform) -> Option<Finding> {
    let fits = transform.from.entry == folder && transform.stem() == stem;
    let expected = format!(
        "schemas/{}/transforms/{}.toml",
        transform.from.entry,
        transform.stem()
    );
    (!fits).then(|| {
        said(
            "catalogue/id-mismatch",
            transform,
            transform.source.find("from ="),
        )
        .pointer("/from")
        .kind("transform")
        .message(format!(
            "`{}` is not named after what it does",
            transform.source.path
        ))
        .remedy(format!("call it {expected}"))
    })
}

fn judged(transform: &Transform, catalogue: &Catalogue) -> Vec<Finding> {
    let mut bundles = Vec::new();
    for (key, id) in [("from", &transform.from), ("to", &transform.to)] {
        match (catalogue.version(id), catalogue.bundle(id)) {
            (None, _) => return vec![missing(transform, key, &id.to_string())],
            // Said by the lint of names.
            (Some(_), Err(_)) => return Vec::new(),
            (Some(_), Ok(bundle)) => bundles.push(bundle),
        }
    }
    let ready = match catalogue.ready(transform) {
        Ok(ready) => ready,
        Err(NotReady::Unknown { index, by }) => {
            let finding = missing(transform, &format!("map/{index}/by"), &by);
            return vec![Finding {
                place: transform.place(index),
                ..finding
            }];
        }
        // Said when it was loaded.
        Err(NotReady::Map { .. }) => return Vec::new(),
    };
    let [from, to] = bundles.as_slice() else {
        return Vec::new();
    };
    let desk = Desk {
        transform,
        ready: &ready,
        from: Meanings::of(&from.value),
        to: Meanings::of(&to.value),
    };
    let maps = transform.file.maps.iter().enumerate();
    let mut findings: Vec<Finding> = maps.flat_map(|(index, map)| desk.map(index, map)).collect();
    findings.extend(desk.copied());
    findings
}

/// One transform beside the two schemas between which it leads.
struct Desk<'a> {
    transform: &'a Transform,
    ready: &'a Ready,
    from: Meanings<'a>,
    to: Meanings<'a>,
}

impl Desk<'_> {
    fn map(&self, index: usize, map: &MapFile) -> Vec<Finding> {
        let root = Path::root();
        let whole = |path: &Path| map.within.as_ref().unwrap_or(&root).join(path);
        let source = map
            .from
            .as_ref()
            .map(|path| (self.meant(true, &whole(path)), path));
        let targets = map.to.iter().chain(&map.or);
        let targets: Vec<(Option<Meaning>, &Path)> = targets
            .map(|path| (self.meant(false, &whole(path)), path))
            .collect();
        let mut findings = Vec::new();
        if map.via == Via::Transform
            && let Some(within) = &map.within
            && self.meant(true, within).is_none()
        {
            findings.push(self.nowhere(index, within));
        }
        let unknown = source
            .iter()
            .chain(&targets)
            .filter(|(found, _)| found.is_none());
        findings.extend(unknown.map(|(_, path)| self.nowhere(index, path)));
        let asks = matches!(map.via, Via::Needs | Via::Single | Via::Refuse);
        let mute = |(found, _): &&(Option<Meaning>, &Path)| {
            found.as_ref().is_some_and(|found| found.tags.is_empty())
        };
        let asked = source.iter().chain(targets.first()).filter(|_| asks);
        findings.extend(
            asked
                .filter(mute)
                .map(|(_, path)| self.nameless(index, path)),
        );
        let target = targets.first().and_then(|(found, _)| found.as_ref());
        match (map.via, &source, target) {
            (Via::Copy | Via::Rename, Some((Some(source), from)), Some(target)) => {
                let carried = map.to.as_ref().map(|to| (whole(from), whole(to)));
                let parts = carried.map_or_else(Vec::new, |(from, to)| self.parts(&from, &to));
                if parts.is_empty() {
                    findings.extend(self.mismatch(Some(index), (from, source), target));
                }
                let parts = parts.iter();
                let apart = parts.filter_map(|(below, source, target)| {
                    self.mismatch(Some(index), (&from.join(below), source), target)
                });
                findings.extend(apart);
            }
            (Via::Constant, _, Some(target))
                if !map.value.iter().any(|value| target.fixed.contains(value)) =>
            {
                findings.push(self.invented(index, target));
            }
            _ => {}
        }
        findings
    }

    /// What a path of the source, or of the target, means. Where a transform gives one result for each value of a
    /// list, its target begins at that value.
    fn meant(&self, is_source: bool, path: &Path) -> Option<Meaning> {
        if is_source {
            return self.from.at(path);
        }
        match &self.ready.each {
            Some(each) => self.to.at(&path.after(each)?),
            None => self.to.at(path),
        }
    }

    /// What is carried along inside an object or a list: it means what its parts mean.
    fn parts(&self, from: &Path, to: &Path) -> Vec<(Path, Meaning, Meaning)> {
        let below = self.from.below(from).into_iter();
        below
            .filter_map(|(below, source)| {
                let target = self.meant(false, &to.join(&below))?;
                Some((below, source, target))
            })
            .collect()
    }

    /// Fields that no map names stand in the target under the same name: they must mean the same there.
    fn copied(&self) -> Vec<Finding> {
        let taken: Vec<Path> = self
            .ready
            .maps
            .iter()
            .filter_map(|map| match &map.op {
                Op::Move {
                    from, stays: false, ..
                }
                | Op::Drop { from } => Some(map.within.join(from)),
                Op::Move { .. }
                | Op::Constant { .. }
                | Op::Code { .. }
                | Op::Single { .. }
                | Op::Refuse { .. }
                | Op::Needs { .. } => None,
            })
            .collect();
        let every = self.from.every().into_iter();
        every
            .filter(|(path, _)| !taken.iter().any(|taken| taken.covers(path)))
            .filter_map(|(path, source)| {
                let target = self.meant(false, &path)?;
                let apart = !source.tags.is_empty()
                    && !target.tags.is_empty()
                    && source.tags.is_disjoint(&target.tags);
                apart.then(|| self.mismatch(None, (&path, &source), &target))?
            })
            .collect()
    }

    fn mismatch(
        &self,
        index: Option<usize>,
        (from, source): (&Path, &Meaning),
        target: &Meaning,
    ) -> Option<Finding> {
        let transform = self.transform;
        let (place, how, pointer) = match index {
            Some(index) => (
                transform.place(index),
                "is mapped to",
                format!("/map/{index}"),
            ),
            None => (
                Place::start(&transform.source.path),
                "is copied, as no map names it, to",
                String::new(),
            ),
        };
        source.contradicts(target).then(|| {
            said("catalogue/semantic-mismatch", transform, place)
                .pointer(pointer)
                .kind(from.to_string())
                .message(format!(
                    "`{from}` means `{}` and {how} a place that means `{}`",
                    source.word(),
                    target.word()
                ))
                .remedy("map the field that means the same, drop it with a reason, or refuse by `needs`")
        })
    }

    fn nowhere(&self, index: usize, path: &Path) -> Finding {
        said(
            "catalogue/transform-path",
            self.transform,
            self.transform.place(index),
        )
        .pointer(format!("/map/{index}"))
        .kind(path.to_string())
        .message(format!(
            "`{path}` leads nowhere in the schema that it speaks of"
        ))
        .remedy("correct the path; `matchmark catalogue show ID@VERSION` lists what there is")
    }

    fn nameless(&self, index: usize, path: &Path) -> Finding {
        said(
            "catalogue/transform-path",
            self.transform,
            self.transform.place(index),
        )
        .pointer(format!("/map/{index}"))
        .kind("nameless")
        .message(format!(
            "`{path}` has no meaning in its schema, so a refusal could not name the fact"
        ))
        .remedy("name a place with x-semantics: the value itself rather than what holds it")
    }

    fn invented(&self, index: usize, target: &Meaning) -> Finding {
        said(
            "catalogue/transform-invents",
            self.transform,
            self.transform.place(index),
        )
        .pointer(format!("/map/{index}"))
        .kind("constant")
        .message(format!(
            "the constant for `{}` is not the one value that `{}` allows there, so it is invented",
            target.word(),
            self.transform.to
        ))
        .remedy("take the value from a field of the source, or refuse by `needs`")
    }
}

fn missing(transform: &Transform, key: &str, name: &str) -> Finding {
    said(
        "catalogue/reference-missing",
        transform,
        transform.source.find(&format!("\"{name}\"")),
    )
    .pointer(format!("/{key}"))
    .kind(name)
    .message(format!(
        "`{}` names `{name}`, which is not in the catalogue",
        transform.source.path
    ))
    .remedy("add it, or correct the name")
}

fn said(rule: &str, transform: &Transform, place: Place) -> Finding {
    Finding::new(rule, transform.source.path.clone(), place)
}
