//! Which token is meant.

use std::fmt;
use std::rc::Rc;

use super::bytes::Bytes;
use crate::client::{ClientConfig, ClientOptions, PrivateKey};
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::grant::Grant;
use crate::protocol::token_request::BodyFormat;
use crate::protocol::token_response::TokenMapping;

/// Everything that decides which token a configuration stands for. Two configurations have the
/// same identity exactly when the token of one may serve the other.
///
/// Every part is written with its length, and every list with its count, so that no two
/// configurations can be spelt alike. Holds the secret; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Compared first, so that looking through many identities is quick.
    checksum: u64,
    bytes: Rc<Vec<u8>>,
}

/// How a configuration's token is used, kept, revoked and asked of a user for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Usage(Rc<Vec<u8>>);

impl Identity {
    /// The identity of `config`. The order of scopes and of differently named parameters and
    /// headers does not matter.
    pub fn of(config: &ClientConfig) -> Self {
        told(config).0
    }

    /// What is digested into a store key.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Usage")
    }
}

/// All that `config` says: every member is named here, so that a new option cannot be forgotten. It makes another
/// token, or another use of it.
pub(super) fn told(config: &ClientConfig) -> (Identity, Usage) {
    let ClientConfig {
        options,
        endpoint,
        authorization_endpoint,
        revocation_endpoint,
        refresh_endpoint,
        token_mapping,
        // The same issuer, whatever it is asked for.
        sought: _,
    } = config;
    let ClientOptions {
        issuer,
        allow_insecure_requests,
        client_id,
        client_secret: _, // as there are two kinds of it
        client_auth,
        credential_encoding,
        client_id_param,
        client_secret_param,
        private_key,
        client_assertion,
        client_assertion_type,
        grant,
        scopes,
        scope_separator,
        resource,
        endpoint_params,
        refresh_params,
        body_format,
        no_refresh_token,
        skip_pkce,
        identity,
        functions,
        transport,
        has_hooks,
        headers,
        expiry_skew_seconds,
        default_lifetime_seconds,
        timeout_ms,
        error_cache_seconds,
        refresh_ahead,
        seal,
        seal_key,
        previous_seal_keys,
        previous_client_secret,
        store_timeout_ms,
        store_prefix,
        // What was made of them is named above.
        token_url: _,
        authorization_url: _,
        revocation_url: _,
        refresh_url: _,
        token_mapping: _,
    } = options;

    let mut bytes = Bytes::default();
    bytes.text(endpoint.as_str());
    bytes.flag(options.is_discovered());
    bytes.flag(*allow_insecure_requests);
    bytes.endpoint(refresh_endpoint);
    bytes.grant(grant);
    // What the user wrote, and what was made in its place.
    bytes.optional(identity);
    bytes.optional(functions);
    bytes.text(client_auth.name());
    bytes.text(client_id);
    bytes.secret(options.client_secret());
    bytes.flag(options.asks_for_secret());
    bytes.text(credential_encoding.name());
    bytes.text(client_id_param);
    bytes.text(client_secret_param);
    bytes.text(client_assertion_type);
    bytes.set(scopes);
    bytes.text(scope_separator);
    bytes.texts(resource);
    bytes.pairs(endpoint_params);
    bytes.flag(refresh_params.is_some());
    bytes.pairs(refresh_params.as_deref().unwrap_or_default());
    bytes.headers(headers);
    bytes.flag(*body_format == BodyFormat::Json);
    bytes.token_mapping(token_mapping);
    bytes.flag(*no_refresh_token);
    bytes.number((*default_lifetime_seconds).into());
    if let Some(private_key) = private_key {
        bytes.private_key(private_key);
    }
    if client_auth.is_assertion() {
        bytes.client_assertion(client_assertion);
    }

    let mut usage = Bytes::default();
    usage.optional(issuer);
    usage.endpoint(authorization_endpoint);
    usage.endpoint(revocation_endpoint);
    usage.flag(*skip_pkce);
    usage.optional(transport);
    usage.flag(*has_hooks);
    usage.number((*expiry_skew_seconds).into());
    usage.number((*timeout_ms).into());
    usage.number((*error_cache_seconds).into());
    usage.number(refresh_ahead.unwrap_or_default().to_bits());
    usage.flag(*seal);
    usage.secret(seal_key.as_ref());
    usage.secrets(previous_seal_keys);
    usage.secret(previous_client_secret.as_ref());
    usage.number((*store_timeout_ms).into());
    usage.text(store_prefix);

    let identity = Identity {
        checksum: checksum(&bytes.0),
        bytes: Rc::new(bytes.0),
    };
    (identity, Usage(Rc::new(usage.0)))
}

/// The parts of an identity that have parts themselves. Most are there in few clients, and compiled for those only.
impl Bytes {
    fn grant(&mut self, grant: &Grant) {
        self.text(grant.grant_type());
        if !matches!(grant, Grant::ClientCredentials) {
            self.grant_parts(grant);
        }
    }

    #[inline(never)]
    fn grant_parts(&mut self, grant: &Grant) {
        match grant {
            Grant::ClientCredentials | Grant::AuthorizationCode => {}
            Grant::Password { username, password } => {
                self.text(username);
                self.text(password.expose());
            }
            Grant::RefreshToken { refresh_token } => self.text(refresh_token.expose()),
            Grant::JwtBearer { assertion } => {
                self.text("assertion");
                self.secret(assertion.given());
            }
            Grant::SignedJwtBearer(assertion) => {
                self.text("signed");
                self.text(&assertion.to_text());
            }
            Grant::Token {
                access_token,
                refresh_token,
                // What is known of it; the token is the same.
                expires_at_ms: _,
                response: _,
            } => {
                self.text("given");
                self.text(access_token.expose());
                self.secret(refresh_token.as_ref());
            }
            // Its name may be another grant's.
            Grant::Custom { grant_type: _ } => self.text("custom"),
        }
    }

    #[inline(never)]
    fn private_key(&mut self, key: &PrivateKey) {
        let PrivateKey {
            algorithm,
            key_id,
            header,
            audience,
            key,
        } = key;
        self.text(algorithm.as_str());
        self.optional(key_id);
        let header = header.iter();
        let header: Vec<_> = header
            .map(|(name, value)| (name.clone(), value.to_text()))
            .collect();
        self.pairs(&header);
        self.texts(audience);
        self.secret(key.as_ref());
    }

    #[inline(never)]
    fn client_assertion(&mut self, assertion: &ClientAssertion) {
        match assertion {
            ClientAssertion::Signed(options) => {
                self.text("signed");
                self.text(&options.to_text());
            }
            ClientAssertion::Ready(assertion) => {
                self.text("ready");
                self.secret(assertion.given());
            }
        }
    }

    #[inline(never)]
    fn endpoint(&mut self, endpoint: &Option<Endpoint>) {
        self.option(endpoint.as_ref().map(Endpoint::as_str));
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        match headers.is_empty() {
            true => self.pairs(headers),
            false => self.given_headers(headers),
        }
    }

    #[inline(never)]
    fn given_headers(&mut self, headers: &[(String, String)]) {
        let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
        let headers: Vec<_> = headers.iter().map(lower).collect();
        self.pairs(&headers);
    }

    fn token_mapping(&mut self, mapping: &TokenMapping) {
        self.flag(mapping.is_empty());
        if !mapping.is_empty() {
            self.given_mapping(mapping);
        }
    }

    #[inline(never)]
    fn given_mapping(&mut self, mapping: &TokenMapping) {
        self.pairs(&mapping.pairs());
    }
}

/// FNV-1a.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
