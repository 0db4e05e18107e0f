//! What a lawful server may choose where the contract leaves it a choice.

/// How tokens look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// Base64 that nobody should read.
    #[default]
    Opaque,
    /// The key of the last record.
    Key,
    /// The number of records already served.
    Offset,
}

/// The choices of one server. The default refuses what may be refused and adds nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Habits {
    /// Clamp, default or ignore where the contract says `either`, instead of refusing.
    pub(crate) lenient: bool,
    /// Which of the documented and tolerated statuses of a refusal is used, as far as there are that many.
    pub(crate) status: usize,
    /// Which example or alternative of an error body is used, as far as there are that many.
    pub(crate) error: usize,
    /// How tokens look.
    pub(crate) tokens: Tokens,
    /// A token beside "nothing follows".
    pub(crate) last_token: bool,
    /// "More follows" on a full page that is the last.
    pub(crate) full_end: bool,
    /// An empty page in mid-walk.
    pub(crate) empty_page: bool,
    /// Which reading of an offset echo is used, as far as there are that many.
    pub(crate) offset_echo: usize,
    /// Unknown parameters are refused.
    pub(crate) strict_parameters: bool,
    /// Letter case does not count where it need not.
    pub(crate) ignores_case: bool,
    /// A filter that is left out has the effect that it may have.
    pub(crate) absent_filters: bool,
    /// Filters and orders that need not be supported have no effect.
    pub(crate) unsupported: bool,
    /// Filters and orders that need not be supported are refused.
    pub(crate) refuses_unsupported: bool,
    /// Sizes above the largest are served, as far as that is tolerated.
    pub(crate) ceiling: bool,
    /// Sizes and orders that may be insisted on are.
    pub(crate) insists: bool,
    /// Additions show up unasked where that is tolerated.
    pub(crate) unasked: bool,
    /// Pages are cut before a filter is applied, where empty pages are tolerated and nothing counts what follows.
    pub(crate) cuts_first: bool,
    /// Connections are closed on whoever tries TRACE, as firewalls do.
    pub(crate) cuts_trace: bool,
    /// TRACE, which nobody documents, gets a server error.
    pub(crate) fails_trace: bool,
    /// A cache in front shows an answer again for a second, to who asks the same in the same name.
    pub(crate) caches: bool,
    /// What happens to some requests, whatever they ask for.
    pub(crate) hiccup: Option<Hiccup>,
}

/// What some requests get instead of their answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hiccup {
    /// The status; `None`: the connection is closed without an answer.
    pub(crate) status: Option<u16>,
    /// Number of the first request that gets it.
    pub(crate) first: u64,
    /// After how many requests it comes again; `None`: never.
    pub(crate) every: Option<u64>,
    /// When to come again, as the answer says; `None`: it does not say.
    pub(crate) retry_after: Option<&'static str>,
}

impl Hiccup {
    /// Whether a request gets it, by its number from 1.
    pub(crate) fn hits(self, request: u64) -> bool {
        request == self.first
            || self.every.is_some_and(|every| request > self.first && (request - self.first).is_multiple_of(every))
    }
}
