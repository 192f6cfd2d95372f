//! What is remembered of tokens, as plain data. Nothing here holds a waker, a promise or an I/O
//! object, so all of it may be shared by every request of an isolate.

mod bytes;
pub mod entry;
pub mod flight;
pub mod freshness;
pub mod identity;
pub(crate) mod issuer;
pub mod memory;
pub(crate) mod record;
pub(crate) mod seal;
pub mod slot;
pub(crate) mod span;
pub mod store;
mod store_health;
