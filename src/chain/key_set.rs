//! The keys of an issuer, asked for.

use super::TokenSource;
use super::post::transport_error;
use crate::error::Error;
use crate::host::{Host, TransportError};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::http::HttpResponse;
use crate::protocol::jwk::PublicKey;
use crate::protocol::{jwk_set, metadata};
use crate::race::{Apart, apart};
use crate::redaction::Sent;

impl<H: Host> TokenSource<H> {
    /// The keys that are at `uri`, or where the issuer's metadata says. It may take for ever.
    pub(crate) async fn key_set(&self, uri: Option<&Endpoint>) -> Result<Vec<PublicKey>, Error> {
        let endpoint = self.endpoint("jwksUri", uri, metadata::JWKS_URI);
        let endpoint = apart(endpoint).await?;
        let once = || -> Apart<'_, Result<HttpResponse, TransportError>> {
            apart(self.host.send(jwk_set::request(&endpoint)))
        };
        let patience_ms = u64::from(self.client.config().timeout_ms) / 3;
        match self.patiently(patience_ms, once).await {
            Ok(response) => jwk_set::read(&response, &endpoint, self.host.now_ms()),
            Err(reason) => {
                let mut sent = Sent::default();
                endpoint.add_to(&mut sent);
                Err(transport_error(reason, jwk_set::KEY_SET, &endpoint, &sent))
            }
        }
    }
}
