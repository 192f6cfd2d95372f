//! The options of a client, as a user writes them.

use std::fmt;

use crate::json::Json;
use crate::protocol::assertion::{ClientAssertion, JWT_CLIENT_ASSERTION};
use crate::protocol::client_authentication::{ClientAuth, CredentialEncoding};
use crate::protocol::endpoint::{Endpoint, Http};
use crate::protocol::form::Parameters;
use crate::protocol::grant::Grant;
use crate::protocol::jwt::Algorithm;
use crate::protocol::token_request::BodyFormat;
use crate::token::{Credential, Secret};

/// The key with which the host signs assertions (RFC 7523), of client authentication and of the grant.
#[derive(Clone, Debug)]
pub struct PrivateKey {
    /// `alg`
    pub algorithm: Algorithm,
    /// `kid`: which of the client's keys it is, where the server knows several.
    pub key_id: Option<String>,
    /// Further members of the header of the assertions, such as `x5t#S256` (RFC 7515 §4.1).
    pub header: Vec<(String, Json)>,
    /// `aud` of the assertions. Default: see [`AssertionOptions`](crate::AssertionOptions).
    pub audience: Vec<String>,
    /// The key as a text, to tell clients apart by it; `None` for one that cannot be exported.
    pub key: Option<Secret>,
}

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
    /// The token endpoint (RFC 6749 §3.2). Required, unless `issuer` is given.
    pub token_url: String,
    /// The authorization server, which is asked where its endpoints are (RFC 8414, OpenID Connect
    /// Discovery). The answer is good for a day, in memory and, where tokens are sealed, in the store.
    /// URLs that are given win over it.
    pub issuer: Option<String>,
    /// Whether plain `http` is accepted for other hosts than this machine, in URLs that are given and
    /// in the issuer's metadata: secrets and tokens can be read on the way.
    pub allow_insecure_requests: bool,
    /// The authorization endpoint (RFC 6749 §3.1). Default: the issuer's.
    pub authorization_url: Option<String>,
    /// The revocation endpoint (RFC 7009 §2). Default: the issuer's.
    pub revocation_url: Option<String>,
    /// `client_id` (RFC 6749 §2.2). May be empty where a JWT bearer grant is made without a secret: its
    /// issuer says who asks (RFC 7521 §4.1).
    pub client_id: String,
    /// Where refresh tokens are spent. Default: the token endpoint.
    pub refresh_url: Option<String>,
    /// `client_secret`; required for client credentials, unless `client_auth` is [`ClientAuth::None`].
    pub client_secret: Option<Credential>,
    /// How the client authenticates (RFC 6749 §2.3). Default: [`ClientAuth::Basic`], for other grants
    /// than client credentials without a secret [`ClientAuth::None`].
    pub client_auth: ClientAuth,
    /// How id and secret are written in the header. Default: [`CredentialEncoding::Strict`].
    pub credential_encoding: CredentialEncoding,
    /// What `client_id` is called in the body.
    pub client_id_param: String,
    /// What `client_secret` is called in the body.
    pub client_secret_param: String,
    /// What [`ClientAuth::PrivateKeyJwt`] and [`Grant::SignedJwtBearer`] sign with:
    /// [`Crypto::sign`](crate::host::Crypto::sign).
    pub private_key: Option<PrivateKey>,
    /// What takes the secret's place with [`ClientAuth::PrivateKeyJwt`] and [`ClientAuth::ClientSecretJwt`].
    /// Default: it is signed here. One that is ready means [`ClientAuth::PrivateKeyJwt`].
    pub client_assertion: ClientAssertion,
    /// `client_assertion_type`. Default: [`JWT_CLIENT_ASSERTION`].
    pub client_assertion_type: String,
    /// What is asked for. Default: client credentials (RFC 6749 §4.4).
    pub grant: Grant,
    /// Scopes (RFC 6749 §3.3). Default: none, the server decides.
    pub scopes: Vec<String>,
    /// What stands between two scopes. Default: a space (RFC 6749 §3.3).
    pub scope_separator: String,
    /// The APIs that the token is for (RFC 8707 §2), as absolute URIs.
    pub resource: Vec<String>,
    /// Further parameters of the token request, such as `audience`. A name may repeat.
    pub endpoint_params: Parameters,
    /// The same for the request that spends a refresh token. Default: `endpoint_params`.
    pub refresh_params: Option<Parameters>,
    /// How the parameters are written. Default: [`BodyFormat::Form`].
    pub body_format: BodyFormat,
    /// Where the members of the token response are; see
    /// [`TokenMapping::new`](crate::protocol::token_response::TokenMapping::new).
    pub token_mapping: Vec<(String, String)>,
    /// Whether refresh tokens are left unused.
    pub no_refresh_token: bool,
    /// Whether authorization codes are asked for without PKCE (RFC 7636), for servers that refuse it.
    pub skip_pkce: bool,
    /// Stands for what cannot be compared, such as a secret that the host is asked for. Required then.
    pub identity: Option<String>,
    /// The same where the user says nothing: what the host tells such things apart by, in this process. Never
    /// in a store, where other instances would take it for theirs.
    pub functions: Option<String>,
    /// How requests travel, where that is not the host's own way: what one issuer says there is not taken
    /// for what another of its name says elsewhere.
    pub transport: Option<String>,
    /// Whether [`Host::token_request`](crate::host::Host::token_request) does more than to send.
    pub has_hooks: bool,
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

