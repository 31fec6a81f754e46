//! Who may act on a running service from the inside, and why anybody does.
//! Refuses to know how either is proved.

vocabulary! {
    /// What an operator's token lets it do. One role never includes another.
    Role {
        Control = "control",
        Audit = "audit",
        Replay = "replay",
        Review = "review",
    }
}

vocabulary! {
    /// Why somebody acts; said on every call and written down with it.
    Why {
        Operations = "operations",
        Incident = "incident",
        Audit = "audit",
        Dispute = "dispute",
        Compliance = "compliance",
    }
}
