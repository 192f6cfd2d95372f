//! A client's options.

use serde::Deserialize;

use super::grant::{GrantOptions, read_assertion, ready_assertion};
use super::members;
use super::private_key::read_private_key;
use crate::client::ClientOptions;
use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_authentication::{ClientAuth, CredentialEncoding};
use crate::protocol::form::Parameters;
use crate::protocol::token_request::BodyFormat;
use crate::token::{Credential, Secret};

/// The options by the names of the npm package's. What may have several forms is read when all is there.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    token_url: Option<String>,
    issuer: Option<String>,
    allow_insecure_requests: Option<bool>,
    authorization_url: Option<String>,
    revocation_url: Option<String>,
    refresh_url: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_auth: Option<String>,
    credential_encoding: Option<String>,
    client_id_param: Option<String>,
    client_secret_param: Option<String>,
    private_key: Option<Json>,
    client_assertion: Option<Json>,
    client_assertion_type: Option<String>,
    grant: Option<String>,
    username: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    assertion: Option<Json>,
    token: Option<Json>,
    scopes: Option<Json>,
    scope_separator: Option<String>,
    resource: Option<Json>,
    endpoint_params: Option<Json>,
    refresh_params: Option<Json>,
    headers: Option<Json>,
    body_format: Option<String>,
    token_mapping: Option<Json>,
    no_refresh_token: Option<bool>,
    skip_pkce: Option<bool>,
    identity: Option<String>,
    expiry_skew_seconds: Option<u32>,
    default_lifetime_seconds: Option<u32>,
    timeout_ms: Option<u32>,
    error_cache_seconds: Option<u32>,
    refresh_ahead: Option<Json>,
    seal: Option<bool>,
    seal_key: Option<String>,
    previous_seal_keys: Option<Vec<String>>,
    previous_client_secret: Option<String>,
    store_timeout_ms: Option<u32>,
    store_prefix: Option<String>,
}

/// The names of all options that are read here.
#[cfg(any(feature = "native", feature = "web"))]
pub(crate) fn option_names() -> &'static [&'static str] {
    members::names_of::<Written>()
}

