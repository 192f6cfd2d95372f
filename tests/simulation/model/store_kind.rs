//! The kinds of stores, by what they promise.

use super::plan::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    None,
    Kv,
    Durable,
    Redis,
    Upstash,
    DenoKv,
    D1,
    Postgres,
    NetlifyBlobs,
    RuntimeCache,
    CacheApi,
    /// Shows every write at once, like Redis, and has no lease.
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseKind {
    None,
    /// The last to write has it, if nobody else saw it in time; nothing is fenced.
    Claim,
    /// It is given by the store, and fences what is written.
    Fenced,
}

impl StoreKind {
    /// Those of the table.
    pub const ALL: [Self; 12] = [
        Self::None,
        Self::Kv,
        Self::Durable,
        Self::Redis,
        Self::Upstash,
        Self::DenoKv,
        Self::D1,
        Self::Postgres,
        Self::NetlifyBlobs,
        Self::RuntimeCache,
        Self::CacheApi,
        Self::Plain,
    ];

    /// One of each kind that is of its own: the others differ in how far away they are.
    pub const DISTINCT: [Self; 7] = [
        Self::None,
        Self::Kv,
        Self::Durable,
        Self::Redis,
        Self::NetlifyBlobs,
        Self::CacheApi,
        Self::Plain,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kv => "kv",
            Self::Durable => "do",
            Self::Redis => "redis",
            Self::Upstash => "upstash",
            Self::DenoKv => "deno-kv",
            Self::D1 => "d1",
            Self::Postgres => "postgres",
            Self::NetlifyBlobs => "netlify-blobs",
            Self::RuntimeCache => "runtime-cache",
            Self::CacheApi => "cache-api",
            Self::Plain => "plain",
        }
    }

    pub const fn lease(self) -> LeaseKind {
        match self {
            Self::None | Self::Plain => LeaseKind::None,
            Self::Kv | Self::NetlifyBlobs | Self::RuntimeCache | Self::CacheApi => LeaseKind::Claim,
            Self::Durable
            | Self::Redis
            | Self::Upstash
            | Self::DenoKv
            | Self::D1
            | Self::Postgres => LeaseKind::Fenced,
        }
    }

    pub fn has_lease(self) -> bool {
        self.lease() != LeaseKind::None
    }

    /// Whether the lease is one for the whole fleet, and nobody can have it beside another.
    pub fn has_exact_lease(self) -> bool {
        self.lease() == LeaseKind::Fenced
    }

    /// Whether every location has a store of its own.
    pub const fn is_local(self) -> bool {
        matches!(self, Self::RuntimeCache | Self::CacheApi)
    }

    /// Whether all see at once what one has put.
    pub fn is_seen_by_all(self) -> bool {
        self != Self::Kv && !self.is_local()
    }

    /// Whether each location asks for itself.
    pub fn is_asked_for_by_location(self) -> bool {
        self == Self::Kv || self.is_local()
    }

    /// One Durable Object serves about a thousand requests a second, says Cloudflare.
    pub fn most_per_second(self) -> Option<u64> {
        (self == Self::Durable).then_some(1_000)
    }

    /// Of an answer: from nearby, and from afar, where writes go.
    pub const fn latencies_ms(self) -> (Range, Range) {
        match self {
            Self::None => ((0, 0), (0, 0)),
            Self::Kv => ((1, 10), (20, 200)),
            Self::Durable => ((5, 80), (5, 80)),
            Self::Redis | Self::Plain => ((1, 30), (1, 30)),
            Self::Upstash | Self::DenoKv | Self::D1 => ((5, 120), (5, 120)),
            Self::Postgres => ((2, 60), (2, 60)),
            Self::NetlifyBlobs => ((20, 200), (20, 200)),
            Self::RuntimeCache => ((2, 20), (2, 20)),
            Self::CacheApi => ((1, 10), (1, 10)),
        }
    }
}
