//! What becomes of a request that was refused.

/// What becomes of a request that was refused. The names in brackets are those of JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// It may pass: the same request is worth another attempt (`retry`).
    Retry,
    /// The server wants to be left alone for a time (`rate_limited`).
    RateLimited,
    /// It stays until somebody changes something (`terminal`).
    Terminal,
    /// What the user gave once is good no more (`reauthorize`).
    Reauthorize,
}

impl ErrorClass {
    /// The name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RateLimited => "rate_limited",
            Self::Terminal => "terminal",
            Self::Reauthorize => "reauthorize",
        }
    }

    /// Reads the name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "retry" => Some(Self::Retry),
            "rate_limited" => Some(Self::RateLimited),
            "terminal" => Some(Self::Terminal),
            "reauthorize" => Some(Self::Reauthorize),
            _ => None,
        }
    }
}
