//! What a user configures, validated once.

use std::fmt;

use crate::error::Error;
use crate::protocol::client_auth::{ClientAuth, ClientCredentials};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::form::Parameters;
use crate::protocol::grant::Grant;
use crate::protocol::token_request::{RESERVED_HEADERS, RESERVED_PARAMETERS, TokenRequest};
use crate::token::Secret;

/// The options of a client, as a user writes them. Fill in what differs from the default:
///
/// ```
/// use edge_oauth2::{ClientConfig, ClientOptions};
///
/// let config = ClientConfig::new(ClientOptions {
///     token_url: "https://auth.example.com/oauth/token".into(),
///     client_id: "my-client".into(),
///     client_secret: Some("my-secret".into()),
///     scopes: vec!["read".into()],
///     ..ClientOptions::default()
/// })?;
/// # Ok::<(), edge_oauth2::Error>(())
/// ```
#[derive(Clone)]
pub struct ClientOptions {
    /// The token endpoint (RFC 6749 §3.2).
    pub token_url: String,
    /// `client_id` (RFC 6749 §2.2).
    pub client_id: String,
    /// `client_secret`; required unless `client_auth` is [`ClientAuth::None`].
    pub client_secret: Option<Secret>,
    /// How the client authenticates (RFC 6749 §2.3). Default: [`ClientAuth::Basic`].
    pub client_auth: ClientAuth,
    /// What is asked for. Default: client credentials (RFC 6749 §4.4).
    pub grant: Grant,
    /// Scopes (RFC 6749 §3.3). Default: none, the server decides.
    pub scopes: Vec<String>,
    /// Further parameters of the token request, such as `audience`. A name may repeat.
    pub endpoint_params: Parameters,
    /// Further headers of the token request.
    pub headers: Vec<(String, String)>,
    /// How long before its expiry a token is no longer handed out. Default: 10 s. For a token that
    /// lives less than four times as long, a quarter of its life.
    pub expiry_skew_seconds: u32,
    /// How long a token lives whose response does not say. Default: 3600 s.
    pub default_lifetime_seconds: u32,
    /// How long a caller waits for a token, and how long a token request may take. Default: 10 000 ms.
    pub timeout_ms: u32,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            token_url: String::new(),
            client_id: String::new(),
            client_secret: None,
            client_auth: ClientAuth::default(),
            grant: Grant::default(),
            scopes: Vec::new(),
            endpoint_params: Vec::new(),
            headers: Vec::new(),
            expiry_skew_seconds: 10,
            default_lifetime_seconds: 3600,
            timeout_ms: 10_000,
        }
    }
}

/// Without the values of `endpoint_params` and `headers`, and without the URL's query: they may be
/// secrets.
impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("token_url", &Endpoint::parse(&self.token_url))
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("client_auth", &self.client_auth)
            .field("grant", &self.grant)
            .field("scopes", &self.scopes)
            .field("endpoint_params", &names(&self.endpoint_params))
            .field("headers", &names(&self.headers))
            .field("expiry_skew_seconds", &self.expiry_skew_seconds)
            .field("default_lifetime_seconds", &self.default_lifetime_seconds)
            .field("timeout_ms", &self.timeout_ms)
            .finish()
    }
}

fn names(pairs: &[(String, String)]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}

/// How tokens are used, as opposed to which token is meant: clients that differ only in this
/// share their tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) expiry_skew_seconds: u32,
    pub(crate) timeout_ms: u32,
}

/// A validated configuration.
#[derive(Clone)]
pub struct ClientConfig {
    pub(crate) endpoint: Endpoint,
    pub(crate) client: ClientCredentials,
    pub(crate) client_auth: ClientAuth,
    pub(crate) grant: Grant,
    pub(crate) scope: String,
    pub(crate) endpoint_params: Parameters,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) default_lifetime_seconds: u32,
    pub(crate) policy: Policy,
}

