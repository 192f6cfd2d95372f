//! Options from the variables of the process.

use std::env::{VarError, var};

use crate::client::ClientOptions;
use crate::error::Error;
use crate::json::Json;
use crate::written::from_variables;

/// Reads a client's options from the environment: the option `tokenUrl` from the variable `TOKEN_URL`, with `prefix`
/// before it, as a Worker's are read. What is no text, such as numbers and `endpointParams`, is JSON.
///
/// A variable that is empty counts as one that is not there.
pub fn options_from_env(prefix: &str) -> Result<ClientOptions, Error> {
    from_variables(prefix, |option, name| match var(name) {
        Ok(text) => Ok(Some(Json::String(text))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            let problem = ["must be UTF-8 in the variable ", name].concat();
            Err(Error::invalid_option(option, problem))
        }
    })
}
