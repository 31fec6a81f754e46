//! Payload rules for whoever holds a payload: the circumstances that a repository knows, and the question itself.

use crate::catalogue::{Catalogue, Envelope, Payer, Workspace};
use crate::model::VersionId;
use crate::payload::{Circumstances, Organisation, Parties};
use crate::policy::{Judged, Judgement, PayloadRules, RuleBook};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::cell::OnceCell;
use wire::json::{Document, Limits, Position};

/// The payload rules of one side, and what that side knows of every payload.
pub(super) struct Ruling<'a> {
    rules: PayloadRules<'a>,
    catalogue: &'a Catalogue,
    payer: &'a Payer,
}

/// Where in the text of a payload the value of a pointer begins.
type Places<'a> = &'a dyn Fn(&str) -> Option<Position>;

/// What is known of one payload besides itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub as_of: Option<DateTime<Utc>>,
    /// Who sent it and will get the answer: the id of a partner, or `system|value`.
    pub caller: Option<String>,
    /// Who answers, where that is not us.
    pub payer: Option<String>,
    /// Whether it may be the other way round.
    pub either_way: bool,
}

impl<'a> Ruling<'a> {
    pub(super) fn of(workspace: &'a Workspace, book: &'a RuleBook) -> Self {
        Self {
            rules: PayloadRules::of(book),
            catalogue: &workspace.catalogue,
            payer: &workspace.config.payer,
        }
    }

    /// Whether any rule has something to say about payloads of this version.
    pub(super) fn applies_to(&self, id: &VersionId) -> bool {
        let version = self.catalogue.version(id);
        version.is_some_and(|version| self.rules.apply_to(id, &version.number))
    }

    /// What the rules say of a payload of version `id`; nothing when the catalogue does not have it.
    pub(super) fn judge(
        &self,
        id: &VersionId,
        document: &Document,
        file: &str,
        known: &Known,
    ) -> Judgement {
        let places = |pointer: &str| document.place(pointer);
        self.ask(id, (document.value(), &places), file, known)
    }

    /// The same for a payload that is at hand as a value; places are those in its canonical text.
    pub(super) fn judge_value(&self, id: &VersionId, payload: &Value, known: &Known) -> Judgement {
        let document = OnceCell::new();
        let read = || {
            let text = wire::json::canonical(payload);
            Document::parse(text.as_bytes(), &Limits::FILE).ok()
        };
        let places = |pointer: &str| document.get_or_init(read).as_ref()?.place(pointer);
        self.ask(id, (payload, &places), "payload", known)
    }

    fn ask(
        &self,
        id: &VersionId,
        (payload, places): (&Value, Places<'_>),
        file: &str,
        known: &Known,
    ) -> Judgement {
        let version = self.catalogue.version(id);
        let Some(version) = version.filter(|it| self.rules.apply_to(id, &it.number)) else {
            return Judgement::default();
        };
        let circumstances = Circumstances {
            schema: id.to_string(),
            as_of: known.as_of,
            zone: self.payer.zone.0,
            parties: known.caller.as_deref().map(|caller| Parties {
                caller: self.organisation(caller),
                payer: self.organisation(known.payer.as_deref().unwrap_or(&self.payer.id)),
                either_way: known.either_way,
            }),
        };
        self.rules.judge(&Judged {
            payload,
            places,
            file,
            id,
            number: &version.number,
            circumstances: &circumstances,
        })
    }

    fn organisation(&self, named: &str) -> Organisation {
        match named.split_once('|') {
            Some((system, value)) => Organisation::known_as(system, value),
            None => Organisation::known_as(&self.payer.identifiers, named),
        }
    }
}

impl Known {
    /// What an envelope says of its payload: when, and with whom; not who asked.
    pub(super) fn of(envelope: &Envelope) -> Self {
        Self::recorded(Some(&envelope.recorded_at), Some(&envelope.partner))
    }

    /// The same of an envelope that is at hand as a value only.
    pub(super) fn recorded(at: Option<&str>, partner: Option<&str>) -> Self {
        Self {
            as_of: at.and_then(|at| at.parse().ok()),
            caller: partner.map(str::to_owned),
            payer: None,
            either_way: true,
        }
    }
}
