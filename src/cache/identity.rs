//! Which token is meant.

use std::fmt;
use std::rc::Rc;

use crate::config::{ClientConfig, PrivateKey};
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::endpoint::{Endpoint, Http};
use crate::protocol::grant::Grant;
use crate::protocol::token_request::BodyFormat;
use crate::token::Secret;

/// Everything that decides which token a configuration stands for. Two configurations have the
/// same identity exactly when the token of one may serve the other.
///
/// Every part is written with its length, and every list with its count, so that no two
/// configurations can be spelt alike. Holds the secret; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Compared first, so that looking through many identities is quick.
    checksum: u64,
    bytes: Rc<[u8]>,
}

impl Identity {
    /// The identity of `config`. The order of scopes and of differently named parameters and
    /// headers does not matter.
    ///
    /// Every member is named here, so that a new option cannot be forgotten: it makes another token, or
    /// it is among those at the end.
    pub fn of(config: &ClientConfig) -> Self {
        let ClientConfig {
            endpoint,
            is_discovered,
            http,
            refresh_endpoint,
            client,
            asks_for_secret,
            client_auth,
            private_key,
            client_assertion,
            grant,
            scopes,
            scope_separator,
            resource,
            endpoint_params,
            refresh_params,
            headers,
            body_format,
            token_mapping,
            no_refresh_token,
            default_lifetime_seconds,
            identity,
            functions,
            // How a token is used, kept, revoked and asked of a user for; see `Slot::equals`.
            issuer: _,
            authorization_endpoint: _,
            revocation_endpoint: _,
            skip_pkce: _,
            transport: _,
            policy: _,
            sharing: _,
            has_hooks: _,
        } = config;
        let mut bytes = Bytes::default();
        bytes.text(endpoint.as_str());
        bytes.flag(*is_discovered);
        bytes.flag(*http == Http::Anywhere);
        bytes.option(refresh_endpoint.as_ref().map(Endpoint::as_str));
        bytes.grant(grant);
        // What the user wrote, and what was made in its place.
        bytes.option(identity.as_deref());
        bytes.option(functions.as_deref());
        bytes.text(client_auth.name());
        bytes.private_key(private_key.as_ref());
        bytes.client_assertion(client_assertion);
        bytes.client(client);
        bytes.flag(*asks_for_secret);
        bytes.scopes(scopes);
        bytes.text(scope_separator);
        bytes.list(resource.iter().map(String::as_str));
        bytes.pairs(endpoint_params);
        bytes.flag(refresh_params.is_some());
        bytes.pairs(refresh_params.as_deref().unwrap_or_default());
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect();
        bytes.pairs(&headers);
        bytes.flag(matches!(body_format, BodyFormat::Json));
        bytes.pairs(&token_mapping.pairs());
        bytes.flag(*no_refresh_token);
        bytes.length(*default_lifetime_seconds as usize);
        Self {
            checksum: checksum(&bytes.0),
            bytes: bytes.0.into(),
        }
    }
}

impl Identity {
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

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn length(&mut self, length: usize) {
        self.0.extend((length as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.length(flag.into());
    }

    fn secret(&mut self, secret: Option<&Secret>) {
        self.option(secret.map(Secret::expose));
    }

    fn option(&mut self, text: Option<&str>) {
        self.list(text.into_iter());
    }

    fn list<'a>(&mut self, items: impl ExactSizeIterator<Item = &'a str>) {
        self.length(items.len());
        items.for_each(|item| self.text(item));
    }

    fn grant(&mut self, grant: &Grant) {
        self.text(grant.grant_type());
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

    fn private_key(&mut self, key: Option<&PrivateKey>) {
        self.flag(key.is_some());
        let Some(PrivateKey {
            algorithm,
            key_id,
            header,
            audience,
            key,
        }) = key
        else {
            return;
        };
        self.text(algorithm.as_str());
        self.option(key_id.as_deref());
        let header = header.iter();
        let header: Vec<_> = header
            .map(|(name, value)| (name.clone(), value.to_text()))
            .collect();
        self.pairs(&header);
        self.list(audience.iter().map(String::as_str));
        self.secret(key.as_ref());
    }

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

    fn client(&mut self, client: &ClientCredentials) {
        let ClientCredentials {
            id,
            secret,
            encoding,
            id_param,
            secret_param,
            assertion_type,
        } = client;
        self.text(id);
        self.secret(secret.as_ref());
        self.text(encoding.name());
        self.text(id_param);
        self.text(secret_param);
        self.text(assertion_type);
    }

    fn scopes(&mut self, scopes: &[String]) {
        let mut sorted = Vec::new();
        for scope in scopes {
            insert_sorted(&mut sorted, scope.as_str(), |scope| scope);
        }
        sorted.dedup();
        self.list(sorted.into_iter());
    }

    /// Sorted by name only: the order of the values of a repeated name is meant.
    fn pairs(&mut self, pairs: &[(String, String)]) {
        let mut sorted = Vec::new();
        for pair in pairs {
            insert_sorted(&mut sorted, pair, |(name, _)| name);
        }
        self.length(sorted.len());
        for (name, value) in sorted {
            self.text(name);
            self.text(value);
        }
    }
}

/// Lists here have a handful of items; the standard library's sorts are made for more, and large.
fn insert_sorted<'a, T>(sorted: &mut Vec<&'a T>, item: &'a T, key: impl Fn(&T) -> &str)
where
    T: ?Sized,
{
    let position = sorted.partition_point(|other| key(other) <= key(item));
    sorted.insert(position, item);
}

/// FNV-1a.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
