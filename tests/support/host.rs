//! The ports over the isolate, and the network behind them.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::rc::Rc;

use edge_oauth2::host::{
    Asked, Background, Clock, Crypto, HookError, Host, HttpClient, Random, Refusal, Timer,
    TransportError,
};
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    ClientConfig, Error, ErrorClass, Event, Json, Memory, Secret, Token, TokenSource,
};

use super::explore::Choices;
use super::isolate::{Isolate, Request};
use super::store::{Shelf, TestStore};
use super::{config, crypto, options, response};

/// What comes back for a request, and after how long.
#[derive(Clone, Debug)]
pub enum Reply {
    After(u64, Result<HttpResponse, TransportError>),
    Never,
}

impl Reply {
    pub fn now(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::After(0, Ok(response(status, body)))
    }

    /// A token response with this access token, good for an hour.
    pub fn token(after_ms: u64, access_token: &str) -> Self {
        let body = format!(r#"{{"access_token":"{access_token}","expires_in":3600}}"#);
        Self::After(after_ms, Ok(response(200, body)))
    }

    pub fn status(after_ms: u64, status: u16) -> Self {
        Self::After(after_ms, Ok(response(status, "")))
    }

    pub fn nonsense(after_ms: u64) -> Self {
        Self::After(after_ms, Ok(response(200, "nonsense")))
    }

    /// What no retry makes better, and nobody remembers.
    pub fn failed_hook(after_ms: u64) -> Self {
        let hook = TransportError::Hook("hooks.tokenRequest", HookError(String::new()));
        Self::After(after_ms, Err(hook))
    }

    pub fn too_long(status: u16) -> Self {
        let headers = Vec::new();
        Self::After(0, Err(TransportError::TooLong { status, headers }))
    }

    /// With these headers beside.
    pub fn with(self, headers: &[(&str, &str)]) -> Self {
        let further = headers.iter();
        let further = further.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        match self {
            Self::After(after_ms, Ok(mut response)) => {
                response.headers.extend(further);
                Self::After(after_ms, Ok(response))
            }
            Self::After(after_ms, Err(TransportError::TooLong { status, .. })) => {
                let headers = further.collect();
                Self::After(after_ms, Err(TransportError::TooLong { status, headers }))
            }
            other => other,
        }
    }

    pub fn broken(after_ms: u64) -> Self {
        let reason = "connection reset".to_owned();
        Self::After(after_ms, Err(TransportError::Connection(reason)))
    }
}

/// What becomes of a token request by a hook.
pub enum Hooked {
    /// This comes back, and nothing is sent.
    Instead(Reply),
    /// It is sent, and what comes back is changed.
    Changed(fn(HttpResponse) -> HttpResponse),
}

/// Is given the request, and the response whose refresh token it spends.
type Hook = Rc<dyn Fn(&HttpRequest, Option<&Json>) -> Hooked>;

/// Answers the n-th request, counted from 0.
type Script = Box<dyn Fn(usize, &HttpRequest) -> Reply>;

/// Isolate, network and memory, shared by every request of a scenario; and what more than one
/// isolate shares.
pub struct World {
    pub isolate: Isolate,
    pub memory: Rc<Memory<()>>,
    pub network: Rc<Network>,
    /// The store, if there is one.
    pub shelf: Option<Rc<Shelf>>,
    pub events: Rc<RefCell<Vec<Event>>>,
    /// What every dice shows.
    pub dice: Rc<Cell<f64>>,
    /// What the host is asked for a credential, and what it says.
    pub asked: Rc<RefCell<Vec<Asked>>>,
    pub credential: Rc<RefCell<Result<Secret, HookError>>>,
    /// How the host makes token requests, if in its own way.
    pub hook: Rc<RefCell<Option<Hook>>>,
    /// How the host classifies refusals.
    pub classify: Rc<RefCell<Option<Classify>>>,
    /// Whether the host has randomness.
    pub is_random: Rc<Cell<bool>>,
    requests: Rc<Cell<Request>>,
    nonces: Rc<Cell<u32>>,
}

pub type Classify = Rc<dyn Fn(&Refusal<'_>) -> Result<Option<ErrorClass>, HookError>>;

pub struct Network {
    script: RefCell<Script>,
    pub sent: RefCell<Vec<HttpRequest>>,
    senders: RefCell<Vec<Request>>,
    /// How many exchanges were dropped before they were over.
    pub aborted: Cell<usize>,
}

impl Network {
    /// Who sent the n-th request.
    pub fn sender(&self, n: usize) -> Request {
        self.senders.borrow()[n]
    }
}

impl World {
    pub fn new(script: impl Fn(usize, &HttpRequest) -> Reply + 'static) -> Self {
        Self::exploring(&Choices::default(), script)
    }

    pub fn exploring(
        choices: &Choices,
        script: impl Fn(usize, &HttpRequest) -> Reply + 'static,
    ) -> Self {
        Self {
            isolate: Isolate::new(choices),
            memory: Rc::default(),
            network: Rc::new(Network {
                script: RefCell::new(Box::new(script)),
                sent: RefCell::default(),
                senders: RefCell::default(),
                aborted: Cell::new(0),
            }),
            shelf: None,
            events: Rc::default(),
            dice: Rc::new(Cell::new(0.5)),
            asked: Rc::default(),
            credential: Rc::new(RefCell::new(Err(HookError("nothing to give".into())))),
            hook: Rc::default(),
            classify: Rc::default(),
            is_random: Rc::new(Cell::new(true)),
            requests: Rc::default(),
            nonces: Rc::default(),
        }
    }

    /// Another isolate: it has a memory of its own, and everything else in common with this one.
    pub fn neighbour(&self) -> Self {
        Self {
            isolate: self.isolate.clone(),
            memory: Rc::default(),
            network: Rc::clone(&self.network),
            shelf: self.shelf.clone(),
            events: Rc::clone(&self.events),
            dice: Rc::clone(&self.dice),
            asked: Rc::clone(&self.asked),
            credential: Rc::clone(&self.credential),
            hook: Rc::clone(&self.hook),
            classify: Rc::clone(&self.classify),
            is_random: Rc::clone(&self.is_random),
            requests: Rc::clone(&self.requests),
            nonces: Rc::clone(&self.nonces),
        }
    }

    pub fn with_memory(mut self, memory: Memory<()>) -> Self {
        self.memory = Rc::new(memory);
        self
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.network.sent.borrow().len()
    }

    /// A source of tokens in a request of its own.
    pub fn source(&self, config: ClientConfig) -> (Request, TokenSource<TestHost>) {
        let (request, host) = self.host();
        let source = TokenSource::new(Rc::new(host), config, Rc::clone(&self.memory));
        (request, source)
    }

    /// The platform as a request of its own sees it.
    pub fn host(&self) -> (Request, TestHost) {
        let request = self.requests.get();
        self.requests.set(request + 1);
        let store = self.shelf.as_ref().map(|shelf| TestStore {
            shelf: Rc::clone(shelf),
            isolate: self.isolate.clone(),
            request,
        });
        let host = TestHost {
            isolate: self.isolate.clone(),
            network: Rc::clone(&self.network),
            store,
            events: Rc::clone(&self.events),
            dice: Rc::clone(&self.dice),
            asked: Rc::clone(&self.asked),
            credential: Rc::clone(&self.credential),
            hook: Rc::clone(&self.hook),
            classify: Rc::clone(&self.classify),
            is_random: Rc::clone(&self.is_random),
            request,
            nonces: Rc::clone(&self.nonces),
        };
        (request, host)
    }

    /// Asks for a token in a request of its own, to the end.
    pub fn token(&self, config: ClientConfig) -> Result<Token, Error> {
        let (request, source) = self.source(config);
        self.isolate.block_on(request, async move {
            source.token().await.map(|cached| cached.token.clone())
        })
    }

    /// As [`World::token`], for the plainest configuration and the token's text only.
    pub fn access_token(&self) -> Result<String, Error> {
        self.token(config(options()))
            .map(|token| token.access_token.expose().to_owned())
    }
}

/// What every [`TestHost`] signs with when it is given no secret.
pub const PRIVATE_KEY: &[u8] = b"private key";

/// The platform as one request sees it.
pub struct TestHost {
    isolate: Isolate,
    network: Rc<Network>,
    store: Option<TestStore>,
    events: Rc<RefCell<Vec<Event>>>,
    dice: Rc<Cell<f64>>,
    asked: Rc<RefCell<Vec<Asked>>>,
    credential: Rc<RefCell<Result<Secret, HookError>>>,
    hook: Rc<RefCell<Option<Hook>>>,
    classify: Rc<RefCell<Option<Classify>>>,
    is_random: Rc<Cell<bool>>,
    request: Request,
    nonces: Rc<Cell<u32>>,
}

impl HttpClient for TestHost {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let reply = {
            let mut sent = self.network.sent.borrow_mut();
            let reply = (self.network.script.borrow())(sent.len(), &request);
            sent.push(request);
            self.network.senders.borrow_mut().push(self.request);
            reply
        };
        self.exchange(reply).await
    }
}

impl TestHost {
    async fn exchange(&self, reply: Reply) -> Result<HttpResponse, TransportError> {
        let abort = AbortOnDrop(&self.network.aborted);
        let result = match reply {
            Reply::After(ms, result) => {
                self.isolate.sleep(self.request, ms).await;
                result
            }
            Reply::Never => pending().await,
        };
        std::mem::forget(abort);
        result
    }
}

struct AbortOnDrop<'a>(&'a Cell<usize>);

