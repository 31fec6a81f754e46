//! How long partners have to be warned before a version ends, each by its maturity and its criticality.
//! Refuses to know why a version ends, and what day it is.

use crate::catalogue::{Criticality, Maturity, Partner, WindowsFile};
use chrono::{Days, NaiveDate};
use semver::Version;
use std::collections::BTreeMap;

const MATURITIES: [Maturity; 3] = [Maturity::Low, Maturity::Medium, Maturity::High];
const CRITICALITIES: [Criticality; 3] = [Criticality::Low, Criticality::Medium, Criticality::High];

/// What the policy asks for one partner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// Id of the partner.
    pub partner: String,
    pub maturity: Maturity,
    pub criticality: Criticality,
    /// Days between the notice and the end; `None` where the table does not say.
    pub days: Option<u32>,
}

impl Window {
    /// The first day on which the version may end for this partner, when notice is given on `notice`.
    #[must_use]
    pub fn ends(&self, notice: NaiveDate) -> Option<NaiveDate> {
        notice.checked_add_days(Days::new(u64::from(self.days?)))
    }
}

/// Partners whose range of `entry` admits `version`: whoever may be speaking it.
pub fn affected<'a>(
    partners: impl Iterator<Item = &'a Partner>,
    entry: &str,
    version: &Version,
) -> impl Iterator<Item = &'a Partner> {
    partners.filter(move |partner| {
        let range = partner.file.uses.get(entry);
        range.is_some_and(|range| range.matches(version))
    })
}

/// What the policy asks for each of these partners, by their ids.
#[must_use]
pub fn windows<'a>(
    policy: &WindowsFile,
    affected: impl Iterator<Item = &'a Partner>,
) -> Vec<Window> {
    let mut windows: Vec<Window> = affected
        .map(|partner| Window {
            partner: partner.file.id.clone(),
            maturity: partner.file.maturity,
            criticality: partner.file.criticality,
            days: policy.days(partner.file.maturity, partner.file.criticality),
        })
        .collect();
    windows.sort();
    windows
}

/// Partner to the days for which it has to be warned; `None` where the table does not say.
#[must_use]
pub fn required_days<'a>(
    policy: &WindowsFile,
    affected: impl Iterator<Item = &'a Partner>,
) -> BTreeMap<String, Option<u32>> {
    let windows = windows(policy, affected).into_iter();
    windows
        .map(|window| (window.partner, window.days))
        .collect()
}

/// What the policy leaves unsaid, as the keys that have to be written.
#[must_use]
pub fn unsaid(policy: &WindowsFile) -> Vec<String> {
    let mut unsaid = Vec::new();
    for maturity in MATURITIES {
        for criticality in CRITICALITIES {
            if policy.days(maturity, criticality).is_none() {
                unsaid.push(format!("days.{}.{}", maturity.word(), criticality.word()));
            }
        }
    }
    let is_blank = |text: &str| text.trim().is_empty();
    match &policy.notice {
        None => unsaid.push("notice".to_owned()),
        Some(notice) if is_blank(&notice.delivery) => unsaid.push("notice.delivery".to_owned()),
        Some(_) => {}
    }
    match &policy.migration {
        None => unsaid.push("migration".to_owned()),
        Some(migration) if is_blank(&migration.help) => unsaid.push("migration.help".to_owned()),
        Some(_) => {}
    }
    unsaid
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::Source;

    const POLICY: &str = "
        [days.low]
        low = 180
        medium = 270
        high = 300
        [days.medium]
        low = 120
        medium = 180
        high = 270
        [days.high]
        low = 90
        medium = 120
        high = 180
        [notice]
        delivery = 'a letter'
        acknowledge-within = 30
        error-before = 14
        [migration]
        help = 'a note'
    ";

    fn partner(id: &str, maturity: &str, criticality: &str, range: &str) -> Partner {
        let text = format!(
            "id = '{id}'\nname = '{id}'\nmaturity = '{maturity}'\ncriticality = '{criticality}'\n\
             lines-of-business = []\ndialect = {{}}\nuses = {{ a = '{range}' }}\n"
        );
        Partner {
            file: toml::from_str(&text).unwrap(),
            source: Source::new(format!("partners/{id}.toml"), text.into_bytes()),
        }
    }

    #[test]
    fn row_s0_51_the_same_deprecation_ends_later_for_a_partner_that_needs_longer() {
        let policy: WindowsFile = toml::from_str(POLICY).unwrap();
        let partners = [
            partner("young", "low", "high", "^1"),
            partner("seasoned", "high", "low", ">=1.0.0"),
            partner("elsewhere", "low", "high", "^2"),
        ];
        let version: Version = "1.4.0".parse().unwrap();
        let hit = || affected(partners.iter(), "a", &version);
        let days = required_days(&policy, hit());
        let wanted = [("seasoned", Some(90)), ("young", Some(300))];
        assert_eq!(days, wanted.map(|(id, days)| (id.to_owned(), days)).into());
        let notice = "2026-09-01".parse().unwrap();
        let ends: Vec<String> = windows(&policy, hit())
            .iter()
            .map(|window| window.ends(notice).unwrap().to_string())
            .collect();
        assert_eq!(ends, ["2026-11-30", "2027-06-28"]);
        assert_eq!(affected(partners.iter(), "b", &version).count(), 0);
    }

    #[test]
    fn row_s0_50_the_policy_says_how_long_how_and_with_what_help() {
        let keys = |text: &str| unsaid(&toml::from_str(text).unwrap());
        assert!(keys(POLICY).is_empty());
        for (cut, wanted) in [
            ("medium = 270\n", "days.low.medium"),
            (
                "        [migration]\n        help = 'a note'\n",
                "migration",
            ),
            (
                "[notice]\n        delivery = 'a letter'\n        acknowledge-within = 30\n        error-before = 14\n",
                "notice",
            ),
        ] {
            let text = POLICY.replacen(cut, "", 1);
            assert_ne!(text, POLICY, "{wanted}");
            assert_eq!(keys(&text), [wanted]);
        }
        assert_eq!(keys(&POLICY.replace("'a note'", "' '")), ["migration.help"]);
        assert_eq!(
            keys(&POLICY.replace("'a letter'", "''")),
            ["notice.delivery"]
        );
        assert_eq!(keys("").len(), 11);
    }

    #[test]
    fn what_the_table_does_not_say_has_no_end() {
        let partners = [partner("young", "low", "high", "^1")];
        let all = windows(&WindowsFile::default(), partners.iter());
        let notice = "2026-09-01".parse().unwrap();
        assert_eq!(all.first().unwrap().ends(notice), None);
    }
}
