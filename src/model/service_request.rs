//! What was asked of the services that run here: the reference and the partner that is played.
//! Refuses to know how they are started.

use super::Repository;

/// `matchmark serve`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeRequest {
    pub repository: Repository,
    /// Make a development key and token, and print a curl line that uses them.
    pub dev: bool,
}

/// `matchmark stub`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubRequest {
    pub repository: Repository,
    /// Id of the partner that is played.
    pub partner: String,
    /// Where it listens; 0 stands for any free port.
    pub port: u16,
    /// What hits every call that asks for nothing else.
    pub fault: Option<String>,
    /// Which drift of a shape is played.
    pub seed: Option<u64>,
}
