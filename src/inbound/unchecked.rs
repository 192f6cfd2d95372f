//! The short way of a token that was never seen, where all that takes time is to check its signature: for hosts that
//! would rather wait for that themselves than for a future.

use std::fmt;
use std::rc::Rc;

use super::guard::Guard;
use super::key_set::KeyLife;
use super::memory::InboundMemory;
use super::principal::Admitted;
use super::requirements::{Check, Requirements};
use super::verified::Verified;
use super::verifier::{JwtVerifier, MAX_TOKEN_BYTES};
use crate::host::inbound::InboundHost;
use crate::json::Json;
use crate::protocol::bearer::read_authorization;
use crate::protocol::jwa::SignatureAlgorithm;
use crate::protocol::jws::Jws;

/// A token of which all is well but the signature, which is still to be checked, by the one key that may have made it.
pub struct Unchecked<H: InboundHost> {
    memory: Rc<InboundMemory<H>>,
    digest: Option<u128>,
    header: Json,
    claims: Json,
    algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    key: Rc<H::Key>,
    life: KeyLife,
}

impl<H: InboundHost> JwtVerifier<H> {
    /// What is left of [`verify`](Self::verify) where that is to check one signature, by one key that is here. `None`
    /// where there is more to do or something is wrong, which `verify` does and says.
    pub fn begin(&self, token: &str, audience: Option<&[String]>) -> Option<Unchecked<H>> {
        let jws = Jws::parse(token, MAX_TOKEN_BYTES).ok()?;
        let said = (jws.algorithm, &jws.header, &jws.claims);
        self.judge(said, audience, false).ok()?;
        let (key, life) = self.keys.at_hand(&jws)?;
        Some(Unchecked {
            memory: Rc::clone(&self.memory),
            digest: self.digest(token),
            header: jws.header,
            claims: jws.claims,
            algorithm: jws.algorithm,
            signature: jws.signature,
            key,
            life,
        })
    }
}

impl<H: InboundHost> Guard<H> {
    /// What is left of [`authorize`](Self::authorize) where that is to check one signature: see
    /// [`JwtVerifier::begin`].
    pub fn begin(
        &self,
        authorization: Option<&str>,
        requirements: &Requirements,
    ) -> Option<Unchecked<H>> {
        let is_enough = requirements.check == Check::Either && self.check(requirements).is_ok();
        let verifier = self.verifier.as_ref().filter(|_| is_enough)?;
        let token = read_authorization(authorization).ok()?;
        verifier.begin(token, requirements.audience.as_deref())
    }

    /// The caller, whose token's signature was found good. `None` where something else is wrong, which `authorize` says.
    pub fn end(
        &self,
        unchecked: Unchecked<H>,
        requirements: &Requirements,
    ) -> Option<Admitted<H::Slot>> {
        let admitted = Admitted::Jwt(unchecked.signed()?);
        let missing = requirements.missing(|it| admitted.reaches(it));
        missing.is_none().then_some(admitted)
    }
}

impl<H: InboundHost> Unchecked<H> {
    /// The key that the signature is checked with.
    pub fn key(&self) -> &H::Key {
        &self.key
    }

    /// By which algorithm.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What is signed of `token`, which is the one that this was begun with.
    pub fn signing_input<'a>(&self, token: &'a str) -> &'a str {
        token.rsplit_once('.').map_or(token, |(input, _)| input)
    }

    /// What the token says, whose signature was found good; it is remembered. `None` if the issuer has taken the key back
    /// meanwhile.
    pub fn signed(self) -> Option<Rc<Verified<H::Slot>>> {
        let verified = Rc::new(Verified {
            header: self.header,
            claims: self.claims,
            slot: H::Slot::default(),
            algorithm: self.algorithm,
            key: self.life,
        });
        if !verified.is_of_key() {
            return None;
        }
        if let Some(digest) = self.digest {
            self.memory.keep_verified(digest, Rc::clone(&verified));
        }
        Some(verified)
    }
}

/// Says nothing of whom the token is about.
impl<H: InboundHost> fmt::Debug for Unchecked<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unchecked")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
