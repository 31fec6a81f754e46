//! What a gateway of the reference may not name: who carries messages in and out knows no policy of retries or partners.
//! Refuses to know what the policies say.

use crate::mentions::mentions;
use crate::source::Source;

/// A name that a gateway leaves to the orchestrator.
struct Closed {
    /// Beginnings of paths of the gateway's files.
    gateway: &'static str,
    /// The path; everything inside it is meant too.
    name: &'static str,
    /// Inside it, but only words to show or to count by.
    except: &'static [&'static str],
    why: &'static str,
}

const IN: &str = "reference/service/src/http/";
const OUT: &str = "reference/service/src/adapters/transport/";

const fn closed(gateway: &'static str, name: &'static str, why: &'static str) -> Closed {
    Closed {
        gateway,
        name,
        except: &[],
        why,
    }
}

const CLOSED: &[Closed] = &[
    Closed {
        except: &[
            "domain::resilience::Bound",
            "domain::resilience::BreakerState",
            "domain::resilience::Headroom",
            "domain::resilience::Operation",
            "domain::resilience::Selection",
            "domain::resilience::Unreplayable",
            "domain::resilience::Verdict",
        ],
        ..closed(IN, "domain::resilience", "when to call again is policy")
    },
    Closed {
        except: &["domain::routing::Inputs", "domain::routing::Share"],
        ..closed(IN, "domain::routing", "where to call is policy")
    },
    closed(
        IN,
        "domain::idempotency::outbound_key",
        "keys of calls are the orchestrator's",
    ),
    closed(
        IN,
        "domain::record::OutboundKey",
        "keys of calls are the orchestrator's",
    ),
    closed(
        IN,
        "domain::snapshot::Partner",
        "how a partner is is policy",
    ),
    closed(
        IN,
        "domain::snapshot::KeyHandling",
        "how a partner is is policy",
    ),
    Closed {
        except: &["domain::fulfilment::Phase", "domain::fulfilment::SlaStage"],
        ..closed(IN, "domain::fulfilment", "what is agreed is policy")
    },
    Closed {
        except: &["domain::deadlines::Standing"],
        ..closed(IN, "domain::deadlines", "how long it may take is policy")
    },
    closed(OUT, "domain::resilience", "transport tries once"),
    closed(OUT, "domain::routing", "transport is told the address"),
    closed(OUT, "domain::idempotency", "transport is told the key"),
    closed(OUT, "domain::snapshot", "transport is told the time it has"),
    closed(OUT, "domain::workflow", "transport knows no exchange"),
    closed(OUT, "crate::data", "transport knows no exchange"),
    closed(OUT, "crate::engine", "transport knows no exchange"),
    closed(OUT, "crate::store", "transport keeps nothing"),
    closed(OUT, "crate::control", "transport knows no document"),
    closed(OUT, "crate::snapshot", "transport knows no document"),
];

/// Names of a policy in a gateway. Tests may name what they like.
pub fn policies(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        for mention in mentions(source).iter().filter(|mention| !mention.in_test) {
            let broken = CLOSED.iter().find(|rule| {
                source.path.starts_with(rule.gateway)
                    && mention.is_within(rule.name)
                    && !rule.except.iter().any(|word| mention.is_within(word))
            });
            if let Some(rule) = broken {
                complaints.push(format!(
                    "{}:{}: `{}`: {}",
                    source.path,
                    mention.line,
                    mention.path(),
                    rule.why
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> usize {
        policies(&[Source::new(path, text)]).len()
    }

    #[test]
    fn a_policy_in_a_gateway_is_caught() {
        let http = "reference/service/src/http/enterprise/mod.rs";
        for (text, wrong) in [
            ("use domain::resilience::RetryPolicy;", 1),
            ("use domain::resilience::{Operation, Verdict};", 0),
            ("use domain::routing::{Inputs, decide};", 1),
            ("fn f() { domain::idempotency::outbound_key(); }", 1),
            (
                "use domain::resilience as r; fn f() { r::Breaker::new(); }",
                2,
            ),
        ] {
            assert_eq!(complaints(http, text), wrong, "{text}");
        }
        let transport = "reference/service/src/adapters/transport/body.rs";
        assert_eq!(complaints(transport, "use crate::data::Plane;"), 1);
        assert_eq!(complaints(transport, "use domain::failure::Code;"), 0);
        let engine = "reference/service/src/engine/walk.rs";
        assert_eq!(complaints(engine, "use domain::resilience::Failed;"), 0);
    }

    #[test]
    fn the_gateways_are_where_the_table_says() {
        let sources = Source::of_crates();
        for gateway in [IN, OUT] {
            let files = sources
                .iter()
                .filter(|source| source.path.starts_with(gateway));
            assert!(files.count() > 0, "{gateway}");
        }
    }
}
