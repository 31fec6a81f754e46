//! What is in force according to the store, and how a service comes to it: at its start, and when another one publishes.
//! Refuses to run on documents that do not fit: a service that cannot build them does not start.

use super::build::Ground;
use super::document::{Document, Refused};
use super::publish::{Base, Control, Unpublished};
use super::trial::automation;
use super::{ControlError, Start};
use crate::store::{CanaryState, KeptDocument, KeptSnapshot, Release, SnapshotState, StoreError};
use domain::control::{Kind, Origin, OverlapDocument, PartnersDocument, Registered, Standing};
use domain::ids::DocumentNumber;
use domain::routing::{RouteSet, document_of};
use domain::snapshot::Snapshot;
use std::num::NonZeroU32;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The title of what a service was configured with where the configuration has none.
const CONFIGURED: &str = "As configured";

/// How often a start is tried when other services start on the same database.
const TRIES: u32 = 8;

impl Control {
    /// Takes up what the store says is in force, or puts in force what the service was configured with.
    pub(crate) async fn begin(start: Start) -> Result<Self, ControlError> {
        let control = Self {
            store: start.store,
            clock: start.clock,
            published: start.published,
            ground: Ground {
                base: start.base,
                dialects: start.dialects,
                canary: super::read("canary/1", include_str!("../../../config/canary/1.toml"))?,
            },
            turn: Mutex::default(),
            refused: std::sync::Mutex::default(),
        };
        control.settle().await?;
        Ok(control)
    }

    /// Puts in force what the store and the configuration say together.
    ///
    /// Errors: a document does not fit, or the store does not answer
    pub(crate) async fn settle(&self) -> Result<(), ControlError> {
        for _ in 0..TRIES {
            match self.settled().await {
                Err(Unpublished::Store(StoreError::LostRace)) => {}
                other => return other.map_err(ControlError::from),
            }
        }
        Err(ControlError::Store(StoreError::LostRace))
    }

    async fn settled(&self) -> Result<(), Unpublished> {
        let last = self.store.newest_snapshot(None).await?;
        let mut state = last
            .as_ref()
            .map_or_else(SnapshotState::default, |last| last.state.clone());
        let mut new = Vec::new();
        for kind in Kind::ALL {
            let known = state.documents.get(kind).copied();
            if let Some(document) = self.configured(*kind, known).await? {
                state.documents.insert(*kind, document.number);
                new.push(document);
            }
        }
        let number = last.as_ref().map_or(0, |last| last.number);
        if !new.is_empty() || last.is_none() {
            let release = self.first_release(last.as_ref(), state.clone(), new)?;
            self.store.publish(&release).await?;
            return self.put_in_place(number.saturating_add(1), &state).await;
        }
        self.put_in_place(number, &state).await
    }

    fn first_release(
        &self,
        last: Option<&KeptSnapshot>,
        state: SnapshotState,
        documents: Vec<KeptDocument>,
    ) -> Result<Release, StoreError> {
        let author = automation("the service was started with it")?;
        let number = last.map_or(0, |last| last.number).saturating_add(1);
        let cause = "configured".to_owned();
        let unsigned = u64::try_from(number).unwrap_or_default();
        // The first state of a new service takes nothing away from anybody: only a change is an act.
        let event = match last {
            Some(_) => Some(self.event(&author, &cause, unsigned, None)?),
            None => None,
        };
        Ok(Release {
            at: self.now(),
            documents,
            admits: None,
            snapshot: Some(KeptSnapshot {
                number,
                at: self.now(),
                state,
                author: author.actor.id,
                cause,
            }),
            withdraws: None,
            event,
        })
    }

    /// The configured document of a kind, when it is another one than the configured one in force. What an operator has
    /// published outlives a start.
    async fn configured(
        &self,
        kind: Kind,
        known: Option<i64>,
    ) -> Result<Option<KeptDocument>, Unpublished> {
        let Some(known) = known else {
            return Ok(Some(self.of_configuration(kind, self.given(kind, None)?)?));
        };
        let kept = self
            .store
            .document(kind, known)
            .await?
            .ok_or(StoreError::Row("document"))?;
        let said = Document::read(kind, &kept.body).and_then(|document| document.text());
        let same = said.is_ok_and(|said| self.given(kind, Some(known)) == Ok(said));
        if kept.origin != Origin::Configuration || same {
            return Ok(None);
        }
        let newest = self.store.newest_document(kind).await?;
        let next = newest
            .map_or(known, |newest| newest.number)
            .saturating_add(1);
        let body = self.given(kind, Some(next))?;
        Ok(Some(self.of_configuration(kind, body)?))
    }

