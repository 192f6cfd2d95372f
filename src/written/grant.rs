//! What is asked for, as options say it.

use serde::Deserialize;

use super::{members, token};
use crate::client::grant_options::{demanded, refuse_left};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::AssertionOptions;
use crate::protocol::grant::Grant;
use crate::token::{Credential, Secret};

/// The options that make a grant, whichever it is.
pub(super) struct GrantOptions {
    pub(super) grant: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) assertion: Option<Json>,
    pub(super) token: Option<Json>,
}

impl GrantOptions {
    /// The grant; what belongs to another one is refused, what it needs is demanded.
    pub(super) fn into_grant(self) -> Result<Grant, Error> {
        let Self {
            grant,
            mut username,
            mut password,
            mut refresh_token,
            mut assertion,
            mut token,
        } = self;
        let grant = match grant.as_deref().unwrap_or("client_credentials") {
            "client_credentials" => Grant::ClientCredentials,
            "authorization_code" => Grant::AuthorizationCode,
            "password" => Grant::Password {
                username: demanded("username", username.take())?,
                password: demanded("password", password.take())?,
            },
            "refresh_token" => Grant::RefreshToken {
                refresh_token: demanded("refreshToken", refresh_token.take())?,
            },
            "jwt_bearer" => match demanded("assertion", assertion.take())? {
                signed @ (Json::Object(_) | Json::Array(_)) => {
                    Grant::SignedJwtBearer(read_assertion("assertion", &signed)?)
                }
                ready => Grant::JwtBearer {
                    assertion: ready_assertion("assertion", &ready)?,
                },
            },
            "token" => {
                let given = demanded("token", token.take())?;
                token::given(&given, refresh_token.take())?
            }
            grant_type => Grant::Custom {
                grant_type: grant_type.to_owned(),
            },
        };
        refuse_left(|option| match option {
            "username" => username.is_some(),
            "password" => password.is_some(),
            "refreshToken" => refresh_token.is_some(),
            "assertion" => assertion.is_some(),
            "token" => token.is_some(),
            _ => false,
        })?;
        Ok(grant)
    }
}

/// An assertion that somebody else has signed.
pub(super) fn ready_assertion(option: &'static str, value: &Json) -> Result<Credential, Error> {
    let problem = "must be a string, or an object of what it says";
    let ready = value.as_str();
    ready
        .map(|ready| Credential::Given(ready.into()))
        .ok_or_else(|| Error::invalid_option(option, problem))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WrittenAssertion {
    issuer: Option<String>,
    subject: Option<String>,
    audience: Option<Json>,
    typ: Option<String>,
    claims: Option<Json>,
    lifetime_seconds: Option<u32>,
}

/// What an assertion says that is signed here.
pub(super) fn read_assertion(
    option: &'static str,
    value: &Json,
) -> Result<AssertionOptions, Error> {
    let WrittenAssertion {
        issuer,
        subject,
        audience,
        typ,
        claims,
        lifetime_seconds,
    } = members::read(option, value)?;
    let Json::Object(claims) = claims.unwrap_or(Json::Object(Vec::new())) else {
        let problem = "has claims that must be an object";
        return Err(Error::invalid_option(option, problem));
    };
    let default = AssertionOptions::default();
    Ok(AssertionOptions {
        issuer,
        subject,
        audience: members::texts(option, audience.as_ref())?,
        typ,
        claims,
        lifetime_seconds: lifetime_seconds.unwrap_or(default.lifetime_seconds),
    })
}
