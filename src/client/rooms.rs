//! What a build cannot do whose Cargo features leave rooms out.

use super::ClientOptions;
use super::check::Checked;
use crate::error::Error;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::grant::Grant;

const AUTHORIZATION: (bool, &str) = (cfg!(feature = "authorization"), "authorization");
const DISCOVERY: (bool, &str) = (cfg!(feature = "discovery"), "discovery");
const REVOCATION: (bool, &str) = (cfg!(feature = "revocation"), "revocation");
const SIGNING: (bool, &str) = (cfg!(feature = "signing"), "signing");

/// A constant, so that a build with all rooms has nothing of this.
const IS_WHOLE: bool = AUTHORIZATION.0 && DISCOVERY.0 && REVOCATION.0 && SIGNING.0;

/// Refuses an option whose room is left out.
pub(super) fn check(options: &ClientOptions) -> Checked {
    match IS_WHOLE {
        true => Ok(()),
        false => check_each(options),
    }
}

fn check_each(options: &ClientOptions) -> Checked {
    let grant = &options.grant;
    let signs_client = match &options.client_assertion {
        ClientAssertion::Ready(_) => false,
        ClientAssertion::Signed(signed) => {
            options.client_auth.is_assertion() || !signed.is_default()
        }
    };
    let needs = [
        ("issuer", options.issuer.is_some(), DISCOVERY),
        (
            "authorizationUrl",
            options.authorization_url.is_some(),
            AUTHORIZATION,
        ),
        ("skipPkce", options.skip_pkce, AUTHORIZATION),
        (
            "grant",
            matches!(grant, Grant::AuthorizationCode),
            AUTHORIZATION,
        ),
        (
            "revocationUrl",
            options.revocation_url.is_some(),
            REVOCATION,
        ),
        ("privateKey", options.private_key.is_some(), SIGNING),
        (
            "clientAuth",
            options.client_auth == ClientAuth::ClientSecretJwt,
            SIGNING,
        ),
        ("clientAssertion", signs_client, SIGNING),
        (
            "assertion",
            matches!(grant, Grant::SignedJwtBearer(_)),
            SIGNING,
        ),
    ];
    for (option, is_needed, (is_there, room)) in needs {
        if is_needed && !is_there {
            return Err(left_out(option, room));
        }
    }
    Ok(())
}

/// What is said of an option whose room is left out.
pub(crate) fn left_out(option: &'static str, room: &str) -> Error {
    let problem = ["needs the feature ", room, ", which this build leaves out"];
    Error::invalid_option(option, problem.concat())
}
