//! Where the keys of an issuer come from, and what they say of a signature.

mod asking;

use std::rc::Rc;

use super::flight::begin;
use super::key_set::{HeldKey, KeyLife, KeySet, Keys, Look, Read};
use super::memory::InboundMemory;
use crate::client::ClientConfig;
use crate::error::{Error, ErrorCode};
use crate::host::inbound::InboundHost;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::invalid_token::InvalidToken;
use crate::protocol::jwa::SignatureAlgorithm;
use crate::protocol::jwk::PublicKey;
use crate::protocol::jws::Jws;
use crate::race::{First, race};

type Result<T> = std::result::Result<T, Error>;

/// Where keys are.
pub(super) enum KeyPlace {
    /// In the configuration.
    Given(Vec<PublicKey>),
    /// There.
    At(Endpoint),
    /// Where the issuer's metadata says.
    OfIssuer,
}

/// How keys are had.
pub(super) struct KeySetConfig {
    pub(super) place: KeyPlace,
    /// The same exactly for those who may share a set.
    pub(super) name: String,
    /// What messages call it.
    pub(super) shown: String,
    /// As whom the issuer is asked where they are, how long, and by which way.
    pub(super) client: ClientConfig,
    pub(super) max_age_ms: u64,
    pub(super) cooldown_ms: u64,
}

/// Brings the keys of one issuer.
pub(super) struct KeySource<H: InboundHost> {
    host: Rc<H>,
    config: Rc<KeySetConfig>,
    memory: Rc<InboundMemory<H>>,
    set: Rc<KeySet<H::Key>>,
}

/// Why a signature is not taken for its issuer's.
pub(super) enum Unverified {
    /// It is not.
    Invalid(InvalidToken),
    /// That cannot be told.
    Unknown(Error),
}

impl From<InvalidToken> for Unverified {
    fn from(why: InvalidToken) -> Self {
        Self::Invalid(why)
    }
}

impl From<Error> for Unverified {
    fn from(error: Error) -> Self {
        Self::Unknown(error)
    }
}

impl<H: InboundHost> Clone for KeySource<H> {
    fn clone(&self) -> Self {
        Self {
            host: Rc::clone(&self.host),
            config: Rc::clone(&self.config),
            memory: Rc::clone(&self.memory),
            set: Rc::clone(&self.set),
        }
    }
}

impl<H: InboundHost> KeySource<H> {
    pub(super) fn new(host: Rc<H>, config: Rc<KeySetConfig>, memory: Rc<InboundMemory<H>>) -> Self {
        let set = memory.key_set(&config.name);
        if let KeyPlace::Given(keys) = &config.place
            && set.current().is_none()
        {
            let read = Read {
                keys: keys.clone(),
                asked_at_ms: 0,
            };
            set.keep(set.next_turn(), read);
        }
        Self {
            host,
            config,
            memory,
            set,
        }
    }

    /// What tells this set apart from others of the memory.
    pub(super) fn number(&self) -> u64 {
        self.set.number
    }

    fn is_given(&self) -> bool {
        matches!(self.config.place, KeyPlace::Given(_))
    }

    fn look(&self) -> Look<H::Key> {
        match self.set.current() {
            Some(keys) if self.is_given() => Look::Use(keys),
            _ => self.set.look(self.config.max_age_ms, self.host.now_ms()),
        }
    }

