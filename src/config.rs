//! What a user configures, validated once.

mod call;
pub(crate) mod check;
mod check_assertion;
mod rooms;

use std::fmt;

use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::{ClientAssertion, JWT_CLIENT_ASSERTION};
use crate::protocol::client_auth::{ClientAuth, ClientCredentials, CredentialEncoding};
use crate::protocol::endpoint::{Endpoint, Http};
use crate::protocol::form::Parameters;
use crate::protocol::grant::Grant;
use crate::protocol::jwt::Algorithm;
use crate::protocol::token_request::BodyFormat;
use crate::protocol::token_response::TokenMapping;
use crate::redaction::Sent;
use crate::token::{Credential, Secret};
#[cfg(not(feature = "signing"))]
pub(crate) use rooms::left_out;

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
    /// Where the members of the token response are; see [`TokenMapping::new`].
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
            client_id_param: "client_id".into(),
            client_secret_param: "client_secret".into(),
            private_key: None,
            client_assertion: ClientAssertion::default(),
            client_assertion_type: JWT_CLIENT_ASSERTION.into(),
            grant: Grant::default(),
            scopes: Vec::new(),
            scope_separator: " ".into(),
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

/// How tokens are used, as opposed to which token is meant: clients that differ only in this
/// share their tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    pub(crate) expiry_skew_seconds: u32,
    pub(crate) timeout_ms: u32,
    pub(crate) error_cache_seconds: u32,
    pub(crate) refresh_ahead: Option<f64>,
}

impl Policy {
    pub(crate) fn error_cache_ms(&self) -> u64 {
        u64::from(self.error_cache_seconds).saturating_mul(1000)
    }
}

/// How tokens are shared through a store.
#[derive(Clone, PartialEq)]
pub(crate) struct Sharing {
    pub(crate) seal: bool,
    /// What records are sealed with and named by, first, and were of before, after it.
    pub(crate) seal_keys: Vec<Secret>,
    /// The first of them is the client secret.
    pub(crate) is_sealed_by_secret: bool,
    pub(crate) timeout_ms: u32,
    pub(crate) prefix: String,
    pub(crate) previous_client_secret: Option<Secret>,
}

/// A validated configuration.
#[derive(Clone)]
pub struct ClientConfig {
    /// The token endpoint; where that is to be asked for, the issuer.
    pub(crate) endpoint: Endpoint,
    pub(crate) is_discovered: bool,
    pub(crate) issuer: Option<String>,
    pub(crate) http: Http,
    pub(crate) authorization_endpoint: Option<Endpoint>,
    pub(crate) revocation_endpoint: Option<Endpoint>,
    pub(crate) refresh_endpoint: Option<Endpoint>,
    /// Without a secret that the host is asked for.
    pub(crate) client: ClientCredentials,
    pub(crate) asks_for_secret: bool,
    pub(crate) has_hooks: bool,
    pub(crate) client_auth: ClientAuth,
    pub(crate) private_key: Option<PrivateKey>,
    pub(crate) client_assertion: ClientAssertion,
    pub(crate) grant: Grant,
    pub(crate) scopes: Vec<String>,
    pub(crate) scope_separator: String,
    pub(crate) resource: Vec<String>,
    pub(crate) endpoint_params: Parameters,
    pub(crate) refresh_params: Option<Parameters>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body_format: BodyFormat,
    pub(crate) token_mapping: TokenMapping,
    pub(crate) no_refresh_token: bool,
    pub(crate) skip_pkce: bool,
    pub(crate) default_lifetime_seconds: u32,
    pub(crate) identity: Option<String>,
    pub(crate) functions: Option<String>,
    pub(crate) transport: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) sharing: Sharing,
}

