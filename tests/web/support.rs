//! A server, options for it, and instances that use them.

use std::cell::RefCell;
use std::rc::Rc;

use edge_oauth2::web::{ObjectStore, Timers, WebHost, client_options};
use edge_oauth2::{ClientConfig, Event, Memory, TokenSource, host::Timer};
use js_sys::{JSON, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/server.mjs")]
extern "C" {
    pub(crate) type Server;
    /// A real one, of Node's.
    #[wasm_bindgen(js_name = startServer)]
    pub(crate) async fn start_server() -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn origin(this: &Server) -> String;
    /// How many tokens it granted.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn granted(this: &Server) -> u32;
    /// Whether the connection of an unanswered request is closed before long.
    #[wasm_bindgen(method)]
    pub(crate) async fn closed(this: &Server) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn stop(this: &Server);

    /// What JavaScript makes of a text.
    pub(crate) fn evaluate(source: &str) -> JsValue;
}

pub(crate) async fn server() -> Server {
    start_server().await.unchecked_into()
}

pub(crate) fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

pub(crate) fn options_of(server: &Server) -> JsValue {
    let options = parse(
        r#"{"clientId":"me","clientSecret":"my secret","scopes":"read write","endpointParams":{"audience":["a","b"],"n":1}}"#,
    );
    let url = [&server.origin(), "/token"].concat();
    Reflect::set(&options, &"tokenUrl".into(), &url.into()).unwrap();
    options
}

/// An instance of its own, with what it heard.
pub(crate) fn instance(
    options: &JsValue,
    store: &JsValue,
) -> (TokenSource<WebHost<ObjectStore>>, Rc<RefCell<Vec<Event>>>) {
    let heard: Rc<RefCell<Vec<Event>>> = Rc::default();
    let listener = Rc::clone(&heard);
    let host = WebHost::default()
        .with_store(ObjectStore::new(store.clone()).unwrap())
        .with_events(move |event| listener.borrow_mut().push(event));
    let config = ClientConfig::new(client_options(options).unwrap()).unwrap();
    let source = TokenSource::new(Rc::new(host), config, Rc::new(Memory::default()));
    (source, heard)
}

pub(crate) async fn until(holds: impl Fn() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        Timers.sleep(10).await;
    }
    panic!("not within two seconds");
}
