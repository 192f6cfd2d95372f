//! The tokens that callers present to us, checked: by the authorization server (RFC 7662), or here (RFC 9068).

mod answer;
mod answers;
mod asker;
mod flight;
mod inquiry;
mod introspector;
mod introspector_options;
mod key_set;
mod key_source;
mod memory;
mod shelf;
mod standing;
mod verified;
mod verifier;
mod verifier_options;

pub use answer::Answer;
pub use introspector::TokenIntrospector;
pub use introspector_options::{IntrospectorConfig, IntrospectorOptions};
pub use memory::InboundMemory;
pub use verified::Verified;
pub use verifier::JwtVerifier;
pub use verifier_options::{VerifierConfig, VerifierOptions};
