//! Where a record is, by what its identity or its issuer is called.

use super::SharedRecord;
use super::seal;
use crate::cache::client_state::ClientState;
use crate::cache::identity::Identity;
use crate::client::ClientConfig;
use crate::host::{Crypto, Host};
use crate::token::Secret;

/// Where a record is, and what it is sealed with.
pub(super) struct Place {
    pub(super) key: String,
    pub(super) secret: Option<Secret>,
}

impl Place {
    /// The place of an identity.
    pub(super) async fn first<H: Host>(host: &H, client: &ClientState<H::View>) -> Option<Self> {
        let config = client.config();
        let name = client.identity().bytes();
        Self::of(host, config, config.naming_key(), name).await
    }

    /// The place of what is called `name`. The store learns nothing of that.
    pub(super) async fn of(
        host: &impl Crypto,
        config: &ClientConfig,
        secret: Option<&Secret>,
        name: &[u8],
    ) -> Option<Self> {
        let name = seal::name(host, secret, name).await?;
        let key = [config.store_prefix.as_str(), &hexadecimal(&name)].concat();
        let secret = secret.cloned();
        Some(Self { key, secret })
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
    }
    text
}

impl<H: Host> SharedRecord<'_, H> {
    /// Whether there may be any.
    pub(super) fn has_earlier_places(&self) -> bool {
        let config = self.client.config();
        !config.previous_seal_keys.is_empty() || config.previous_client_secret.is_some()
    }

    /// Where records are that were put with the secrets of before.
    pub(super) async fn earlier_places(&self) -> Vec<Place> {
        let config = self.client.config();
        let mut places = Vec::new();
        let identity = self.client.identity();
        for secret in config.naming_keys().into_iter().skip(1) {
            places.extend(Place::of(self.host, config, secret, identity.bytes()).await);
        }
        if let Some(previous) = config.of_previous_secret() {
            let identity = Identity::of(&previous);
            for secret in previous.naming_keys() {
                places.extend(Place::of(self.host, &previous, secret, identity.bytes()).await);
            }
        }
        places
    }
}
