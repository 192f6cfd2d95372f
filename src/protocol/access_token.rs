//! What a JWT must say to be an access token for us (RFC 9068, RFC 7519 §4.1, RFC 8725).

use super::invalid_token::InvalidToken;
use super::jwa::SignatureAlgorithm;
use crate::json::Json;

/// What is asked of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `iss`, character by character.
    pub issuer: String,
    /// What `aud` must name one of; `None` where `aud` says nothing.
    pub audience: Option<Vec<String>>,
    /// What `alg` may be.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// Whether tokens are taken that do not say that they are access tokens: `typ` is `JWT` or not there.
    pub plain_jwt: bool,
    /// Claims that must be there.
    pub required_claims: Vec<String>,
    /// How far the clocks of issuer and API may differ.
    pub clock_skew_seconds: u32,
}

impl Rules {
    /// Judges a token by its header and claims, whose signature is another matter. `audience` takes the place of that of
    /// the rules.
    pub fn judge(
        &self,
        algorithm: SignatureAlgorithm,
        header: &Json,
        claims: &Json,
        audience: Option<&[String]>,
        now_ms: u64,
    ) -> Result<(), InvalidToken> {
        if !self.algorithms.contains(&algorithm) {
            return Err(InvalidToken::Algorithm);
        }
        let is_plain = self.judge_type(header)?;
        // Its `typ` may not say so, as in the days before it had one (RFC 8725 §3.12).
        if is_plain && claims.get("events").is_some() {
            return Err(InvalidToken::SecurityEvent);
        }
        if is_for_something_else(claims) {
            return Err(InvalidToken::Purpose);
        }
        if claims.get("iss").and_then(Json::as_str) != Some(&self.issuer) {
            return Err(InvalidToken::Issuer);
        }
        if let Some(wanted) = audience.or(self.audience.as_deref()) {
            let is_wanted = |it: &str| wanted.iter().any(|one| one == it);
            if !each_text(claims.get("aud")).any(is_wanted) {
                return Err(InvalidToken::Audience);
            }
        }
        self.judge_times(claims, now_ms)?;
        let is_missing = |name: &&String| matches!(claims.get(name), None | Some(Json::Null));
        match self.required_claims.iter().find(is_missing) {
            Some(name) => Err(InvalidToken::RequiredClaim(name.clone())),
            None => Ok(()),
        }
    }

    /// Whether the token says nothing of what it is. All types but those of RFC 9068 §2.1 are refused: that of an ID
    /// token, a logout token, a DPoP proof, an introspection, an event.
    fn judge_type(&self, header: &Json) -> Result<bool, InvalidToken> {
        let Some(typ) = header.get("typ") else {
            return self.plain();
        };
        // A media type is the same in any case, and may leave out `application/` (RFC 7515 §4.1.9).
        let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "at+jwt" => Ok(false),
            "jwt" => self.plain(),
            _ => Err(InvalidToken::Type),
        }
    }

    fn plain(&self) -> Result<bool, InvalidToken> {
        match self.plain_jwt {
            true => Ok(true),
            false => Err(InvalidToken::Type),
        }
    }

    fn judge_times(&self, claims: &Json, now_ms: u64) -> Result<(), InvalidToken> {
        let now = now_ms as f64 / 1000.0;
        let skew = f64::from(self.clock_skew_seconds);
        let seconds = |name| match claims.get(name) {
            None => Ok(None),
            Some(Json::Number(seconds)) if seconds.is_finite() => Ok(Some(*seconds)),
            Some(_) => Err(()),
        };
        let expiry = seconds("exp").ok().flatten().ok_or(InvalidToken::Expiry)?;
        if now >= expiry + skew {
            return Err(InvalidToken::Expired);
        }
        let is_ahead = |seconds: Option<f64>| seconds.is_some_and(|at| at > now + skew);
        if is_ahead(seconds("nbf").map_err(|()| InvalidToken::NotBefore)?) {
            return Err(InvalidToken::NotYetValid);
        }
        if is_ahead(seconds("iat").map_err(|()| InvalidToken::IssuedAt)?) {
            return Err(InvalidToken::IssuedAhead);
        }
        Ok(())
    }
}

/// Where servers say what a token is for, and what they call one that is not for access: for renewal, or of an
/// identity. Some introspect those too, and call them active (RFC 7662 §2.1 has it so).
const PURPOSES: [&str; 4] = ["token_use", "token_usage", "token_type", "typ"];
const OTHERS: [&str; 5] = ["refresh_token", "refresh", "offline", "id_token", "id"];

/// Whether a token says that it is no access token, or is said to be none.
pub fn is_for_something_else(claims: &Json) -> bool {
    let mut purposes = PURPOSES
        .iter()
        .filter_map(|name| claims.get(name)?.as_str());
    purposes.any(|it| OTHERS.iter().any(|other| it.eq_ignore_ascii_case(other)))
}

/// Whether a token is good together with a proof only (RFC 7800 §3.1).
pub fn is_bound(claims: &Json) -> bool {
    claims.get("cnf").is_some()
}

/// What the token reaches: `scope` (RFC 9068 §2.2.3), and `scp`, as some servers call it. Either may be a list.
pub fn scopes(claims: &Json) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in each_scope(claims) {
        if !scopes.iter().any(|it| it == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

/// The same one by one, some of them perhaps twice.
pub(crate) fn each_scope(claims: &Json) -> impl Iterator<Item = &str> {
    let of_name = |name| {
        let value = claims.get(name);
        let text = value.and_then(Json::as_str).unwrap_or_default();
        let list = value.filter(|it| matches!(it, Json::Array(_)));
        text.split(' ').chain(each_text(list))
    };
    let all = ["scope", "scp"].into_iter().flat_map(of_name);
    all.filter(|scope| !scope.is_empty())
}

/// Whom the token is for: `aud` (RFC 7519 §4.1.3).
pub fn audience(claims: &Json) -> Vec<String> {
    each_text(claims.get("aud")).map(str::to_owned).collect()
}

/// What is one text, or a list of them.
fn each_text(value: Option<&Json>) -> impl Iterator<Item = &str> {
    let items = match value {
        Some(Json::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    items.iter().filter_map(Json::as_str)
}
