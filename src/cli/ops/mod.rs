//! The commands of `ops`, from their flags to their requests.
//! Refuses to know what a service answers.

mod flags;

use super::request::{Voice, below, messages};
use super::{Asked, Surroundings};
use crate::model::{Given, OpsAsk, OpsRequest, Request, ServiceAsked};
use clap::Subcommand;
use flags::{
    CloseArguments, DecideArguments, FixArguments, LikeArguments, OneArguments, OrderArguments,
    ReplayArguments, RouteArguments, SearchArguments, ServiceFlags, TxnListArguments,
};
use std::path::{Path, PathBuf};

#[derive(Subcommand, Debug)]
pub(super) enum OpsVerb {
    /// Tell whether the service is ready, part by part
    #[command(after_long_help = OPS_CODES)]
    Status(ServiceFlags),
    /// Follow exchanges: where they are, why, what comes next
    #[command(subcommand, disable_help_subcommand = true)]
    Txn(TxnVerb),
    /// Tell where an exchange stalled, which dependency failed, and after how many retries
    #[command(subcommand, disable_help_subcommand = true)]
    Trace(TraceVerb),
    /// Tell why an exchange went where it went, by the rules of that time
    #[command(subcommand, disable_help_subcommand = true)]
    Route(RouteVerb),
    /// Look at dead letters, and start them again once their cause is gone
    #[command(subcommand, disable_help_subcommand = true)]
    Dlq(DlqVerb),
    /// Ask the audit log
    #[command(subcommand, disable_help_subcommand = true)]
    Audit(AuditVerb),
    /// Look at matches that wait for a person, and decide them
    #[command(subcommand, disable_help_subcommand = true)]
    Review(ReviewVerb),
}

#[derive(Subcommand, Debug)]
pub(super) enum TxnVerb {
    /// List exchanges, 200 at a time
    #[command(after_long_help = OPS_CODES)]
    List(TxnListArguments),
    /// Tell where an exchange is: state, since when, next action, whose turn it is
    #[command(after_long_help = OPS_CODES)]
    Show(OneArguments),
    /// Tell why an exchange stands where it stands, in one sentence
    #[command(after_long_help = OPS_CODES)]
    Explain(OneArguments),
    /// Tell everything that happened to an exchange, in order
    #[command(after_long_help = OPS_CODES)]
    Timeline(OneArguments),
    /// Take an exchange back
    #[command(after_long_help = OPS_CODES)]
    Cancel(OrderArguments),
    /// Hold an exchange where it is
    #[command(after_long_help = OPS_CODES)]
    Pause(OrderArguments),
    /// Let an exchange go on
    #[command(after_long_help = OPS_CODES)]
    Resume(OrderArguments),
}

#[derive(Subcommand, Debug)]
pub(super) enum TraceVerb {
    /// Tell stage, dependency and retries of an exchange, with every call
    #[command(after_long_help = OPS_CODES)]
    Explain(OneArguments),
}

#[derive(Subcommand, Debug)]
pub(super) enum RouteVerb {
    /// Work every choice of an exchange out again from the rules of its time
    #[command(after_long_help = OPS_CODES)]
    Explain(RouteArguments),
}

#[derive(Subcommand, Debug)]
pub(super) enum DlqVerb {
    /// List dead letters, the longest dead first
    #[command(after_long_help = OPS_CODES)]
    List(LikeArguments),
    /// Show a dead letter: class, attempts, last response, ids, versions
    #[command(after_long_help = OPS_CODES)]
    Show(OneArguments),
    /// Say that a cause is gone: only then its letters may be started again
    #[command(after_long_help = OPS_CODES)]
    Fix(FixArguments),
    /// Start dead letters again, each once
    #[command(after_long_help = OPS_CODES)]
    Replay(ReplayArguments),
    /// Give a dead letter up, by a rule
    #[command(after_long_help = OPS_CODES)]
    Close(CloseArguments),
}

#[derive(Subcommand, Debug)]
pub(super) enum AuditVerb {
    /// Answer of a request, from metadata alone: authenticated? which match? which endpoint? how did it end?
    #[command(after_long_help = OPS_CODES)]
    Answer(OneArguments),
    /// Search records by request, partner, actor and time
    #[command(after_long_help = OPS_CODES)]
    Search(SearchArguments),
}

#[derive(Subcommand, Debug)]
pub(super) enum ReviewVerb {
    /// List what waits for a person
    #[command(after_long_help = OPS_CODES)]
    List(ServiceFlags),
    /// Decide a match under review
    #[command(after_long_help = OPS_CODES)]
    Decide(DecideArguments),
}

