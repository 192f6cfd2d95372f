//! Which token is meant.

use std::fmt;
use std::rc::Rc;

use crate::config::ClientConfig;
use crate::protocol::endpoint::Endpoint;
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
    pub fn of(config: &ClientConfig) -> Self {
        let mut bytes = Bytes::default();
        bytes.text(config.endpoint.as_str());
        bytes.length(config.is_discovered.into());
        bytes.option(config.refresh_endpoint.as_ref().map(Endpoint::as_str));
        bytes.pairs(&config.grant.parameters());
        bytes.option(config.identity.as_deref());
        bytes.text(config.client_auth.name());
        if let Some(key) = &config.private_key {
            bytes.text(key.algorithm.as_str());
            bytes.option(key.key_id.as_deref());
            bytes.option(key.audience.as_deref());
            bytes.option(key.key.as_ref().map(Secret::expose));
        }
        let client = &config.client;
        bytes.text(&client.id);
        bytes.option(client.secret.as_ref().map(Secret::expose));
        bytes.text(client.encoding.name());
        bytes.text(&client.id_param);
        bytes.text(&client.secret_param);
        let mut scopes = Vec::new();
        for scope in &config.scopes {
            insert_sorted(&mut scopes, scope.as_str(), |scope| scope);
        }
        scopes.dedup();
        bytes.list(scopes.into_iter());
        bytes.text(&config.scope_separator);
        bytes.list(config.resource.iter().map(String::as_str));
        bytes.pairs(&config.endpoint_params);
        bytes.length(config.refresh_params.is_some().into());
        bytes.pairs(config.refresh_params.as_deref().unwrap_or_default());
        let headers: Vec<_> = config
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect();
        bytes.pairs(&headers);
        bytes.length(matches!(config.body_format, BodyFormat::Json).into());
        bytes.pairs(&config.token_mapping.pairs());
        bytes.length(config.no_refresh_token.into());
        bytes.length(config.default_lifetime_seconds as usize);
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

    fn option(&mut self, text: Option<&str>) {
        self.list(text.into_iter());
    }

    fn list<'a>(&mut self, items: impl ExactSizeIterator<Item = &'a str>) {
        self.length(items.len());
        items.for_each(|item| self.text(item));
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
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
