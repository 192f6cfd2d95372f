//! What happens on the way to a token, told to whoever listens. Events hold no secret and no token.

use crate::error::ErrorCode;
use crate::json::Json;

/// Something that happened, with its duration where it took any.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A valid token was handed out while its successor is asked for.
    StaleServed,
    /// A caller waited for a flight that another one led.
    FlightWait {
        /// How long.
        duration_ms: u64,
    },
    /// A leader was gone, and another took over.
    TakenOver,
    /// The store had a token that could be used.
    StoreHit {
        /// How long the store took.
        duration_ms: u64,
    },
    /// The store had none.
    StoreMiss {
        /// How long the store took.
        duration_ms: u64,
    },
    /// A record did not open, parse or match, and counts as a miss.
    StoreUnreadable,
    /// The store failed or did not answer in time.
    StoreError {
        /// What it was asked: `key`, `get`, `put`, `delete`, `acquire` or `release`.
        operation: &'static str,
        /// Its own words.
        reason: String,
    },
    /// Another instance holds the lease.
    LeaseWait {
        /// For how long we leave it alone.
        retry_after_ms: u32,
    },
    /// The server issued a token.
    Grant {
        /// How long it took, retries included.
        duration_ms: u64,
    },
    /// The server did not issue a token.
    GrantFailed {
        /// Why.
        code: ErrorCode,
        /// How long it took, retries included.
        duration_ms: u64,
    },
    /// The server did not say, in a way that can be read, how long the token lives.
    LifetimeAssumed {
        /// What was assumed.
        seconds: u32,
        /// What the response has instead.
        reason: String,
    },
    /// A token request failed in a way that may pass, and is made again.
    Retry {
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How long until the next.
        delay_ms: u32,
    },
    /// The refresh token is no longer accepted, and there is no other way to a token: the user has to
    /// authorize again.
    AuthorizationLost,
    /// There is a token again, after the authorization was lost.
    AuthorizationRestored,
    /// The API refused a token.
    Refused,
    /// A token was dropped because the user said so.
    Invalidated,
    /// The memory was full of tokens that cannot be had again, and one of them had to go.
    Evicted,
    /// The introspection endpoint answered (RFC 7662 §2.2).
    #[cfg(feature = "inbound")]
    Introspection {
        /// What it says of the token.
        active: bool,
        /// How long it took.
        duration_ms: u64,
    },
    /// It did not, or nothing that says something about the token.
    #[cfg(feature = "inbound")]
    IntrospectionFailed {
        /// Why.
        code: ErrorCode,
        /// How long it took.
        duration_ms: u64,
    },
    /// The issuer's keys were fetched.
    #[cfg(feature = "inbound")]
    KeySet {
        /// How long it took.
        duration_ms: u64,
    },
    /// They could not be had, or not be used.
    #[cfg(feature = "inbound")]
    KeySetFailed {
        /// Why.
        code: ErrorCode,
        /// How long it took.
        duration_ms: u64,
    },
    /// A caller's token was not good, or not for us.
    #[cfg(feature = "inbound")]
    TokenRejected {
        /// Why.
        reason: &'static str,
    },
    /// A function of the application's that has a say in who may call failed.
    #[cfg(feature = "inbound")]
    HookFailed {
        /// Its name: `proof` or `principal`.
        hook: &'static str,
    },
}

impl Event {
    /// The event as an object, `type` being its [name](Self::name).
    pub fn to_json(&self) -> Json {
        let mut members = vec![("type".to_owned(), Json::from(self.name()))];
        let mut add = |name: &str, value: Json| members.push((name.to_owned(), value));
        let number = |number: u64| Json::Number(number as f64);
        match self {
            Self::FlightWait { duration_ms }
            | Self::StoreHit { duration_ms }
            | Self::StoreMiss { duration_ms }
            | Self::Grant { duration_ms } => add("durationMs", number(*duration_ms)),
            #[cfg(feature = "inbound")]
            Self::Introspection {
                active,
                duration_ms,
            } => {
                add("active", Json::Bool(*active));
                add("durationMs", number(*duration_ms));
            }
            #[cfg(feature = "inbound")]
            Self::KeySet { duration_ms } => add("durationMs", number(*duration_ms)),
            #[cfg(feature = "inbound")]
            Self::IntrospectionFailed { code, duration_ms }
            | Self::KeySetFailed { code, duration_ms } => {
                add("durationMs", number(*duration_ms));
                add("code", code.as_str().into());
            }
            #[cfg(feature = "inbound")]
            Self::TokenRejected { reason } => add("reason", Json::from(*reason)),
            #[cfg(feature = "inbound")]
            Self::HookFailed { hook } => add("hook", Json::from(*hook)),
            Self::GrantFailed { code, duration_ms } => {
                add("durationMs", number(*duration_ms));
                add("code", code.as_str().into());
            }
            Self::StoreError { operation, reason } => {
                add("operation", Json::from(*operation));
                add("reason", reason.as_str().into());
            }
            Self::LifetimeAssumed { seconds, reason } => {
                add("reason", reason.as_str().into());
                add("lifetimeSeconds", number((*seconds).into()));
            }
            Self::LeaseWait { retry_after_ms } => {
                add("retryAfterMs", number((*retry_after_ms).into()));
            }
            Self::Retry { attempt, delay_ms } => {
                add("attempt", number((*attempt).into()));
                add("delayMs", number((*delay_ms).into()));
            }
            Self::StaleServed
            | Self::TakenOver
            | Self::StoreUnreadable
            | Self::AuthorizationLost
            | Self::AuthorizationRestored
            | Self::Refused
            | Self::Invalidated
            | Self::Evicted => {}
        }
        Json::Object(members)
    }

    /// The event's name in JavaScript.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StaleServed => "stale_served",
            Self::FlightWait { .. } => "flight_wait",
            Self::TakenOver => "taken_over",
            Self::StoreHit { .. } => "store_hit",
            Self::StoreMiss { .. } => "store_miss",
            Self::StoreUnreadable => "store_unreadable",
            Self::StoreError { .. } => "store_error",
            Self::LeaseWait { .. } => "lease_wait",
            Self::Grant { .. } => "grant",
            Self::GrantFailed { .. } => "grant_failed",
            Self::LifetimeAssumed { .. } => "lifetime_assumed",
            Self::Retry { .. } => "retry",
            Self::AuthorizationLost => "authorization_lost",
            Self::AuthorizationRestored => "authorization_restored",
            Self::Refused => "refused",
            Self::Invalidated => "invalidated",
            Self::Evicted => "evicted",
            #[cfg(feature = "inbound")]
            Self::Introspection { .. } => "introspection",
            #[cfg(feature = "inbound")]
            Self::IntrospectionFailed { .. } => "introspection_failed",
            #[cfg(feature = "inbound")]
            Self::KeySet { .. } => "key_set",
            #[cfg(feature = "inbound")]
            Self::KeySetFailed { .. } => "key_set_failed",
            #[cfg(feature = "inbound")]
            Self::TokenRejected { .. } => "token_rejected",
            #[cfg(feature = "inbound")]
            Self::HookFailed { .. } => "hook_failed",
        }
    }
}
