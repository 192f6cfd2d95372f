//! How tokens are introspected, validated once.

use std::fmt;
use std::rc::Rc;

use super::answer::Ages;
use super::key_source::KeySetConfig;
use super::verifier_options::{VerifierOptions, algorithms, key_set};
use crate::cache::bytes::Bytes;
use crate::cache::identity::Identity;
use crate::client::{ClientConfig, ClientOptions};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::form::Parameters;
use crate::protocol::grant::Grant;
use crate::protocol::metadata::Sought;
use crate::protocol::signed_introspection::SignedAnswerRules;

/// The options of a [`TokenIntrospector`](super::TokenIntrospector). Fill in what differs from the default:
///
/// ```
/// use edge_oauth2::ClientOptions;
/// use edge_oauth2::inbound::{IntrospectorConfig, IntrospectorOptions};
///
/// let config = IntrospectorConfig::new(IntrospectorOptions {
///     introspection_url: Some("https://auth.example.com/introspect".into()),
///     client: ClientOptions {
///         client_id: "my-api".into(),
///         client_secret: Some("my-secret".into()),
///         ..ClientOptions::default()
///     },
///     ..IntrospectorOptions::default()
/// })?;
/// # Ok::<(), edge_oauth2::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct IntrospectorOptions {
    /// The introspection endpoint (RFC 7662 §2). Required, unless the client has an `issuer`, whose metadata says
    /// where it is.
    pub introspection_url: Option<String>,
    /// Who asks, and how: client authentication, `endpoint_params`, headers, deadline, store. What it says of grants
    /// is not used. Without a `client_id` the client says nothing of itself.
    pub client: ClientOptions,
    /// `token_type_hint` (RFC 7662 §2.1). Default: none.
    pub token_type_hint: Option<String>,
    /// How long an answer is used that calls a token active, though never after its `exp`. Default: 60 s.
    pub max_age_seconds: u32,
    /// The same of one that calls it inactive. Default: 5 s.
    pub inactive_age_seconds: u32,
    /// How much longer an answer is used that calls a token active, while the server gives no other. Default: 0 s.
    pub stale_if_error_seconds: u32,
    /// For how many tokens answers are remembered, of all introspectors of an isolate together. Default: 10 000.
    pub cache_entries: u32,
    /// Whether answers are to be signed (RFC 9701), and by which keys; others are refused then. The client's `issuer`
    /// must have signed them, for its `client_id`. Default: not.
    pub signed_response: Option<SignedResponse>,
}

/// How signed answers are verified. Default: by the keys that the issuer's metadata tells of.
#[derive(Clone, Debug, Default)]
pub struct SignedResponse {
    /// Where the issuer's keys are.
    pub jwks_uri: Option<String>,
    /// The issuer's keys: a set (RFC 7517 §5).
    pub jwks: Option<Json>,
    /// The values of `alg` that are accepted. Default: all of
    /// [`SignatureAlgorithm`](crate::protocol::jwa::SignatureAlgorithm).
    pub algorithms: Option<Vec<String>>,
}

impl Default for IntrospectorOptions {
    fn default() -> Self {
        Self {
            introspection_url: None,
            client: ClientOptions::default(),
            token_type_hint: None,
            max_age_seconds: 60,
            inactive_age_seconds: 5,
            stale_if_error_seconds: 0,
            cache_entries: 10_000,
            signed_response: None,
        }
    }
}

/// Validated options of an introspector.
#[derive(Clone)]
pub struct IntrospectorConfig {
    pub(super) client: ClientConfig,
    pub(super) token_type_hint: Option<String>,
    pub(super) ages: Ages,
    pub(super) cache_entries: usize,
    pub(super) signed: Option<Signed>,
    /// All that decides what is answered.
    pub(super) name: Vec<u8>,
}

/// What signed answers are verified by.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) rules: SignedAnswerRules,
    pub(super) keys: Rc<KeySetConfig>,
}

