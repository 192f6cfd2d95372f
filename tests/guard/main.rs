//! `Guard`: who may call an API, and what all others are answered.

#![cfg(all(not(target_arch = "wasm32"), feature = "inbound"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod application;
mod cached;
mod options;
mod refusals;
mod row;
mod scopes;
mod ways;

#[path = "../support/mod.rs"]
mod support;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::inbound::{
    Application, Authorized, Check, Guard, GuardConfig, GuardOptions, InboundMemory,
    IntrospectorConfig, IntrospectorOptions, JwtVerifier, Refusal, Requirements, TokenIntrospector,
    VerifierConfig, VerifierOptions,
};
use edge_oauth2::protocol::form;
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::protocol::jwa::SignatureAlgorithm;
use edge_oauth2::{ClientOptions, Error, Event};
use support::ISSUER;
use support::host::{Reply, TestHost, World};
use support::inbound::signature;
use support::isolate::{Request, START_MS};

const SECOND_MS: u64 = 1_000;
const NOW: u64 = START_MS / SECOND_MS;
const AUDIENCE: &str = "https://api.example.com";
const INTROSPECTION_URL: &str = "https://auth.example.com/introspect";
const JWKS_URI: &str = "https://auth.example.com/keys";
const KEY: [u8; 32] = [7; 32];

type Outcome<P> = Result<Authorized<Cell<u32>, P>, Refusal>;

/// An API, its issuer, and what it remembers.
struct Api {
    world: World,
    memory: Rc<InboundMemory<TestHost>>,
    /// What the issuer says of tokens.
    said: Rc<RefCell<HashMap<String, String>>>,
    /// What it answers instead, whatever is asked.
    instead: Rc<RefCell<Option<Reply>>>,
    options: GuardOptions,
    introspects: bool,
    verifies: bool,
}

/// An API that has tokens checked both ways.
fn api() -> Api {
    let said = Rc::<RefCell<HashMap<String, String>>>::default();
    let instead = Rc::<RefCell<Option<Reply>>>::default();
    let (answers, all) = (Rc::clone(&said), Rc::clone(&instead));
    let world = World::new(
        move |_, request| match (&*all.borrow(), request.url.as_str()) {
            (Some(reply), _) => reply.clone(),
            (None, JWKS_URI) => Reply::now(200, key_set()),
            (None, _) => {
                let answers = answers.borrow();
                let answer = answers.get(&token_of(request));
                let unknown = r#"{"active":false}"#;
                Reply::now(200, answer.map_or(unknown, String::as_str))
            }
        },
    );
    Api {
        memory: support::inbound::memory(&world),
        world,
        said,
        instead,
        options: GuardOptions::default(),
        introspects: true,
        verifies: true,
    }
}

fn token_of(request: &HttpRequest) -> String {
    let body = String::from_utf8(request.body.clone()).unwrap();
    let parameters = form::decode(&body).into_iter();
    let mut tokens = parameters.filter(|(name, _)| name == "token");
    tokens.next().unwrap().1
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

fn key_set() -> String {
    let (x, y) = (encode(KEY), encode([1; 32]));
    format!(r#"{{"keys":[{{"kty":"EC","crv":"P-256","kid":"1","x":"{x}","y":"{y}"}}]}}"#)
}

/// A signed token that says this beside what a good one does.
fn jwt(further: &str) -> String {
    let header = r#"{"alg":"ES256","typ":"at+jwt","kid":"1"}"#;
    let exp = NOW + 3600;
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{exp},"sub":"ada","client_id":"app"{further}}}"#
    );
    let input = [encode(header), encode(claims)].join(".");
    let signature = signature(&KEY, SignatureAlgorithm::Es256, input.as_bytes());
    [input, encode(signature)].join(".")
}

fn bearer(token: &str) -> Option<String> {
    Some(["Bearer ", token].concat())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|it| (*it).to_owned()).collect()
}

/// A route that wants all of these scopes.
fn scopes(scopes: &[&str]) -> Requirements {
    Requirements {
        scopes: texts(scopes),
        ..Requirements::default()
    }
}

fn both() -> Requirements {
    Requirements {
        check: Check::Both,
        ..Requirements::default()
    }
}

fn audience(audience: &[&str]) -> Requirements {
    Requirements {
        audience: Some(texts(audience)),
        ..Requirements::default()
    }
}

