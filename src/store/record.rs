//! What is written into a store: a token, what was learnt of the server with it, and what the server refused.

use super::refusal::Refusal;
use crate::json::Json;
use crate::protocol::client_authentication::ClientAuth;
use crate::token::{LONGEST_LIFE_SECONDS, Secret, Token};

/// The format's version. What another version wrote is a miss.
const VERSION: f64 = 1.0;

pub(crate) struct Record {
    pub(crate) token: Option<Token>,
    /// How the client has to authenticate, where that had to be found out.
    pub(crate) client_auth: Option<ClientAuth>,
    pub(crate) refusal: Option<Refusal>,
}

/// Writes a record down; `key` is where it will be kept, so that it cannot be served from elsewhere.
pub(super) fn encode(
    key: &str,
    token: Option<&Token>,
    client_auth: Option<ClientAuth>,
    refusal: Option<&Refusal>,
) -> String {
    let text = |text: &str| Some(Json::from(text));
    let secret = |secret: Option<&Secret>| text(secret?.expose());
    let number = |number: Option<f64>| number.map(Json::Number);
    Json::object([
        ("v", number(Some(VERSION))),
        ("key", text(key)),
        ("access_token", secret(token.map(|it| &it.access_token))),
        ("token_type", token.and_then(|it| text(&it.token_type))),
        (
            "received_at",
            number(token.map(|it| it.received_at_ms as f64)),
        ),
        (
            "expires_at",
            number(token.map(|it| it.expires_at_ms as f64)),
        ),
        ("scope", token.and_then(|it| text(it.scope.as_deref()?))),
        (
            "refresh_token",
            secret(token.and_then(|it| it.refresh_token.as_ref())),
        ),
        (
            "id_token",
            secret(token.and_then(|it| it.id_token.as_ref())),
        ),
        ("rotation", number(token.map(|it| it.rotation.into()))),
        ("raw", token.map(|it| it.raw.clone())),
        ("client_auth", client_auth.and_then(|it| text(it.name()))),
        ("refusal", refusal.map(Refusal::to_json)),
    ])
    .to_text()
}

/// Reads what [`encode`] wrote for `key`.
pub(crate) fn decode(text: &str, key: &str, now_ms: u64) -> Option<Record> {
    let record = Json::parse(text)?;
    if record.number("v")? != VERSION || record.text("key")? != key {
        return None;
    }
    let refusal = record.get("refusal").and_then(Refusal::of);
    let token = match record.get("access_token") {
        Some(_) => Some(token(&record, now_ms)?),
        None if refusal.is_some() => None,
        None => return None,
    };
    let client_auth = record.text("client_auth").and_then(ClientAuth::from_name);
    Some(Record {
        token,
        client_auth: client_auth.filter(|it| matches!(it, ClientAuth::Basic | ClientAuth::Post)),
        refusal,
    })
}

/// Where the clock of the instance that wrote it is ahead of ours, the token's life begins now: it is never longer
/// than it was.
fn token(record: &Json, now_ms: u64) -> Option<Token> {
    let text = |name: &str| record.text(name).map(str::to_owned);
    let millis = |name: &str| record.number(name).map(|ms| ms as u64);
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
        rotation: record.number("rotation")? as u32,
        raw: record.get("raw")?.clone(),
    })
}
