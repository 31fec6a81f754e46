//! What a finished export consists of, read from the partner's list in either generation: files, their counts and digests.
//! Refuses a list that leads to another party, that is too long, or whose promises cannot be checked.

use super::policy::Limits;
use super::within;
use crate::Timestamp;
use crate::export::GIVEN;
use crate::failure::Code;
use crate::message::envelope::{Other, read};
use crate::message::manifest::{File, LinkRelation, Manifest, Messages};
use crate::record::{Digest, Given, ResourceType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::json::{self, Document};

/// The member of a file's extension under which its digest is told.
///
/// Source: ours; Bulk Data leaves the members of `extension` to the server
pub const DIGEST: &str = "https://payer-exchange.example/extensions/digest";

vocabulary! {
    /// What a file holds.
    Role {
        Records = "records",
        /// Messages about what is absent or went wrong.
        Messages = "messages",
        /// Records that are gone at the partner.
        Deleted = "deleted",
    }
}

/// One file of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub role: Role,
    /// Kind of every record in it; none when the files are sorted otherwise.
    pub kind: Option<ResourceType>,
    /// Full address at the partner.
    pub url: String,
    /// How many records the partner says that it holds.
    pub count: Option<u64>,
    /// What the partner says that its bytes come to.
    pub digest: Option<Digest>,
}

/// The list of an export, all of its pages together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The moment of which the data tell.
    pub at: Timestamp,
    pub files: Vec<Listed>,
    /// Must the files be asked for with our token?
    pub protected: bool,
    /// What the partner says that it gave, by days of service.
    pub given: Option<Given>,
    /// Does the list itself say that something may be missing?
    pub grave: bool,
    /// Where the list goes on.
    #[serde(skip)]
    pub next: Option<String>,
}

impl Inventory {
    /// Reads one page of the list of a partner at `base_url`.
    ///
    /// Errors: it is no list, is too long, or names a place elsewhere
    /// Source: Bulk Data 2.0.0 and 3.0.0, complete status
    pub fn read(bytes: &[u8], base_url: &str, limits: &Limits) -> Result<Self, Code> {
        let bad = Code::BadResponse;
        let within_limits = json::Limits {
            bytes: limits.list_bytes,
            depth: limits.depth,
            ..json::Limits::PAYLOAD
        };
        let document = Document::parse(bytes, &within_limits).map_err(|_| bad)?;
        let list: Manifest = read(document.value().clone()).map_err(|_| bad)?;
        let grave = list.may_be_partial();
        let (page, at) = match &list {
            Manifest::WithErrors(list) => {
                let mut page = Page::new(base_url, list.requires_access_token, &list.other);
                page.files(Role::Records, Some(&list.output))?;
                page.files(Role::Deleted, list.deleted.as_ref())?;
                page.files(Role::Messages, Some(&list.error))?;
                (page, &list.transaction_time)
            }
            Manifest::WithOutcomes(list) => {
                let mut page = Page::new(base_url, list.requires_access_token, &list.other);
                page.files(Role::Records, list.output.as_ref())?;
                page.files(Role::Deleted, list.deleted.as_ref())?;
                page.messages(list.outcome.iter().flatten())?;
                let links = list.link.iter().flatten();
                for link in links.filter(|link| link.relation == LinkRelation::Next) {
                    page.next = Some(within(base_url, &link.url)?);
                }
                (page, &list.transaction_time)
            }
        };
        if page.files.len() > limits.files {
            return Err(bad);
        }
        Ok(Self {
            at: Timestamp::from(chrono::DateTime::parse_from_rfc3339(at).map_err(|_| bad)?),
            given: page.given()?,
            files: page.files,
            protected: page.protected,
            grave,
            next: page.next,
        })
    }

    /// Takes the next page in.
    ///
    /// Errors: the pages contradict each other, or are too long together
    pub fn extend(&mut self, page: Self, limits: &Limits) -> Result<(), Code> {
        let contradicts = page.protected != self.protected
            || (page.given.is_some() && self.given.is_some() && page.given != self.given);
        self.files.extend(page.files);
        if contradicts || self.files.len() > limits.files {
            return Err(Code::BadResponse);
        }
        self.given = self.given.take().or(page.given);
        self.grave |= page.grave;
        self.next = page.next;
        Ok(())
    }
}

/// One page while it is read.
struct Page<'a> {
    base_url: &'a str,
    protected: bool,
    other: &'a Other,
    files: Vec<Listed>,
    next: Option<String>,
}

impl<'a> Page<'a> {
    const fn new(base_url: &'a str, protected: bool, other: &'a Other) -> Self {
        Self {
            base_url,
            protected,
            other,
            files: Vec::new(),
            next: None,
        }
    }

    fn files(&mut self, role: Role, files: Option<&Vec<File>>) -> Result<(), Code> {
        for file in files.into_iter().flatten() {
            let kind = match (role, file.kind.as_deref()) {
                // Files of deletions hold Bundles, whatever they are about.
                (Role::Deleted, _) | (Role::Records | Role::Messages, None) => None,
                (Role::Records | Role::Messages, Some(word)) => {
                    Some(word.parse().map_err(|_| Code::BadResponse)?)
                }
            };
            self.files.push(Listed {
                role,
                kind,
                url: within(self.base_url, &file.url)?,
                count: file.count,
                digest: digest(&file.other)?,
            });
        }
        Ok(())
    }