    fn of_configuration(&self, kind: Kind, body: String) -> Result<KeptDocument, Unpublished> {
        let author = automation("configured")?;
        let number = match Document::read(kind, &body) {
            Ok(document) => i64::from(document.number().0.get()),
            Err(_) => 1,
        };
        Ok(KeptDocument {
            kind,
            number,
            origin: Origin::Configuration,
            standing: Standing::Admitted,
            candidate: false,
            body,
            at: self.now(),
            author: author.actor.id,
            reason: author.reason,
            decided_at: None,
            approver: None,
        })
    }

    /// The text of what the service was configured with, under this number; without one under its own.
    fn given(&self, kind: Kind, number: Option<i64>) -> Result<String, Refused> {
        let base = &self.ground.base;
        let first = |own| number.map_or(own, numbered);
        let document = match kind {
            Kind::Partners => {
                let registered = base.partners.values().map(Registered::of);
                Document::Partners(PartnersDocument {
                    number: first(numbered(1)),
                    title: CONFIGURED.to_owned(),
                    partners: registered.collect::<Option<_>>().ok_or_else(unfit)?,
                })
            }
            Kind::Routing => return self.routes_of(base.partners.values(), number.unwrap_or(1)),
            Kind::Matching => {
                let mut policy = base.matching.clone();
                policy.number = first(policy.number);
                Document::Matching(policy)
            }
            Kind::Resilience => {
                let mut policy = base.resilience.clone();
                policy.number = first(policy.number);
                Document::Resilience(Box::new(policy))
            }
            Kind::Flags => {
                let mut flags = base.flags.clone();
                flags.number = first(flags.number);
                Document::Flags(flags)
            }
            Kind::Audit => {
                let mut policy = base.audit.clone();
                policy.number = first(policy.number);
                Document::Audit(policy)
            }
            Kind::Overlap => Document::Overlap(OverlapDocument {
                number: first(numbered(1)),
                title: CONFIGURED.to_owned(),
                ends: base.overlap.ends,
            }),
        };
        document.text()
    }

    /// Routes that were never written by hand follow a registry that changes: each partner at its new address.
    pub(super) async fn follow_registry(
        &self,
        before: &SnapshotState,
        (state, new): &mut (SnapshotState, Vec<Document>),
    ) -> Result<Option<KeptDocument>, Unpublished> {
        let number = |state: &SnapshotState, kind| state.documents.get(&kind).copied();
        let same = |kind| number(before, kind) == number(state, kind);
        let (Some(registry), Some(routes)) =
            (number(state, Kind::Partners), number(state, Kind::Routing))
        else {
            return Ok(None);
        };
        let kept = self.store.document(Kind::Routing, routes).await?;
        let by_hand = kept.is_some_and(|kept| kept.origin == Origin::Operator);
        if same(Kind::Partners) || !same(Kind::Routing) || by_hand {
            return Ok(None);
        }
        let handed = new
            .iter()
            .find(|document| document.kind() == Kind::Partners);
        let registry = match handed {
            Some(document) => document.clone(),
            None => self.in_store(Kind::Partners, registry).await?,
        };
        let Document::Partners(registry) = registry else {
            return Ok(None);
        };
        let newest = self.store.newest_document(Kind::Routing).await?;
        let next = newest
            .map_or(routes, |newest| newest.number)
            .saturating_add(1);
        let partners = self.ground.partners(&registry.partners)?;
        let body = self.routes_of(partners.values(), next)?;
        new.push(Document::read(Kind::Routing, &body)?);
        state.documents.insert(Kind::Routing, next);
        let mut document = self.of_configuration(Kind::Routing, body)?;
        document.origin = Origin::Registry;
        Ok(Some(document))
    }

