//! The ports of the library, as a request of a simulated isolate sees them.

use std::future::Future;
use std::rc::Rc;

use edge_oauth2::host::{
    Background, Clock, Crypto, Host, HttpClient, Random, Timer, TransportError,
};
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::{Event, Token};

use super::scheduler::Request;
use super::store_kind::StoreKind;
use super::stores::SimStore;
use super::world::{Isolate, World};

pub struct SimHost {
    world: Rc<World>,
    isolate: Rc<Isolate>,
    request: Rc<Request>,
    store: Option<SimStore>,
}

impl SimHost {
    pub fn new(world: &Rc<World>, isolate: &Rc<Isolate>, request: &Rc<Request>) -> Self {
        let has_store = world.plan.store.kind != StoreKind::None;
        Self {
            world: Rc::clone(world),
            isolate: Rc::clone(isolate),
            request: Rc::clone(request),
            store: has_store.then(|| SimStore::new(world, isolate, request)),
        }
    }
}

impl HttpClient for SimHost {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.world.make_mischief(&self.isolate, &self.request, 1);
        self.isolate.sees_grant(self.world.now_ms());
        let result = self
            .world
            .server
            .answer(&self.world, &self.isolate, &self.request, &request)
            .await;
        self.isolate.sees_grant(self.world.now_ms());
        result
    }
}

impl Clock for SimHost {
    fn now_ms(&self) -> u64 {
        self.isolate.clock_ms(&self.world)
    }
}

impl Timer for SimHost {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        self.world.scheduler.sleep(&self.request, ms.into())
    }
}

impl Background for SimHost {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.world.scheduler.spawn(&self.request, task);
    }
}

impl Random for SimHost {
    fn random(&self) -> f64 {
        self.world.rng.unit()
    }
}

/// Stand-ins: quick, repeatable, and worth nothing as cryptography. They refuse what was altered, and
/// that is all that is asked of them here; the sealing has tests of its own.
impl Crypto for SimHost {
    async fn sha256(&self, data: &[u8]) -> Option<[u8; 32]> {
        Some(digest(&[data]))
    }

    async fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
        Some(digest(&[secret, info]))
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        Some([7; 12])
    }

    async fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        let tag = digest(&[key, nonce, associated_data, plaintext]);
        Some([plaintext, &tag].concat())
    }

    async fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        let (plaintext, tag) = ciphertext.split_last_chunk::<32>()?;
        let authentic = digest(&[key, nonce, associated_data, plaintext]) == *tag;
        authentic.then(|| plaintext.to_vec())
    }
}

impl Host for SimHost {
    type View = ();
    type Store = SimStore;

    fn view(&self, _: &Token) {}

    fn store(&self) -> Option<&SimStore> {
        self.store.as_ref()
    }

    fn event(&self, event: Event) {
        self.world.hears(&self.isolate, &event);
    }
}

/// FNV-1a, stretched.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    let mut digest = [0; 32];
    for chunk in digest.chunks_exact_mut(8) {
        chunk.copy_from_slice(&hash.to_be_bytes());
        hash = hash.rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    digest
}