impl Drop for AbortOnDrop<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Clock for TestHost {
    fn now_ms(&self) -> u64 {
        self.isolate.clock_ms()
    }
}

impl Timer for TestHost {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        self.isolate.sleep(self.request, ms.into())
    }
}

impl Background for TestHost {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.isolate.spawn(self.request, task);
    }
}

impl Random for TestHost {
    fn random(&self) -> f64 {
        self.dice.get()
    }
}

impl Crypto for TestHost {
    async fn sha256(&self, data: &[u8]) -> Option<[u8; 32]> {
        Some(crypto::sha256(data))
    }

    async fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
        Some(crypto::hkdf_sha256(secret, info))
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        if !self.is_random.get() {
            return None;
        }
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.isolate.now_ms().to_be_bytes());
        self.nonces.set(self.nonces.get() + 1);
        nonce[8..].copy_from_slice(&self.nonces.get().to_be_bytes());
        Some(nonce)
    }

    async fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        crypto::seal(key, nonce, associated_data, plaintext)
    }

    async fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        crypto::open(key, nonce, associated_data, ciphertext)
    }

    /// Its private key signs like a secret of its own, whatever the algorithm.
    async fn sign(
        &self,
        _algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        let key = secret.map_or(PRIVATE_KEY, |secret| secret.expose().as_bytes());
        Ok(crypto::hmac_sha256(key, data).to_vec())
    }
}

impl Host for TestHost {
    type View = ();
    type Store = TestStore;

    fn view(&self, _: &Token) {}

    fn store(&self) -> Option<&TestStore> {
        self.store.as_ref()
    }

    async fn credential(&self, asked: Asked) -> Result<Secret, HookError> {
        self.asked.borrow_mut().push(asked);
        self.credential.borrow().clone()
    }

    async fn token_request(
        &self,
        request: HttpRequest,
        renewed: Option<&Json>,
    ) -> Result<HttpResponse, TransportError> {
        let hook = self.hook.borrow().clone();
        match hook.map(|hook| hook(&request, renewed)) {
            None => self.send(request).await,
            Some(Hooked::Instead(reply)) => self.exchange(reply).await,
            Some(Hooked::Changed(change)) => self.send(request).await.map(change),
        }
    }

    fn classify(&self, refusal: &Refusal<'_>) -> Result<Option<ErrorClass>, HookError> {
        let classify = self.classify.borrow().clone();
        classify.map_or(Ok(None), |classify| classify(refusal))
    }

    fn event(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }
}
