//! What to look at when a request brings no token. It follows the server's own words, and never takes their place.

use super::endpoint::Endpoint;
use crate::text;

/// What a code of RFC 6749 §5.2 or RFC 8707 §2 is mostly about.
#[cold]
#[inline(never)]
pub(super) fn on_code(code: &str) -> &'static str {
    match code {
        "invalid_scope" => "; look at scopes: they are those that this client may ask for there",
        "unauthorized_client" => {
            "; the server does not let this client use this grant: allow it where the client is registered"
        }
        "unsupported_grant_type" => {
            "; look at grant, and whether tokenUrl is the token endpoint's URL"
        }
        "invalid_target" => {
            "; look at resource and endpointParams.audience: the server knows no such API, or not for this client"
        }
        _ => "",
    }
}

/// What may be wrong with the URL of an endpoint that answers as no token endpoint does.
#[cold]
#[inline(never)]
pub(super) fn on_url(endpoint: &Endpoint) -> &'static str {
    let shown = endpoint.for_display();
    let path = shown.splitn(4, '/').nth(3).unwrap_or_default();
    match path.to_ascii_lowercase().as_str() {
        path if text::contains(path, "authorize") || path.ends_with("/auth") => {
            "; this looks like the authorization endpoint's URL, where users are sent: tokenUrl is the token endpoint's"
        }
        path if path.is_empty() || text::contains(path, ".well-known/") => {
            "; this looks like the issuer's: give that as issuer, or the token endpoint's URL as tokenUrl"
        }
        path if path.ends_with('/') => "; is tokenUrl right? Most servers have no / at its end",
        _ => "; is tokenUrl the token endpoint's URL?",
    }
}

pub(crate) const ON_CERTIFICATE: &str = "; the server's certificate is not good: it has ended, is for another name, or is signed by nobody known here";

/// Whether a connection was refused by us, since the server's certificate is not good. That stays so until somebody
/// changes something, unlike a name that is not resolved: resolvers fail for moments, too.
pub(crate) fn is_of_certificate(reason: &str) -> bool {
    let words = ["certificate", "CERT_", "_CERT", "LEAF_SIGNATURE"];
    words.into_iter().any(|word| text::contains(reason, word))
}

/// What to look at where no connection came about.
#[cold]
#[inline(never)]
pub(crate) fn on_connection(reason: &str) -> &'static str {
    let of_name = ["ENOTFOUND", "dns error", "DNS lookup", "EAI_AGAIN"];
    if of_name.into_iter().any(|word| text::contains(reason, word)) {
        return "; is the host's name right?";
    }
    // What workerd tells of names that are not found, and of certificates.
    match reason.starts_with("internal error; reference") {
        true => {
            "; the runtime's own log says why: is the host's name right, and its certificate good?"
        }
        false => "",
    }
}
