//! Options from a Worker's variables and secrets.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::client::ClientOptions;
use crate::error::Error;
use crate::web::reason::member;
use crate::web::{client_options, option_names};

/// The options that are never a text.
const JSON_OPTIONS: [&str; 16] = [
    "allowInsecureRequests",
    "privateKey",
    "endpointParams",
    "refreshParams",
    "headers",
    "tokenMapping",
    "noRefreshToken",
    "skipPkce",
    "expirySkewSeconds",
    "defaultLifetimeSeconds",
    "timeoutMs",
    "errorCacheSeconds",
    "refreshAhead",
    "seal",
    "previousSealKeys",
    "storeTimeoutMs",
];

/// Reads a client's options from variables and secrets: the option `tokenUrl` from the variable `TOKEN_URL`, with
/// `prefix` before it: there may be `SCOPES` in `env` that are somebody else's. What is no text, such as numbers and
/// `endpointParams`, is a variable of the type JSON, or JSON in a text. See [`client_options`].
///
/// A variable that is empty counts as one that is not there.
pub fn options_from_env(env: &JsValue, prefix: &str) -> Result<ClientOptions, Error> {
    let options = Object::new();
    for option in option_names() {
        let name = [prefix, &variable(option)].concat();
        let Some(value) = member(env, &name) else {
            continue;
        };
        let value = match value.as_string() {
            Some(text) if text.is_empty() => continue,
            Some(text) if JSON_OPTIONS.contains(option) => {
                let problem = ["must be JSON in the variable ", &name].concat();
                JSON::parse(&text).map_err(|_| Error::invalid_option(option, problem))?
            }
            _ => value,
        };
        // A plain object takes every member.
        let _ = Reflect::set(&options, &(*option).into(), &value);
    }
    client_options(&options)
}

/// The option's name as variables are written: `TOKEN_URL`.
fn variable(option: &str) -> String {
    let mut name = String::new();
    for letter in option.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
