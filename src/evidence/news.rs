//! What is to be kept, as files: records under their names, and for each an event that follows the last one.
//! Refuses to change or remove a record; only the state of an instance is written anew.

use super::chain::hash_of;
use super::name;
use crate::model::{Archive, Deployment, Event, EventKind, Evidence, Party};
use chrono::{DateTime, Utc};

/// An instance somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub environment: String,
    pub instance: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Verified(Box<Evidence>),
    Deployed(Deployment),
    Retired(Party, Place),
}

/// The files that `news` make after everything in `archive`, in the order in which they must be written.
/// A path without a text is to be removed.
#[must_use]
pub fn additions(
    archive: &Archive,
    news: &[News],
    at: DateTime<Utc>,
) -> Vec<(String, Option<String>)> {
    let last = archive.events.last();
    let mut previous = last.map(|event| hash_of(&event.path).to_owned());
    let mut files = Vec::new();
    for one in news {
        let (party, what, file) = told(one);
        let event = Event {
            at,
            party,
            what,
            previous: previous.clone(),
        };
        let (text, hash) = name::text(&event);
        let path = name::event(&event, &hash);
        // Evidence stands before the event that tells of it; an instance changes after.
        let is_state = !matches!(one, News::Verified(_));
        let event = (path, Some(text));
        if is_state {
            files.extend([event, file]);
        } else {
            files.extend([file, event]);
        }
        previous = Some(hash);
    }
    files
}

/// Who it is about, what happened, and the file that holds it.
fn told(news: &News) -> (Party, EventKind, (String, Option<String>)) {
    match news {
        News::Verified(record) => {
            let (text, hash) = name::text(record);
            let path = name::evidence(record, &hash);
            let what = EventKind::Verified {
                record: path.clone(),
            };
            (record.provider.clone(), what, (path, Some(text)))
        }
        News::Deployed(deployment) => {
            let (text, _) = name::text(deployment);
            let what = EventKind::Deployed {
                environment: deployment.environment.clone(),
                instance: deployment.instance.clone(),
                role: deployment.role,
            };
            let path = name::deployment(deployment);
            (deployment.party(), what, (path, Some(text)))
        }
        News::Retired(party, place) => {
            let what = EventKind::Retired {
                environment: place.environment.clone(),
                instance: place.instance.clone(),
            };
            let path = name::instance(&place.environment, &party.name, &place.instance);
            (party.clone(), what, (path, None))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::archive::{Files, archive};
    use super::*;
    use crate::model::{Build, Fault, Role};

    fn deployed(instance: &str) -> News {
        News::Deployed(Deployment {
            environment: "production".to_owned(),
            participant: "northwind".to_owned(),
            instance: instance.to_owned(),
            version: Build::numbered("1.0.0"),
            role: Role::Stable,
            since: DateTime::UNIX_EPOCH,
        })
    }

    fn put(files: &mut Files, news: &[News]) {
        let (before, _) = archive(files);
        for (path, text) in additions(&before, news, DateTime::UNIX_EPOCH) {
            match text {
                Some(text) => files.insert(path, text.into_bytes()),
                None => files.remove(&path),
            };
        }
    }

    fn faults(files: &Files) -> Vec<String> {
        let (_, faults) = archive(files);
        faults.into_iter().map(|Fault { rule, .. }| rule).collect()
    }

    #[test]
    fn events_are_read_in_the_order_in_which_they_were_written() {
        let mut files = Files::new();
        put(&mut files, &[deployed("a"), deployed("b")]);
        put(&mut files, &[deployed("c")]);
        let (archive, faults) = archive(&files);
        assert!(faults.is_empty());
        let order: Vec<&str> = archive
            .events
            .iter()
            .map(|event| match &event.value.what {
                EventKind::Deployed { instance, .. } => instance.as_str(),
                EventKind::Retired { .. } | EventKind::Verified { .. } => "",
            })
            .collect();
        assert_eq!(order, ["a", "b", "c"]);
        let retired = News::Retired(
            archive.deployments[0].value.party(),
            Place {
                environment: "production".to_owned(),
                instance: "a".to_owned(),
            },
        );
        put(&mut files, &[retired]);
        let (after, faults) = super::super::archive::archive(&files);
        assert_eq!((after.deployments.len(), after.events.len()), (2, 4));
        assert!(faults.is_empty());
    }

    #[test]
    fn an_event_that_is_taken_out_breaks_the_chain() {
        let mut files = Files::new();
        put(&mut files, &[deployed("a"), deployed("b"), deployed("c")]);
        let (all, _) = archive(&files);
        for gone in [0, 1] {
            let mut files = files.clone();
            files.remove(&all.events[gone].path);
            assert!(faults(&files).contains(&"contract/event-chain-broken".to_owned()));
        }
    }

    #[test]
    fn an_edited_file_is_known_by_its_name() {
        let mut files = Files::new();
        put(&mut files, &[deployed("a")]);
        for path in files.keys().cloned().collect::<Vec<_>>() {
            let text = String::from_utf8(files[&path].clone()).unwrap();
            for edited in [
                text.replace("northwind", "contoso"),
                format!("{text}\n"),
                text.replacen('{', "{\"x\":1,", 1),
                "[]".to_owned(),
            ] {
                let mut files = files.clone();
                files.insert(path.clone(), edited.into_bytes());
                assert!(faults(&files).contains(&"contract/record-tampered".to_owned()));
            }
        }
    }
}
