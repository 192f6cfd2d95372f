//! Tokens as JavaScript has them.

use wasm_bindgen::JsValue;

use crate::json::js::to_js;
use crate::token::Token;
use crate::written::written;

/// The token as a plain object: `{ accessToken, tokenType, expiresAt, scope, refreshToken, idToken, raw }`, as the npm
/// package's `TokenData`. It is full of secrets. [`client_options`](crate::web::client_options) reads it again as `token`.
pub fn token_to_js(token: &Token) -> JsValue {
    to_js(&written(token))
}
