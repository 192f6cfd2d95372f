//! Assertions that are signed here: of the client (RFC 7523 §2.2, RFC 10070), and of the grant (§2.1).

use super::TokenSource;
use crate::client::PrivateKey;
use crate::error::Error;
use crate::host::Host;
use crate::protocol::assertion::{AssertionOptions, CLIENT_AUTHENTICATION};
use crate::protocol::client_authentication::ClientCredentials;
use crate::protocol::jwt::{Algorithm, Assertion};
use crate::token::Secret;

type Result<T> = std::result::Result<T, Error>;

/// How far clocks differ that are looked after.
const BACKDATED_SECONDS: u32 = 10;

impl<H: Host> TokenSource<H> {
    /// A new assertion, by the client's private key, or by its secret where there is no `key`. One that
    /// authenticates the client is for the authorization server, by its name, where that is known.
    pub(super) async fn sign(
        &self,
        options: &AssertionOptions,
        key: Option<&PrivateKey>,
        client: &ClientCredentials,
        server: Option<&str>,
    ) -> Result<Secret> {
        let issuer = options.issuer.as_deref().unwrap_or(&client.id);
        let of_key = key.map_or(&[] as &[String], |key| &key.audience);
        let given = [options.audience.as_slice(), of_key];
        let given = given.into_iter().find(|audience| !audience.is_empty());
        let audience: Vec<&str> = match (given, server) {
            (Some(given), _) => given.iter().map(String::as_str).collect(),
            (None, Some(server)) => vec![server],
            (None, None) => vec![self.client.config().endpoint.as_str()],
        };
        let typ = match (given, server) {
            (None, Some(_)) => CLIENT_AUTHENTICATION,
            _ => "JWT",
        };
        let secret = match key {
            Some(_) => None,
            None => client.secret.as_ref(),
        };
        let assertion = Assertion {
            algorithm: key.map_or(Algorithm::Hs256, |key| key.algorithm),
            typ: options.typ.as_deref().unwrap_or(typ),
            key_id: key.and_then(|key| key.key_id.as_deref()),
            header: key.map_or(&[], |key| &key.header),
            issuer,
            subject: options.subject.as_deref().unwrap_or(issuer),
            audience: &audience,
            issued_at: self.issued_at(options.lifetime_seconds),
            lifetime_seconds: options.lifetime_seconds,
            claims: &options.claims,
        };
        assertion.sign(&*self.host, secret).await
    }

    /// Some seconds ago, so that a server whose clock is behind does not take it to be of the future. It ends
    /// so much earlier: none lives longer than servers allow.
    fn issued_at(&self, lifetime_seconds: u32) -> u64 {
        let back_seconds = BACKDATED_SECONDS.min(lifetime_seconds / 4);
        let now = self.host.now_ms() / 1000;
        now.saturating_sub(back_seconds.into())
    }
}
