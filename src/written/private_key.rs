//! What options say of the key that signs.

use serde::Deserialize;

use super::members;
use crate::client::PrivateKey;
use crate::error::Error;
use crate::json::Json;
use crate::protocol::jwt::Algorithm;

/// The key itself is the host's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenKey {
    alg: Option<String>,
    kid: Option<String>,
    audience: Option<Json>,
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
    x5c: Option<Vec<String>>,
}

/// What assertions say of the key that signs them.
pub(super) fn read_private_key(value: Option<&Json>) -> Result<Option<PrivateKey>, Error> {
    const OPTION: &str = "privateKey";
    let Some(value) = value else {
        return Ok(None);
    };
    if value.get("key").is_some() {
        let problem = "must not have the key, which is given to the host: with_signing_key";
        return Err(Error::invalid_option(OPTION, problem));
    }
    let WrittenKey {
        alg,
        kid,
        audience,
        x5t,
        x5t_s256,
        x5c,
    } = members::read(OPTION, value)?;
    let algorithm = alg.as_deref().and_then(Algorithm::from_name);
    let algorithm = algorithm.ok_or_else(|| {
        Error::invalid_option(OPTION, "must have an alg, such as RS256, ES256 or EdDSA")
    })?;
    let text = |text: Option<String>| text.map(Json::String);
    let chain = x5c.map(|chain| Json::Array(chain.into_iter().map(Json::String).collect()));
    let header = [
        ("x5t", text(x5t)),
        ("x5t#S256", text(x5t_s256)),
        ("x5c", chain),
    ];
    let header = header.into_iter();
    Ok(Some(PrivateKey {
        algorithm,
        key_id: kid,
        header: header
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        audience: members::texts(OPTION, audience.as_ref())?,
        key: None,
    }))
}