impl Api {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// From now on the issuer calls `token` active, and says this of it.
    fn issue(&self, token: &str, members: &str) {
        let answer = format!(r#"{{"active":true{members}}}"#);
        self.said.borrow_mut().insert(token.to_owned(), answer);
    }

    /// From now on the issuer answers so, whatever it is asked.
    fn answer(&self, reply: Reply) {
        *self.instead.borrow_mut() = Some(reply);
    }

    fn guard(&self) -> (Request, Guard<TestHost>) {
        let (request, host) = self.world.host();
        let host = Rc::new(host);
        let introspector = IntrospectorConfig::new(IntrospectorOptions {
            introspection_url: Some(INTROSPECTION_URL.into()),
            client: ClientOptions {
                issuer: Some(ISSUER.into()),
                client_id: "api".into(),
                client_secret: Some("api-secret".into()),
                ..ClientOptions::default()
            },
            ..IntrospectorOptions::default()
        });
        let verifier = VerifierConfig::new(VerifierOptions {
            issuer: ISSUER.into(),
            jwks_uri: Some(JWKS_URI.into()),
            audience: texts(&[AUDIENCE]),
            ..VerifierOptions::default()
        });
        let introspector = introspector.unwrap();
        let introspector = TokenIntrospector::new(
            Rc::clone(&host),
            Rc::new(introspector),
            Rc::clone(&self.memory),
        );
        let verifier = JwtVerifier::new(host, Rc::new(verifier.unwrap()), Rc::clone(&self.memory));
        let config = GuardConfig::new(self.options.clone()).unwrap();
        let guard = Guard::new(
            Rc::new(config),
            self.introspects.then_some(introspector),
            self.verifies.then_some(verifier),
        );
        (request, guard.unwrap())
    }

    /// A call with this header, in a request of its own.
    fn call(&self, header: Option<&str>, requirements: &Requirements) -> Outcome<()> {
        self.ask(header, requirements, ())
    }

    fn ask<A: Application<Cell<u32>> + 'static>(
        &self,
        header: Option<&str>,
        requirements: &Requirements,
        application: A,
    ) -> Outcome<A::Principal>
    where
        A::Principal: 'static,
    {
        let (request, guard) = self.guard();
        let (header, requirements) = (header.map(str::to_owned), requirements.clone());
        let outcome = self.world.isolate.block_on(request, async move {
            let header = header.as_deref();
            guard.authorize(header, &requirements, &application).await
        });
        self.world.isolate.run_for(1);
        outcome
    }

    /// A call with this token, that wants nothing else.
    fn authorize(&self, token: &str) -> Outcome<()> {
        self.call(bearer(token).as_deref(), &Requirements::default())
    }

    fn cached(&self, token: &str, requirements: &Requirements) -> Option<&'static str> {
        let (_, guard) = self.guard();
        let admitted = guard.cached(bearer(token).as_deref(), requirements)?;
        Some(admitted.by())
    }

    /// How often each endpoint was asked: introspection, keys.
    fn sent(&self) -> [usize; 2] {
        let sent = self.world.network.sent.borrow();
        [INTROSPECTION_URL, JWKS_URI].map(|url| sent.iter().filter(|it| it.url == url).count())
    }

    /// Why tokens were rejected, and which functions failed, as events have it.
    fn told(&self) -> Vec<&'static str> {
        let events = self.world.events.borrow();
        let told = events.iter().filter_map(|event| match event {
            Event::TokenRejected { reason } => Some(*reason),
            Event::HookFailed { hook } => Some(*hook),
            _ => None,
        });
        told.collect()
    }
}

/// What is expected of a refusal, whatever it is: nobody is told the token.
fn refused<P>(outcome: Outcome<P>, token: &str) -> Refusal {
    let refusal = match outcome {
        Ok(authorized) => panic!("let through: {authorized:?}"),
        Err(refusal) => refusal,
    };
    let headers = refusal.headers();
    let told = format!("{refusal:?} {refusal} {headers:?} {}", refusal.body());
    assert!(token.is_empty() || !told.contains(token), "{told}");
    let names = headers.iter().map(|(name, _)| *name);
    assert!(
        names
            .clone()
            .all(|name| names.clone().filter(|it| *it == name).count() == 1)
    );
    refusal
}
