//! Reads a client's options from the triples of option, key and value that the face makes of them.

use crate::config::{ClientOptions, PrivateKey};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::{AssertionOptions, ClientAssertion};
use crate::protocol::client_auth::{ClientAuth, CredentialEncoding};
use crate::protocol::grant::Grant;
use crate::protocol::jwt::Algorithm;
use crate::protocol::token_request::BodyFormat;
use crate::token::{Credential, Secret};

/// What the grant is made of, whichever it is.
#[derive(Default)]
struct GrantFields {
    grant: String,
    username: Option<String>,
    password: Option<Secret>,
    refresh_token: Option<Secret>,
    assertion: Option<Credential>,
    signed: Option<AssertionOptions>,
    token: Option<Secret>,
    expires_at_ms: Option<u64>,
    response: Option<Json>,
}

pub(super) fn options(fields: &[String]) -> Result<ClientOptions, Error> {
    let mut options = ClientOptions::default();
    let mut grant = GrantFields::default();
    for field in fields.chunks_exact(3) {
        let [option, key, value] = field else {
            continue;
        };
        let text = || value.clone();
        let secret = || Secret::from(value.as_str());
        let pair = || (key.clone(), value.clone());
        // The face sends a function's name where the function stands for a credential.
        let credential = || match key.as_str() {
            "asked" => Credential::Asked,
            _ => Credential::Given(secret()),
        };
        match option.as_str() {
            "tokenUrl" => options.token_url = text(),
            "issuer" => options.issuer = Some(text()),
            "allowInsecureRequests" => options.allow_insecure_requests = value == "true",
            "authorizationUrl" => options.authorization_url = Some(text()),
            "revocationUrl" => options.revocation_url = Some(text()),
            "refreshUrl" => options.refresh_url = Some(text()),
            "clientId" => options.client_id = text(),
            "clientSecret" => options.client_secret = Some(credential()),
            "clientAuth" => options.client_auth = ClientAuth::from_name(value).unwrap_or_default(),
            "credentialEncoding" => {
                options.credential_encoding =
                    CredentialEncoding::from_name(value).unwrap_or_default();
            }
            "clientIdParam" => options.client_id_param = text(),
            "clientSecretParam" => options.client_secret_param = text(),
            // The first of its fields.
            "privateKey.alg" => {
                let new = |algorithm| PrivateKey {
                    algorithm,
                    key_id: None,
                    header: Vec::new(),
                    audience: Vec::new(),
                    key: None,
                };
                options.private_key = Algorithm::from_name(value).map(new);
            }
            "clientAssertion" => options.client_assertion = ClientAssertion::Ready(credential()),
            "clientAssertionType" => options.client_assertion_type = text(),
            "grant" => grant.grant = text(),
            "username" => grant.username = Some(text()),
            "password" => grant.password = Some(secret()),
            "refreshToken" => grant.refresh_token = Some(secret()),
            "assertion" => grant.assertion = Some(credential()),
            "token" => grant.token = Some(secret()),
            "token.expiresAt" => grant.expires_at_ms = value.parse().ok(),
            "token.response" => grant.response = Json::parse(value),
            "scopes" => options.scopes.push(text()),
            "scopeSeparator" => options.scope_separator = text(),
            "resource" => options.resource.push(text()),
            "endpointParams" => options.endpoint_params.push(pair()),
            "refreshParams" => options.refresh_params.get_or_insert_default().push(pair()),
            // None of them is not the same as not given.
            "refreshParams.none" => options.refresh_params = Some(Vec::new()),
            "bodyFormat" if value == "json" => options.body_format = BodyFormat::Json,
            "tokenMapping" => options.token_mapping.push(pair()),
            "noRefreshToken" => options.no_refresh_token = value == "true",
            "skipPkce" => options.skip_pkce = value == "true",
            "identity" => options.identity = Some(text()),
            "functions" => options.functions = Some(text()),
            "transport" => options.transport = Some(text()),
            "hooks" => options.has_hooks = true,
            "headers" => options.headers.push(pair()),
            "expirySkewSeconds" => options.expiry_skew_seconds = number(value)?,
            "defaultLifetimeSeconds" => options.default_lifetime_seconds = number(value)?,
            "timeoutMs" => options.timeout_ms = number(value)?,
            "errorCacheSeconds" => options.error_cache_seconds = number(value)?,
            "refreshAhead" => options.refresh_ahead = share(value),
            "seal" => options.seal = value == "true",
            "sealKey" => options.seal_key = Some(secret()),
            "previousSealKeys" => options.previous_seal_keys.push(secret()),
            "previousClientSecret" => options.previous_client_secret = Some(secret()),
            "storeTimeoutMs" => options.store_timeout_ms = number(value)?,
            "storePrefix" => options.store_prefix = text(),
            member => match member.split_once('.') {
                Some(("assertion", member)) => {
                    let signed = grant.signed.get_or_insert_default();
                    assertion_member(signed, member, key, value)?;
                }
                Some(("clientAssertion", member)) => {
                    if let ClientAssertion::Signed(signed) = &mut options.client_assertion {
                        assertion_member(signed, member, key, value)?;
                    }
                }
                Some(("privateKey", member)) => {
                    if let Some(private_key) = &mut options.private_key {
                        private_key_member(private_key, member, key, value);
                    }
                }
                _ => {}
            },
        }
    }
    options.grant = grant.into_grant()?;
    Ok(options)
}

