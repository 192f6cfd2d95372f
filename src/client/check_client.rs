//! How a client says who it is.

use super::check::{Checked, credential, refused, text};
use super::{ClientOptions, check_assertion};
use crate::error::Error;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::grant::Grant;
use crate::protocol::jwt::Algorithm;
use crate::token::{Credential, Secret};

/// How the client authenticates, where it was not said or cannot be.
pub(super) fn method(options: &ClientOptions) -> ClientAuth {
    let said = options.client_auth;
    if options.client_secret.is_some() {
        return said;
    }
    let is_ready = matches!(options.client_assertion, ClientAssertion::Ready(_));
    match options.grant {
        _ if is_ready && said == ClientAuth::default() => ClientAuth::PrivateKeyJwt,
        Grant::ClientCredentials => said,
        // The other grants may be made by public clients, which have no secret (RFC 6749 §2.1).
        _ if !said.is_assertion() => ClientAuth::None,
        _ => said,
    }
}

#[inline(never)]
pub(super) fn client(options: &ClientOptions) -> Checked {
    let method = options.client_auth;
    match options.client_id.as_str() {
        "" if check_assertion::is_who_asks(options) => {}
        "" => {
            return refused(
                "clientId",
                "is required, except where the grant says who asks and there is no clientSecret: with a clientAssertion that is ready, grant: 'jwt_bearer' and assertion.issuer, grant: 'password', or a grant_type of the server's own",
            );
        }
        id => text("clientId", id)?,
    }
    text("clientIdParam", &options.client_id_param)?;
    text("clientSecretParam", &options.client_secret_param)?;
    text("clientAssertionType", &options.client_assertion_type)?;
    if !matches!(&options.client_assertion, ClientAssertion::Signed(it) if it.is_default()) {
        check_assertion::of_client(options)?;
    }
    private_key(options)?;
    match (&options.client_secret, method) {
        (None, ClientAuth::None | ClientAuth::PrivateKeyJwt) => Ok(()),
        (None, _) => refused(
            "clientSecret",
            "is required; for a public client say clientAuth: 'none'",
        ),
        (Some(_), ClientAuth::None | ClientAuth::PrivateKeyJwt) => Err(needless_secret(method)),
        (Some(Credential::Given(secret)), _) => {
            credential("clientSecret", secret)?;
            match method {
                ClientAuth::ClientSecretJwt => signing_secret(secret),
                _ => Ok(()),
            }
        }
        (Some(Credential::Asked), _) => Ok(()),
    }
}

/// It is there exactly where it signs.
fn private_key(options: &ClientOptions) -> Checked {
    let is_ready = matches!(options.client_assertion, ClientAssertion::Ready(_));
    let signs = options.client_auth == ClientAuth::PrivateKeyJwt && !is_ready
        || matches!(options.grant, Grant::SignedJwtBearer(_));
    match options.private_key.is_some() == signs {
        true => Ok(()),
        false => misplaced_key(signs),
    }
}

#[cold]
#[inline(never)]
fn misplaced_key(signs: bool) -> Checked {
    let problem = match signs {
        true => "is required: ",
        false => "is not used: ",
    };
    let purpose = "it signs for clientAuth: 'private_key_jwt', and where the assertion of grant: 'jwt_bearer' is an object";
    refused("privateKey", &[problem, purpose].concat())
}

#[cold]
#[inline(never)]
fn needless_secret(method: ClientAuth) -> Error {
    let problem = [
        "is given although clientAuth is '",
        method.name(),
        "'; leave one of them out",
    ];
    Error::invalid_option("clientSecret", problem.concat())
}

#[inline(never)]
fn signing_secret(secret: &Secret) -> Checked {
    let checked = Algorithm::Hs256.check_secret(secret);
    checked.map_err(|problem| Error::invalid_option("clientSecret", problem))
}
