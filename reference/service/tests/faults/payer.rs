//! A payer of the matrix: it does everything right but for its trouble, by the number of the call and the service's clock.
//! Refuses luck and real time.

use super::support::later::{list, records};
use super::support::stub::matched;
use chrono::TimeDelta;
use reference::clock::ManualClock;
use reference::domain::Timestamp;
use reference::domain::ports::Clock;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wiremock::{Request, Respond, ResponseTemplate};

pub const CLAIMS: &str = "ExplanationOfBenefit";

/// The places of an exchange where a payer can fail, as the matrix names them.
pub const PLACES: [&str; 6] = ["token", "match", "kick-off", "poll", "claims", "conditions"];

/// What a payer says at a place instead of what it should, to so many first calls of each exchange.
pub struct Trouble {
    pub at: &'static str,
    pub times: usize,
    says: &'static str,
}

/// One row of the matrix.
pub struct Fault {
    pub name: &'static str,
    pub troubles: Vec<Trouble>,
    /// How long a token lives as the payer says, and as long as it takes it.
    tokens: (i64, i64),
    pub state: &'static str,
    pub disposition: &'static str,
    pub code: Option<&'static str>,
    pub most: usize,
    pub within: Duration,
}

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

impl Trouble {
    fn read(text: &'static str) -> Self {
        let words = words(text);
        let at = PLACES.into_iter().find(|place| *place == words[0]);
        Self {
            at: at.unwrap_or_else(|| panic!("{text}: no such place")),
            times: words[1].parse().unwrap_or(usize::MAX),
            says: words[2],
        }
    }
}

impl Fault {
    /// The rows of the matrix.
    pub fn all() -> Vec<Self> {
        let rows = include_str!("matrix.txt").lines();
        rows.filter(|row| !row.starts_with('#'))
            .map(Self::read)
            .collect()
    }

    fn read(row: &'static str) -> Self {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let troubles = cells[1].split(',').filter(|text| text.trim() != "-");
        let (tokens, ends) = (words(cells[2]), words(cells[3]));
        Self {
            name: cells[0],
            troubles: troubles.map(Trouble::read).collect(),
            tokens: (tokens[0].parse().unwrap(), tokens[1].parse().unwrap()),
            state: ends[0],
            disposition: ends[1],
            code: Some(cells[4]).filter(|code| *code != "-"),
            most: cells[5].parse().unwrap(),
            within: Duration::from_secs(60 * cells[6].parse::<u64>().unwrap()),
        }
    }

    /// What the payer asks us to wait before it is asked about its work: long enough for a token to end meanwhile.
    fn wait(&self) -> &'static str {
        if self.troubles.is_empty() { "200" } else { "5" }
    }
}

/// What a payer has heard.
#[derive(Default)]
pub struct Heard {
    /// The keys of matches, each an exchange.
    pub members: Vec<String>,
    /// Calls by place and member; the token endpoint knows no member.
    pub calls: BTreeMap<(&'static str, String), usize>,
    /// When each token was given.
    tokens: Vec<Timestamp>,
}

impl Heard {
    /// What is asked for, and for whom.
    fn place(&mut self, request: &Request, rest: &str) -> (&'static str, String) {
        let parts: Vec<&str> = rest.split('/').collect();
        let last = parts[parts.len() - 1].to_owned();
        match parts[0] {
            "token" => ("token", String::new()),
            "Patient" => {
                let key = request.headers["idempotency-key"].to_str().unwrap();
                let known = self.members.iter().position(|known| known == key);
                let number = known.unwrap_or_else(|| {
                    self.members.push(key.to_owned());
                    self.members.len() - 1
                });
                ("match", format!("m{number}"))
            }
            "Group" => ("kick-off", parts[1].to_owned()),
            "async" => ("poll", last),
            "files" if parts[1] == CLAIMS => ("claims", last),
            "files" => ("conditions", last),
            _ => panic!("nobody serves {rest}"),
        }
    }
}

pub struct Payer {
    pub fault: Fault,
    pub clock: Arc<ManualClock>,
    pub heard: Mutex<Heard>,
}

impl Payer {
    fn answer(&self, request: &Request, rest: &str) -> ResponseTemplate {
        let mut heard = self.heard.lock().unwrap();
        let (at, member) = heard.place(request, rest);
        let visit = heard.calls.entry((at, member.clone())).or_default();
        *visit += 1;
        let visit = *visit;
        if at != "token" && !self.lets_in(request, &heard) {
            return status(401).insert_header("www-authenticate", "Bearer error=\"invalid_token\"");
        }
        let mut troubles = self.fault.troubles.iter();
        if let Some(trouble) = troubles.find(|it| it.at == at && visit <= it.times) {
            return said(trouble.says).insert_header("link", self.link(&member));
        }
        if at == "token" {
            heard.tokens.push(self.clock.now());
            return self.token(heard.tokens.len());
        }
        self.well(at, &member, visit)
    }

