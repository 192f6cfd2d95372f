//! Reads a client's options. What few clients have is read apart: V8 compiles a function when it is called first.

use super::fields::{Fields, set};
#[cfg(feature = "signing")]
use super::signing;
use crate::client::ClientOptions;
use crate::client::grant_options::{demanded, refuse_left};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_authentication::{ClientAuth, CredentialEncoding};
use crate::protocol::grant::Grant;
use crate::protocol::token_request::BodyFormat;

pub(super) fn options(mut fields: Fields) -> Result<ClientOptions, Error> {
    let mut options = ClientOptions::default();
    let texts = [
        (&mut options.token_url, "tokenUrl"),
        (&mut options.client_id, "clientId"),
    ];
    for (place, name) in texts {
        set(place, fields.text(name));
    }
    let optional = [
        (&mut options.identity, "identity"),
        (&mut options.functions, "functions"),
        (&mut options.transport, "transport"),
    ];
    for (place, name) in optional {
        *place = fields.text(name);
    }
    options.client_secret = fields.credential("clientSecret");
    if !fields.is_empty() {
        further(&mut options, &mut fields)?;
        fields.finish()?;
    }
    Ok(options)
}

#[inline(never)]
fn further(options: &mut ClientOptions, fields: &mut Fields) -> Result<(), Error> {
    set(&mut options.scopes, fields.list("scopes"));
    let parameters = fields.pairs("endpointParams");
    set(&mut options.endpoint_params, parameters);
    if fields.is_empty() {
        return Ok(());
    }
    addresses(options, fields);
    policy(options, fields);
    if !fields.is_empty() {
        request(options, fields);
        sharing(options, fields);
    }
    if !fields.is_empty() {
        client(options, fields)?;
        options.grant = grant(fields)?;
    }
    Ok(())
}

#[inline(never)]
fn addresses(options: &mut ClientOptions, fields: &mut Fields) {
    let urls = [
        (&mut options.issuer, "issuer"),
        (&mut options.authorization_url, "authorizationUrl"),
        (&mut options.revocation_url, "revocationUrl"),
        (&mut options.refresh_url, "refreshUrl"),
    ];
    for (place, name) in urls {
        *place = fields.text(name);
    }
    let allowed = fields.flag("allowInsecureRequests");
    set(&mut options.allow_insecure_requests, allowed);
}

#[inline(never)]
fn policy(options: &mut ClientOptions, fields: &mut Fields) {
    let numbers = [
        (&mut options.expiry_skew_seconds, "expirySkewSeconds"),
        (
            &mut options.default_lifetime_seconds,
            "defaultLifetimeSeconds",
        ),
        (&mut options.timeout_ms, "timeoutMs"),
        (&mut options.error_cache_seconds, "errorCacheSeconds"),
        (&mut options.store_timeout_ms, "storeTimeoutMs"),
    ];
    for (place, name) in numbers {
        set(place, fields.number(name));
    }
    let flags = [
        (&mut options.no_refresh_token, "noRefreshToken"),
        (&mut options.skip_pkce, "skipPkce"),
        (&mut options.has_hooks, "hooks"),
        (&mut options.seal, "seal"),
    ];
    for (place, name) in flags {
        set(place, fields.flag(name));
    }
    let share = fields.number_or_none("refreshAhead");
    set(&mut options.refresh_ahead, share);
}

#[inline(never)]
fn request(options: &mut ClientOptions, fields: &mut Fields) {
    let texts = [
        (&mut options.client_id_param, "clientIdParam"),
        (&mut options.client_secret_param, "clientSecretParam"),
        (&mut options.scope_separator, "scopeSeparator"),
    ];
    for (place, name) in texts {
        set(place, fields.text(name));
    }
    let encoding = fields.named("credentialEncoding", CredentialEncoding::from_name);
    set(&mut options.credential_encoding, encoding);
    set(
        &mut options.body_format,
        fields.named("bodyFormat", BodyFormat::from_name),
    );
    set(&mut options.resource, fields.list("resource"));
    options.refresh_params = fields.pairs("refreshParams");
    set(&mut options.token_mapping, fields.pairs("tokenMapping"));
    set(&mut options.headers, fields.pairs("headers"));
}

#[inline(never)]
fn sharing(options: &mut ClientOptions, fields: &mut Fields) {
    options.seal_key = fields.secret("sealKey");
    options.previous_client_secret = fields.secret("previousClientSecret");
    if let Some(keys) = fields.list("previousSealKeys") {
        options.previous_seal_keys = keys.into_iter().map(Into::into).collect();
    }
    set(&mut options.store_prefix, fields.text("storePrefix"));
}

#[inline(never)]
fn client(options: &mut ClientOptions, fields: &mut Fields) -> Result<(), Error> {
    set(
        &mut options.client_auth,
        fields.named("clientAuth", ClientAuth::from_name),
    );
    set(
        &mut options.client_assertion_type,
        fields.text("clientAssertionType"),
    );
    if let Some(ready) = fields.credential("clientAssertion") {
        options.client_assertion = ClientAssertion::Ready(ready);
    }
    #[cfg(feature = "signing")]
    signing::client(options, fields)?;
    Ok(())
}

/// The grant; what belongs to another one is refused, what it needs is demanded.
#[inline(never)]
fn grant(fields: &mut Fields) -> Result<Grant, Error> {
    let grant_type = fields.text("grant").unwrap_or_default();
    let grant = match grant_type.as_str() {
        "" | "client_credentials" => Grant::ClientCredentials,
        "authorization_code" => Grant::AuthorizationCode,
        "password" => Grant::Password {
            username: demanded("username", fields.text("username"))?,
            password: demanded("password", fields.secret("password"))?,
        },
        "refresh_token" => Grant::RefreshToken {
            refresh_token: demanded("refreshToken", fields.secret("refreshToken"))?,
        },
        #[cfg(feature = "signing")]
        "jwt_bearer" if fields.is_object("assertion") => {
            Grant::SignedJwtBearer(signing::assertion(fields, "assertion")?)
        }
        "jwt_bearer" => Grant::JwtBearer {
            assertion: demanded("assertion", fields.credential("assertion"))?,
        },
        "token" => token(fields)?,
        _ => Grant::Custom { grant_type },
    };
    refuse_left(|option| fields.has(option))?;
    Ok(grant)
}

/// An access token that is there: its text, or what is known of it.
fn token(fields: &mut Fields) -> Result<Grant, Error> {
    let (mut expires_at_ms, mut response) = (None, None);
    let access_token = match fields.object("token") {
        Some(mut stored) => {
            // Float to integer saturates.
            expires_at_ms = stored.float("expiresAt").map(|ms| ms as u64);
            response = stored.text("response").and_then(|it| Json::parse(&it));
            let access_token = stored.secret("accessToken");
            stored.finish()?;
            access_token
        }
        None => fields.secret("token"),
    };
    Ok(Grant::Token {
        access_token: demanded("token", access_token)?,
        expires_at_ms,
        refresh_token: fields.secret("refreshToken"),
        response,
    })
}
