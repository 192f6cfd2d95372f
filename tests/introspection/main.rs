//! Tokens that callers present, and what the authorization server says of them.

#![cfg(all(not(target_arch = "wasm32"), feature = "inbound"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod ages;
mod answer;
mod failure;
mod flight;
mod memory;
mod options;
mod promises;
mod request;
mod signed;
mod store;
#[path = "../support/mod.rs"]
mod support;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use edge_oauth2::inbound::{
    Answer, InboundMemory, IntrospectorConfig, IntrospectorOptions, TokenIntrospector,
};
use edge_oauth2::protocol::form::{self, Parameters};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{ClientOptions, Error, Event};
use support::host::{Reply, TestHost, World};
use support::isolate::{Request, START_MS};

const SECOND_MS: u64 = 1_000;
const NOW: u64 = START_MS / SECOND_MS;
const INTROSPECTION_URL: &str = "https://auth.example.com/introspect";
const ACTIVE: &str = r#"{"active":true,"sub":"user"}"#;
const INACTIVE: &str = r#"{"active":false}"#;

type Found = Rc<Answer<Cell<u32>>>;

/// A configuration that is valid as it is.
fn options() -> IntrospectorOptions {
    IntrospectorOptions {
        introspection_url: Some(INTROSPECTION_URL.into()),
        client: client(),
        ..IntrospectorOptions::default()
    }
}

fn client() -> ClientOptions {
    ClientOptions {
        client_id: "api".into(),
        client_secret: Some("api-secret".into()),
        ..ClientOptions::default()
    }
}

fn config(options: IntrospectorOptions) -> Rc<IntrospectorConfig> {
    Rc::new(IntrospectorConfig::new(options).expect("valid options"))
}

/// An isolate that asks about tokens.
struct Api {
    world: World,
    memory: Rc<InboundMemory<TestHost>>,
    config: Rc<IntrospectorConfig>,
}

impl Api {
    fn new(options: IntrospectorOptions, world: World) -> Self {
        Self {
            memory: support::inbound::memory(&world),
            world,
            config: config(options),
        }
    }

    /// Of the plainest options.
    fn plain(script: impl Fn(usize, &HttpRequest) -> Reply + 'static) -> Self {
        Self::new(options(), World::new(script))
    }

    /// Another isolate of the same Worker.
    fn neighbour(&self) -> Self {
        let world = self.world.neighbour();
        Self {
            memory: support::inbound::memory(&world),
            world,
            config: Rc::clone(&self.config),
        }
    }

    /// The same isolate with other options.
    fn with(&self, options: IntrospectorOptions) -> Self {
        let world = self.world.neighbour();
        Self {
            memory: Rc::clone(&self.memory),
            world,
            config: config(options),
        }
    }

    /// An introspector in a request of its own.
    fn introspector(&self) -> (Request, TokenIntrospector<TestHost>) {
        let (request, host) = self.world.host();
        let memory = Rc::clone(&self.memory);
        let config = Rc::clone(&self.config);
        (
            request,
            TokenIntrospector::new(Rc::new(host), config, memory),
        )
    }

    fn block_on<T: 'static, F: Future<Output = T> + 'static>(
        &self,
        begin: impl FnOnce(TokenIntrospector<TestHost>) -> F,
    ) -> T {
        let (request, introspector) = self.introspector();
        self.world.isolate.block_on(request, begin(introspector))
    }

    fn ask(&self, token: &'static str) -> Result<Found, Error> {
        self.ask_with(token, &[], None)
    }

    fn ask_with(
        &self,
        token: &'static str,
        parameters: &[(&str, &str)],
        max_age_seconds: Option<u32>,
    ) -> Result<Found, Error> {
        let parameters = pairs(parameters);
        self.block_on(|introspector| async move {
            introspector
                .introspect(token, &parameters, max_age_seconds)
                .await
        })
    }

    /// Whether the token is active.
    fn is_active(&self, token: &'static str) -> bool {
        self.ask(token).expect("an answer").introspection.active
    }

    fn forget(&self, token: &'static str) {
        self.block_on(|introspector| async move { introspector.forget(token).await });
    }

    /// What can be had without waiting.
    fn cached(&self, token: &str) -> Option<Found> {
        let (_, introspector) = self.introspector();
        introspector.cached(token, &Vec::new(), None)
    }

    fn wait_seconds(&self, seconds: u64) {
        self.world.isolate.run_for(seconds * SECOND_MS);
    }

    /// Until that time after the beginning.
    fn wait_until(&self, seconds: f64) {
        let passed_ms = (seconds * SECOND_MS as f64) as u64;
        self.world.isolate.run_until(START_MS + passed_ms);
    }

    fn wait_ms(&self, ms: u64) {
        self.world.isolate.run_for(ms);
    }

    fn sent(&self) -> usize {
        self.world.sent()
    }

    fn events(&self) -> Vec<&'static str> {
        self.world.events.borrow().iter().map(Event::name).collect()
    }
}

/// What a caller that does not wait for the others got, and when.
type Answered = Rc<RefCell<Option<(Result<Found, Error>, u64)>>>;

fn call(api: &Api, token: &'static str) -> (Request, Answered) {
    let (request, introspector) = api.introspector();
    let answer = api.world.isolate.call(request, async move {
        introspector.introspect(token, &Vec::new(), None).await
    });
    (request, answer)
}

fn pairs(pairs: &[(&str, &str)]) -> Parameters {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A parameter of a request.
fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    let body = String::from_utf8(request.body.clone()).expect("text");
    let mut parameters = form::decode(&body).into_iter();
    parameters.find_map(|(known, value)| (known == name).then_some(value))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    headers.find_map(|(known, value)| (known == name).then_some(value.as_str()))
}
