//! The options of a verifier, as a user writes them, and what they come to.

use std::fmt;
use std::rc::Rc;

use super::key_source::{KeyPlace, KeySetConfig};
use crate::client::{ClientConfig, ClientOptions};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::access_token::Rules;
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::endpoint::{Endpoint, Http};
use crate::protocol::jwa::SignatureAlgorithm;
use crate::protocol::jwk_set::read_set;
use crate::protocol::metadata::Sought;
use crate::text;
use crate::token::Secret;

/// The options of a verifier. Fill in what differs from the default:
///
/// ```
/// use edge_oauth2::inbound::{VerifierConfig, VerifierOptions};
///
/// let config = VerifierConfig::new(VerifierOptions {
///     issuer: "https://auth.example.com".into(),
///     audience: vec!["https://api.example.com".into()],
///     ..VerifierOptions::default()
/// })?;
/// # Ok::<(), edge_oauth2::Error>(())
/// ```
#[derive(Clone)]
pub struct VerifierOptions {
    /// Whose tokens are accepted: `iss` is this, character by character. Required. Where its keys are is asked of its
    /// metadata (RFC 8414, OpenID Connect Discovery), unless `jwks_uri` or `jwks` says.
    pub issuer: String,
    /// Where the issuer's keys are.
    pub jwks_uri: Option<String>,
    /// The issuer's keys: a set (RFC 7517 §5).
    pub jwks: Option<Json>,
    /// Whom a token must be for: one of these is in its `aud`. Required, unless `no_audience` is set.
    pub audience: Vec<String>,
    /// Whether tokens are accepted whomever they are for.
    pub no_audience: bool,
    /// The values of `alg` that are accepted. Default: all of [`SignatureAlgorithm`].
    pub algorithms: Option<Vec<String>>,
    /// Whether tokens are accepted that do not say that they are access tokens (RFC 9068 §2.1): `typ` is `JWT`, or not
    /// there. An ID token may look like one of these.
    pub plain_jwt: bool,
    /// Claims that a token must have, beside `iss`, `exp`, and `aud`.
    pub required_claims: Vec<String>,
    /// How far the clocks of issuer and API may differ. Default: 10 s.
    pub clock_skew_seconds: u32,
    /// How long keys are used before they are asked for again. Default: 600 s.
    pub jwks_max_age_seconds: u32,
    /// How long they are not asked for again after a token was presented with a key that is not among them, whatever
    /// is presented. Default: 30 s.
    pub jwks_cooldown_seconds: u32,
    /// How requests travel, where that is not the host's own way.
    pub transport: Option<String>,
    /// Whether plain `http` is accepted for other hosts than this machine: whoever is on the way decides whose tokens
    /// are accepted.
    pub allow_insecure_requests: bool,
    /// How long a caller waits for keys. Default: 10 000 ms.
    pub timeout_ms: u32,
    /// What keys are sealed with in a store. Without it they are stored as they are, and whoever can write there
    /// decides whose tokens are accepted.
    pub seal_key: Option<Secret>,
    /// How long a request waits for the store. Default: 250 ms.
    pub store_timeout_ms: u32,
    /// What the keys in the store begin with. Default: `edge-oauth2:`.
    pub store_prefix: String,
}

impl Default for VerifierOptions {
    fn default() -> Self {
        let ClientOptions {
            timeout_ms,
            store_timeout_ms,
            store_prefix,
            ..
        } = ClientOptions::default();
        Self {
            issuer: String::new(),
            jwks_uri: None,
            jwks: None,
            audience: Vec::new(),
            no_audience: false,
            algorithms: None,
            plain_jwt: false,
            required_claims: Vec::new(),
            clock_skew_seconds: 10,
            jwks_max_age_seconds: 600,
            jwks_cooldown_seconds: 30,
            transport: None,
            allow_insecure_requests: false,
            timeout_ms,
            seal_key: None,
            store_timeout_ms,
            store_prefix,
        }
    }
}

/// A validated configuration.
#[derive(Clone)]
pub struct VerifierConfig {
    pub(super) rules: Rules,
    pub(super) keys: Rc<KeySetConfig>,
}

const EMPTY: &str = "must not be empty";

impl VerifierConfig {
    /// Validates `options`; the error names the option and what to do about it.
    pub fn new(options: VerifierOptions) -> Result<Self, Error> {
        let refused = Error::invalid_option;
        if options.issuer.is_empty() {
            return Err(refused(
                "issuer",
                "is required: whose tokens are accepted, as their iss has it",
            ));
        }
        let algorithms = algorithms(options.algorithms.as_deref())?;
        match (options.audience.as_slice(), options.no_audience) {
            ([], false) => {
                return Err(refused(
                    "audience",
                    "is required: what aud says of tokens for this API; audience: false accepts those for others too",
                ));
            }
            ([_, ..], true) => {
                return Err(refused(
                    "audience",
                    "is given, and false; leave one of them out",
                ));
            }
            _ => {}
        }
        check_texts("audience", &options.audience)?;
        check_texts("requiredClaims", &options.required_claims)?;
        let times = [
            ("jwksMaxAgeSeconds", options.jwks_max_age_seconds),
            ("jwksCooldownSeconds", options.jwks_cooldown_seconds),
            ("timeoutMs", options.timeout_ms),
        ];
        if let Some((option, _)) = times.into_iter().find(|(_, time)| *time == 0) {
            return Err(refused(option, "must be at least 1"));
        }
        let keys = Rc::new(key_set(&options)?);
        let audience = (!options.no_audience).then_some(options.audience);
        Ok(Self {
            rules: Rules {
                issuer: options.issuer,
                audience,
                algorithms,
                plain_jwt: options.plain_jwt,
                required_claims: options.required_claims,
                clock_skew_seconds: options.clock_skew_seconds,
            },
            keys,
        })
    }
}