    fn messages<'m>(&mut self, files: impl Iterator<Item = &'m Messages>) -> Result<(), Code> {
        for file in files {
            self.files.push(Listed {
                role: Role::Messages,
                kind: None,
                url: within(self.base_url, &file.url)?,
                count: None,
                digest: digest(&file.other)?,
            });
        }
        Ok(())
    }

    /// What our own extension says; one that is malformed makes the list unbelievable.
    fn given(&self) -> Result<Option<Given>, Code> {
        let told = self.other.get("extension").and_then(|all| all.get(GIVEN));
        told.map(|told| {
            let given: Given = read(told.clone()).map_err(|_| Code::BadResponse)?;
            if given.from <= given.to {
                Ok(given)
            } else {
                Err(Code::BadResponse)
            }
        })
        .transpose()
    }
}

fn digest(other: &Other) -> Result<Option<Digest>, Code> {
    let told = other.get("extension").and_then(|all| all.get(DIGEST));
    told.map(|told| {
        let text = Value::as_str(told).ok_or(Code::BadResponse)?;
        text.parse().map_err(|_| Code::BadResponse)
    })
    .transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    const BASE: &str = "https://contoso.example";

    pub fn limits() -> Limits {
        Limits {
            list_bytes: 10_000,
            list_pages: 3,
            files: 4,
            file_bytes: 10_000,
            total_bytes: 100_000,
            line_bytes: 1_000,
            depth: 16,
            nodes: 1_000_000,
        }
    }

    fn older(output: Value) -> Value {
        json!({"transactionTime": "2026-10-01T12:00:00Z", "request": "https://contoso.example/x",
            "requiresAccessToken": true, "output": output, "error": []})
    }

    fn inventory(list: &Value) -> Result<Inventory, Code> {
        Inventory::read(list.to_string().as_bytes(), BASE, &limits())
    }

    #[test]
    fn both_generations_are_read_to_the_same() {
        let digest = Digest::of(b"x");
        let output = json!([{"type": "Coverage", "url": "https://contoso.example/f/1", "count": 2,
            "extension": {DIGEST: digest}}]);
        let mut list = older(output.clone());
        list["error"] = json!([{"type": "OperationOutcome", "url": "/f/2"}]);
        let first = inventory(&list).unwrap();
        let newer = json!({"transactionTime": "2026-10-01T12:00:00Z", "requiresAccessToken": true,
            "output": output, "outcome": [{"url": "/f/2"}]});
        let mut second = inventory(&newer).unwrap();
        assert_eq!(second.files[1].kind, None);
        second.files[1].kind = Some("OperationOutcome".parse().unwrap());
        assert_eq!(first, second);
        assert!(first.grave && first.protected);
        let file = &first.files[0];
        assert_eq!((file.count, file.digest.as_ref()), (Some(2), Some(&digest)));
        assert_eq!(first.files[1].url, "https://contoso.example/f/2");
    }

    #[test]
    fn a_list_goes_on_over_pages() {
        let page = |next: Option<&str>| {
            let link: Vec<Value> = next
                .map(|url| json!({"relation": "next", "url": url}))
                .into_iter()
                .collect();
            json!({"transactionTime": "2026-10-01T12:00:00Z", "requiresAccessToken": false, "link": link,
                "output": [{"type": "Coverage", "url": "/f/1"}, {"type": "Coverage", "url": "/f/2"}]})
        };
        let mut first = inventory(&page(Some("/page/2"))).unwrap();
        assert_eq!(
            first.next.as_deref(),
            Some("https://contoso.example/page/2")
        );
        first
            .extend(inventory(&page(None)).unwrap(), &limits())
            .unwrap();
        assert_eq!((first.files.len(), first.next.as_ref()), (4, None));
        let more = inventory(&page(None)).unwrap();
        assert_eq!(first.extend(more, &limits()), Err(Code::BadResponse));
    }

    #[test]
    fn a_list_that_cannot_be_believed_is_refused() {
        let file = |url: &str| json!([{"type": "Coverage", "url": url}]);
        let mut given = older(json!([]));
        given["extension"] = json!({GIVEN: {"from": "2026-10-02", "to": "2026-10-01", "gaps": []}});
        let mut digest = older(file("/f/1"));
        digest["output"][0]["extension"] = json!({DIGEST: "md5:1"});
        let many = json!(vec![json!({"type": "Coverage", "url": "/f"}); 5]);
        for list in [
            older(file("https://elsewhere.example/f/1")),
            older(json!([{"type": "no kind", "url": "/f/1"}])),
            older(many),
            given,
            digest,
            json!({"transactionTime": "yesterday", "requiresAccessToken": true}),
            json!([]),
            json!({"padding": "x".repeat(20_000)}),
        ] {
            assert_eq!(inventory(&list).unwrap_err(), Code::BadResponse);
        }
        assert!(Inventory::read(b"{\"a\":1,\"a\":1}", BASE, &limits()).is_err());
    }

    #[test]
    fn published_lists_are_read_or_refused_but_never_a_panic() {
        let published = json!({
            "manifestType": "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/BulkDataManifest",
            "transactionTime": "2021-01-01T00:00:00Z", "requiresAccessToken": true,
            "outputOrganizedBy": "Patient",
            "output": [{"url": "https://contoso.example/output/file_1.ndjson",
                "continuesInFile": "https://contoso.example/output/file_3.ndjson"}],
            "deleted": [{"url": "https://contoso.example/output/del_file_1.ndjson"}],
            "outcome": [{"url": "https://contoso.example/output/err_file_1.ndjson"}],
            "extension": [{"url": "http://example.org/x", "valueBoolean": true}],
        });
        let read = inventory(&published).unwrap();
        let roles: Vec<Role> = read.files.iter().map(|file| file.role).collect();
        assert_eq!(roles, [Role::Records, Role::Deleted, Role::Messages]);
        assert!(read.given.is_none() && read.grave);
    }
}
