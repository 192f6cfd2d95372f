//! The tokens that callers present to us, checked: by the authorization server (RFC 7662), or here (RFC 9068).

mod flight;
mod memory;
mod shelf;

pub use memory::InboundMemory;
