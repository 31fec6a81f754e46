//! The sources of chance: the one of the system, and one that always gives the same.
//! Refuses to know what the chance is for.

use domain::ports::Chance;
use ring::rand::{SecureRandom, SystemRandom};

/// Chance from the system's generator.
#[derive(Clone, Debug)]
pub struct SystemChance(SystemRandom);

impl Default for SystemChance {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Chance for SystemChance {
    fn unit(&self) -> f64 {
        let mut bytes = [0; 4];
        // Without entropy every wait is a whole wait, which is the cautious end.
        match self.0.fill(&mut bytes) {
            Ok(()) => f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0),
            Err(_) => 1.0,
        }
    }
}

/// Always the same number.
#[derive(Clone, Copy, Debug)]
pub struct FixedChance(pub f64);

impl Chance for FixedChance {
    fn unit(&self) -> f64 {
        self.0
    }
}
