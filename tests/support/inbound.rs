//! What the tests of the inbound side stand on beside the isolate.

use std::cell::Cell;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::Json;
use edge_oauth2::host::inbound::InboundHost;
use edge_oauth2::inbound::InboundMemory;
use edge_oauth2::protocol::jwa::SignatureAlgorithm;

use super::crypto;
use super::host::{TestHost, World};

/// A public key as the platform holds it: what is in `x` or `n` of the JWK, which is secret here.
pub struct TestKey(Vec<u8>);

/// What this platform takes for the signature of `data`, whatever the algorithm.
pub fn signature(key: &[u8], data: &[u8]) -> Vec<u8> {
    crypto::hmac_sha256(key, data).to_vec()
}

impl InboundHost for TestHost {
    type Key = TestKey;
    /// How often it was rendered.
    type Slot = Cell<u32>;

    async fn import_key(&self, jwk: &Json, _: SignatureAlgorithm) -> Option<TestKey> {
        let text = jwk.get("x").or_else(|| jwk.get("n"))?.as_str()?;
        Base64UrlUnpadded::decode_vec(text).ok().map(TestKey)
    }

    async fn verify(
        &self,
        TestKey(key): &TestKey,
        _: SignatureAlgorithm,
        data: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        Some(self::signature(key, data) == signature)
    }
}

/// What an isolate remembers, beside the tokens that it asks for.
pub fn memory(world: &World) -> Rc<InboundMemory<TestHost>> {
    Rc::new(InboundMemory::beside(Rc::clone(&world.memory)))
}
