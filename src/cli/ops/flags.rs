//! The flags of `matchmark ops`, as clap derives them.
//! Refuses to know what a service answers to them.

use super::super::flags::{ColorFlags, DirectoryFlag, ListFormats};
use clap::Args;
use std::path::PathBuf;

/// Which service is asked, and how its answer is shown.
#[derive(Args, Debug)]
pub(in crate::cli) struct ServiceFlags {
    /// Folder of service.toml, as `matchmark serve --dev` writes it
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".matchmark/dev",
        env = "MATCHMARK_SERVICE",
        hide_env = true
    )]
    pub service: PathBuf,
    /// Address of the listener for our own systems, instead of that of service.toml
    #[arg(long, value_name = "URL")]
    pub enterprise: Option<String>,
    /// Address of the listener for operators
    #[arg(long, value_name = "URL")]
    pub admin: Option<String>,
    /// Address of the probe
    #[arg(long, value_name = "URL")]
    pub probe: Option<String>,
    /// Certificates, PEM, whose bearers are believed to be the service
    #[arg(long, value_name = "FILE")]
    pub authority: Option<PathBuf>,
    /// Our certificate, PEM
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// The key of our certificate, PEM
    #[arg(long = "certificate-key", value_name = "FILE")]
    pub certificate_key: Option<PathBuf>,
    /// File that holds our token
    #[arg(long, value_name = "FILE")]
    pub token: Option<PathBuf>,
    /// Why you ask; the service writes it down
    #[arg(long, value_name = "WHY", default_value = "operations", value_parser = PURPOSES)]
    pub purpose: String,
    #[command(flatten)]
    pub at: DirectoryFlag,
    #[command(flatten)]
    pub formats: ListFormats,
    #[command(flatten)]
    pub color: ColorFlags,
}

/// Why anybody acts.
///
/// Source: `Why` of reference/domain/src/operator.rs
const PURPOSES: [&str; 5] = ["operations", "incident", "audit", "dispute", "compliance"];

/// An id as the service gives them: an empty one, as a script leaves it behind whose first step failed, names nothing.
fn id(text: &str) -> Result<String, String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err(
            "an id is letters, digits, hyphens, dots and underscores; the `list` commands name them"
                .to_owned(),
        ),
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct OneArguments {
    /// The exchange
    #[arg(value_parser = id)]
    pub id: String,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct OrderArguments {
    /// The exchange
    #[arg(value_parser = id)]
    pub id: String,
    /// Say it under this key: the same key is heard once
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct TxnListArguments {
    /// Only those in this state
    #[arg(long)]
    pub state: Option<String>,
    /// Only those with this partner
    #[arg(long)]
    pub partner: Option<String>,
    /// Only those that wait for this reason
    #[arg(long)]
    pub hold: Option<String>,
    /// Only those in their state since then, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Those after this one: `cursor` of an answer
    #[arg(long, value_name = "ID")]
    pub cursor: Option<String>,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct RouteArguments {
    /// The exchange
    #[arg(value_parser = id)]
    pub id: String,
    /// Tell also what the rules in force then say of the same inputs, RFC 3339
    #[arg(long = "at", value_name = "TIME")]
    pub then: Option<String>,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct LikeArguments {
    /// Only those of this code
    #[arg(long)]
    pub code: Option<String>,
    /// Only those with this partner
    #[arg(long)]
    pub partner: Option<String>,
    /// Those after this one: `next` of an answer
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct FixArguments {
    /// The cause, such as partner/unavailable
    pub code: String,
    /// With this partner only
    #[arg(long)]
    pub partner: Option<String>,
    /// Why, as lower-case words joined by hyphens
    #[arg(long, value_name = "WORD")]
    pub reason: String,
    /// Take the word back: the cause is not gone after all
    #[arg(long)]
    pub withdraw: bool,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["ids", "code", "partner"]))]
pub(in crate::cli) struct ReplayArguments {
    /// These letters, all of them or none
    #[arg(value_name = "ID", value_parser = id, conflicts_with_all = ["code", "partner"])]
    pub ids: Vec<String>,
    /// Those of this code
    #[arg(long)]
    pub code: Option<String>,
    /// Those with this partner
    #[arg(long)]
    pub partner: Option<String>,
    /// At most N of them
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Those behind this place: `next` of an answer
    #[arg(long, value_name = "PLACE", conflicts_with = "ids")]
    pub after: Option<String>,
    /// Say what would be started, start nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Order it under this key: the same key is heard once
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct CloseArguments {
    /// The exchange
    #[arg(value_parser = id)]
    pub id: String,
    /// Why, as lower-case words joined by hyphens
    #[arg(long, value_name = "WORD")]
    pub reason: String,
    /// The rule that allows it
    #[arg(long)]
    pub rule: String,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct SearchArguments {
    /// Any id of a request
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    #[arg(long)]
    pub partner: Option<String>,
    #[arg(long)]
    pub actor: Option<String>,
    /// From then on, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Before then, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// After this record: `next` of an answer
    #[arg(long, value_name = "SEQ")]
    pub after: Option<String>,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct DecideArguments {
    /// The review
    #[arg(value_parser = id)]
    pub id: String,
    /// What is decided
    pub decision: String,
    /// The rule that the decision follows, such as identity/other-person
    #[arg(long)]
    pub rule: String,
    /// Why, as lower-case words joined by hyphens
    #[arg(long, value_name = "WORD")]
    pub reason: String,
    /// The version that was looked at: somebody else may have decided since
    #[arg(long, value_name = "VERSION")]
    pub if_match: String,
    #[command(flatten)]
    pub service: ServiceFlags,
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn an_id_that_names_nothing_or_another_path_is_refused() {
        for wrong in ["", "a/b", "..%2f", "a b", "a?b"] {
            assert!(id(wrong).is_err(), "{wrong}");
        }
        let usual = "01a204ab-ffa1-7fd3-b425-02f7924c8a46";
        assert_eq!(id(usual).as_deref(), Ok(usual));
    }
}
