//! What assertions must be like (RFC 7521, 7523).

use super::ClientOptions;
use super::check::{Checked, credential, refused, text};
use crate::error::Error;
use crate::protocol::assertion::{AssertionOptions, ClientAssertion};
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::grant::Grant;

/// No server takes assertions that live longer (Google's limit), and nobody needs them to.
const MAX_ASSERTION_SECONDS: u32 = 3_600;

/// It takes the place of the secret, and is said for nothing else.
#[inline(never)]
pub(super) fn of_client(options: &ClientOptions) -> Checked {
    let method = options.client_auth;
    let is_used = match &options.client_assertion {
        ClientAssertion::Ready(ready) => {
            ready
                .given()
                .map_or(Ok(()), |it| credential("clientAssertion", it))?;
            method == ClientAuth::PrivateKeyJwt
        }
        ClientAssertion::Signed(signed) if signed.is_default() => true,
        ClientAssertion::Signed(signed) => {
            said(&CLIENT_ASSERTION, signed)?;
            method.is_assertion()
        }
    };
    match is_used {
        true => Ok(()),
        false => refused(
            "clientAssertion",
            "takes the place of the secret, so it goes with clientAuth: 'private_key_jwt' and without clientSecret; or, as an object, with 'client_secret_jwt'",
        ),
    }
}

/// The grant says who asks: a client that has no secret need not. An assertion does (RFC 7521 §4.1), a subject token
/// (RFC 8693 §2.1), an API key, or a user's password.
#[inline(never)]
pub(super) fn is_who_asks(options: &ClientOptions) -> bool {
    let has_issuer = match &options.grant {
        Grant::JwtBearer { .. } | Grant::Custom { .. } | Grant::Password { .. } => true,
        Grant::SignedJwtBearer(assertion) => assertion.issuer.is_some(),
        _ => false,
    };
    let is_ready = matches!(options.client_assertion, ClientAssertion::Ready(_));
    match options.client_auth {
        ClientAuth::None => has_issuer,
        // The user is sent to the server by the client's name.
        ClientAuth::PrivateKeyJwt => is_ready && !matches!(options.grant, Grant::AuthorizationCode),
        _ => false,
    }
}

/// That of a grant.
pub(super) fn of_grant(options: &AssertionOptions) -> Checked {
    said(&ASSERTION, options)
}

/// The options of an assertion, by the names they are written with.
const ASSERTION: [&str; 6] = [
    "assertion.issuer",
    "assertion.subject",
    "assertion.audience",
    "assertion.typ",
    "assertion.lifetimeSeconds",
    "assertion.claims",
];
const CLIENT_ASSERTION: [&str; 6] = [
    "clientAssertion.issuer",
    "clientAssertion.subject",
    "clientAssertion.audience",
    "clientAssertion.typ",
    "clientAssertion.lifetimeSeconds",
    "clientAssertion.claims",
];

fn said(names: &[&'static str; 6], options: &AssertionOptions) -> Checked {
    let [issuer, subject, audience, typ, lifetime, claims] = names;
    let texts = [
        (issuer, &options.issuer),
        (subject, &options.subject),
        (typ, &options.typ),
    ];
    for (option, value) in texts {
        value
            .as_deref()
            .map_or(Ok(()), |value| text(option, value))?;
    }
    for value in &options.audience {
        text(audience, value)?;
    }
    if !(1..=MAX_ASSERTION_SECONDS).contains(&options.lifetime_seconds) {
        return Err(Error::invalid_option(
            lifetime,
            "must be from 1 to 3600: it is for one request",
        ));
    }
    for (name, _) in &options.claims {
        let instead = match name.as_str() {
            "iss" => issuer,
            "sub" => subject,
            "aud" => audience,
            "exp" => lifetime,
            "iat" | "jti" => "",
            _ => continue,
        };
        let instead = match instead {
            "" => [", which is another in every request", ""],
            option => ["; use ", option],
        };
        return Err(Error::invalid_option(
            claims,
            ["must not set ", name, &instead.concat()].concat(),
        ));
    }
    Ok(())
}