/// In one place, since what allocates is not small.
#[inline(never)]
fn owned(text: &str) -> String {
    text.to_owned()
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            token_url: String::new(),
            issuer: None,
            allow_insecure_requests: false,
            authorization_url: None,
            revocation_url: None,
            client_id: String::new(),
            refresh_url: None,
            client_secret: None,
            client_auth: ClientAuth::default(),
            credential_encoding: CredentialEncoding::default(),
            client_id_param: owned("client_id"),
            client_secret_param: owned("client_secret"),
            private_key: None,
            client_assertion: ClientAssertion::default(),
            client_assertion_type: owned(JWT_CLIENT_ASSERTION),
            grant: Grant::default(),
            scopes: Vec::new(),
            scope_separator: owned(" "),
            resource: Vec::new(),
            endpoint_params: Vec::new(),
            refresh_params: None,
            body_format: BodyFormat::default(),
            token_mapping: Vec::new(),
            no_refresh_token: false,
            skip_pkce: false,
            identity: None,
            functions: None,
            transport: None,
            has_hooks: false,
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
            store_prefix: owned("edge-oauth2:"),
        }
    }
}

/// What options mean together.
impl ClientOptions {
    /// Where plain `http` is accepted.
    pub(crate) fn http(&self) -> Http {
        match self.allow_insecure_requests {
            true => Http::Anywhere,
            false => Http::Loopback,
        }
    }

    /// Whether the issuer is asked where the token endpoint is.
    pub(crate) fn is_discovered(&self) -> bool {
        cfg!(feature = "discovery") && self.token_url.is_empty()
    }

    /// The client secret, unless the host is asked for it.
    pub(crate) fn client_secret(&self) -> Option<&Secret> {
        self.client_secret.as_ref()?.given()
    }

    /// Whether the host is asked for the client secret.
    pub(crate) fn asks_for_secret(&self) -> bool {
        matches!(self.client_secret, Some(Credential::Asked))
    }

    pub(crate) fn error_cache_ms(&self) -> u64 {
        u64::from(self.error_cache_seconds).saturating_mul(1000)
    }
}

/// Without the values of `endpoint_params` and `headers`, and without the URL's query: they may be
/// secrets.
impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("token_url", &Endpoint::parse(&self.token_url))
            .field("issuer", &self.issuer.as_deref().map(Endpoint::parse))
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
