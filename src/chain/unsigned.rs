//! In place of signing, where it is left out.

use super::TokenSource;
use crate::client::{PrivateKey, left_out};
use crate::error::Error;
use crate::host::Host;
use crate::protocol::assertion::AssertionOptions;
use crate::protocol::client_authentication::ClientCredentials;
use crate::token::Secret;

impl<H: Host> TokenSource<H> {
    /// Never asked for: no configuration is made that needs it.
    pub(super) async fn sign(
        &self,
        _options: &AssertionOptions,
        _key: Option<&PrivateKey>,
        _client: &ClientCredentials,
        _server: Option<&str>,
    ) -> Result<Secret, Error> {
        Err(left_out("privateKey", "signing"))
    }
}
