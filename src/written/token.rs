//! Tokens.

use serde::Deserialize;

use super::members;
use crate::error::Error;
use crate::json::Json;
use crate::protocol::grant::Grant;
use crate::token::{Secret, Token};

/// A token under the names of the npm package's.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TokenData {
    access_token: String,
    token_type: Option<String>,
    expires_at: Option<f64>,
    scope: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    raw: Option<Json>,
}

/// The token as it is kept, secrets included: the npm package's `TokenData`.
pub(crate) fn written(token: &Token) -> Json {
    let secret = |secret: &Secret| Json::from(secret.expose());
    let text = |text: &String| Json::from(text.as_str());
    Json::object([
        ("accessToken", Some(secret(&token.access_token))),
        ("tokenType", Some(text(&token.token_type))),
        ("expiresAt", Some(Json::Number(token.expires_at_ms as f64))),
        ("scope", token.scope.as_ref().map(text)),
        ("refreshToken", token.refresh_token.as_ref().map(secret)),
        ("idToken", token.id_token.as_ref().map(secret)),
        ("raw", Some(token.raw.clone())),
    ])
}

/// The token that was written so.
#[cfg(feature = "serde")]
pub(super) fn of(value: &Json) -> Result<Token, Error> {
    let data: TokenData = members::read("token", value)?;
    Ok(Token {
        access_token: data.access_token.into(),
        token_type: data.token_type.unwrap_or_else(|| "Bearer".to_owned()),
        received_at_ms: 0,
        expires_at_ms: data.expires_at.unwrap_or_default() as u64,
        scope: data.scope,
        refresh_token: data.refresh_token.map(Secret::from),
        id_token: data.id_token.map(Secret::from),
        raw: data.raw.unwrap_or(Json::Null),
        rotation: 0,
    })
}

/// The grant of a token that is there already: its text, or all that was kept of it. A refresh token beside it wins
/// over the one within.
pub(super) fn given(value: &Json, refresh_token: Option<Secret>) -> Result<Grant, Error> {
    if let Some(token) = value.as_str() {
        return Ok(Grant::Token {
            access_token: token.into(),
            expires_at_ms: None,
            refresh_token,
            response: None,
        });
    }
    let TokenData {
        access_token,
        token_type,
        expires_at,
        scope,
        refresh_token: kept,
        id_token,
        raw,
    } = members::read("token", value)?;
    let text = |text: Option<String>| text.map(Json::String);
    let Json::Object(mut response) = Json::object([
        ("access_token", Some(Json::from(access_token.as_str()))),
        ("token_type", text(token_type)),
        ("scope", text(scope)),
        ("id_token", text(id_token)),
    ]) else {
        return Err(Error::invalid_option("token", "cannot be read"));
    };
    // Members of a response that has other names for them are as they were received.
    if let Some(Json::Object(raw)) = raw {
        response.retain(|(name, _)| raw.iter().all(|(received, _)| received != name));
        response.extend(raw);
    }
    Ok(Grant::Token {
        access_token: access_token.into(),
        expires_at_ms: expires_at.map(|ms| ms as u64),
        refresh_token: refresh_token.or(kept.map(Secret::from)),
        response: Some(Json::Object(response)),
    })
}
