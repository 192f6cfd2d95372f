//! Options from a Worker's variables and secrets.

use wasm_bindgen::JsValue;

use crate::client::ClientOptions;
use crate::error::Error;
use crate::web::plain::plain_option;
use crate::web::reason::member;
use crate::written::from_variables;

/// Reads a client's options from variables and secrets: the option `tokenUrl` from the variable `TOKEN_URL`, with
/// `prefix` before it: there may be `SCOPES` in `env` that are somebody else's. What is no text, such as numbers and
/// `endpointParams`, is a variable of the type JSON, or JSON in a text. See
/// [`client_options`](crate::web::client_options).
///
/// A variable that is empty counts as one that is not there.
pub fn options_from_env(env: &JsValue, prefix: &str) -> Result<ClientOptions, Error> {
    from_variables(prefix, |option, name| {
        let value = member(env, name);
        value.map(|value| plain_option(option, &value)).transpose()
    })
}