fn assertion_member(
    options: &mut AssertionOptions,
    member: &str,
    key: &str,
    value: &str,
) -> Result<(), Error> {
    match member {
        "issuer" => options.issuer = Some(value.to_owned()),
        "subject" => options.subject = Some(value.to_owned()),
        "audience" => options.audience.push(value.to_owned()),
        "typ" => options.typ = Some(value.to_owned()),
        "lifetimeSeconds" => options.lifetime_seconds = number(value)?,
        "claims" => {
            let value = Json::parse(value).ok_or_else(|| {
                Error::invalid_option("assertion.claims", "must be JSON of no great depth")
            })?;
            options.claims.push((key.to_owned(), value));
        }
        _ => {}
    }
    Ok(())
}

fn private_key_member(private_key: &mut PrivateKey, member: &str, key: &str, value: &str) {
    match member {
        "kid" => private_key.key_id = Some(value.to_owned()),
        "audience" => private_key.audience.push(value.to_owned()),
        "header" => {
            let content = Json::parse(value);
            let content = content.map(|content| (key.to_owned(), content));
            private_key.header.extend(content);
        }
        "key" => private_key.key = Some(Secret::from(value)),
        _ => {}
    }
}

fn number(value: &str) -> Result<u32, Error> {
    let problem = "has a number that is out of range";
    let number = value.parse();
    number.map_err(|_| Error::invalid_option("options", problem))
}

impl GrantFields {
    /// The grant; what belongs to another one is refused, what it needs is demanded.
    fn into_grant(self) -> Result<Grant, Error> {
        let Self {
            grant,
            username,
            password,
            refresh_token,
            assertion,
            signed,
            token,
            expires_at_ms,
            response,
        } = self;
        let given = [
            ("username", username.is_some()),
            ("password", password.is_some()),
            ("refreshToken", refresh_token.is_some()),
            ("assertion", assertion.is_some() || signed.is_some()),
            ("token", token.is_some()),
        ];
        let (own, grant): (&[&str], Grant) = match grant.as_str() {
            "" | "client_credentials" => (&[], Grant::ClientCredentials),
            "password" => (
                &["username", "password"],
                Grant::Password {
                    username: username.ok_or_else(|| required("username"))?,
                    password: password.ok_or_else(|| required("password"))?,
                },
            ),
            "refresh_token" => (
                &["refreshToken"],
                Grant::RefreshToken {
                    refresh_token: refresh_token.ok_or_else(|| required("refreshToken"))?,
                },
            ),
            "authorization_code" => (&[], Grant::AuthorizationCode),
            "jwt_bearer" => (
                &["assertion"],
                match signed {
                    Some(signed) => Grant::SignedJwtBearer(signed),
                    None => Grant::JwtBearer {
                        assertion: assertion.ok_or_else(|| required("assertion"))?,
                    },
                },
            ),
            "token" => (
                &["token", "refreshToken"],
                Grant::Token {
                    access_token: token.ok_or_else(|| required("token"))?,
                    expires_at_ms,
                    refresh_token,
                    response,
                },
            ),
            _ => (&[], Grant::Custom { grant_type: grant }),
        };
        match given
            .iter()
            .find(|(option, is_given)| *is_given && !own.contains(option))
        {
            Some((option, _)) => {
                let owner = match *option {
                    "username" => "password",
                    "refreshToken" => "refresh_token",
                    "assertion" => "jwt_bearer",
                    option => option,
                };
                let problem = "is not used by this grant; leave it out, or say grant: '";
                Err(Error::invalid_option(
                    option,
                    [problem, owner, "'"].concat(),
                ))
            }
            None => Ok(grant),
        }
    }
}

fn required(option: &'static str) -> Error {
    Error::invalid_option(option, "is required for this grant")
}

/// A share of a life in percent, so that no text has to be read as a float; anything else is none.
fn share(percent: &str) -> Option<f64> {
    percent
        .parse::<u32>()
        .ok()
        .map(|percent| f64::from(percent) / 100.0)
}
