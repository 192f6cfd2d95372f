//! A client's options as JavaScript has them.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::plain::plain_members;
use super::reason::member;
use crate::client::{ClientConfig, ClientOptions};
use crate::error::Error;
use crate::written;

/// What is no plain value, or about the API.
const ELSEWHERE: [(&str, &str); 12] = [
    ("fetch", "give it to WebHost::with_fetch"),
    ("store", "give it to WebHost::with_store"),
    ("waitUntil", "give it to WebHost::with_wait_until"),
    ("onEvent", "give it to WebHost::with_events"),
    ("hooks", "implement Host::token_request"),
    ("classify", "implement Host::classify"),
    ("baseUrl", "give it to Resource::new"),
    ("allowedOrigins", "give it to Resource::new"),
    ("apply", "give it to ResourceOptions"),
    ("refreshOn", "give it to ResourceOptions"),
    ("detectOn", "give it to ResourceOptions"),
    ("apiHeaders", "give it to ResourceOptions"),
];

/// Reads a client's options by the names and with the meaning that they have in the npm package: `{ tokenUrl, clientId,
/// clientSecret, … }`, all that is no function and no binding. Those are for the program:
/// [`WebHost`](crate::web::WebHost) takes `fetch`, `store`, `waitUntil`, `onEvent` and the key that signs,
/// [`ResourceOptions`](crate::ResourceOptions) what is about the API.
///
/// What is misspelt, or of another type, is an [`InvalidOption`](crate::ErrorCode::InvalidOption) that names the option
/// and never what it has. What options mean together is checked by [`ClientConfig::new`](crate::ClientConfig::new).
///
/// A member that is there and undefined, and that the client cannot do without, is named as such.
pub fn client_options(options: &JsValue) -> Result<ClientOptions, Error> {
    let read = read(options);
    let refused = match &read {
        Ok(read) => ClientConfig::new(read.clone()).err(),
        Err(error) => Some(error.clone()),
    };
    match refused.and_then(|error| unset(options, error.option()?)) {
        Some(error) => Err(error),
        None => read,
    }
}

/// The error of a member that is there and undefined: it was meant to be something.
fn unset(options: &JsValue, name: &'static str) -> Option<Error> {
    let is_there = options.is_object() && Reflect::has(options, &name.into()) == Ok(true);
    let problem = "is given, but undefined: is what it is read from set?";
    let is_unset = is_there && member(options, name).is_none();
    is_unset.then(|| Error::invalid_option(name, problem))
}

fn read(options: &JsValue) -> Result<ClientOptions, Error> {
    for (name, place) in ELSEWHERE {
        if member(options, name).is_some() {
            return Err(Error::invalid_option(
                name,
                ["is not read here; ", place].concat(),
            ));
        }
    }
    written::read(&plain_members(options)?)
}
