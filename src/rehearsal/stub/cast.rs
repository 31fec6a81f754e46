//! What the stub says to each call: which interaction it is, whether the fault hits it, what then stands in the answer.
//! Refuses to block: it runs inside the mock server, which does nothing else meanwhile.

use super::super::fault::{FaultScript, TRAVEL, demand, instead, template};
use super::unmeant::Unmeant;
use super::{CHOOSE_FAULT, CHOOSE_INTERACTION, Manner, is_playable, travels};
use crate::contract::{Contract, FaultKind, Interaction, play};
use crate::model::{HttpRequest, HttpResponse};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wiremock::{Request, Respond, ResponseTemplate};

/// Seeds that are tried for a drift that the contract notices.
const SEEDS: u64 = 64;

/// Contracts and what is being played of them.
pub(super) struct Cast {
    contracts: Vec<Contract>,
    manner: Manner,
    scene: Mutex<Scene>,
}

#[derive(Default)]
struct Scene {
    /// The one interaction that is played; none when any may be.
    key: Option<String>,
    /// Calls, by what was asked for.
    calls: BTreeMap<String, u64>,
    seen: Vec<HttpRequest>,
}

/// An interaction with the contract that it stands in.
type Role<'a> = (&'a Contract, &'a Interaction);

/// What becomes of one call.
struct Cue {
    answer: HttpResponse,
    /// The fault that hits it.
    script: Option<FaultScript>,
}

impl Cast {
    pub(super) fn new(contracts: Vec<Contract>, manner: Manner) -> Self {
        Self {
            contracts,
            manner,
            scene: Mutex::default(),
        }
    }

    pub(super) fn play(&self, key: &str) {
        *self.scene() = Scene {
            key: Some(key.to_owned()),
            ..Scene::default()
        };
    }

    pub(super) fn seen(&self) -> Vec<HttpRequest> {
        self.scene().seen.clone()
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roles(&self) -> impl Iterator<Item = Role<'_>> {
        self.contracts.iter().flat_map(|contract| {
            let interactions = contract.interactions.iter();
            interactions.map(move |interaction| (contract, interaction))
        })
    }

    /// What becomes of a call.
    fn cue(&self, call: &HttpRequest) -> Result<Cue, Unmeant> {
        let played = self.scene().key.clone();
        let chosen = |name| self.manner.choose.then(|| header(call, name)).flatten();
        if let Some(key) = played.as_deref().or(chosen(CHOOSE_INTERACTION)) {
            let role = self.of_key(key, call)?;
            let script = role.1.terms.fault.as_ref().map(FaultScript::from);
            if played.is_none() {
                per_call(script.as_ref())?;
            }
            return Ok(self.hit(role, script, key));
        }
        if let Some(text) = chosen(CHOOSE_FAULT) {
            let script = demand(text).map_err(Unmeant::NoFault)?;
            per_call(Some(&script))?;
            return Ok(self.hit(self.under(&script, call)?, Some(script), text));
        }
        let role = self.usual(call)?;
        let script = self.manner.script.clone();
        Ok(self.hit(role, script, ""))
    }

