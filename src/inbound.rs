//! The tokens that callers present to us, checked: by the authorization server (RFC 7662), or here (RFC 9068).

mod answer;
mod answers;
mod asker;
mod flight;
mod guard;
mod guard_options;
mod inquiry;
mod introspector;
mod introspector_options;
mod key_set;
mod key_source;
mod memory;
mod principal;
mod refusal;
mod requirements;
mod shelf;
mod signed_answer;
mod standing;
mod unchecked;
mod verified;
mod verifier;
mod verifier_options;

pub use answer::Answer;
pub use guard::Guard;
pub use guard_options::{GuardConfig, GuardOptions};
pub use introspector::TokenIntrospector;
pub use introspector_options::{IntrospectorConfig, IntrospectorOptions, SignedResponse};
pub use memory::InboundMemory;
pub use principal::{Admitted, Application, Authorized, Mapped};
pub use refusal::Refusal;
pub use requirements::{Check, Requirements};
pub use unchecked::{Seen, Unchecked};
pub use verified::Verified;
pub use verifier::JwtVerifier;
pub use verifier_options::{VerifierConfig, VerifierOptions};
