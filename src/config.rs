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
    /// How long an error that stays until something is changed is answered from memory. Default: 30 s.
    pub error_cache_seconds: u32,
    /// The share of a token's life after which a fleet begins to ask for its successor, in the
    /// background; `None` to wait until the token is over. Default: 0.75.
    pub refresh_ahead: Option<f64>,
    /// Whether tokens are encrypted before they are put into a store. Default: yes.
    pub seal: bool,
    /// What the encryption key is derived from. Default: the client secret.
    pub seal_key: Option<Secret>,
    /// Seal keys of before, with which records are still read.
    pub previous_seal_keys: Vec<Secret>,
    /// The client secret of before, whose records are still read while secrets are rotated.
    pub previous_client_secret: Option<Secret>,
    /// How long a request waits for the store. Default: 250 ms.
    pub store_timeout_ms: u32,
    /// What the keys in the store begin with. Default: `edge-oauth2:`.
    pub store_prefix: String,
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
            error_cache_seconds: 30,
            refresh_ahead: Some(0.75),
            seal: true,
            seal_key: None,
            previous_seal_keys: Vec::new(),
            previous_client_secret: None,
            store_timeout_ms: 250,
            store_prefix: "edge-oauth2:".into(),
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    pub(crate) expiry_skew_seconds: u32,
    pub(crate) timeout_ms: u32,
    pub(crate) error_cache_seconds: u32,
    pub(crate) refresh_ahead: Option<f64>,
}

/// How tokens are shared through a store.
#[derive(Clone)]
pub(crate) struct Sharing {
    pub(crate) seal: bool,
    /// What records are sealed with, first, and may be sealed with, after it.
    pub(crate) seal_keys: Vec<Secret>,
    pub(crate) timeout_ms: u32,
    pub(crate) prefix: String,
    pub(crate) previous_client_secret: Option<Secret>,
}

impl PartialEq for Sharing {
    fn eq(&self, other: &Self) -> bool {
        fn exposed(sharing: &Sharing) -> impl Iterator<Item = &str> {
            let secrets = sharing.seal_keys.iter();
            let secrets = secrets.chain(&sharing.previous_client_secret);
            secrets.map(Secret::expose)
        }
        self.timeout_ms == other.timeout_ms
            && self.seal == other.seal
            && self.prefix == other.prefix
            && exposed(self).eq(exposed(other))
    }
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
    pub(crate) sharing: Sharing,
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
        let client_auth = match (&client.secret, &options.grant) {
            // The other grants may be made by public clients, which have none (RFC 6749 §2.1).
            (None, grant) if !matches!(grant, Grant::ClientCredentials) => ClientAuth::None,
            _ => options.client_auth,
        };
        check_client(&client, client_auth)?;
        check_grant(&options.grant)?;
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
        if options
            .refresh_ahead
            .is_some_and(|share| !(0.1..=0.95).contains(&share))
        {
            return Err(Error::invalid_option(
                "refreshAhead",
                "must be a share of the token's life from 0.1 to 0.95, or false",
            ));
        }
        let sharing = Sharing {
            seal: options.seal,
            seal_keys: seal_keys(
                options.seal,
                options.seal_key,
                options.previous_seal_keys,
                client.secret.as_ref(),
                options.previous_client_secret.as_ref(),
            )?,
            timeout_ms: options.store_timeout_ms,
            prefix: options.store_prefix,
            previous_client_secret: options.previous_client_secret,
        };
        Ok(Self {
            endpoint,
            client,
            client_auth,
            grant: options.grant,
            scope: joined_scopes(&options.scopes)?,
            endpoint_params: options.endpoint_params,
            headers: options.headers,
            default_lifetime_seconds: options.default_lifetime_seconds,
            policy: Policy {
                expiry_skew_seconds: options.expiry_skew_seconds,
                timeout_ms: options.timeout_ms,
                error_cache_seconds: options.error_cache_seconds,
                refresh_ahead: options.refresh_ahead,
            },
            sharing,
        })
    }

    /// Whether tokens may be put into a store: sealed, or expressly not.
    pub(crate) fn check_sealing(&self) -> Result<(), Error> {
        if self.sharing.seal && self.sharing.seal_keys.is_empty() {
            return Err(Error::invalid_option(
                "sealKey",
                "is required to share the tokens of a client without a secret; seal: false stores them as they are",
            ));
        }
        Ok(())
    }

    /// The same configuration with the client secret of before, if there is one.
    pub(crate) fn of_previous_secret(&self) -> Option<Self> {
        let secret = self.sharing.previous_client_secret.clone()?;
        let mut config = self.clone();
        config.client.secret = Some(secret);
        Some(config)
    }

    pub(crate) fn token_request<'a>(&'a self, grant: &'a Grant) -> TokenRequest<'a> {
        TokenRequest {
            endpoint: &self.endpoint,
            grant,
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
        (Some(secret), _) => check_credential("clientSecret", secret),
    }
}

fn check_grant(grant: &Grant) -> Result<(), Error> {
    match grant {
        Grant::ClientCredentials => Ok(()),
        Grant::RefreshToken { refresh_token } => check_credential("refreshToken", refresh_token),
    }
}

fn check_credential(option: &'static str, credential: &Secret) -> Result<(), Error> {
    match credential.expose() {
        "" => Err(Error::invalid_option(option, "must not be empty")),
        text if has_control(text) => Err(Error::invalid_option(option, CONTROL)),
        _ => Ok(()),
    }
}

fn seal_keys(
    seal: bool,
    seal_key: Option<Secret>,
    previous: Vec<Secret>,
    client_secret: Option<&Secret>,
    previous_client_secret: Option<&Secret>,
) -> Result<Vec<Secret>, Error> {
    let given = seal_key.iter().chain(&previous);
    if given.clone().any(|key| key.expose().is_empty()) {
        return Err(Error::invalid_option("sealKey", "must not be empty"));
    }
    if !seal {
        return if given.count() == 0 {
            Ok(Vec::new())
        } else {
            Err(Error::invalid_option(
                "sealKey",
                "is given although seal is false; leave one of them out",
            ))
        };
    }
    let current = seal_key.or_else(|| client_secret.cloned());
    Ok(current
        .into_iter()
        .chain(previous)
        .chain(previous_client_secret.cloned())
        .collect())
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
