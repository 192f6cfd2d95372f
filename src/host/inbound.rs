//! What checking tokens asks of a platform beside what obtaining them does.

use std::future::Future;

use super::Host;
use crate::json::Json;
use crate::protocol::jwa::SignatureAlgorithm;

/// A platform that checks signatures.
pub trait InboundHost: Host {
    /// An imported public key.
    type Key: 'static;

    /// What the platform keeps beside an answer that is cached; `()` if nothing.
    type Slot: Default + 'static;

    /// Imports the public key in `jwk` (RFC 7517 §4) for `algorithm`; `None` if the platform cannot use it.
    fn import_key(
        &self,
        jwk: &Json,
        algorithm: SignatureAlgorithm,
    ) -> impl Future<Output = Option<Self::Key>>;

    /// Whether `signature` is that of `data`, as JWS has it (RFC 7518 §3): an ECDSA signature is the two numbers one
    /// after the other, not DER. `None` if the platform cannot tell.
    fn verify(
        &self,
        key: &Self::Key,
        algorithm: SignatureAlgorithm,
        data: &[u8],
        signature: &[u8],
    ) -> impl Future<Output = Option<bool>>;
}
