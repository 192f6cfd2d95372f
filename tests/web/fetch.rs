//! Requests, and what goes on beside them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_oauth2::host::{Background, HttpClient, TransportError};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::web::{Fetch, WebHost, client_options};
use edge_oauth2::{ClientConfig, ClientOptions, ErrorCode, Memory, TokenSource};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{evaluate, options_of, parse, server, until};

async fn get(fetch: &Fetch, url: &str) -> Result<(u16, String), TransportError> {
    let request = HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: vec![("x-asked".into(), "yes".into())],
        body: Vec::new(),
        max_response_bytes: 10,
    };
    let response = fetch.send(request).await?;
    let body = String::from_utf8(response.body.clone()).unwrap();
    assert!(response.header("x-server").is_some());
    Ok((response.status, body))
}

#[wasm_bindgen_test]
async fn what_is_too_long_or_leads_elsewhere_or_does_not_come_is_told() {
    let server = server().await;
    let at = |path: &str| [&server.origin(), path].concat();
    let fetch = Fetch::default();
    assert_eq!(get(&fetch, &at("/echo")).await, Ok((200, "GET yes".into())));
    assert_eq!(
        get(&fetch, &at("/redirect")).await,
        Ok((302, String::new()))
    );
    let long = get(&fetch, &at("/long")).await.unwrap_err();
    assert!(
        matches!(long, TransportError::TooLong { status: 200, .. }),
        "{long:?}"
    );
    let nobody = get(&fetch, "http://127.0.0.1:1/").await.unwrap_err();
    let TransportError::Connection(reason) = nobody else {
        panic!("{nobody:?}");
    };
    assert!(reason.starts_with("fetch failed ("), "{reason}");
    server.stop();
}

/// A future that is dropped takes its request along.
#[wasm_bindgen_test]
async fn a_request_that_nobody_waits_for_is_aborted() {
    let server = server().await;
    let url = [&server.origin(), "/silent"].concat();
    let options = client_options(&options_of(&server)).unwrap();
    let config = ClientConfig::new(ClientOptions {
        token_url: url,
        timeout_ms: 200,
        ..options
    });
    let memory = Rc::new(Memory::default());
    let source = TokenSource::new(Rc::new(WebHost::default()), config.unwrap(), memory);
    let error = source.token().await.err().unwrap();
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(server.closed().await.is_truthy());
    server.stop();
}

#[wasm_bindgen_test]
async fn requests_go_by_the_fetch_that_is_given() {
    let own = evaluate(
        "({ answer: 'mine', async fetch(url) { return new Response(this.answer + url, { status: 203, headers: { 'x-server': '' } }); } })",
    );
    let answer = get(&Fetch::by(own).unwrap(), "/a").await;
    assert_eq!(answer, Ok((203, "mine/a".into())));
    let none = Fetch::by(evaluate("async () => 'text'")).unwrap();
    let unusable = get(&none, "/a").await.unwrap_err();
    assert!(
        matches!(unusable, TransportError::Unusable(_)),
        "{unusable:?}"
    );
    assert_eq!(Fetch::by(parse("{}")).unwrap_err().option(), Some("fetch"));
}

#[wasm_bindgen_test]
async fn tasks_go_to_wait_until() {
    let given = Rc::new(RefCell::new(Vec::new()));
    let [ran, ran_again] = [Rc::new(Cell::new(false)), Rc::new(Cell::new(false))];
    let (tasks, once, again) = (Rc::clone(&given), Rc::clone(&ran), Rc::clone(&ran_again));
    let host = WebHost::default().with_wait_until(move |task| tasks.borrow_mut().push(task));
    host.spawn(async move { once.set(true) });
    assert_eq!((given.borrow().len(), ran.get()), (1, false));
    let task = given.borrow_mut().pop().unwrap();
    task.await;
    assert!(ran.get());
    WebHost::default().spawn(async move { again.set(true) });
    until(|| ran_again.get()).await;
}
