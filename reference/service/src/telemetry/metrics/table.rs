//! What is measured, under which name, in which words.
//! Refuses to measure.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    Requests,
    MatchResults,
    LowConfidence,
    Routings,
    Retries,
    DeadLetters,
    SchemaFailures,
    UnmappedErrors,
    Alerts,
    /// Series that were folded into `other`.
    Folded,
}

/// What goes up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    ReviewBacklog,
    ReviewAgeSeconds,
    /// 0 closed, 1 half open, 2 open.
    BreakerState,
    QueueDepth,
    RetryBudgetLeft,
    CertificateLeftSeconds,
    OpenExchangesLeft,
    QueueLeft,
    ConnectionsLeft,
    BodyBytesLeft,
    CallsLeft,
    InboundLeft,
    ReviewLongestSeconds,
    MatchesAutomaticPercent,
    MatchesManualPercent,
}

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasting {
    Ack,
    Fulfilment,
    Stage,
}

pub(super) const COUNTS: &[(Count, &str, &str)] = &[
    (
        Count::Requests,
        "matchmark_requests",
        "Requests and exchanges by how they ended",
    ),
    (
        Count::MatchResults,
        "matchmark_match_results",
        "Match decisions by tier",
    ),
    (
        Count::LowConfidence,
        "matchmark_low_confidence",
        "Match decisions that a person has to look at",
    ),
    (
        Count::Routings,
        "matchmark_routings",
        "Routing decisions by row",
    ),
    (
        Count::Retries,
        "matchmark_retries",
        "Calls to a partner beyond the first",
    ),
    (
        Count::DeadLetters,
        "matchmark_dead_letters",
        "Exchanges that became dead letters",
    ),
    (
        Count::SchemaFailures,
        "matchmark_schema_failures",
        "Messages that no schema accepts",
    ),
    (
        Count::UnmappedErrors,
        "matchmark_unmapped_errors",
        "Answers of partners that no dialect explains",
    ),
    (
        Count::Alerts,
        "matchmark_alerts",
        "Alerts that the service raised itself",
    ),
    (
        Count::Folded,
        "matchmark_series_folded",
        "Observations whose partner is told as other",
    ),
];

pub(super) const LEVELS: &[(Level, &str, &str)] = &[
    (
        Level::ReviewBacklog,
        "matchmark_review_backlog",
        "Matches that wait for a person",
    ),
    (
        Level::ReviewAgeSeconds,
        "matchmark_review_age_seconds",
        "Age of the oldest match that waits",
    ),
    (
        Level::BreakerState,
        "matchmark_breaker_state",
        "0 closed, 1 half open, 2 open",
    ),
    (
        Level::QueueDepth,
        "matchmark_queue_depth",
        "Steps that are due and not begun",
    ),
    (
        Level::RetryBudgetLeft,
        "matchmark_retry_budget_left",
        "Retries that the budget still allows",
    ),
    (
        Level::CertificateLeftSeconds,
        "matchmark_certificate_left_seconds",
        "Time until a certificate ends",
    ),
    (
        Level::OpenExchangesLeft,
        "matchmark_open_exchanges_left",
        "Exchanges that may still be taken on",
    ),
    (
        Level::QueueLeft,
        "matchmark_queue_left",
        "Steps that may still wait before the service is not ready",
    ),
    (
        Level::ConnectionsLeft,
        "matchmark_database_connections_left",
        "Connections to the database that are not in use",
    ),
    (
        Level::BodyBytesLeft,
        "matchmark_body_bytes_left",
        "Bytes of bodies of calls that may still be taken in",
    ),
    (
        Level::CallsLeft,
        "matchmark_calls_left",
        "Calls that may still be under way: to all partners, or to one",
    ),
    (
        Level::InboundLeft,
        "matchmark_inbound_left",
        "Calls that a partner may make at once",
    ),
    (
        Level::ReviewLongestSeconds,
        "matchmark_review_longest_seconds",
        "The longest time that a doubtful match took to be settled",
    ),
    (
        Level::MatchesAutomaticPercent,
        "matchmark_matches_automatic_percent",
        "Matches that no person saw, of all that were automatic or waited for a person",
    ),
    (
        Level::MatchesManualPercent,
        "matchmark_matches_manual_percent",
        "Matches that waited for a person, of all that were automatic or waited for a person",
    ),
];

pub(super) const LASTING: &[(Lasting, &str, &str)] = &[
    (
        Lasting::Ack,
        "matchmark_ack_seconds",
        "From the request to its acknowledgement",
    ),
    (
        Lasting::Fulfilment,
        "matchmark_fulfilment_seconds",
        "From the request to its end",
    ),
    (
        Lasting::Stage,
        "matchmark_stage_seconds",
        "Time of one stage",
    ),
];
