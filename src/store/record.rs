//! A token as it is written into a store.

use crate::json::Json;
use crate::token::{LONGEST_LIFE_SECONDS, Secret, Token};

/// The format's version. What another version wrote is a miss.
const VERSION: f64 = 1.0;

/// Writes `token` down; `key` is where it will be kept, so that it cannot be served from elsewhere.
pub(crate) fn encode(token: &Token, key: &str) -> String {
    let text = |text: &str| Some(Json::String(text.into()));
    let secret = |secret: &Option<Secret>| secret.as_ref().and_then(|it| text(it.expose()));
    Json::object([
        ("v", Some(Json::Number(VERSION))),
        ("key", text(key)),
        ("access_token", text(token.access_token.expose())),
        ("token_type", text(&token.token_type)),
        (
            "received_at",
            Some(Json::Number(token.received_at_ms as f64)),
        ),
        ("expires_at", Some(Json::Number(token.expires_at_ms as f64))),
        ("scope", token.scope.as_deref().and_then(text)),
        ("refresh_token", secret(&token.refresh_token)),
        ("id_token", secret(&token.id_token)),
        ("rotation", Some(Json::Number(token.rotation.into()))),
        ("raw", Some(token.raw.clone())),
    ])
    .to_text()
}

/// Reads what [`encode`] wrote for `key`. Where the clock of the instance that wrote it is ahead of ours, the token's
/// life begins now: it is never longer than it was.
pub(crate) fn decode(text: &str, key: &str, now_ms: u64) -> Option<Token> {
    let record = Json::parse(text)?;
    let text = |name: &str| record.get(name).and_then(Json::as_str).map(str::to_owned);
    let millis = |name: &str| record.get(name)?.as_f64().map(|ms| ms as u64);
    if record.get("v")?.as_f64()? != VERSION || text("key")? != key {
        return None;
    }
    let writers_ms = millis("received_at")?;
    let life_ms = millis("expires_at")?.saturating_sub(writers_ms);
    let received_at_ms = writers_ms.min(now_ms);
    Some(Token {
        access_token: Secret::from(text("access_token")?),
        token_type: text("token_type")?,
        received_at_ms,
        expires_at_ms: received_at_ms
            .saturating_add(life_ms.min(LONGEST_LIFE_SECONDS.saturating_mul(1000))),
        scope: text("scope"),
        refresh_token: text("refresh_token").map(Secret::from),
        id_token: text("id_token").map(Secret::from),
        rotation: record.get("rotation")?.as_f64()? as u32,
        raw: record.get("raw")?.clone(),
    })
}
