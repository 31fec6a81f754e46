//! A fault as a person writes it, in an argument or in the header of a call: `KIND[:at=1,times=2,delay-ms=50,bytes=40]`.
//! Refuses to guess at a word that it does not know.

use super::script::FaultScript;
use crate::contract::FaultKind;
use crate::model::did_you_mean;
use std::time::Duration;

/// The header in which a stub tells the proxy before it how its answer is to travel; nobody else sees it.
pub const TRAVEL: &str = "x-matchmark-travel";

/// Why a text is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDemand {
    #[error("there is no such kind of fault{0}")]
    Kind(String),
    #[error(
        "a fault has no such setting: at, times, delay-ms and bytes are known, each with a whole number"
    )]
    Setting,
}

/// The fault that a text asks for.
///
/// Errors: no such kind, no such setting, or no number
pub fn demand(text: &str) -> Result<FaultScript, NoDemand> {
    let (word, settings) = text.split_once(':').unwrap_or((text, ""));
    let word = word.trim();
    let kind = FaultKind::ALL.into_iter().find(|kind| kind.word() == word);
    let known = || FaultKind::ALL.into_iter().map(FaultKind::word);
    let kind = kind.ok_or_else(|| NoDemand::Kind(did_you_mean(word, known())))?;
    let mut script = FaultScript::of(kind);
    for setting in settings
        .split(',')
        .filter(|setting| !setting.trim().is_empty())
    {
        let (name, number) = setting.split_once('=').ok_or(NoDemand::Setting)?;
        let number: u64 = number.trim().parse().map_err(|_| NoDemand::Setting)?;
        match name.trim() {
            "at" if number > 0 => script.at = number,
            "times" if number > 0 => script.times = Some(number),
            "delay-ms" => script.delay = Some(Duration::from_millis(number)),
            "bytes" => script.bytes = Some(number),
            _ => return Err(NoDemand::Setting),
        }
    }
    Ok(script)
}

impl FaultScript {
    /// The text that asks for this fault.
    #[must_use]
    pub fn written(&self) -> String {
        let millis = |delay: Duration| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        let settings: Vec<String> = [
            ("at", (self.at > 1).then_some(self.at)),
            ("times", self.times),
            ("delay-ms", self.delay.map(millis)),
            ("bytes", self.bytes),
        ]
        .into_iter()
        .filter_map(|(name, number)| Some(format!("{name}={}", number?)))
        .collect();
        match settings.is_empty() {
            true => self.kind.word().to_owned(),
            false => format!("{}:{}", self.kind.word(), settings.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_with_its_settings() {
        let script = demand("truncated-body:at=2,times=3,bytes=40").unwrap();
        assert_eq!(
            script,
            FaultScript {
                at: 2,
                times: Some(3),
                bytes: Some(40),
                ..FaultScript::of(FaultKind::TruncatedBody)
            }
        );
        let delay = demand("delay:delay-ms=50").unwrap().delay;
        assert_eq!(delay, Some(Duration::from_millis(50)));
    }

    #[test]
    fn what_is_no_fault_is_refused_with_what_is_nearest() {
        assert_eq!(
            demand("statuss").unwrap_err().to_string(),
            "there is no such kind of fault; did you mean `status`?"
        );
        for text in [
            "status:at=0",
            "status:when=1",
            "status:times",
            "status:times=x",
        ] {
            assert_eq!(demand(text), Err(NoDemand::Setting), "{text}");
        }
    }

    #[test]
    fn a_fault_is_written_as_it_is_read() {
        for text in ["garbage", "drip:at=2,times=1,delay-ms=5,bytes=3"] {
            let script = demand(text).unwrap();
            assert_eq!(demand(&script.written()), Ok(script), "{text}");
        }
    }
}
