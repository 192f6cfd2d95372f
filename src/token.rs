//! The token, and the newtype that keeps secrets out of logs.

use std::fmt;

use crate::json::Json;

/// No token is trusted for longer than this, whoever says so.
pub(crate) const LONGEST_LIFE_SECONDS: u64 = 365 * 24 * 60 * 60;

/// A text that must not be seen: `Debug` redacts it and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The text itself. Spell this out only where it goes onto the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A secret that is given, or one that the host is asked for each time it is needed.
#[derive(Clone, Debug)]
pub enum Credential {
    /// This one.
    Given(Secret),
    /// The host knows: [`Host::credential`](crate::host::Host::credential).
    Asked,
}

impl<T: Into<Secret>> From<T> for Credential {
    fn from(secret: T) -> Self {
        Self::Given(secret.into())
    }
}

impl Credential {
    /// The secret, if it is given.
    pub fn given(&self) -> Option<&Secret> {
        match self {
            Self::Given(secret) => Some(secret),
            Self::Asked => None,
        }
    }
}

/// An access token as the token endpoint issued it (RFC 6749 §5.1).
#[derive(Clone)]
#[non_exhaustive]
pub struct Token {
    /// `access_token`, free of white space and control characters, so that it fits a header.
    pub access_token: Secret,
    /// `token_type`; `Bearer` in this case whichever way the server wrote it, or left it out.
    pub token_type: String,
    /// When it was asked for, in milliseconds since the epoch; its life counts from then.
    pub received_at_ms: u64,
    /// When the token stops being valid, in milliseconds since the epoch.
    pub expires_at_ms: u64,
    /// `scope` as granted, if the server said; scopes separated by a space.
    pub scope: Option<String>,
    /// `refresh_token`, if one was issued.
    pub refresh_token: Option<Secret>,
    /// `id_token`, if one was issued (OpenID Connect Core §3.1.3.3).
    pub id_token: Option<Secret>,
    /// Every member of the response as received, secrets included.
    pub raw: Json,
    /// How many times the grant was renewed until this token came: of two refresh tokens the one
    /// with the higher count is the newer, whatever the clocks say. Where a user brings a new one, it
    /// goes on from the time in seconds, which is more than all before.
    pub(crate) rotation: u32,
}

impl Token {
    /// About how much memory it takes, in bytes.
    pub(crate) fn weight(&self) -> usize {
        let secrets = [&self.refresh_token, &self.id_token].into_iter().flatten();
        let texts = secrets.map(|secret| secret.expose().len());
        let texts = texts.fold(self.access_token.expose().len(), usize::saturating_add);
        texts.saturating_add(self.raw.weight())
    }

    /// The token as the successor of one that was renewed by `spent`. A server that sends no new
    /// refresh token goes on accepting the old one (RFC 6749 §6).
    pub(crate) fn renewed_by(mut self, spent: &RefreshToken) -> Self {
        self.refresh_token
            .get_or_insert_with(|| spent.secret.clone());
        self.rotation = spent.rotation.saturating_add(1);
        self
    }

    /// The value of an `Authorization` header that carries this token (RFC 6750 §2.1).
    ///
    /// `None` when the token's type is not `Bearer`: such a token must not be sent in a way that
    /// was not agreed for its type (RFC 6749 §7.1).
    pub fn authorization(&self) -> Option<String> {
        (self.token_type == "Bearer").then(|| ["Bearer ", self.access_token.expose()].concat())
    }
}

/// A refresh token, and how many renewals it is away from the first.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) secret: Secret,
    pub(crate) rotation: u32,
    /// The response that it came with, if it did.
    pub(crate) came_with: Option<Json>,
}

impl RefreshToken {
    /// The one that a user gave, with the response that it came with if that is known.
    pub(crate) fn first(secret: &Secret, came_with: Option<Json>) -> Self {
        Self {
            secret: secret.clone(),
            rotation: 0,
            came_with,
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("access_token", &self.access_token)
            .field("token_type", &self.token_type)
            .field("received_at_ms", &self.received_at_ms)
            .field("expires_at_ms", &self.expires_at_ms)
            .field("scope", &self.scope)
            .field("refresh_token", &self.refresh_token)
            .field("id_token", &self.id_token)
            .finish_non_exhaustive()
    }
}