/// What the arguments come to in these surroundings.
pub(super) fn resolve(verb: OpsVerb, around: &Surroundings) -> Result<Asked, String> {
    let (ask, flags) = match verb {
        OpsVerb::Status(flags) => (OpsAsk::Status, flags),
        OpsVerb::Txn(verb) => txn(verb),
        OpsVerb::Trace(TraceVerb::Explain(one)) => (OpsAsk::TraceExplain(one.id), one.service),
        OpsVerb::Route(RouteVerb::Explain(one)) => {
            let (id, at) = (one.id, one.then);
            (OpsAsk::RouteExplain { id, at }, one.service)
        }
        OpsVerb::Dlq(verb) => dlq(verb),
        OpsVerb::Audit(AuditVerb::Answer(one)) => (OpsAsk::AuditAnswer(one.id), one.service),
        OpsVerb::Audit(AuditVerb::Search(asked)) => {
            let query = query([
                ("request", asked.request),
                ("partner", asked.partner),
                ("actor", asked.actor),
                ("since", asked.since),
                ("until", asked.until),
                ("after", asked.after),
            ]);
            (OpsAsk::AuditSearch(query), asked.service)
        }
        OpsVerb::Review(ReviewVerb::List(flags)) => (OpsAsk::ReviewList, flags),
        OpsVerb::Review(ReviewVerb::Decide(asked)) => {
            let decide = OpsAsk::ReviewDecide {
                id: asked.id,
                decision: asked.decision,
                rule: asked.rule,
                reason: asked.reason,
                version: asked.if_match,
            };
            (decide, asked.service)
        }
    };
    request(ask, flags, around)
}

fn txn(verb: TxnVerb) -> (OpsAsk, ServiceFlags) {
    let order = |act, order: OrderArguments| {
        let (id, key) = (order.id, order.key);
        (OpsAsk::TxnAct { act, id, key }, order.service)
    };
    match verb {
        TxnVerb::List(asked) => {
            let query = query([
                ("state", asked.state),
                ("partner", asked.partner),
                ("hold", asked.hold),
                ("since", asked.since),
                ("cursor", asked.cursor),
            ]);
            (OpsAsk::TxnList(query), asked.service)
        }
        TxnVerb::Show(one) => (OpsAsk::TxnShow(one.id), one.service),
        TxnVerb::Explain(one) => (OpsAsk::TxnExplain(one.id), one.service),
        TxnVerb::Timeline(one) => (OpsAsk::TxnTimeline(one.id), one.service),
        TxnVerb::Cancel(asked) => order("cancel", asked),
        TxnVerb::Pause(asked) => order("pause", asked),
        TxnVerb::Resume(asked) => order("resume", asked),
    }
}

fn dlq(verb: DlqVerb) -> (OpsAsk, ServiceFlags) {
    match verb {
        DlqVerb::List(asked) => {
            let query = query([
                ("code", asked.code),
                ("partner", asked.partner),
                ("after", asked.after),
            ]);
            (OpsAsk::DlqList(query), asked.service)
        }
        DlqVerb::Show(one) => (OpsAsk::DlqShow(one.id), one.service),
        DlqVerb::Fix(asked) => {
            let fix = OpsAsk::DlqFix {
                code: asked.code,
                partner: asked.partner,
                reason: asked.reason,
                withdraw: asked.withdraw,
            };
            (fix, asked.service)
        }
        DlqVerb::Replay(asked) => {
            let replay = OpsAsk::DlqReplay {
                ids: asked.ids,
                code: asked.code,
                partner: asked.partner,
                limit: asked.limit,
                after: asked.after,
                dry_run: asked.dry_run,
                key: asked.key,
            };
            (replay, asked.service)
        }
        DlqVerb::Close(asked) => {
            let close = OpsAsk::DlqClose {
                id: asked.id,
                reason: asked.reason,
                rule: asked.rule,
            };
            (close, asked.service)
        }
    }
}

/// What was said of a list.
fn query<const N: usize>(
    asked: [(&'static str, Option<String>); N],
) -> Vec<(&'static str, String)> {
    let said = asked.into_iter();
    said.filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn request(ask: OpsAsk, flags: ServiceFlags, around: &Surroundings) -> Result<Asked, String> {
    let root: &Path = &flags.at.directory;
    let voice = Voice {
        formats: &flags.formats.format,
        volume: None,
        color: flags.color.color,
    };
    let show = voice.show(root, around)?;
    let file = |path: &Option<PathBuf>| path.as_deref().map(|path| below(root, path));
    let service = ServiceAsked {
        folder: below(root, &flags.service),
        given: Given {
            authority: file(&flags.authority),
            certificate: file(&flags.certificate),
            key: file(&flags.certificate_key),
            token: file(&flags.token),
            enterprise: flags.enterprise,
            admin: flags.admin,
            probe: flags.probe,
        },
    };
    Ok(messages(Request::Ops(OpsRequest {
        service,
        purpose: flags.purpose,
        ask,
        show,
    })))
}

pub(super) const OPS_EXAMPLES: &str = "\
Examples:
  matchmark ops status                              is the service ready, part by part?
  matchmark ops txn list --state dead-lettered
  matchmark ops trace explain ID                    where did it stall, on what, after how many retries?
  matchmark ops dlq fix partner/unavailable --reason partner-is-up
  matchmark ops dlq replay --code partner/unavailable --dry-run
  matchmark ops audit answer ID --purpose audit
";

const OPS_CODES: &str = "\
Exit codes:
  0 go         the service answered, and what was ordered was done
  1 no-go      the state of things forbids what was ordered; or the service is down
  2 error      nobody answers, the caller is not let in, or nothing is there under that id
  4 empty      a replay that starts nothing
";