/// What is asked of `aud`.
pub(super) fn check_audience(audience: &[String]) -> Result<(), Error> {
    match audience.is_empty() {
        true => Err(Error::invalid_option("audience", EMPTY)),
        false => check_texts("audience", audience),
    }
}

fn check_texts(option: &'static str, texts: &[String]) -> Result<(), Error> {
    match texts.iter().any(String::is_empty) {
        true => Err(Error::invalid_option(option, EMPTY)),
        false => Ok(()),
    }
}

pub(super) fn algorithms(names: Option<&[String]>) -> Result<Vec<SignatureAlgorithm>, Error> {
    let all = || {
        text::joined(
            &SignatureAlgorithm::ALL.map(SignatureAlgorithm::as_str),
            ", ",
        )
    };
    let refused = |problem: &[&str]| Error::invalid_option("algorithms", problem.concat());
    let Some(names) = names else {
        return Ok(SignatureAlgorithm::ALL.into());
    };
    if names.is_empty() {
        return Err(refused(&["must not be empty; leave it out for ", &all()]));
    }
    let algorithm = |name: &String| {
        let known = SignatureAlgorithm::from_name(name);
        known.ok_or_else(|| {
            let are = "must be of those that are checked with a public key: ";
            refused(&[are, &all(), "; not ", name])
        })
    };
    names.iter().map(algorithm).collect()
}

/// How the keys are had.
pub(super) fn key_set(options: &VerifierOptions) -> Result<KeySetConfig, Error> {
    let transport = options.transport.as_deref().unwrap_or_default();
    let seal_key = options.seal_key.as_ref().map_or("", Secret::expose);
    let issuer = options.issuer.as_str();
    let http = match options.allow_insecure_requests {
        true => Http::Anywhere,
        false => Http::Loopback,
    };
    let (kind, of, place) = match (&options.jwks, &options.jwks_uri) {
        (Some(_), Some(_)) => {
            let problem = "is given although jwksUri is; leave one of them out";
            return Err(Error::invalid_option("jwks", problem));
        }
        (Some(set), None) => {
            let keys = read_set(set).map_err(|problem| Error::invalid_option("jwks", problem))?;
            ("given", set.to_text(), KeyPlace::Given(keys))
        }
        (None, Some(uri)) => {
            let endpoint = Endpoint::parse_with(uri, http);
            let endpoint = endpoint.map_err(|why| Error::invalid_option("jwksUri", why))?;
            ("jwks", uri.clone(), KeyPlace::At(endpoint))
        }
        (None, None) => ("issuer", issuer.to_owned(), KeyPlace::OfIssuer),
    };
    let is_of_issuer = matches!(place, KeyPlace::OfIssuer);
    let client = ClientOptions {
        // Nobody asks for tokens, but a client has to have something where it would.
        token_url: match &place {
            KeyPlace::Given(_) => "https://localhost".to_owned(),
            KeyPlace::At(_) | KeyPlace::OfIssuer => of.clone(),
        },
        client_id: "edge-oauth2".to_owned(),
        client_auth: ClientAuth::None,
        issuer: is_of_issuer.then(|| issuer.to_owned()),
        allow_insecure_requests: options.allow_insecure_requests,
        transport: options.transport.clone(),
        timeout_ms: options.timeout_ms,
        seal_key: options.seal_key.clone(),
        store_timeout_ms: options.store_timeout_ms,
        store_prefix: options.store_prefix.clone(),
        ..ClientOptions::default()
    };
    let seconds = |seconds: u32| u64::from(seconds).saturating_mul(1000);
    Ok(KeySetConfig {
        // What an unsealed store says is believed by those only who believe it themselves.
        name: [kind, "\0", &of, "\0", transport, "\0", seal_key].concat(),
        shown: ["the issuer ", issuer].concat(),
        client: ClientConfig::new(client)?.seeking(Sought::KEYS),
        max_age_ms: seconds(options.jwks_max_age_seconds),
        cooldown_ms: seconds(options.jwks_cooldown_seconds),
        place,
    })
}

/// Without the URL's query, which may be a secret.
impl fmt::Debug for VerifierOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierOptions")
            .field("issuer", &self.issuer)
            .field("jwks_uri", &self.jwks_uri.as_deref().map(Endpoint::parse))
            .field("audience", &self.audience)
            .field("algorithms", &self.algorithms)
            .field("plain_jwt", &self.plain_jwt)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifierConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierConfig")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
