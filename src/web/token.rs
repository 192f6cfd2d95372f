//! Tokens as JavaScript has them.

use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Serializer, preserve};
use wasm_bindgen::JsValue;

use super::members;
use crate::error::Error;
use crate::json::Json;
use crate::json::js::to_js;
use crate::protocol::grant::Grant;
use crate::token::{Secret, Token};

/// A token under the names of the npm package's. It is how a token is kept, secrets included.
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct TokenData {
    access_token: String,
    token_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(with = "preserve")]
    raw: JsValue,
}

/// The token as a plain object: `{ accessToken, tokenType, expiresAt, scope, refreshToken, idToken, raw }`, as the npm
/// package's `TokenData`. It is full of secrets. [`client_options`](crate::web::client_options) reads it again as `token`.
pub fn token_to_js(token: &Token) -> JsValue {
    let exposed = |secret: &Secret| secret.expose().to_owned();
    let data = TokenData {
        access_token: exposed(&token.access_token),
        token_type: Some(token.token_type.clone()),
        expires_at: Some(token.expires_at_ms as f64),
        scope: token.scope.clone(),
        refresh_token: token.refresh_token.as_ref().map(exposed),
        id_token: token.id_token.as_ref().map(exposed),
        raw: to_js(&token.raw),
    };
    let written = data.serialize(&Serializer::json_compatible());
    written.unwrap_or_default()
}

/// The grant of a token that is there already: its text, or all that was kept of it. A refresh token beside it wins
/// over the one within.
pub(super) fn given(value: &JsValue, refresh_token: Option<Secret>) -> Result<Grant, Error> {
    if let Some(token) = value.as_string() {
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
    if !raw.is_undefined()
        && let Json::Object(raw) = members::json("token", &raw)?
    {
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
