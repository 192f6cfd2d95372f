//! Options and tokens as they are written down: in JSON, by the names of the npm package's, whatever the format is
//! that they are read from. What is wrong is named, and never shown: it may be a secret.

mod deserializer;
#[cfg(any(feature = "native", feature = "worker"))]
mod environment;
mod grant;
mod members;
mod options;
mod private_key;
#[cfg(feature = "serde")]
mod serde_impls;
mod token;

#[cfg(any(feature = "native", feature = "worker"))]
pub(crate) use environment::from_variables;
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
pub(crate) use options::{option_names, read};
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
pub(crate) use token::written;