    /// Whether there are keys that may be used with nothing else to do.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.look(), Look::Use(_))
    }

    /// Keys that are not too old.
    pub(super) async fn keys(&self) -> Result<Rc<Keys<H::Key>>> {
        match self.look() {
            Look::Use(keys) => Ok(keys),
            Look::UseAndRenew(keys) => {
                let longest_ms = self.longest_ms();
                begin(&self.host, &self.set.flight, longest_ms, || {
                    self.asking(true)
                });
                Ok(keys)
            }
            Look::Ask(None) => self.asked(true).await,
            Look::Ask(Some(old)) => {
                let patience_ms = self.config.client.timeout_ms / 4;
                match race(self.asked(true), self.host.sleep(patience_ms)).await {
                    First::Left(Ok(keys)) => Ok(keys),
                    First::Left(Err(_)) | First::Right(()) => Ok(old),
                }
            }
            Look::Refused(error) => Err(error),
        }
    }

    /// The one key that `jws` may be signed with, if there is nothing to do before it can be used.
    pub(super) fn at_hand(&self, jws: &Jws<'_>) -> Option<(Rc<H::Key>, KeyLife)> {
        let Look::Use(keys) = self.look() else {
            return None;
        };
        let algorithm = jws.algorithm;
        match keys.choice(jws.key_id(), algorithm).as_slice() {
            [key] => Some((key.imported(algorithm)?, key.life())),
            _ => None,
        }
    }

    /// The life of the key that `jws` is signed with.
    pub(super) async fn check(&self, jws: &Jws<'_>) -> std::result::Result<KeyLife, Unverified> {
        let since_ms = self.host.now_ms();
        let mut keys = self.keys().await?;
        loop {
            let why = match self.check_by(&keys, jws).await {
                Err(Unverified::Invalid(why)) => why,
                checked => return checked,
            };
            match self.newer(&keys, since_ms).await {
                Ok(Some(newer)) => keys = newer,
                // A key that is there has said no, which is an answer.
                Err(error) if why == InvalidToken::UnknownKey => return Err(error.into()),
                Ok(None) | Err(_) => return Err(why.into()),
            }
        }
    }

    async fn check_by(
        &self,
        keys: &Keys<H::Key>,
        jws: &Jws<'_>,
    ) -> std::result::Result<KeyLife, Unverified> {
        let algorithm = jws.algorithm;
        let chosen = keys.choice(jws.key_id(), algorithm);
        if chosen.is_empty() {
            return Err(InvalidToken::UnknownKey.into());
        }
        let data = jws.signing_input.as_bytes();
        let mut is_told = false;
        for key in chosen {
            let Some(imported) = self.imported(&key, algorithm).await else {
                continue;
            };
            let verified = self.host.verify(&imported, algorithm, data, &jws.signature);
            match verified.await {
                Some(true) => return Ok(key.life()),
                Some(false) => is_told = true,
                None => {}
            }
        }
        match is_told {
            true => Err(InvalidToken::Signature.into()),
            false => Err(untold(algorithm).into()),
        }
    }

    async fn imported(
        &self,
        key: &HeldKey<H::Key>,
        algorithm: SignatureAlgorithm,
    ) -> Option<Rc<H::Key>> {
        if let Some(imported) = key.imported(algorithm) {
            return Some(imported);
        }
        let imported = self.host.import_key(key.jwk(), algorithm).await?;
        let imported = Rc::new(imported);
        key.keep(algorithm, &imported);
        Some(imported)
    }

    /// Other keys than `keys`, which do not do for a token that was presented at `since_ms`; `None` if there are none.
    /// Whatever is presented, they are asked for once per cooldown.
    async fn newer(
        &self,
        keys: &Rc<Keys<H::Key>>,
        since_ms: u64,
    ) -> Result<Option<Rc<Keys<H::Key>>>> {
        if let Some(current) = self.set.current()
            && !Rc::ptr_eq(&current, keys)
        {
            return Ok(Some(current));
        }
        // The token is older than the set, so the set has its key, or the issuer has not.
        if self.is_given() || keys.asked_at_ms >= since_ms {
            return Ok(None);
        }
        let now_ms = self.host.now_ms();
        if let Some(error) = self.set.standing.remembered(now_ms) {
            return Err(error);
        }
        match self.set.in_air(now_ms) || self.set.take_turn(self.config.cooldown_ms, now_ms) {
            true => self.asked(false).await.map(Some),
            false => Ok(None),
        }
    }
}

fn untold(algorithm: SignatureAlgorithm) -> Error {
    let message = [
        "this platform cannot check signatures by ",
        algorithm.as_str(),
        " with the key that the issuer has for it",
    ];
    Error::new(ErrorCode::TokenUnverifiable, message.concat())
}
