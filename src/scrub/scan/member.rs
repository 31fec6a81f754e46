//! Numbers by which a payer knows a person.
//! Refuses to take the number of a claim, a group or a payer for one.

use super::Kind;
use super::text::{is_reserved_address, is_social_security};
use crate::catalogue::Privacy;
use serde_json::{Map, Value};

/// Codes of identifiers that are a person's.
///
/// Source: HL7 v2-0203; Da Vinci HRex, identifier type `UMB`
const CODES: &[&str] = &["MB", "UMB", "MR", "SN", "MC", "MA", "SS", "DL", "PPN"];
/// Code of a social security number.
const SECURITY: &str = "SS";
/// Fewest letters and digits of a number that tells one person from others.
const SHORTEST: usize = 4;

/// Numbers of a person that an object holds: places below it.
pub(super) fn suspicions(
    members: &Map<String, Value>,
    privacy: &Privacy,
) -> Vec<(&'static str, Kind)> {
    let mut found = Vec::new();
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    if text("subscriberId").is_some_and(|number| is_somebodys(number, privacy)) {
        found.push(("/subscriberId", Kind::MemberNumber));
    }
    let (Some(value), system) = (text("value"), text("system").unwrap_or_default()) else {
        return found;
    };
    if is_reserved_address(system) {
        return found;
    }
    let codes = codes(members);
    let is_security = codes.contains(&SECURITY) || system.ends_with("/us-ssn");
    let is_person = is_security
        || codes.iter().any(|code| CODES.contains(code))
        || (system.contains("://") && of_members(system));
    if is_security && is_social_security(value) {
        found.push(("/value", Kind::SocialSecurity));
    } else if is_person && is_somebodys(value, privacy) {
        found.push(("/value", Kind::MemberNumber));
    }
    found
}

fn codes(members: &Map<String, Value>) -> Vec<&str> {
    let coding = members.get("type").and_then(|kind| kind.get("coding"));
    let coding = coding.and_then(Value::as_array).into_iter().flatten();
    coding
        .filter_map(|coding| coding.get("code")?.as_str())
        .collect()
}

/// Whether the name of a list of numbers says that they are people's.
fn of_members(system: &str) -> bool {
    let system = system.to_ascii_lowercase();
    [
        "member",
        "subscriber",
        "us-mbi",
        "beneficiary",
        "patient-id",
    ]
    .iter()
    .any(|word| system.contains(word))
}

/// Whether a number may be somebody's: it has digits and begins as no number of the repository's made-up people does.
fn is_somebodys(number: &str, privacy: &Privacy) -> bool {
    let solid = number.chars().filter(|it| it.is_alphanumeric()).count();
    let has_digits = number.bytes().any(|byte| byte.is_ascii_digit());
    let mut made_up = privacy.synthetic_numbers.iter();
    solid >= SHORTEST
        && has_digits
        && !made_up.any(|beginning| !beginning.is_empty() && number.starts_with(beginning))
}
