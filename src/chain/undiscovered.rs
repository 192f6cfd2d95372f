//! In place of discovery, where it is left out: the endpoints are those that are given.

use super::TokenSource;
use crate::error::Error;
use crate::host::Host;
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::endpoint::Endpoint;

type Result<T> = std::result::Result<T, Error>;

impl<H: Host> TokenSource<H> {
    pub(super) async fn token_endpoint(&self) -> Result<Endpoint> {
        Ok(self.client.config().endpoint.clone())
    }

    #[cfg(any(feature = "authorization", feature = "revocation", feature = "inbound"))]
    pub(super) async fn endpoint(
        &self,
        option: &'static str,
        given: Option<&Endpoint>,
        _name: &str,
    ) -> Result<Endpoint> {
        let missing = || Error::invalid_option(option, "is required for this");
        given.cloned().ok_or_else(missing)
    }

    #[cfg(feature = "authorization")]
    pub(super) async fn names_itself(&self) -> Result<bool> {
        Ok(false)
    }

    /// The header, which every server has to support (RFC 6749 §2.3.1).
    pub(super) fn advertised_style(&self) -> ClientAuth {
        ClientAuth::Basic
    }
}