    fn link(&self, member: &str) -> String {
        format!("</{}/Group/{member}>; rel=\"collection\"", self.fault.name)
    }

    fn token(&self, number: usize) -> ResponseTemplate {
        let token = format!("t{number}");
        status(200).set_body_json(
            json!({"access_token": token, "token_type": "Bearer", "expires_in": self.fault.tokens.0}),
        )
    }

    /// What it says when nothing is wrong.
    fn well(&self, at: &str, member: &str, visit: usize) -> ResponseTemplate {
        let (name, wait) = (self.fault.name, self.fault.wait());
        let file = |kind: &str| {
            let url = format!("/{name}/files/{kind}/{member}");
            json!({"type": kind, "url": url, "count": 2})
        };
        let lines =
            |kind: &str| status(200).set_body_raw(records(kind, 2), "application/fhir+ndjson");
        match at {
            "match" => matched().insert_header("link", self.link(member)),
            "kick-off" => status(202)
                .insert_header("content-location", format!("/{name}/async/{member}"))
                .insert_header("retry-after", wait),
            "poll" if visit == self.working() => status(202).insert_header("retry-after", wait),
            "poll" => {
                let files = json!([file(CLAIMS), file("Condition")]);
                status(200).set_body_json(list(files, json!([])))
            }
            "claims" => lines(CLAIMS),
            _ => lines("Condition"),
        }
    }

    /// The first question after its trouble finds the work still under way.
    fn working(&self) -> usize {
        let here = self.fault.troubles.iter().filter(|it| it.at == "poll");
        here.map(|it| it.times).sum::<usize>().saturating_add(1)
    }

    fn lets_in(&self, request: &Request, heard: &Heard) -> bool {
        let shown = request.headers.get("authorization");
        let shown = shown.and_then(|it| it.to_str().ok()?.strip_prefix("Bearer t"));
        let number = shown.and_then(|number| number.parse::<usize>().ok()?.checked_sub(1));
        let given = number.and_then(|number| heard.tokens.get(number));
        let life = TimeDelta::seconds(self.fault.tokens.1);
        given.is_some_and(|given| self.clock.now() - *given < life)
    }
}

fn status(code: u16) -> ResponseTemplate {
    ResponseTemplate::new(code)
}

/// An answer of the matrix, by its word or its status.
fn said(word: &str) -> ResponseTemplate {
    let part =
        |part| status(200).set_body_json(json!({"resourceType": "Parameters", "parameter": part}));
    match word {
        "late" => matched().set_delay(Duration::from_secs(600)),
        "busy" => status(429).insert_header("retry-after", "7"),
        "page" => status(200).set_body_string("<html>maintenance</html>"),
        // More than the guide knows is no harm.
        "more" => part(json!([
            {"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number", "period": {}}},
            {"name": "MatchQuality", "valueDecimal": 0.99},
        ])),
        // The identifier is not where it was.
        "moved" => part(json!([{"name": "MemberIdentifier", "valueString": "their-number"}])),
        // Words of a code system that nobody has told us of.
        "unheard" => {
            let coding = json!([{"system": "https://contoso.example/codes", "code": "x-17"}]);
            let issue =
                json!([{"severity": "error", "code": "x-new", "details": {"coding": coding}}]);
            status(422).set_body_json(json!({"resourceType": "OperationOutcome", "issue": issue}))
        }
        "renamed" => {
            let files = json!([{"type": CLAIMS, "url": "/x"}]);
            status(200).set_body_json(json!({"asOf": "2026-10-01", "files": files}))
        }
        "other-kind" => status(200).set_body_raw(records("Claim", 2), "application/fhir+ndjson"),
        code => status(code.parse().unwrap()),
    }
}

/// Every payer of the matrix behind one address, each below its own name.
pub struct World(pub Arc<BTreeMap<&'static str, Payer>>);

impl Respond for World {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().trim_start_matches('/');
        let (name, rest) = path.split_once('/').unwrap();
        self.0[name].answer(request, rest)
    }
}
