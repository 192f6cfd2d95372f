//! What can be said of a token at once: all there is to know, or all but whether its signature is good. For hosts that
//! would rather wait for that themselves than for a future.

use std::fmt;
use std::rc::Rc;

use super::guard::{Guard, is_bound, judge_answer};
use super::key_set::KeyLife;
use super::memory::InboundMemory;
use super::principal::Admitted;
use super::requirements::{Check, Requirements};
use super::verified::Verified;
use super::verifier::{JwtVerifier, MAX_TOKEN_BYTES};
use crate::host::inbound::InboundHost;
use crate::json::Json;
use crate::protocol::bearer::read_authorization;
use crate::protocol::form::Parameters;
use crate::protocol::jwa::SignatureAlgorithm;
use crate::protocol::jws::Jws;

/// A token of which all is well but the signature, which is still to be checked, by the one key that may have made it.
pub struct Unchecked<H: InboundHost> {
    memory: Rc<InboundMemory<H>>,
    digest: Option<u128>,
    header: Json,
    claims: Json,
    algorithm: SignatureAlgorithm,
    signing_input: String,
    signature: Vec<u8>,
    key: Rc<H::Key>,
    life: KeyLife,
}

/// What can be said of a token at once.
#[derive(Debug)]
pub enum Seen<K, H: InboundHost> {
    /// All that is asked.
    Known(K),
    /// All but whether its signature is good.
    Unchecked(Unchecked<H>),
}

impl<K, H: InboundHost> Seen<K, H> {
    fn known(self) -> Option<K> {
        match self {
            Self::Known(known) => Some(known),
            Self::Unchecked(_) => None,
        }
    }

    fn and_then<T>(self, judge: impl FnOnce(K) -> Option<T>) -> Option<Seen<T, H>> {
        match self {
            Self::Known(known) => judge(known).map(Seen::Known),
            Self::Unchecked(unchecked) => Some(Seen::Unchecked(unchecked)),
        }
    }
}

impl<H: InboundHost> JwtVerifier<H> {
    /// What `token` says, if its signature was checked before, with a key that is still there, and all else is well.
    /// `None` where there is something to be done, and for a token that is bound to a key.
    pub fn cached(
        &self,
        token: &str,
        audience: Option<&[String]>,
    ) -> Option<Rc<Verified<H::Slot>>> {
        self.seen(token, audience)?.known()
    }

    /// The same, or what is left of [`verify`](Self::verify) where that is to check one signature, by one key that is
    /// here. `None` where there is more to do or something is wrong, which `verify` does and says.
    pub fn seen(
        &self,
        token: &str,
        audience: Option<&[String]>,
    ) -> Option<Seen<Rc<Verified<H::Slot>>, H>> {
        let digest = self.digest(token);
        if let Some(found) = digest.and_then(|digest| self.found(digest)) {
            let judged = self.judge(found.said(), audience, false);
            return (judged.is_ok() && self.keys.is_settled()).then_some(Seen::Known(found));
        }
        let jws = Jws::parse(token, MAX_TOKEN_BYTES).ok()?;
        let said = (jws.algorithm, &jws.header, &jws.claims);
        self.judge(said, audience, false).ok()?;
        let (key, life) = self.keys.at_hand(&jws)?;
        Some(Seen::Unchecked(Unchecked {
            memory: Rc::clone(&self.memory),
            digest,
            header: jws.header,
            claims: jws.claims,
            algorithm: jws.algorithm,
            signing_input: jws.signing_input.to_owned(),
            signature: jws.signature,
            key,
            life,
        }))
    }
}

impl<H: InboundHost> Guard<H> {
    /// The caller, if all that is asked of it is known, so that there is nothing to wait for. `None` says nothing: ask
    /// [`authorize`](Self::authorize). For applications that have no say.
    pub fn cached(
        &self,
        authorization: Option<&str>,
        requirements: &Requirements,
    ) -> Option<Admitted<H::Slot>> {
        self.seen(authorization, requirements)?.known()
    }

    /// The same, or what is left of [`authorize`](Self::authorize) where that is to check one signature, which
    /// [`end`](Self::end) ends.
    pub fn seen(
        &self,
        authorization: Option<&str>,
        requirements: &Requirements,
    ) -> Option<Seen<Admitted<H::Slot>, H>> {
        self.check(requirements).ok()?;
        let token = read_authorization(authorization).ok()?;
        let answer = || {
            let introspector = self.introspector.as_ref()?;
            introspector.cached(token, &Parameters::new(), requirements.max_age_seconds)
        };
        // Whether it is a JWT is not looked at here: one that may be is known to the verifier, or has to wait.
        let has_parts = || token.split('.').count() == 3;
        let verifier = self.verifier.as_ref().filter(|_| has_parts());
        let seen = match verifier {
            None => Seen::Known(Admitted::Introspection(answer()?)),
            Some(verifier) => {
                let seen = verifier.seen(token, requirements.audience.as_deref())?;
                match requirements.check {
                    Check::Either => seen.and_then(|verified| Some(Admitted::Jwt(verified)))?,
                    Check::Both => Seen::Known(Admitted::Both(seen.known()?, answer()?)),
                }
            }
        };
        seen.and_then(|admitted| {
            judge_answer(&admitted, requirements).ok()?;
            let is_free = !is_bound(&admitted).ok()?;
            let is_enough = requirements.missing(|it| admitted.reaches(it)).is_none();
            (is_free && is_enough).then_some(admitted)
        })
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

    /// What is signed.
    pub fn signing_input(&self) -> &str {
        &self.signing_input
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
