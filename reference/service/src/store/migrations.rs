//! The shapes that the database has had, oldest first, as scripts that both databases read.
//! Refuses to change one that has been shipped: a new shape is a new script.

use super::open::Kind;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

/// Number, name, script. Columns are TEXT, BIGINT, DOUBLE PRECISION or BLOB only.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("migrations/0001_first.sql")),
    (2, "export", include_str!("migrations/0002_export.sql")),
    (10, "steps", include_str!("migrations/0010_steps.sql")),
    (20, "exchange", include_str!("migrations/0020_exchange.sql")),
    (21, "clocks", include_str!("migrations/0021_clocks.sql")),
    (22, "duties", include_str!("migrations/0022_duties.sql")),
    (23, "kick-off", include_str!("migrations/0023_kick_off.sql")),
    (
        30,
        "resilience",
        include_str!("migrations/0030_resilience.sql"),
    ),
    (40, "identity", include_str!("migrations/0040_identity.sql")),
    (41, "reviews", include_str!("migrations/0041_reviews.sql")),
    (42, "disputes", include_str!("migrations/0042_disputes.sql")),
    (50, "bulk", include_str!("migrations/0050_bulk.sql")),
    (51, "run", include_str!("migrations/0051_run.sql")),
    (
        52,
        "job-lease",
        include_str!("migrations/0052_job_lease.sql"),
    ),
    (60, "control", include_str!("migrations/0060_control.sql")),
    (62, "notify", include_str!("migrations/0062_notify.sql")),
    (70, "audit", include_str!("migrations/0070_audit.sql")),
    (71, "hold", include_str!("migrations/0071_hold.sql")),
    (80, "security", include_str!("migrations/0080_security.sql")),
    (90, "traces", include_str!("migrations/0090_traces.sql")),
    (
        91,
        "synthetic",
        include_str!("migrations/0091_synthetic.sql"),
    ),
    (92, "owner", include_str!("migrations/0092_owner.sql")),
    (100, "roster", include_str!("migrations/0100_roster.sql")),
    (110, "bytes", include_str!("migrations/0110_bytes.sql")),
    (
        111,
        "withdrawals",
        include_str!("migrations/0111_withdrawals.sql"),
    ),
    (113, "pages", include_str!("migrations/0113_pages.sql")),
    (114, "matches", include_str!("migrations/0114_matches.sql")),
    (120, "shares", include_str!("migrations/0120_shares.sql")),
];

pub(super) fn of(kind: Kind) -> Migrator {
    let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
        let sql = AssertSqlSafe(kind.script(sql)).into_sql_str();
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect())
}
