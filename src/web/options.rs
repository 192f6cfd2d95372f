//! A client's options as JavaScript has them.

use js_sys::Reflect;
use serde::Deserialize;
use serde_wasm_bindgen::preserve;
use wasm_bindgen::JsValue;

use super::grant::{GrantOptions, read_assertion, ready_assertion};
use super::members;
use super::private_key::read_private_key;
use super::reason::member;
use crate::client::{ClientConfig, ClientOptions};
use crate::error::Error;
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
    #[serde(with = "preserve")]
    private_key: JsValue,
    #[serde(with = "preserve")]
    client_assertion: JsValue,
    client_assertion_type: Option<String>,
    grant: Option<String>,
    username: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    #[serde(with = "preserve")]
    assertion: JsValue,
    #[serde(with = "preserve")]
    token: JsValue,
    #[serde(with = "preserve")]
    scopes: JsValue,
    scope_separator: Option<String>,
    #[serde(with = "preserve")]
    resource: JsValue,
    #[serde(with = "preserve")]
    endpoint_params: JsValue,
    #[serde(with = "preserve")]
    refresh_params: JsValue,
    #[serde(with = "preserve")]
    headers: JsValue,
    body_format: Option<String>,
    #[serde(with = "preserve")]
    token_mapping: JsValue,
    no_refresh_token: Option<bool>,
    skip_pkce: Option<bool>,
    identity: Option<String>,
    expiry_skew_seconds: Option<u32>,
    default_lifetime_seconds: Option<u32>,
    timeout_ms: Option<u32>,
    error_cache_seconds: Option<u32>,
    #[serde(with = "preserve")]
    refresh_ahead: JsValue,
    seal: Option<bool>,
    seal_key: Option<String>,
    previous_seal_keys: Option<Vec<String>>,
    previous_client_secret: Option<String>,
    store_timeout_ms: Option<u32>,
    store_prefix: Option<String>,
}

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

/// The names of all options that are read here.
#[cfg(feature = "worker")]
pub(crate) fn option_names() -> &'static [&'static str] {
    members::names_of::<Written>()
}

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
        private_key: read_private_key(&written.private_key)?,
        client_assertion: client_assertion(&written.client_assertion)?,
        client_assertion_type: written
            .client_assertion_type
            .unwrap_or(default.client_assertion_type),
        grant: grant.into_grant()?,
        scopes: scopes(&written.scopes)?,
        scope_separator: written.scope_separator.unwrap_or(default.scope_separator),
        resource: members::texts("resource", &written.resource)?,
        endpoint_params: parameters("endpointParams", &written.endpoint_params)?
            .unwrap_or_default(),
        refresh_params: parameters("refreshParams", &written.refresh_params)?,
        body_format,
        token_mapping: token_mapping(&written.token_mapping)?,
        no_refresh_token: written.no_refresh_token.unwrap_or_default(),
        skip_pkce: written.skip_pkce.unwrap_or_default(),
        identity: written.identity,
        functions: None,
        transport: None,
        has_hooks: false,
        headers: members::pairs("headers", &written.headers)?.unwrap_or_default(),
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
        refresh_ahead: refresh_ahead(&written.refresh_ahead, default.refresh_ahead)?,
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
fn scopes(value: &JsValue) -> Result<Vec<String>, Error> {
    match value.as_string() {
        Some(text) => Ok(text.split_whitespace().map(str::to_owned).collect()),
        None => members::texts("scopes", value),
    }
}

/// Where members are: a text with dots between the steps, or an array of them.
fn token_mapping(value: &JsValue) -> Result<Parameters, Error> {
    let mut paths: Parameters = Vec::new();
    for (name, step) in members::pairs("tokenMapping", value)?.unwrap_or_default() {
        match paths.last_mut() {
            Some((last, path)) if *last == name => *path = [path.as_str(), ".", &step].concat(),
            _ => paths.push((name, step)),
        }
    }
    Ok(paths)
}

fn refresh_ahead(value: &JsValue, default: Option<f64>) -> Result<Option<f64>, Error> {
    match (value.as_f64(), value.as_bool()) {
        (Some(share), _) => Ok(Some(share)),
        (None, Some(false)) => Ok(None),
        _ if value.is_undefined() => Ok(default),
        _ => Err(Error::invalid_option(
            "refreshAhead",
            "must be a share of the token's life from 0.1 to 0.95, or false",
        )),
    }
}

fn client_assertion(value: &JsValue) -> Result<ClientAssertion, Error> {
    const OPTION: &str = "clientAssertion";
    if value.is_undefined() {
        return Ok(ClientAssertion::default());
    }
    match value.is_object() {
        true => read_assertion(OPTION, value).map(ClientAssertion::Signed),
        false => ready_assertion(OPTION, value).map(ClientAssertion::Ready),
    }
}
