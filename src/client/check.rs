//! What options must be like: bad ones are named, with what to do about them.

use super::ClientOptions;
use crate::error::Error;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::endpoint::{Endpoint, Http};
use crate::protocol::grant::Grant;
use crate::protocol::well_known;
use crate::token::{Credential, Secret};

const CONTROL: &str =
    "must not contain control characters (is there a line break at the end of the value?)";
pub(super) const EMPTY: &str = "must not be empty: is what it is read from set?";

pub(super) type Checked = Result<(), Error>;

/// Apart from the checks, which are run in every client's life, as refusals are not.
#[cold]
#[inline(never)]
pub(super) fn refused<T>(option: &'static str, problem: &str) -> Result<T, Error> {
    Err(Error::invalid_option(option, problem))
}

/// There is a token endpoint, or an issuer to be asked for it.
pub(super) fn server(options: &ClientOptions) -> Checked {
    match options.issuer.as_deref() {
        Some(name) if cfg!(feature = "discovery") => issuer(name, options.http()),
        _ if options.token_url.is_empty() => refused(
            "tokenUrl",
            "is required; or give issuer, to have the endpoints found by its metadata",
        ),
        _ => Ok(()),
    }
}

#[inline(never)]
fn issuer(name: &str, http: Http) -> Checked {
    well_known::urls(name, http).map(drop)
}

pub(super) fn url(option: &'static str, url: &str, http: Http) -> Result<Endpoint, Error> {
    Endpoint::parse_with(url, http).or_else(|problem| refused(option, problem))
}

#[inline(never)]
pub(super) fn policy(options: &ClientOptions) -> Checked {
    if options.default_lifetime_seconds == 0 {
        return refused("defaultLifetimeSeconds", "must be at least 1");
    }
    if options.timeout_ms == 0 {
        return refused("timeoutMs", "must be at least 1");
    }
    if options
        .refresh_ahead
        .is_some_and(|share| !(0.1..=0.95).contains(&share))
    {
        return refused(
            "refreshAhead",
            "must be a share of the token's life from 0.1 to 0.95, or false",
        );
    }
    Ok(())
}

/// What cannot be compared must have a name, or the token of one would be taken for that of another.
pub(super) fn identity(options: &ClientOptions) -> Checked {
    if let Some(identity) = &options.identity {
        return text("identity", identity);
    }
    // Without one nothing is kept of it that could be taken for another's.
    if matches!(options.grant, Grant::AuthorizationCode) || options.functions.is_some() {
        return Ok(());
    }
    let is_asked = |credential: Option<&Credential>| matches!(credential, Some(Credential::Asked));
    let assertion = match &options.grant {
        Grant::JwtBearer { assertion } => Some(assertion),
        _ => None,
    };
    let client_assertion = match &options.client_assertion {
        ClientAssertion::Ready(ready) => Some(ready),
        ClientAssertion::Signed(_) => None,
    };
    let has_handle = matches!(&options.private_key, Some(key) if key.key.is_none());
    if has_handle
        || options.has_hooks
        || is_asked(options.client_secret.as_ref())
        || is_asked(assertion)
        || is_asked(client_assertion)
    {
        return refused(
            "identity",
            "is required where a function or a key handle takes part in the token request: a name that is the same exactly for those whose token may be shared",
        );
    }
    Ok(())
}

#[inline(never)]
pub(super) fn seal_keys(options: &ClientOptions) -> Checked {
    let mut given = options.seal_key.iter().chain(&options.previous_seal_keys);
    let is_given = given.clone().next().is_some();
    if given.any(|key| key.expose().is_empty()) {
        return refused("sealKey", EMPTY);
    }
    match is_given && !options.seal {
        true => refused(
            "sealKey",
            "is given although seal is false; leave one of them out",
        ),
        false => Ok(()),
    }
}

/// Those of ASCII, and U+0080 to U+009F, by their bytes.
pub(super) fn has_control(text: &str) -> bool {
    let mut before = 0;
    text.bytes().any(|byte| {
        let is_latin = before == 0xc2 && byte < 0xa0;
        before = byte;
        byte.is_ascii_control() || is_latin
    })
}

pub(super) fn text(option: &'static str, text: &str) -> Checked {
    match text {
        "" => refused(option, EMPTY),
        text if has_control(text) => refused(option, CONTROL),
        _ => Ok(()),
    }
}

pub(super) fn credential(option: &'static str, credential: &Secret) -> Checked {
    text(option, credential.expose())
}
