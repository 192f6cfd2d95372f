//! Where an issuer's metadata is (RFC 8414 §3, OpenID Connect Discovery §4, RFC 8615).

use super::endpoint::{Endpoint, Http};
use crate::error::Error;
use crate::text;

/// Where the metadata of `issuer` may be, in the order in which to ask.
pub fn urls(issuer: &str, http: Http) -> Result<Vec<String>, Error> {
    let invalid = |problem| Error::invalid_option("issuer", problem);
    Endpoint::parse_with(issuer, http).map_err(invalid)?;
    if issuer.contains('?') {
        return Err(invalid("must not have a query (RFC 8414 §2)"));
    }
    if text::contains(issuer, "/.well-known/") {
        return Err(invalid(
            "must be what is called `issuer` in that document, and not its address",
        ));
    }
    let (scheme, rest) = text::split_once(issuer, "://").unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let url = |parts: &[&str]| [scheme, "://", authority, &parts.concat()].concat();
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";
    if path.is_empty() {
        return Ok(vec![url(&[OAUTH]), url(&[OPENID])]);
    }
    Ok(vec![
        url(&[OAUTH, "/", path]),
        url(&[OPENID, "/", path]),
        url(&["/", path, OPENID]),
    ])
}
