//! What token requests carry.

use super::ClientOptions;
use super::check::{Checked, EMPTY, has_control, refused};
use crate::error::Error;
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::form::Parameters;
use crate::protocol::grant::Grant;
use crate::protocol::token_request::{RESERVED_HEADERS, RESERVED_PARAMETERS};
use crate::protocol::token_response::TokenMapping;

const REFRESH_PARAMS: &str = "refreshParams";

/// What every token request carries.
#[inline(never)]
pub(super) fn request(options: &ClientOptions) -> Checked {
    parameters("endpointParams", &options.endpoint_params, options)?;
    if let Some(refresh_params) = &options.refresh_params {
        parameters(REFRESH_PARAMS, refresh_params, options)?;
    }
    if !options.headers.is_empty() {
        headers(&options.headers)?;
    }
    if !options.scopes.is_empty() {
        scopes(&options.scopes)?;
    }
    if options.scope_separator.is_empty() {
        return refused("scopeSeparator", EMPTY);
    }
    match options.resource.is_empty() {
        true => Ok(()),
        false => resources(&options.resource),
    }
}

#[inline(never)]
fn resources(resources: &[String]) -> Checked {
    for resource in resources {
        let has_scheme = resource.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && !rest.is_empty()
        });
        if !has_scheme
            || resource.contains('#')
            || !resource.bytes().all(|it| it.is_ascii_graphic())
        {
            return refused(
                "resource",
                "must be absolute URIs without a fragment (RFC 8707 §2); a name that is none goes into endpointParams: { resource }",
            );
        }
    }
    Ok(())
}

#[inline(never)]
pub(super) fn token_mapping(pairs: &[(String, String)]) -> Result<TokenMapping, Error> {
    TokenMapping::new(pairs).map_or_else(
        || {
            refused(
                "tokenMapping",
                "must map accessToken, tokenType, expiresIn, expiresAt, scope, refreshToken or idToken to paths such as data.access_token",
            )
        },
        Ok,
    )
}

fn parameters(option: &'static str, parameters: &Parameters, options: &ClientOptions) -> Checked {
    match parameters.is_empty() {
        true => Ok(()),
        false => given_parameters(option, parameters, options),
    }
}

#[inline(never)]
fn given_parameters(
    option: &'static str,
    parameters: &Parameters,
    options: &ClientOptions,
) -> Checked {
    let is_basic = options.client_auth == ClientAuth::Basic;
    let own = options.grant.parameters();
    let is_of_code = matches!(options.grant, Grant::AuthorizationCode);
    let is_of_renewal = option == REFRESH_PARAMS;
    for (name, value) in parameters {
        if name.is_empty() {
            return refused(option, "must not have an empty name");
        }
        // Beside the header it says the same once more, for servers that look for it there.
        if is_basic && *name == options.client_id_param && *value == options.client_id {
            continue;
        }
        let is_own = |(own, _): &(String, String)| own == name;
        let use_instead = match name.as_str() {
            // A renewal may ask for fewer (RFC 6749 §6).
            "scope" if is_of_renewal => continue,
            "scope" => "scopes",
            "refresh_token" if is_of_renewal => "refreshToken",
            "client_id" => "clientId",
            "client_secret" => "clientSecret",
            "client_assertion" => "clientAssertion",
            "client_assertion_type" => "clientAssertionType",
            "resource" if !options.resource.is_empty() => "resource",
            name if RESERVED_PARAMETERS.contains(&name) => "grant",
            name if name == options.client_id_param => "clientId",
            name if name == options.client_secret_param => "clientSecret",
            "redirect_uri" if is_of_code => "redirectUri",
            "code_verifier" if is_of_code => "codeVerifier",
            "code" if is_of_code => "grant",
            _ if own.iter().any(is_own) => "grant",
            _ => continue,
        };
        return Err(Error::invalid_option(
            option,
            [
                "must not set ",
                name,
                ", which the protocol sets; use the option ",
                use_instead,
            ]
            .concat(),
        ));
    }
    Ok(())
}

#[inline(never)]
fn headers(headers: &[(String, String)]) -> Checked {
    well_formed_headers("headers", headers)?;
    for (name, _) in headers {
        if RESERVED_HEADERS
            .iter()
            .any(|reserved| name.eq_ignore_ascii_case(reserved))
        {
            return Err(Error::invalid_option(
                "headers",
                ["must not set ", name, ", which the protocol sets"].concat(),
            ));
        }
    }
    Ok(())
}

/// Names and values that can be sent, and nothing beside them.
pub(crate) fn well_formed_headers(option: &'static str, headers: &[(String, String)]) -> Checked {
    for (name, value) in headers {
        let is_token = |byte: u8| {
            byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte) // RFC 9110 §5.6.2
        };
        if name.is_empty() || !name.bytes().all(is_token) {
            return refused(option, "has a name that is no header name");
        }
        if !value.is_ascii() || has_control(value) {
            return Err(Error::invalid_option(
                option,
                [
                    "has a value with control or non-ASCII characters for ",
                    name,
                ]
                .concat(),
            ));
        }
    }
    Ok(())
}

/// A token of printable ASCII without quotes and backslashes (RFC 6749 §3.3).
pub(crate) fn is_scope(text: &str) -> bool {
    let is_scope_byte = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !text.is_empty() && text.bytes().all(is_scope_byte)
}

#[inline(never)]
pub(super) fn scopes(scopes: &[String]) -> Checked {
    if scopes.iter().all(|scope| is_scope(scope)) {
        return Ok(());
    }
    refused(
        "scopes",
        "must be scopes of printable ASCII characters without spaces, quotes and backslashes (RFC 6749 §3.3)",
    )
}
