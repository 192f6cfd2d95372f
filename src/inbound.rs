//! The tokens that callers present to us, checked: by the authorization server (RFC 7662), or here (RFC 9068).

mod answer;
mod answers;
mod asker;
mod flight;
mod inquiry;
mod introspector;
mod introspector_options;
mod memory;
mod shelf;

pub use answer::Answer;
pub use introspector::TokenIntrospector;
pub use introspector_options::{IntrospectorConfig, IntrospectorOptions};
pub use memory::InboundMemory;
