//! `JwtVerifier`: which tokens are taken, and how their keys are had.

#![cfg(all(not(target_arch = "wasm32"), feature = "inbound"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used
)]

mod cached;
mod flight;
mod issuer;
mod keys;
mod options;
mod parsers;
mod refusals;
mod rotation;
mod seen;
mod store;

#[path = "../support/mod.rs"]
mod support;

use std::rc::Rc;

use edge_oauth2::inbound::{InboundMemory, JwtVerifier, Verified, VerifierConfig, VerifierOptions};
use edge_oauth2::{Error, ErrorCode, Event};
use issuer::{AUDIENCE, ISSUER, JWKS_URI, Signer, set, signer};
use support::host::{Reply, TestHost, World};
use support::isolate::Request;

const SECOND_MS: u64 = 1_000;

type Answer = Result<Rc<Verified<std::cell::Cell<u32>>>, Error>;

/// An API, and what it remembers.
struct Api {
    world: World,
    memory: Rc<InboundMemory<TestHost>>,
    options: VerifierOptions,
}

fn options() -> VerifierOptions {
    VerifierOptions {
        issuer: ISSUER.into(),
        jwks_uri: Some(JWKS_URI.into()),
        audience: vec![AUDIENCE.into()],
        ..VerifierOptions::default()
    }
}

/// An API whose issuer answers the n-th request, from 0, so.
fn api(answer: impl Fn(usize) -> Reply + 'static) -> Api {
    Api::of(World::new(move |n, _| answer(n)))
}

/// An API whose issuer has this key.
fn api_of(signer: &Signer) -> Api {
    let set = set(&[signer]);
    api(move |_| Reply::now(200, set.as_str()))
}

impl Api {
    fn of(world: World) -> Self {
        Self {
            memory: support::inbound::memory(&world),
            world,
            options: options(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut VerifierOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// Another isolate.
    fn neighbour(&self) -> Self {
        let world = self.world.neighbour();
        Self {
            memory: support::inbound::memory(&world),
            world,
            options: self.options.clone(),
        }
    }

    fn verifier(&self) -> (Request, JwtVerifier<TestHost>) {
        let (request, host) = self.world.host();
        let config = VerifierConfig::new(self.options.clone()).expect("a valid configuration");
        let memory = Rc::clone(&self.memory);
        let verifier = JwtVerifier::new(Rc::new(host), Rc::new(config), memory);
        (request, verifier)
    }

    /// Verifies `token` in a request of its own, and what goes on in the background for a moment.
    fn verify(&self, token: &str) -> Answer {
        let answer = self.call(token, None, false);
        self.world.isolate.run_for(1);
        answer
    }

    fn call(&self, token: &str, audience: Option<&[&str]>, accepts_bound: bool) -> Answer {
        let (request, verifier) = self.verifier();
        let token = token.to_owned();
        let owned = |audience: &[&str]| audience.iter().map(|it| (*it).to_owned()).collect();
        let audience: Option<Vec<String>> = audience.map(owned);
        self.world.isolate.block_on(request, async move {
            verifier
                .verify(&token, audience.as_deref(), accepts_bound)
                .await
        })
    }

    fn cached(&self, token: &str) -> bool {
        self.verifier().1.cached(token, None).is_some()
    }

    /// Why `token` is refused, as events say it.
    fn reason(&self, token: &str) -> Option<&'static str> {
        self.world.events.borrow_mut().clear();
        let error = self.verify(token).err()?;
        let events = self.world.events.borrow();
        let mut reasons = events.iter().filter_map(|event| match event {
            Event::TokenRejected { reason } => Some(*reason),
            _ => None,
        });
        match reasons.next() {
            Some(reason) => Some(reason),
            None => Some(error.code().as_str()),
        }
    }

    fn sent(&self) -> usize {
        self.world.sent()
    }

    fn wait(&self, seconds: u64) {
        self.world.isolate.run_for(seconds * SECOND_MS);
    }
}

#[test]
fn a_good_token_is_taken() {
    let signer = signer("1");
    let api = api_of(&signer);
    let verified = api.verify(&signer.token()).unwrap();
    assert_eq!(verified.claims.get("sub").unwrap().as_str(), Some("user"));
    assert_eq!(verified.header.get("kid").unwrap().as_str(), Some("1"));
    let sent = api.world.network.sent.borrow();
    assert_eq!(
        (sent[0].method.as_str(), sent[0].url.as_str()),
        ("GET", JWKS_URI)
    );
    assert!(sent[0].body.is_empty());
    let accept = sent[0].headers.iter().find(|(name, _)| name == "accept");
    assert_eq!(
        accept.unwrap().1,
        "application/jwk-set+json, application/json"
    );
}

#[test]
fn every_algorithm_is_checked_with_its_key() {
    use edge_oauth2::protocol::jwa::SignatureAlgorithm;
    for algorithm in SignatureAlgorithm::ALL {
        let signer = Signer::of("1", algorithm);
        let api = api_of(&signer);
        assert!(api.verify(&signer.token()).is_ok(), "{algorithm:?}");
        let other = Signer::of("2", algorithm);
        let forged = other.sign(&signer.header(), issuer::claims(""));
        assert_eq!(api.reason(&forged), Some("signature"), "{algorithm:?}");
    }
}

#[test]
fn neither_errors_nor_events_hold_the_token() {
    let signer = signer("1");
    let api = api_of(&signer);
    let token = signer.token_with(r#""exp":1"#);
    let error = api.verify(&token).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenRejected);
    let told = format!("{error} {error:?} {:?}", api.world.events.borrow());
    for part in token.split('.') {
        assert!(!told.contains(part), "{told}");
    }
    let verified = api.verify(&signer.token()).unwrap();
    assert!(!format!("{verified:?} {:?}", api.verifier().1).contains("user"));
}
