//! Sets of public keys (RFC 7517 §5): asked for, read, and which of them a token is checked with.

use super::endpoint::Endpoint;
use super::error_response::retry_after_ms;
use super::http::{self, HttpRequest, HttpResponse, MAX_RESPONSE_BYTES};
use super::jwa::SignatureAlgorithm;
use super::jwk::PublicKey;
use super::token_response::words_of;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::text;

/// What is asked about, as messages name it.
pub(crate) const KEY_SET: &str = "the key set ";

/// A token without `kid` is checked with no more keys than these, since each costs as much as the first.
const MOST_TRIED: usize = 16;

/// The request for the set that is there.
pub fn request(endpoint: &Endpoint) -> HttpRequest {
    let accept = "application/jwk-set+json, application/json";
    HttpRequest {
        method: "GET".into(),
        url: endpoint.as_str().into(),
        headers: http::headers(&[("accept".into(), accept.into())]),
        body: Vec::new(),
        max_response_bytes: MAX_RESPONSE_BYTES,
    }
}

/// Reads the answer to [`request`].
pub fn read(
    response: &HttpResponse,
    endpoint: &Endpoint,
    now_ms: u64,
) -> Result<Vec<PublicKey>, Error> {
    let status = response.status.to_string();
    let failed = |code, problem: &[&str]| {
        let message = [KEY_SET, endpoint.for_display(), " ", &problem.concat()];
        Error::new(code, message.concat()).with_status(response.status)
    };
    if response.is_redirect() {
        let problem = [
            "answered with status ",
            &status,
            ", a redirect, which is not followed; give the URL where it leads as jwksUri",
        ];
        return Err(failed(ErrorCode::RedirectRefused, &problem));
    }
    if !response.is_success() {
        let wish_ms = retry_after_ms(response, now_ms);
        let error = failed(ErrorCode::HttpStatus, &["answered with status ", &status]);
        return Err(error.with_retry_after(wish_ms));
    }
    let text = text::of_bytes(&response.body);
    let set = Json::parse(words_of(&text)).unwrap_or(Json::Null);
    read_set(&set).map_err(|problem| failed(ErrorCode::InvalidResponse, &[problem]))
}

/// Reads a set (RFC 7517 §5). What cannot be used in it is passed over; the error says why nothing is left.
pub fn read_set(set: &Json) -> Result<Vec<PublicKey>, &'static str> {
    let Some(Json::Array(entries)) = set.get("keys") else {
        return Err("is no JWK set (RFC 7517 §5): it has no array keys");
    };
    let keys: Vec<_> = entries.iter().filter_map(PublicKey::read).collect();
    match keys.is_empty() {
        true => Err("has no public key for signatures by RSA, P-256, P-384, P-521 or Ed25519"),
        false => Ok(keys),
    }
}

/// Those of `keys` that a token may be signed with whose header has this `kid` and `alg`. Where the token says `kid`, a
/// key that has none is taken only if no other has that.
pub fn choice<'a, K>(
    keys: &'a [K],
    public: impl Fn(&K) -> &PublicKey,
    key_id: Option<&str>,
    algorithm: SignatureAlgorithm,
) -> Vec<&'a K> {
    let of_name = |name: Option<&str>| -> Vec<&'a K> {
        let is_wanted =
            |key: &PublicKey| (key_id.is_none() || key.key_id() == name) && key.serves(algorithm);
        let wanted = keys.iter().filter(|key| is_wanted(public(key)));
        wanted.take(MOST_TRIED).collect()
    };
    let named = of_name(key_id);
    match named.is_empty() {
        true => of_name(None),
        false => named,
    }
}