impl IntrospectorConfig {
    /// Validates `options`; the error names the option and what to do about it.
    pub fn new(options: IntrospectorOptions) -> Result<Self, Error> {
        let mut client = options.client;
        if !client.token_url.is_empty() {
            let problem = "is not used by an introspector; give introspectionUrl, or issuer";
            return Err(Error::invalid_option("tokenUrl", problem));
        }
        match (options.introspection_url, &client.issuer) {
            (Some(url), _) => {
                let checked = Endpoint::parse_with(&url, client.http());
                checked.map_err(|problem| Error::invalid_option("introspectionUrl", problem))?;
                client.token_url = url;
            }
            (None, Some(_)) if cfg!(feature = "discovery") => {}
            _ => {
                let problem =
                    "is required; or give issuer, to have it found by the issuer's metadata";
                return Err(Error::invalid_option("introspectionUrl", problem));
            }
        }
        check_client(&client)?;
        if let Some("") = options.token_type_hint.as_deref() {
            return Err(Error::invalid_option("tokenTypeHint", "must not be empty"));
        }
        if options.cache_entries == 0 {
            let problem = "must be at least 1; to remember nothing, give maxAgeSeconds: 0 and inactiveAgeSeconds: 0";
            return Err(Error::invalid_option("cacheEntries", problem));
        }
        // It makes no grant; a grant type of nobody's asks for nothing that other grants do.
        client.grant = Grant::Custom {
            grant_type: "introspection".to_owned(),
        };
        let client = ClientConfig::new(client)?.seeking(Sought::INTROSPECTION);
        client.check_introspection("endpointParams", &client.endpoint_params)?;
        let signed = options.signed_response.map(|it| signed(it, &client));
        let signed = signed.transpose()?;
        let mut name = Bytes::default();
        name.bytes(Identity::of(&client).bytes());
        name.optional(&options.token_type_hint);
        if let Some(Signed { rules, keys }) = &signed {
            name.text(&rules.issuer);
            name.text(&keys.name);
            let algorithms = rules.algorithms.iter();
            algorithms.for_each(|it| name.text(it.as_str()));
        }
        let ms = |seconds: u32| u64::from(seconds).saturating_mul(1000);
        Ok(Self {
            token_type_hint: options.token_type_hint,
            ages: Ages {
                active_ms: ms(options.max_age_seconds),
                inactive_ms: ms(options.inactive_age_seconds),
                stale_ms: ms(options.stale_if_error_seconds),
            },
            cache_entries: usize::try_from(options.cache_entries).unwrap_or(usize::MAX),
            name: name.0,
            signed,
            client,
        })
    }

    /// Whether answers may be put into a store: they are always sealed, since whoever can write them decides who is
    /// let in.
    pub fn check_sealing(&self) -> Result<(), Error> {
        match self.client.current_seal_key() {
            Some(_) => Ok(()),
            None => Err(Error::invalid_option(
                "sealKey",
                "is required to share answers in a store where there is no clientSecret",
            )),
        }
    }

    /// Refuses parameters of a call that the protocol sets.
    pub(super) fn check_parameters(&self, parameters: &Parameters) -> Result<(), Error> {
        match parameters.is_empty() {
            true => Ok(()),
            false => self.client.check_introspection("params", parameters),
        }
    }

    /// How long answers are used where a call wants newer ones.
    pub(super) fn ages_for(&self, max_age_seconds: Option<u32>) -> Ages {
        let wanted_ms = max_age_seconds.map(|seconds| u64::from(seconds).saturating_mul(1000));
        Ages {
            active_ms: wanted_ms.map_or(self.ages.active_ms, |it| it.min(self.ages.active_ms)),
            ..self.ages
        }
    }
}

fn check_client(client: &ClientOptions) -> Result<(), Error> {
    if !client.seal {
        let problem = "must not be false: answers about tokens are always sealed";
        return Err(Error::invalid_option("seal", problem));
    }
    let has_assertion = client.private_key.is_some()
        || matches!(client.client_assertion, ClientAssertion::Ready(_));
    let says_nothing = client.client_secret.is_none() && !has_assertion;
    match client.client_auth {
        // As of clients that ask for tokens: who has a name has something to prove it with, or says otherwise.
        ClientAuth::None => Ok(()),
        _ if says_nothing && !client.client_id.is_empty() => Err(Error::invalid_option(
            "clientSecret",
            "is required with a clientId; for a client without one say clientAuth: 'none'",
        )),
        _ => Ok(()),
    }
}

fn signed(options: SignedResponse, client: &ClientConfig) -> Result<Signed, Error> {
    let needs = |option, what: &str| {
        let problem = ["is required with signedResponse: ", what].concat();
        Error::invalid_option(option, problem)
    };
    let Some(issuer) = &client.issuer else {
        return Err(needs("issuer", "whoever signs is named by it"));
    };
    if client.client_id.is_empty() {
        return Err(needs("clientId", "answers are signed for whom it names"));
    }
    let keys = VerifierOptions {
        issuer: issuer.clone(),
        jwks_uri: options.jwks_uri,
        jwks: options.jwks,
        transport: client.transport.clone(),
        allow_insecure_requests: client.allow_insecure_requests,
        timeout_ms: client.timeout_ms,
        seal_key: client.current_seal_key().cloned(),
        store_timeout_ms: client.store_timeout_ms,
        store_prefix: client.store_prefix.clone(),
        ..VerifierOptions::default()
    };
    Ok(Signed {
        rules: SignedAnswerRules {
            issuer: issuer.clone(),
            audience: client.client_id.clone(),
            algorithms: algorithms(options.algorithms.as_deref())?,
        },
        keys: Rc::new(key_set(&keys)?),
    })
}

/// Without what may be secret.
impl fmt::Debug for IntrospectorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectorConfig")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
