//! `replay exchanges`: what was recorded sent again, and what the answers come to.
//! Refuses to hand on anything that an exchange said.

use super::AppError;
use super::answer::{Answer, Log, Sink};
use super::manner::manner;
use super::strict::{BEHAVIOUR_CHANGED, Before, budget, of_answers};
use crate::catalogue::Workspace;
use crate::contract::record::{Carried, Kept, Notation, Taken, exchanges as taken};
use crate::contract::{AUTHORIZATION, State};
use crate::evidence::of_inputs;
use crate::load;
use crate::model::replayed::{Behaved, BehaviourAsked};
use crate::model::{HttpRequest, HttpResponse, Place, Provider, ReplayExchanges, ReplayRequest};
use crate::replay::behaviour::{Access, Recorded, Trial, is_secret, unsendable};
use crate::report::Content;
use chrono::{DateTime, Utc};

/// Exchanges that one run sends at most.
const MOST: usize = 10_000;
/// Longest file of exchanges: all of it is held while they are sent.
const LARGEST: usize = 64 << 20;
/// How long one answer is waited for, unless another time is asked for.
///
/// Source: the time that a call to another provider may take in a verification
#[cfg(feature = "service")]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// One exchange with what must be there before it.
struct Step {
    recorded: Recorded,
    /// States in which the provider begins anew; it goes on where there are none.
    #[cfg_attr(not(feature = "service"), expect(dead_code, reason = "nothing is set"))]
    states: Vec<State>,
}

/// Sends recorded exchanges again and judges the answers.
///
/// Errors: the repository cannot be read, the provider may not be called, nobody knows the consumer; a file that cannot be
///         used is a result without a verdict
pub(super) fn exchanges(
    request: &ReplayRequest,
    asked: &ReplayExchanges,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    super::contract::permitted(&asked.provider)?;
    sink.progress("reading the repository");
    let repository = &request.repository;
    let (head, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    super::error::usable(&findings, "matchmark.toml")?;
    if let Some(consumer) = &asked.consumer {
        super::daily::known(&head, consumer)?;
    }
    let keys = [BEHAVIOUR_CHANGED.0, "volatile", "unordered"];
    let base = asked.base.as_deref();
    let before = Before::read(repository, base, &head, &keys)?;
    let sides = (&head, before.workspace.as_ref());
    let config = repository.config.as_ref();
    let remote = match &asked.provider {
        Provider::Reference => None,
        Provider::Remote(remote) => Some(remote),
    };
    let behaviour = BehaviourAsked {
        head: of_inputs(&head.inputs),
        base: before.commit.clone(),
        loosened: of_answers(sides),
        doubts: before.doubts.clone(),
        provider_url: remote.map(|it| it.url.clone()),
        states_url: remote.and_then(|it| it.states_url.clone()),
        allowed_hosts: remote.map_or_else(Vec::new, |it| it.allowed_hosts.clone()),
        patience_s: asked.patience.map(|it| it.as_secs()),
        config: config.map(|it| it.to_string_lossy().into_owned()),
        file: asked.file.to_string_lossy().into_owned(),
        notation: if asked.is_archive { "har" } else { "ndjson" }.to_owned(),
        consumer: asked.consumer.clone(),
        only: asked.only.clone(),
        budget: budget(BEHAVIOUR_CHANGED, &head, before.workspace.as_ref()),
    };
    let mut behaved = match steps(&head, request, asked) {
        Err(why) => Behaved::unusable(behaviour, why),
        Ok(steps) => {
            sink.progress("sending what was recorded");
            let manner = manner(sides);
            let mut trial = Trial::new(&manner, behaviour);
            sent(&head, asked, now, &steps, &mut trial, sink.log())?;
            trial.finish()
        }
    };
    let verdict = behaved.verdict;
    behaved.exit_code = super::exit_code(verdict, request.allow_empty, request.exit_zero);
    let (code, show) = (behaved.exit_code, &request.show);
    let content = Content::Behaved(&behaved);
    Answer::of(verdict, code, content, show, request.max_findings)
}

/// The exchanges of the file, as far as the last one that is judged.
///
/// Errors: why the file cannot be used, with the place in it
fn steps(
    head: &Workspace,
    request: &ReplayRequest,
    asked: &ReplayExchanges,
) -> Result<Vec<Step>, String> {
    let bytes = load::traffic(&request.repository.root, &asked.file)?;
    if bytes.len() > LARGEST {
        let most = LARGEST >> 20;
        return Err(format!("it is longer than {most} MiB; give it in parts"));
    }
    let notation = match asked.is_archive {
        true => Notation::Har,
        false => Notation::Lines,
    };
    // A file without a line is one in which nothing was recorded.
    let traffic = taken(&bytes, notation).map_err(|unread| unread.to_string())?;
    if traffic.len() > MOST {
        return Err(format!(
            "it holds more than {MOST} exchanges; give it in parts"
        ));
    }
    if let Some(absent) = asked
        .only
        .iter()
        .find(|number| usize::try_from(**number).is_ok_and(|it| it > traffic.len()))
    {
        let all = traffic.len();
        return Err(format!("it has no exchange {absent}: there are {all}"));
    }
    let wanted = asked
        .only
        .last()
        .and_then(|last| usize::try_from(*last).ok());
    let traffic = traffic.into_iter().take(wanted.unwrap_or(MOST));
    let mut is_staged = false;
    let mut access = false;
    (1..)
        .zip(traffic)
        .map(|(number, taken)| {
            let place = Place::at(asked.file.to_string_lossy(), taken.at);
            if !taken.states.is_empty() {
                let mut states = taken.states.iter();
                is_staged = states.any(|state| state.name != AUTHORIZATION);
                let mut states = taken.states.iter();
                access = states.any(|state| state.name == AUTHORIZATION);
            }
            let partner = taken.partner.clone().or_else(|| asked.consumer.clone());
            let partner = partner.filter(|name| head.partners.contains_key(name));
            let partner = partner.ok_or_else(|| {
                let why =
                    "no partner of partners/ sent it; name one with --consumer, or in the exchange";
                format!("exchange {number}: {why}")
            })?;
            let recorded = recorded(number, place, partner, &taken, (access, is_staged));
            Ok(Step {
                recorded,
                states: taken.states,
            })
        })
        .collect()
}

fn recorded(
    number: u64,
    place: Place,
    partner: String,
    taken: &Taken,
    (is_named, is_staged): (bool, bool),
) -> Recorded {
    let carried = taken
        .request
        .headers
        .iter()
        .any(|(name, _)| is_secret(name));
    let bodies = [&taken.request.text, &taken.response.text].into_iter();
    let lost = bodies.filter_map(|text| match text {
        Kept::Lost(why) => Some(*why),
        Kept::Nothing | Kept::Text(_) => None,
    });
    let request = HttpRequest {
        method: taken.method.clone(),
        path: taken.address.clone(),
        headers: taken.request.headers.clone(),
        body: bytes(&taken.request),
    };
    Recorded {
        number,
        place,
        partner,
        at: taken.recorded,
        access: match (is_named, taken.status) {
            (true, _) => Access::Named,
            (false, 401) if !carried => Access::None,
            (false, _) => Access::Ours,
        },
        is_staged,
        lost: unsendable(&request).or_else(|| lost.into_iter().next()),
        request,
        answer: HttpResponse {
            status: taken.status,
            headers: taken.response.headers.clone(),
            body: bytes(&taken.response),
        },
    }
}

fn bytes(side: &Carried) -> Vec<u8> {
    match &side.text {
        Kept::Text(text) => text.clone().into_bytes(),
        Kept::Nothing | Kept::Lost(_) => Vec::new(),
    }
}

/// Sends the exchanges one after the other and hands the answers to the trial.
#[cfg(feature = "service")]
fn sent<'m>(
    head: &Workspace,
    asked: &ReplayExchanges,
    now: DateTime<Utc>,
    steps: &'m [Step],
    trial: &mut Trial<'m>,
    log: Log,
) -> Result<(), AppError> {
    use super::check::{Library, served};
    use crate::model::Aim;
    use crate::rehearsal::{Script, resend};
    let library = Library::read(head, &Aim::default());
    let patience = asked.patience.unwrap_or(PATIENCE);
    let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let script = Script {
        us: &head.config.payer,
        partners: head.partners.values().collect(),
        schemas: served(&head.catalogue),
        planned: Vec::new(),
        people: library.people,
        provider: asked.provider.clone(),
        ours: Vec::new(),
        as_of: now,
        log: log.asked.then_some(log.writer),
        // As long as all answers may take, and once more for what is set up between them.
        timeout: patience
            .saturating_mul(count.saturating_add(1))
            .saturating_mul(2),
    };
    let mut walk = course::Walk::new(steps, trial);
    Ok(resend(&script, &mut walk, patience)?)
}

