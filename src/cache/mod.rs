//! What is remembered of tokens, as plain data. Nothing here holds a waker, a promise or an I/O
//! object, so all of it may be shared by every request of an isolate.

pub(crate) mod bytes;
pub mod client_state;
pub mod freshness;
pub mod identity;
pub(crate) mod issuer;
#[cfg(feature = "inbound")]
pub(crate) mod lru;
pub mod memory;
pub mod single_flight;
pub(crate) mod span;
pub(crate) mod store_health;
pub mod token_state;
