//! What the tests of the inbound side stand on beside the isolate.

use std::cell::Cell;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::Json;
use edge_oauth2::host::Timer;
use edge_oauth2::host::inbound::InboundHost;
use edge_oauth2::inbound::InboundMemory;
use edge_oauth2::protocol::jwa::{KeyKind, SignatureAlgorithm};

use super::crypto;
use super::host::{TestHost, World};

/// A public key as the platform holds it: what is in `x` or `n` of the JWK, which is secret here, and what it is good
/// for.
pub struct TestKey(Vec<u8>, SignatureAlgorithm);

/// What `n` or `x` of a key begins with that this platform cannot import.
pub const UNKNOWN: &[u8] = b"unknown";

/// What it begins with where the platform cannot check what is signed with it.
pub const UNTOLD: &[u8] = b"untold";

/// What it begins with where that takes the platform a while.
pub const SLOW: &[u8] = b"slow";

thread_local! {
    static IMPORTED: Cell<u32> = const { Cell::new(0) };
    static CHECKED: Cell<u32> = const { Cell::new(0) };
}

/// How many keys were imported in this thread.
pub fn imported() -> u32 {
    IMPORTED.get()
}

/// How many signatures were checked in this thread.
pub fn checked() -> u32 {
    CHECKED.get()
}

/// What this platform takes for the signature of `data`: as long as one by `algorithm` is, and no other's.
pub fn signature(key: &[u8], algorithm: SignatureAlgorithm, data: &[u8]) -> Vec<u8> {
    let bytes = match algorithm.key_kind() {
        KeyKind::P384 => 96,
        KeyKind::P521 => 132,
        KeyKind::P256 | KeyKind::Ed25519 => 64,
        _ => 256,
    };
    let data = [algorithm.as_str().as_bytes(), data].concat();
    let mac = crypto::hmac_sha256(key, &data);
    mac.into_iter().cycle().take(bytes).collect()
}

impl InboundHost for TestHost {
    type Key = TestKey;
    /// How often it was rendered.
    type Slot = Cell<u32>;

    async fn import_key(&self, jwk: &Json, algorithm: SignatureAlgorithm) -> Option<TestKey> {
        IMPORTED.set(IMPORTED.get() + 1);
        let text = jwk.get("x").or_else(|| jwk.get("n"))?.as_str()?;
        let key = Base64UrlUnpadded::decode_vec(text).ok()?;
        (!key.starts_with(UNKNOWN)).then_some(TestKey(key, algorithm))
    }

    async fn verify(
        &self,
        TestKey(key, of): &TestKey,
        algorithm: SignatureAlgorithm,
        data: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        CHECKED.set(CHECKED.get() + 1);
        assert_eq!(*of, algorithm, "imported for another algorithm");
        if key.starts_with(SLOW) {
            self.sleep(100).await;
        }
        (!key.starts_with(UNTOLD)).then(|| self::signature(key, algorithm, data) == signature)
    }
}

/// What an isolate remembers, beside the tokens that it asks for.
pub fn memory(world: &World) -> Rc<InboundMemory<TestHost>> {
    Rc::new(InboundMemory::beside(Rc::clone(&world.memory)))
}
