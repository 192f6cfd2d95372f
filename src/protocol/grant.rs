//! What is asked for: the grant and its parameters (RFC 6749 §1.3).

use super::assertion::AssertionOptions;
use super::form::Parameters;
use super::{lifetime, token_response};
use crate::json::Json;
use crate::token::{Credential, LONGEST_LIFE_SECONDS, RefreshToken, Secret, Token};

pub(crate) const AUTHORIZATION_CODE: &str = "authorization_code";

/// The grant type of RFC 7523 §2.1.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// An authorization grant: how a client comes to its first token, and to the next ones.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Grant {
    /// The client acts for itself (RFC 6749 §4.4).
    #[default]
    ClientCredentials,
    /// The client knows a user's password (RFC 6749 §4.3). Renewed by the refresh token, if one came
    /// with the token, and else by the password again.
    Password {
        /// `username`
        username: String,
        /// `password`
        password: Secret,
    },
    /// A refresh token that stands for an authorization given before (RFC 6749 §6). Where the server
    /// rotates it, the newest is kept in memory and in the store, and is what is spent next.
    RefreshToken {
        /// `refresh_token`, the first one.
        refresh_token: Secret,
    },
    /// A code that the user's browser brings from the authorization server (RFC 6749 §4.1):
    /// [`TokenSource::authorization_url`](crate::TokenSource::authorization_url) and
    /// [`TokenSource::callback`](crate::TokenSource::callback). Renewed by the refresh token.
    AuthorizationCode,
    /// A signed assertion (RFC 7523 §2.1). Renewed by the refresh token, if there is one, and else by an
    /// assertion again.
    JwtBearer {
        /// `assertion`
        assertion: Credential,
    },
    /// The same with an assertion that is signed here, by the client's private key.
    SignedJwtBearer(AssertionOptions),
    /// An access token that is there already: used until it expires or is refused, and then renewed by
    /// the refresh token, if there is one.
    Token {
        /// `access_token`
        access_token: Secret,
        /// When it ends, in milliseconds since the epoch; `None` if nobody knows.
        expires_at_ms: Option<u64>,
        /// `refresh_token`
        refresh_token: Option<Secret>,
        /// The members of the response that it came with, as far as they are known.
        response: Option<Json>,
    },
    /// Any other (RFC 6749 §4.5). Its parameters are those of the token endpoint. Renewed by the refresh
    /// token, if there is one, and else by the grant again.
    Custom {
        /// `grant_type`, an absolute URI or a name that the server understands.
        grant_type: String,
    },
}

