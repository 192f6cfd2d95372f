//! Callers of every kind: of other threads, of runtimes that end, of none, and such as go away or panic.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use edge_oauth2::native::{Api, Client};
use edge_oauth2::store::{StoreError, TokenStore};
use edge_oauth2::{Error, ErrorCode, Token};
use tokio::runtime::Runtime;

use super::server::Server;

fn access_token(token: Result<Token, Error>) -> String {
    token.unwrap().access_token.expose().to_owned()
}

/// Waits without any runtime.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn handles_go_to_every_thread() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<Client>();
    is_shared::<Api>();
    fn is_sent<T: Send>(_: &T) {}
    let server = Server::start();
    let client = Client::new(server.options()).unwrap();
    is_sent(&client.token());
}

#[test]
fn a_crowd_of_many_threads_makes_one_grant() {
    let server = Server::start();
    server.delay(100);
    let options = server.options();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let callers: Vec<_> = (0..100)
            .map(|_| {
                // Each has a client of its own: equal options are one client.
                let client = Client::new(options.clone()).unwrap();
                tokio::spawn(async move { client.token().await })
            })
            .collect();
        for caller in callers {
            assert_eq!(access_token(caller.await.unwrap()), "token-1");
        }
    });
    assert_eq!(server.grants(), 1);
}

#[test]
fn no_runtime_is_needed() {
    let server = Server::start();
    let client = Client::new(server.options()).unwrap();
    assert_eq!(access_token(block_on(client.token())), "token-1");
    assert_eq!(block_on(client.authorization()).unwrap(), "Bearer token-1");
    assert_eq!(access_token(block_on(client.refreshed())), "token-2");
    block_on(client.warm()).unwrap();
    block_on(client.invalidate()).unwrap();
    assert_eq!(access_token(block_on(client.token())), "token-3");
}

#[test]
fn a_runtime_that_ends_takes_nothing_with_it() {
    let server = Server::start();
    server.delay(200);
    let client = Client::new(server.options()).unwrap();
    let runtime = Runtime::new().unwrap();
    let caller = client.clone();
    runtime.spawn(async move { caller.token().await });
    while server.grants() == 0 {
        thread::yield_now();
    }
    drop(runtime);
    assert_eq!(access_token(block_on(client.token())), "token-1");
    // What it began is over, and the next goes on without it.
    assert_eq!(access_token(block_on(client.refreshed())), "token-2");
    assert_eq!(server.grants(), 2);
}

#[test]
fn who_goes_away_leaves_the_token_for_the_next() {
    let server = Server::start();
    server.delay(200);
    let client = Client::new(server.options()).unwrap();
    let mut token = Box::pin(client.token());
    let asked = token.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(asked.is_pending());
    while server.grants() == 0 {
        thread::yield_now();
    }
    drop(token);
    assert_eq!(access_token(block_on(client.token())), "token-1");
    assert_eq!(server.grants(), 1);
}

/// What a program's own store may do.
#[derive(Clone)]
struct Panicking;

impl TokenStore for Panicking {
    async fn get(&self, _: &str) -> Result<Option<String>, StoreError> {
        panic!("a store of the program's own");
    }
    async fn put(&self, _: &str, _: &str, _: u64, _: Option<&str>) -> Result<(), StoreError> {
        Ok(())
    }
    async fn delete(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

#[test]
fn a_panic_is_one_callers_error() {
    let server = Server::start();
    let client = Client::new(server.options()).unwrap();
    let panicking = client.clone().with_store(Panicking);
    let error = block_on(panicking.token()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    assert_eq!(access_token(block_on(client.token())), "token-1");
}
