//! Options from variables of an environment.

use super::options::{option_names, read};
use crate::client::ClientOptions;
use crate::error::Error;
use crate::json::Json;

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

/// Reads the option `tokenUrl` from the variable `TOKEN_URL` with `prefix` before it, and all others likewise. What is
/// no text is JSON in a text, or a value. A variable that is empty counts as one that is not there.
pub(crate) fn from_variables(
    prefix: &str,
    variable: impl Fn(&'static str, &str) -> Result<Option<Json>, Error>,
) -> Result<ClientOptions, Error> {
    let mut options = Vec::new();
    for option in option_names() {
        let name = [prefix, &upper_snake(option)].concat();
        let value = match variable(option, &name)? {
            None => continue,
            Some(Json::String(text)) if text.is_empty() => continue,
            Some(Json::String(text)) if JSON_OPTIONS.contains(option) => {
                let problem = ["must be JSON in the variable ", &name].concat();
                Json::parse(&text).ok_or_else(|| Error::invalid_option(option, problem))?
            }
            Some(value) => value,
        };
        options.push(((*option).to_owned(), value));
    }
    read(&Json::Object(options))
}

/// The option's name as variables are written: `TOKEN_URL`.
fn upper_snake(option: &str) -> String {
    let mut name = String::new();
    for letter in option.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
