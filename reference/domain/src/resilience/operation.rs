//! What partners are called for, and call us for: the words under which calls are counted, limited and stopped.
//! Refuses to know how a call of any sort is made.

vocabulary! {
    /// A family of calls that fare alike: a partner whose export is down may still match.
    Operation {
        MemberMatch = "member-match",
        BulkMemberMatch = "bulk-member-match",
        DataExport = "data-export",
        /// Asking how a job stands.
        Poll = "poll",
        /// Fetching a file of a job, or the resources of a member.
        Retrieve = "retrieve",
        Token = "token",
        Callback = "callback",
    }
}
