//! Tokens that are checked here, by their signature and by what they say (RFC 9068).

use std::fmt;
use std::rc::Rc;

use super::key_source::{KeySource, Unverified};
use super::memory::InboundMemory;
use super::verified::{Said, Verified};
use super::verifier_options::{VerifierConfig, check_audience};
use crate::error::Error;
use crate::event::Event;
use crate::host::inbound::InboundHost;
use crate::protocol::access_token;
use crate::protocol::invalid_token::InvalidToken;
use crate::protocol::jws::Jws;
use crate::race::apart;

/// What is longer is no token: no server takes that much in a header.
pub(super) const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Checks the tokens of one issuer.
///
/// Cheap to make: what lasts is in the [`InboundMemory`].
///
/// ```
/// use std::rc::Rc;
///
/// use edge_oauth2::host::inbound::InboundHost;
/// use edge_oauth2::inbound::{InboundMemory, JwtVerifier, VerifierConfig};
/// use edge_oauth2::{Error, Json};
///
/// /// `host` belongs to a request; `config` and `memory` are those of all requests.
/// async fn subject<H: InboundHost>(
///     host: Rc<H>,
///     config: &Rc<VerifierConfig>,
///     memory: &Rc<InboundMemory<H>>,
///     token: &str,
/// ) -> Result<Option<String>, Error> {
///     let verifier = JwtVerifier::new(host, Rc::clone(config), Rc::clone(memory));
///     let verified = verifier.verify(token, None, false).await?;
///     Ok(verified.claims.get("sub").and_then(Json::as_str).map(str::to_owned))
/// }
/// ```
pub struct JwtVerifier<H: InboundHost> {
    host: Rc<H>,
    pub(super) config: Rc<VerifierConfig>,
    pub(super) memory: Rc<InboundMemory<H>>,
    pub(super) keys: KeySource<H>,
}

impl<H: InboundHost> JwtVerifier<H> {
    /// A verifier for `config` that shares `memory` with all others.
    pub fn new(host: Rc<H>, config: Rc<VerifierConfig>, memory: Rc<InboundMemory<H>>) -> Self {
        let keys = KeySource::new(
            Rc::clone(&host),
            Rc::clone(&config.keys),
            Rc::clone(&memory),
        );
        Self {
            host,
            config,
            memory,
            keys,
        }
    }

    /// Tells whoever listens.
    pub(super) fn event(&self, event: Event) {
        self.host.event(event);
    }

    /// What `token` says, if it is one of the issuer's for us. `audience` takes the place of the configured one.
    /// `accepts_bound`: whether the caller checks the proof of a token that is bound to a key (`cnf`); otherwise such
    /// a token is refused.
    ///
    /// The error's code is [`TokenRejected`](crate::ErrorCode::TokenRejected) or
    /// [`TokenMalformed`](crate::ErrorCode::TokenMalformed) where the token is at fault, and
    /// [`TokenUnverifiable`](crate::ErrorCode::TokenUnverifiable) where the keys cannot be had.
    pub async fn verify(
        &self,
        token: &str,
        audience: Option<&[String]>,
        accepts_bound: bool,
    ) -> Result<Rc<Verified<H::Slot>>, Error> {
        if let Some(audience) = audience {
            check_audience(audience)?;
        }
        match self.verified(token, audience, accepts_bound).await {
            Ok(verified) => Ok(verified),
            Err(Unverified::Unknown(error)) => Err(error),
            Err(Unverified::Invalid(why)) => {
                let reason = why.reason();
                self.host.event(Event::TokenRejected { reason });
                Err(why.into())
            }
        }
    }

    async fn verified(
        &self,
        token: &str,
        audience: Option<&[String]>,
        accepts_bound: bool,
    ) -> Result<Rc<Verified<H::Slot>>, Unverified> {
        let digest = self.digest(token);
        if let Some(found) = digest.and_then(|digest| self.found(digest)) {
            self.judge(found.said(), audience, accepts_bound)?;
            apart(self.keys.keys()).await.map_err(Unverified::Unknown)?;
            if found.is_of_key() {
                return Ok(found);
            }
        }
        let jws = Jws::parse(token, MAX_TOKEN_BYTES)?;
        // What says of itself that it is not for us is worth no keys.
        let said = (jws.algorithm, &jws.header, &jws.claims);
        self.judge(said, audience, accepts_bound)?;
        let key = apart(self.keys.check(&jws)).await?;
        let verified = Rc::new(Verified {
            header: jws.header,
            claims: jws.claims,
            slot: H::Slot::default(),
            algorithm: jws.algorithm,
            key,
        });
        if let Some(digest) = digest {
            self.memory.keep_verified(digest, Rc::clone(&verified));
        }
        Ok(verified)
    }

    /// What stands for a token of this issuer.
    pub(super) fn digest(&self, token: &str) -> Option<u128> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let number = self.keys.number().to_be_bytes();
        let parts = [b"jwt".as_slice(), &number, token.as_bytes()];
        self.memory.digest(&self.host, &parts)
    }

    pub(super) fn found(&self, digest: u128) -> Option<Rc<Verified<H::Slot>>> {
        self.memory.verified(digest)
    }

    /// All but the signature, each time anew: time goes by, and another verifier may have asked for less.
    pub(super) fn judge(
        &self,
        it: Said<'_>,
        audience: Option<&[String]>,
        accepts_bound: bool,
    ) -> Result<(), InvalidToken> {
        let (algorithm, header, claims) = it;
        let now_ms = self.host.now_ms();
        let rules = &self.config.rules;
        rules.judge(algorithm, header, claims, audience, now_ms)?;
        match accepts_bound || !access_token::is_bound(claims) {
            true => Ok(()),
            false => Err(InvalidToken::Bound),
        }
    }
}

impl<H: InboundHost> fmt::Debug for JwtVerifier<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