/// Reads a client's options by the names and with the meaning that they have in the npm package. What they mean
/// together is checked by [`ClientConfig::new`](crate::ClientConfig::new).
pub(crate) fn read(options: &Json) -> Result<ClientOptions, Error> {
    let written: Written = members::read(members::OPTIONS, options)?;
    let default = ClientOptions::default();
    let body_format = named(
        "bodyFormat",
        written.body_format,
        BodyFormat::from_name,
        "'form' or 'json'",
    )?
    .unwrap_or_default();
    let parameters = match body_format {
        BodyFormat::Form => members::pairs,
        BodyFormat::Json => members::json_pairs,
    };
    let client_auth = named(
        "clientAuth",
        written.client_auth,
        ClientAuth::from_name,
        "'auto', 'header', 'body', 'both', 'none', 'private_key_jwt' or 'client_secret_jwt'",
    )?;
    let credential_encoding = named(
        "credentialEncoding",
        written.credential_encoding,
        CredentialEncoding::from_name,
        "'strict', 'loose' or 'interop'",
    )?;
    let grant = GrantOptions {
        grant: written.grant,
        username: written.username,
        password: written.password.map(Secret::from),
        refresh_token: written.refresh_token.map(Secret::from),
        assertion: written.assertion,
        token: written.token,
    };
    let previous_seal_keys = written.previous_seal_keys.unwrap_or_default();
    Ok(ClientOptions {
        token_url: written.token_url.unwrap_or_default(),
        issuer: written.issuer,
        allow_insecure_requests: written.allow_insecure_requests.unwrap_or_default(),
        authorization_url: written.authorization_url,
        revocation_url: written.revocation_url,
        client_id: written.client_id.unwrap_or_default(),
        refresh_url: written.refresh_url,
        client_secret: written.client_secret.map(Credential::from),
        client_auth: client_auth.unwrap_or_default(),
        credential_encoding: credential_encoding.unwrap_or_default(),
        client_id_param: written.client_id_param.unwrap_or(default.client_id_param),
        client_secret_param: written
            .client_secret_param
            .unwrap_or(default.client_secret_param),
        private_key: read_private_key(written.private_key.as_ref())?,
        client_assertion: client_assertion(written.client_assertion.as_ref())?,
        client_assertion_type: written
            .client_assertion_type
            .unwrap_or(default.client_assertion_type),
        grant: grant.into_grant()?,
        scopes: scopes(written.scopes.as_ref())?,
        scope_separator: written.scope_separator.unwrap_or(default.scope_separator),
        resource: members::texts("resource", written.resource.as_ref())?,
        endpoint_params: parameters("endpointParams", written.endpoint_params.as_ref())?
            .unwrap_or_default(),
        refresh_params: parameters("refreshParams", written.refresh_params.as_ref())?,
        body_format,
        token_mapping: token_mapping(written.token_mapping.as_ref())?,
        no_refresh_token: written.no_refresh_token.unwrap_or_default(),
        skip_pkce: written.skip_pkce.unwrap_or_default(),
        identity: written.identity,
        functions: None,
        transport: None,
        has_hooks: false,
        headers: members::pairs("headers", written.headers.as_ref())?.unwrap_or_default(),
        expiry_skew_seconds: written
            .expiry_skew_seconds
            .unwrap_or(default.expiry_skew_seconds),
        default_lifetime_seconds: written
            .default_lifetime_seconds
            .unwrap_or(default.default_lifetime_seconds),
        timeout_ms: written.timeout_ms.unwrap_or(default.timeout_ms),
        error_cache_seconds: written
            .error_cache_seconds
            .unwrap_or(default.error_cache_seconds),
        refresh_ahead: refresh_ahead(written.refresh_ahead.as_ref(), default.refresh_ahead)?,
        seal: written.seal.unwrap_or(default.seal),
        seal_key: written.seal_key.map(Secret::from),
        previous_seal_keys: previous_seal_keys.into_iter().map(Secret::from).collect(),
        previous_client_secret: written.previous_client_secret.map(Secret::from),
        store_timeout_ms: written.store_timeout_ms.unwrap_or(default.store_timeout_ms),
        store_prefix: written.store_prefix.unwrap_or(default.store_prefix),
    })
}

/// The one of `choices` that has this name.
fn named<T>(
    option: &'static str,
    name: Option<String>,
    from_name: fn(&str) -> Option<T>,
    choices: &str,
) -> Result<Option<T>, Error> {
    let unknown = || Error::invalid_option(option, ["must be ", choices].concat());
    name.map(|name| from_name(&name).ok_or_else(unknown))
        .transpose()
}

/// A string of scopes is split at white space.
fn scopes(value: Option<&Json>) -> Result<Vec<String>, Error> {
    match value.and_then(Json::as_str) {
        Some(text) => Ok(text.split_whitespace().map(str::to_owned).collect()),
        None => members::texts("scopes", value),
    }
}

/// Where members are: a text with dots between the steps, or an array of them.
fn token_mapping(value: Option<&Json>) -> Result<Parameters, Error> {
    let mut paths: Parameters = Vec::new();
    for (name, step) in members::pairs("tokenMapping", value)?.unwrap_or_default() {
        match paths.last_mut() {
            Some((last, path)) if *last == name => *path = [path.as_str(), ".", &step].concat(),
            _ => paths.push((name, step)),
        }
    }
    Ok(paths)
}

fn refresh_ahead(value: Option<&Json>, default: Option<f64>) -> Result<Option<f64>, Error> {
    match value {
        Some(Json::Number(share)) => Ok(Some(*share)),
        Some(Json::Bool(false)) => Ok(None),
        None => Ok(default),
        Some(_) => Err(Error::invalid_option(
            "refreshAhead",
            "must be a share of the token's life from 0.1 to 0.95, or false",
        )),
    }
}

fn client_assertion(value: Option<&Json>) -> Result<ClientAssertion, Error> {
    const OPTION: &str = "clientAssertion";
    match value {
        None => Ok(ClientAssertion::default()),
        Some(said @ (Json::Object(_) | Json::Array(_))) => {
            read_assertion(OPTION, said).map(ClientAssertion::Signed)
        }
        Some(ready) => ready_assertion(OPTION, ready).map(ClientAssertion::Ready),
    }
}