impl ClientConfig {
    /// Validates `options`; the error names the option and what to do about it.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let endpoint = Endpoint::parse(&options.token_url)
            .map_err(|problem| Error::invalid_option("tokenUrl", problem))?;
        let client = ClientCredentials {
            id: options.client_id,
            secret: options.client_secret,
        };
        check_client(&client, options.client_auth)?;
        check_parameters(&options.endpoint_params)?;
        check_headers(&options.headers)?;
        if options.default_lifetime_seconds == 0 {
            return Err(Error::invalid_option(
                "defaultLifetimeSeconds",
                "must be at least 1",
            ));
        }
        if options.timeout_ms == 0 {
            return Err(Error::invalid_option("timeoutMs", "must be at least 1"));
        }
        Ok(Self {
            endpoint,
            client,
            client_auth: options.client_auth,
            grant: options.grant,
            scope: joined_scopes(&options.scopes)?,
            endpoint_params: options.endpoint_params,
            headers: options.headers,
            default_lifetime_seconds: options.default_lifetime_seconds,
            policy: Policy {
                expiry_skew_seconds: options.expiry_skew_seconds,
                timeout_ms: options.timeout_ms,
            },
        })
    }

    pub(crate) fn token_request(&self) -> TokenRequest<'_> {
        TokenRequest {
            endpoint: &self.endpoint,
            grant: &self.grant,
            client: &self.client,
            client_auth: self.client_auth,
            scope: &self.scope,
            parameters: &self.endpoint_params,
            headers: &self.headers,
        }
    }
}

/// Without `endpoint_params` and `headers`: their values may be secrets.
impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("endpoint", &self.endpoint)
            .field("client", &self.client)
            .field("client_auth", &self.client_auth)
            .field("grant", &self.grant)
            .field("scope", &self.scope)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

fn check_client(client: &ClientCredentials, client_auth: ClientAuth) -> Result<(), Error> {
    if client.id.is_empty() {
        return Err(Error::invalid_option("clientId", "must not be empty"));
    }
    if has_control(&client.id) {
        return Err(Error::invalid_option("clientId", CONTROL));
    }
    match (&client.secret, client_auth) {
        (None, ClientAuth::None) => Ok(()),
        (None, _) => Err(Error::invalid_option(
            "clientSecret",
            "is required; for a public client say clientAuth: 'none'",
        )),
        (Some(_), ClientAuth::None) => Err(Error::invalid_option(
            "clientSecret",
            "is given although clientAuth is 'none'; leave one of them out",
        )),
        (Some(secret), _) if secret.expose().is_empty() => {
            Err(Error::invalid_option("clientSecret", "must not be empty"))
        }
        (Some(secret), _) if has_control(secret.expose()) => {
            Err(Error::invalid_option("clientSecret", CONTROL))
        }
        (Some(_), _) => Ok(()),
    }
}

const CONTROL: &str =
    "must not contain control characters (is there a line break at the end of the value?)";

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

fn check_parameters(parameters: &Parameters) -> Result<(), Error> {
    for (name, _) in parameters {
        if name.is_empty() {
            return Err(Error::invalid_option(
                "endpointParams",
                "must not have an empty name",
            ));
        }
        if RESERVED_PARAMETERS.contains(&name.as_str()) {
            let use_instead = match name.as_str() {
                "scope" => "scopes",
                "client_id" => "clientId",
                "client_secret" => "clientSecret",
                _ => "grant",
            };
            return Err(Error::invalid_option(
                "endpointParams",
                [
                    "must not set ",
                    name,
                    ", which the protocol sets; use the option ",
                    use_instead,
                ]
                .concat(),
            ));
        }
    }
    Ok(())
}

fn check_headers(headers: &[(String, String)]) -> Result<(), Error> {
    for (name, value) in headers {
        let is_token = |byte: u8| {
            byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte) // RFC 9110 §5.6.2
        };
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(Error::invalid_option(
                "headers",
                "has a name that is no header name",
            ));
        }
        if RESERVED_HEADERS
            .iter()
            .any(|reserved| name.eq_ignore_ascii_case(reserved))
        {
            return Err(Error::invalid_option(
                "headers",
                ["must not set ", name, ", which the protocol sets"].concat(),
            ));
        }
        if !value.is_ascii() || has_control(value) {
            return Err(Error::invalid_option(
                "headers",
                [
                    "has a value with control or non-ASCII characters for ",
                    name,
                ]
                .concat(),
            ));
        }
    }
    Ok(())
}

/// The value of `scope`: tokens of printable ASCII without quotes and backslashes (RFC 6749 §3.3).
fn joined_scopes(scopes: &[String]) -> Result<String, Error> {
    let is_scope_token = |scope: &String| {
        !scope.is_empty()
            && scope
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    if scopes.iter().all(is_scope_token) {
        return Ok(scopes.join(" "));
    }
    Err(Error::invalid_option(
        "scopes",
        "must be scopes of printable ASCII characters without spaces, quotes and backslashes (RFC 6749 §3.3)",
    ))
}