    fn routes_of<'a>(
        &self,
        partners: impl Iterator<Item = &'a domain::snapshot::Partner>,
        number: i64,
    ) -> Result<String, Refused> {
        let versions = &self.ground.base.versions;
        let version = |partner: &domain::snapshot::Partner| versions.get(&partner.dialect).cloned();
        let document = document_of(numbered(number), partners, version);
        let document = document.ok_or_else(unfit)?;
        toml::to_string(&document).map_err(Refused::because)
    }

    /// What is in force, as numbers.
    pub(crate) async fn state(&self) -> Result<SnapshotState, StoreError> {
        let last = self.store.newest_snapshot(None).await?;
        Ok(last.map(|last| last.state).unwrap_or_default())
    }

    /// Takes up what another service on the same database has published. Gives whether there was anything.
    pub(crate) async fn follow(&self) -> Result<bool, Unpublished> {
        let _turn = self.turn.lock().await;
        let before = self.published.present().number;
        self.base().await?;
        Ok(self.published.present().number > before)
    }

    /// What is in force now, for a change to be begun on; taken up first where another service has published it.
    pub(super) async fn base(&self) -> Result<Base, Unpublished> {
        let Some(last) = self.store.newest_snapshot(None).await? else {
            return Ok(Base::default());
        };
        let present = i64::try_from(self.published.present().number).unwrap_or(i64::MAX);
        if last.number > present {
            self.put_in_place(last.number, &last.state).await?;
        }
        let (number, state) = (last.number, last.state);
        Ok(Base { number, state })
    }

    async fn put_in_place(&self, number: i64, state: &SnapshotState) -> Result<(), Unpublished> {
        let number = u64::try_from(number).unwrap_or_default();
        let snapshot = self.build(number, state, &[]).await?;
        self.published.replace(snapshot);
        Ok(())
    }

    /// The snapshot of this state. Documents that are not in the store yet are handed in.
    pub(crate) async fn build(
        &self,
        number: u64,
        state: &SnapshotState,
        new: &[Document],
    ) -> Result<Snapshot, Unpublished> {
        let mut documents = Vec::new();
        for (kind, wanted) in &state.documents {
            let handed = new.iter().find(|document| document.kind() == *kind);
            match handed {
                Some(document) => documents.push(document.clone()),
                None => documents.push(self.in_store(*kind, *wanted).await?),
            }
        }
        let set = match &state.canary {
            Some(canary) => Some(self.set(canary.set).await?),
            None => None,
        };
        let canary = self.ground.canary(state, set);
        Ok(self.ground.build(number, &documents, canary)?)
    }

    /// A kept document. What a service was configured with is kept like what an operator has published, so that the
    /// past does not change with the configuration.
    async fn in_store(&self, kind: Kind, number: i64) -> Result<Document, Unpublished> {
        let kept = self.store.document(kind, number).await?;
        let kept = kept.ok_or(StoreError::Row("document"))?;
        Ok(Document::read(kind, &kept.body)?)
    }

    pub(super) async fn set(&self, number: i64) -> Result<Arc<RouteSet>, Unpublished> {
        match self.in_store(Kind::Routing, number).await? {
            Document::Routing(set) => Ok(set),
            Document::Partners(_)
            | Document::Matching(_)
            | Document::Resilience(_)
            | Document::Flags(_)
            | Document::Audit(_)
            | Document::Overlap(_) => Err(Unpublished::Nothing),
        }
    }

    /// The set of this number.
    pub(crate) async fn set_of(
        &self,
        number: DocumentNumber,
    ) -> Result<Arc<RouteSet>, Unpublished> {
        self.set(i64::from(number.0.get())).await
    }

    /// A snapshot that was published once, built again from what is kept of it.
    ///
    /// Errors: there is no such snapshot; what it builds on is gone
    pub(crate) async fn rebuild(
        &self,
        number: i64,
    ) -> Result<(KeptSnapshot, Vec<KeptDocument>), Unpublished> {
        let kept = self.store.kept_snapshot(number).await?;
        let kept = kept.ok_or(Unpublished::Nothing)?;
        let unsigned = u64::try_from(kept.number).unwrap_or_default();
        self.build(unsigned, &kept.state, &[]).await?;
        let mut documents = Vec::new();
        for (kind, number) in &kept.state.documents {
            documents.extend(self.store.document(*kind, *number).await?);
        }
        Ok((kept, documents))
    }

    /// The routes that were in force at a point in time, and under which snapshot.
    pub(crate) async fn routes_at(
        &self,
        at: domain::Timestamp,
    ) -> Result<Option<(i64, Arc<RouteSet>)>, Unpublished> {
        let Some(then) = self.store.newest_snapshot(Some(at)).await? else {
            return Ok(None);
        };
        match then.state.documents.get(&Kind::Routing) {
            Some(set) => Ok(Some((then.number, self.set(*set).await?))),
            None => Ok(None),
        }
    }

    /// What an operator is shown of a kind: the document in force, one that waits, and the trial of the same moment.
    pub(crate) async fn shown(&self, kind: Kind) -> Result<Shown, StoreError> {
        let state = self.state().await?;
        let number = state.documents.get(&kind).copied().unwrap_or_default();
        let in_force = self.store.document(kind, number).await?;
        let newest = self.store.newest_document(kind).await?;
        Ok(Shown {
            in_force,
            waiting: newest.filter(|newest| newest.standing == Standing::Waiting),
            canary: state.canary.filter(|_| kind == Kind::Routing),
        })
    }
}

/// What is in force of a kind of document, what waits for approval, and what is on trial.
pub(crate) struct Shown {
    pub in_force: Option<KeptDocument>,
    pub waiting: Option<KeptDocument>,
    pub canary: Option<CanaryState>,
}

fn numbered(number: i64) -> DocumentNumber {
    let number = u32::try_from(number).ok().and_then(NonZeroU32::new);
    DocumentNumber(number.unwrap_or(NonZeroU32::MIN))
}

fn unfit() -> Refused {
    Refused("a partner has not the form of one".to_owned())
}