#[cfg(not(feature = "service"))]
fn sent<'m>(
    _: &Workspace,
    _: &ReplayExchanges,
    _: DateTime<Utc>,
    steps: &'m [Step],
    trial: &mut Trial<'m>,
    _: Log,
) -> Result<(), AppError> {
    for step in steps {
        let why = "this program was built without the reference service";
        trial.answered(&step.recorded, Err(why.to_owned()));
    }
    Ok(())
}

/// The recorded exchanges as a rehearsal sends them.
#[cfg(feature = "service")]
mod course {
    use super::Step;
    use crate::model::HttpResponse;
    use crate::rehearsal::{Course, Resend};
    use crate::replay::behaviour::{Access, Trial, is_awaited};

    pub(super) struct Walk<'t, 'm> {
        open: std::slice::Iter<'m, Step>,
        under_way: Option<&'m Step>,
        trial: &'t mut Trial<'m>,
    }

    impl<'t, 'm> Walk<'t, 'm> {
        pub(super) fn new(steps: &'m [Step], trial: &'t mut Trial<'m>) -> Self {
            Self {
                open: steps.iter(),
                under_way: None,
                trial,
            }
        }
    }

    impl Course for Walk<'_, '_> {
        fn next(&mut self) -> Option<Resend> {
            let step = self.open.next()?;
            self.under_way = Some(step);
            let (recorded, states) = (&step.recorded, &step.states);
            let fresh = (!states.is_empty()).then(|| states.clone());
            if fresh.is_some() {
                self.trial.renew();
            }
            Some(Resend {
                consumer: recorded.partner.clone(),
                fresh,
                recorded: recorded.at,
                credentials: recorded.access != Access::None,
                awaited: is_awaited(recorded),
                request: self.trial.request(recorded),
            })
        }

        fn answered(&mut self, answer: Result<HttpResponse, String>) {
            if let Some(step) = self.under_way.take() {
                self.trial.answered(&step.recorded, answer);
            }
        }
    }
}
