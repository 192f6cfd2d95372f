//! The ports over the isolate, and the network behind them.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::rc::Rc;

use edge_oauth2::host::{Background, Clock, Host, HttpClient, Timer, TransportError};
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::{ClientConfig, Error, Memory, Token, TokenSource};

use super::explore::Choices;
use super::isolate::{Isolate, Request};
use super::{config, options, response};

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

    pub fn broken(after_ms: u64) -> Self {
        let reason = "connection reset".to_owned();
        Self::After(after_ms, Err(TransportError::Connection(reason)))
    }
}

/// Answers the n-th request, counted from 0.
type Script = Box<dyn Fn(usize, &HttpRequest) -> Reply>;

/// Isolate, network and memory, shared by every request of a scenario.
pub struct World {
    pub isolate: Isolate,
    pub memory: Rc<Memory<()>>,
    pub network: Rc<Network>,
    requests: Cell<Request>,
}

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
            requests: Cell::new(0),
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
        let request = self.requests.get();
        self.requests.set(request + 1);
        let host = TestHost {
            isolate: self.isolate.clone(),
            network: Rc::clone(&self.network),
            request,
        };
        let source = TokenSource::new(Rc::new(host), config, Rc::clone(&self.memory));
        (request, source)
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

/// The platform as one request sees it.
pub struct TestHost {
    isolate: Isolate,
    network: Rc<Network>,
    request: Request,
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
        self.isolate.now_ms()
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

impl Host for TestHost {
    type View = ();

    fn view(&self, _: &Token) {}
}