impl ClientConfig {
    /// Validates `options`; the error names the option and what to do about it.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let http = match options.allow_insecure_requests {
            true => Http::Anywhere,
            false => Http::Loopback,
        };
        let url = |option, url: &str| {
            let endpoint = Endpoint::parse_with(url, http);
            endpoint.map_err(|problem| Error::invalid_option(option, problem))
        };
        let optional = |option, given: &Option<String>| {
            let given = given.as_deref();
            given.map(|given| url(option, given)).transpose()
        };
        rooms::check(&options)?;
        check::issuer(&options, http)?;
        let endpoint = match &options.issuer {
            Some(issuer) if options.token_url.is_empty() => url("issuer", issuer)?,
            _ => url("tokenUrl", &options.token_url)?,
        };
        let refresh_endpoint = optional("refreshUrl", &options.refresh_url)?;
        let authorization_endpoint = optional("authorizationUrl", &options.authorization_url)?;
        let revocation_endpoint = optional("revocationUrl", &options.revocation_url)?;
        let is_ready = matches!(options.client_assertion, ClientAssertion::Ready(_));
        let client_auth = match (&options.client_secret, &options.grant) {
            (None, _) if is_ready && options.client_auth == ClientAuth::default() => {
                ClientAuth::PrivateKeyJwt
            }
            (None, Grant::ClientCredentials) => options.client_auth,
            // The other grants may be made by public clients, which have no secret (RFC 6749 §2.1).
            (None, _) if !options.client_auth.is_assertion() => ClientAuth::None,
            _ => options.client_auth,
        };
        check::client(&options, client_auth)?;
        check::grant(&options.grant)?;
        check::request(&options, client_auth)?;
        check::policy(&options)?;
        check::identity(&options)?;
        let client_secret = options.client_secret.as_ref().and_then(Credential::given);
        let sharing = Sharing {
            seal: options.seal,
            is_sealed_by_secret: options.seal_key.is_none(),
            seal_keys: check::seal_keys(
                options.seal,
                options.seal_key,
                options.previous_seal_keys,
                client_secret,
            )?,
            timeout_ms: options.store_timeout_ms,
            prefix: options.store_prefix,
            previous_client_secret: options.previous_client_secret,
        };
        Ok(Self {
            endpoint,
            is_discovered: options.token_url.is_empty(),
            issuer: options.issuer,
            http,
            authorization_endpoint,
            revocation_endpoint,
            refresh_endpoint,
            asks_for_secret: matches!(options.client_secret, Some(Credential::Asked)),
            has_hooks: options.has_hooks,
            client: ClientCredentials {
                id: options.client_id,
                secret: client_secret.cloned(),
                encoding: options.credential_encoding,
                id_param: options.client_id_param,
                secret_param: options.client_secret_param,
                assertion_type: options.client_assertion_type,
            },
            client_auth,
            private_key: options.private_key,
            client_assertion: options.client_assertion,
            grant: options.grant,
            scopes: options.scopes,
            scope_separator: options.scope_separator,
            resource: options.resource,
            endpoint_params: options.endpoint_params,
            refresh_params: options.refresh_params,
            headers: options.headers,
            body_format: options.body_format,
            token_mapping: TokenMapping::new(&options.token_mapping).unwrap_or_default(),
            no_refresh_token: options.no_refresh_token,
            skip_pkce: options.skip_pkce,
            default_lifetime_seconds: options.default_lifetime_seconds,
            identity: options.identity,
            functions: options.functions,
            transport: options.transport,
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
        let has_password = matches!(self.grant, Grant::Password { .. });
        if has_password && !self.sharing.seal && self.client.secret.is_none() {
            return Err(Error::invalid_option(
                "seal",
                "must not be false with grant: 'password' and no clientSecret: a dictionary would find the password by the record's name",
            ));
        }
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
        let keys = &mut config.sharing.seal_keys;
        match keys.first_mut() {
            Some(first) if self.sharing.is_sealed_by_secret => *first = secret.clone(),
            _ => keys.push(secret.clone()),
        }
        config.client.secret = Some(secret);
        Some(config)
    }

    /// What names records, as it is and as it was before: nobody else can tell which name stands for whom. Where
    /// nothing is sealed and there is no secret, names are what anybody can make of the options.
    pub(crate) fn naming_keys(&self) -> Vec<Option<&Secret>> {
        match self.sharing.seal {
            true => self.sharing.seal_keys.iter().map(Some).collect(),
            false => vec![self.client.secret.as_ref()],
        }
    }

    /// The issuer, if it is known. It is asked where those endpoints are that are not given.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The server as messages name it.
    pub(crate) fn server_for_display(&self) -> String {
        let kind = match self.is_discovered {
            true => "the issuer ",
            false => "the token endpoint ",
        };
        [kind, self.endpoint.for_display()].concat()
    }

    /// The value of `scope` where a call may ask for others.
    pub(crate) fn scope_of(&self, scopes: Option<&[String]>) -> Result<String, Error> {
        let scopes = scopes.unwrap_or(&self.scopes);
        check::scopes(scopes)?;
        Ok(scopes.join(&self.scope_separator))
    }

    /// The value of `scope`.
    pub(crate) fn scope(&self) -> String {
        self.scopes.join(&self.scope_separator)
    }

    /// What nobody else is to see of it.
    pub(crate) fn sent(&self) -> Sent {
        let mut sent = Sent::default();
        let parameters = self.refresh_params.iter().chain([&self.endpoint_params]);
        parameters.for_each(|it| sent.add_parameters(it));
        sent.add_parameters(&self.grant.parameters());
        sent.add_headers(&self.headers);
        let sharing = &self.sharing;
        let secrets = sharing.seal_keys.iter();
        let secrets = secrets.chain(&sharing.previous_client_secret);
        sent.add_all(secrets.map(Secret::expose));
        self.client.add_to(&mut sent);
        self.endpoint.add_to(&mut sent);
        sent
    }

    /// Whether a refresh token renews the token.
    pub(crate) fn is_renewed_by_refresh_token(&self) -> bool {
        self.grant.is_renewed_by_refresh_token() && !self.no_refresh_token
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
            .field("scopes", &self.scopes)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