impl Grant {
    /// The value of `grant_type`.
    pub fn grant_type(&self) -> &str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password { .. } => "password",
            Self::RefreshToken { .. } => "refresh_token",
            Self::AuthorizationCode => AUTHORIZATION_CODE,
            Self::JwtBearer { .. } | Self::SignedJwtBearer(_) => JWT_BEARER,
            // No request asks for it.
            Self::Token { .. } => "token",
            Self::Custom { grant_type } => grant_type,
        }
    }

    /// The grant's own parameters, `grant_type` first. An assertion that is asked for, or made, is added
    /// when it is there.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = vec![("grant_type".into(), self.grant_type().into())];
        if !matches!(self, Self::ClientCredentials) {
            self.add_own(&mut parameters);
        }
        parameters
    }

    #[inline(never)]
    fn add_own(&self, parameters: &mut Parameters) {
        let mut add = |name: &str, value: &str| parameters.push((name.into(), value.into()));
        match self {
            Self::Password { username, password } => {
                add("username", username);
                add("password", password.expose());
            }
            Self::RefreshToken { refresh_token } => add("refresh_token", refresh_token.expose()),
            Self::JwtBearer {
                assertion: Credential::Given(assertion),
            } => add("assertion", assertion.expose()),
            // The request has what it becomes.
            Self::JwtBearer {
                assertion: Credential::Asked,
            }
            | Self::SignedJwtBearer(_) => add("assertion", ""),
            Self::Token {
                access_token,
                refresh_token,
                ..
            } => {
                add("access_token", access_token.expose());
                add(
                    "refresh_token",
                    refresh_token.as_ref().map_or("", Secret::expose),
                );
            }
            Self::ClientCredentials | Self::AuthorizationCode | Self::Custom { .. } => {}
        }
    }

    /// Whether a refresh token renews it. One that came with client credentials is not used: the
    /// grant itself can be repeated (RFC 6749 §4.4.3).
    pub(crate) fn is_renewed_by_refresh_token(&self) -> bool {
        !matches!(self, Self::ClientCredentials)
    }

    /// Whether it can be made again when no refresh token helps.
    pub(crate) fn is_repeatable(&self) -> bool {
        !matches!(
            self,
            Self::RefreshToken { .. } | Self::AuthorizationCode | Self::Token { .. }
        )
    }

    /// The refresh token that is there from the beginning.
    pub(crate) fn first_refresh_token(&self) -> Option<RefreshToken> {
        match self {
            Self::RefreshToken { refresh_token } => Some(RefreshToken::first(refresh_token, None)),
            Self::Token {
                access_token,
                refresh_token,
                response,
                ..
            } => {
                let came_with = given_response(access_token, response.as_ref());
                let refresh_token = refresh_token.as_ref()?;
                Some(RefreshToken::first(refresh_token, Some(came_with)))
            }
            _ => None,
        }
    }

    /// The access token that is there already.
    ///
    /// `used_at_ms` is when it was used first: from then on it lives where only how long is known, or not even
    /// that. Of a life that nobody knows the whole of, all of `skew_seconds` is kept back.
    pub(crate) fn given_token(&self, used_at_ms: u64, skew_seconds: u32) -> Option<Token> {
        let Self::Token {
            access_token,
            expires_at_ms,
            refresh_token,
            response,
        } = self
        else {
            return None;
        };
        let raw = given_response(access_token, response.as_ref());
        let life_ms = lifetime::whole_seconds(&raw).map(|seconds| seconds.saturating_mul(1000));
        let expires_at_ms = expires_at_ms
            // Nobody knows: until it is refused.
            .unwrap_or_else(|| {
                used_at_ms
                    .saturating_add(life_ms.unwrap_or(LONGEST_LIFE_SECONDS.saturating_mul(1000)))
            });
        let least_ms = u64::from(skew_seconds).saturating_mul(4_000);
        let received_at_ms = expires_at_ms.saturating_sub(life_ms.unwrap_or(least_ms));
        Some(Token {
            access_token: access_token.clone(),
            token_type: token_response::token_type(&raw),
            received_at_ms: received_at_ms.min(used_at_ms),
            expires_at_ms,
            scope: token_response::scope(&raw),
            refresh_token: refresh_token.clone(),
            id_token: token_response::text_member(&raw, "id_token").map(Secret::from),
            raw,
            rotation: 0,
        })
    }
}

/// The response that an access token came with, of which at least the token is known.
fn given_response(access_token: &Secret, response: Option<&Json>) -> Json {
    response.cloned().unwrap_or_else(|| {
        let text = access_token.expose().into();
        Json::object([("access_token", Some(Json::String(text)))])
    })
}

/// The parameters of an authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5).
pub(crate) fn authorization_code(
    code: &Secret,
    redirect_uri: &str,
    code_verifier: Option<&Secret>,
) -> Parameters {
    let parameters = [
        ("grant_type", Some(AUTHORIZATION_CODE)),
        ("code", Some(code.expose())),
        ("redirect_uri", Some(redirect_uri)),
        ("code_verifier", code_verifier.map(Secret::expose)),
    ];
    let given = parameters.into_iter();
    given
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
}

/// The parameters of a refresh (RFC 6749 §6).
pub(crate) fn refresh(refresh_token: &Secret) -> Parameters {
    Grant::RefreshToken {
        refresh_token: refresh_token.clone(),
    }
    .parameters()
}

/// The parameters of a JWT bearer grant with this assertion (RFC 7523 §2.1).
pub(crate) fn jwt_bearer(assertion: Secret) -> Parameters {
    Grant::JwtBearer {
        assertion: Credential::Given(assertion),
    }
    .parameters()
}