    /// The interaction of this key, if the call is the one that it shows.
    fn of_key(&self, key: &str, call: &HttpRequest) -> Result<Role<'_>, Unmeant> {
        let role = self.roles().find(|(_, interaction)| interaction.key == key);
        let role = role.ok_or(Unmeant::NoInteraction)?;
        let differences = play::differences(role.1, call);
        match differences.is_empty() {
            true => Ok(role),
            false => Err(Unmeant::Differs(key.to_owned(), differences)),
        }
    }

    /// The interaction without a fault that shows the call.
    fn usual(&self, call: &HttpRequest) -> Result<Role<'_>, Unmeant> {
        let mut nearest: Option<Unmeant> = None;
        let mut fewest = usize::MAX;
        for role in self.roles().filter(|(_, one)| one.terms.fault.is_none()) {
            let differences = play::differences(role.1, call);
            if differences.is_empty() {
                return Ok(role);
            }
            if differences.len() < fewest {
                fewest = differences.len();
                nearest = Some(Unmeant::Differs(role.1.key.clone(), differences));
            }
        }
        Err(nearest.unwrap_or(Unmeant::NoInteraction))
    }

    /// The interaction that a fault is asked for: one that names it, else the one without a fault.
    fn under(&self, script: &FaultScript, call: &HttpRequest) -> Result<Role<'_>, Unmeant> {
        let usual = self.usual(call)?;
        let named = |(_, one): &Role<'_>| {
            let fault = one.terms.fault.as_ref();
            fault.is_some_and(|fault| fault.kind == script.kind)
                && play::differences(one, call).is_empty()
        };
        Ok(self.roles().find(named).unwrap_or(usual))
    }

    /// What a call is answered whose number under `name` says whether the fault hits it.
    fn hit(&self, role: Role<'_>, script: Option<FaultScript>, name: &str) -> Cue {
        let (contract, interaction) = role;
        let number = self.number(name, script.as_ref());
        let Some(script) = script.filter(|script| script.hits(number)) else {
            return Cue {
                answer: play::answer(play::spared(contract, interaction)),
                script: None,
            };
        };
        let own = play::answer(interaction);
        let fault = interaction.terms.fault.as_ref();
        let says_it = fault.is_some_and(|fault| fault.kind == FaultKind::Status);
        let answer = match (script.kind, says_it) {
            (FaultKind::Status, true) => own,
            _ => self.spoilt(interaction, &own, &script),
        };
        Cue {
            answer,
            script: Some(script),
        }
    }

    /// Counts the call. Whoever asks for the same again after a fault is over sees it from its start.
    fn number(&self, name: &str, script: Option<&FaultScript>) -> u64 {
        let mut scene = self.scene();
        let playing = scene.key.is_some();
        let calls = scene.calls.entry(name.to_owned()).or_default();
        *calls = calls.saturating_add(1);
        let number = *calls;
        let over = script.and_then(|script| {
            let times = script.times?;
            Some(script.at.saturating_add(times))
        });
        if !playing && !name.is_empty() && over.is_some_and(|over| number >= over) {
            *calls = 0;
        }
        number
    }

    /// What is said instead; a drift is one that the consumer notices, unless a seed is asked for.
    fn spoilt(
        &self,
        interaction: &Interaction,
        own: &HttpResponse,
        script: &FaultScript,
    ) -> HttpResponse {
        if let Some(seed) = self.manner.seed {
            return instead(own, script, seed);
        }
        if script.kind != FaultKind::SchemaDrift {
            return instead(own, script, 0);
        }
        (0..SEEDS)
            .map(|seed| instead(own, script, seed))
            .find(|answer| !play::is_read(interaction, answer))
            .unwrap_or_else(|| instead(own, script, 0))
    }
}

/// A fault that hits before a call says anything cannot be asked for by one.
fn per_call(script: Option<&FaultScript>) -> Result<(), Unmeant> {
    let Some(kind) = script.map(|script| script.kind) else {
        return Ok(());
    };
    if !is_playable(kind) {
        return Err(Unmeant::Unplayable(kind.word()));
    }
    match kind.is_unheard() {
        true => Err(Unmeant::NotPerCall(kind.word())),
        false => Ok(()),
    }
}

fn header<'a>(call: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let mut headers = call.headers.iter();
    let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// The cast on the stage of the mock server.
pub(super) struct Player(pub Arc<Cast>);

impl Respond for Player {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let call = seen(request);
        let cue = self.0.cue(&call);
        self.0.scene().seen.push(call);
        let said = cue.and_then(|cue| {
            let said = template(&cue.answer).map_err(|_| Unmeant::Unsayable)?;
            Ok((said, cue.script))
        });
        match said {
            Ok((said, None)) => said,
            Ok((said, Some(script))) => self.under(said, &script),
            Err(unmeant) => template(&unmeant.answer()).unwrap_or(ResponseTemplate::new(599)),
        }
    }
}

impl Player {
    /// What the proxy has to know of the fault, where it is not told beforehand.
    fn under(&self, said: ResponseTemplate, script: &FaultScript) -> ResponseTemplate {
        if script.kind == FaultKind::Delay {
            return said.set_delay(script.pause());
        }
        match self.0.manner.choose && travels(script.kind) {
            true => said.insert_header(TRAVEL, script.written()),
            false => said,
        }
    }
}

fn seen(request: &Request) -> HttpRequest {
    let query = request.url.query().map(|query| format!("?{query}"));
    HttpRequest {
        method: request.method.to_string(),
        path: format!("{}{}", request.url.path(), query.unwrap_or_default()),
        headers: request
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.into_owned())
            })
            .collect(),
        body: request.body.clone(),
    }
}
