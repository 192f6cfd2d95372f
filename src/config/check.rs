//! What options must be like: bad ones are named, with what to do about them.

use super::{ClientOptions, check_assertion};
use crate::error::Error;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_auth::ClientAuth;
use crate::protocol::endpoint::Http;
use crate::protocol::form::Parameters;
use crate::protocol::grant::{AUTHORIZATION_CODE, Grant};
use crate::protocol::jwt::Algorithm;
use crate::protocol::metadata;
use crate::protocol::token_request::{RESERVED_HEADERS, RESERVED_PARAMETERS};
use crate::protocol::token_response::TokenMapping;
use crate::token::{Credential, Secret};

const CONTROL: &str =
    "must not contain control characters (is there a line break at the end of the value?)";
const REFRESH_PARAMS: &str = "refreshParams";
const EMPTY: &str = "must not be empty";

pub(super) type Checked = Result<(), Error>;

/// There is a token endpoint, or an issuer to be asked for it.
pub(super) fn issuer(options: &ClientOptions, http: Http) -> Checked {
    match options.issuer.as_deref() {
        Some(issuer) => metadata::well_known_urls(issuer, http).map(drop),
        None if options.token_url.is_empty() => Err(Error::invalid_option(
            "tokenUrl",
            "must not be empty; or give issuer, to have the endpoints found by its metadata",
        )),
        None => Ok(()),
    }
}

pub(super) fn client(options: &ClientOptions, client_auth: ClientAuth) -> Checked {
    match options.client_id.as_str() {
        "" if check_assertion::is_who_asks(options, client_auth) => {}
        "" => {
            return Err(Error::invalid_option(
                "clientId",
                "is required, except where the grant says who asks and there is no clientSecret: with a clientAssertion that is ready, grant: 'jwt_bearer' and assertion.issuer, grant: 'password', or a grant_type of the server's own",
            ));
        }
        id => text("clientId", id)?,
    }
    text("clientIdParam", &options.client_id_param)?;
    text("clientSecretParam", &options.client_secret_param)?;
    let is_ready = check_assertion::of_client(options, client_auth)?;
    let signs = client_auth == ClientAuth::PrivateKeyJwt && !is_ready
        || matches!(options.grant, Grant::SignedJwtBearer(_));
    if options.private_key.is_some() != signs {
        let problem = if signs {
            "is required: "
        } else {
            "is not used: "
        };
        let purpose = "it signs for clientAuth: 'private_key_jwt', and where the assertion of grant: 'jwt_bearer' is an object";
        return Err(Error::invalid_option(
            "privateKey",
            [problem, purpose].concat(),
        ));
    }
    match (&options.client_secret, client_auth) {
        (None, ClientAuth::None | ClientAuth::PrivateKeyJwt) => Ok(()),
        (None, _) => Err(Error::invalid_option(
            "clientSecret",
            "is required; for a public client say clientAuth: 'none'",
        )),
        (Some(_), ClientAuth::None | ClientAuth::PrivateKeyJwt) => Err(Error::invalid_option(
            "clientSecret",
            [
                "is given although clientAuth is '",
                client_auth.name(),
                "'; leave one of them out",
            ]
            .concat(),
        )),
        (Some(Credential::Given(secret)), _) => {
            credential("clientSecret", secret)?;
            match client_auth {
                ClientAuth::ClientSecretJwt => Algorithm::Hs256.check_secret(secret),
                _ => Ok(()),
            }
            .map_err(|problem| Error::invalid_option("clientSecret", problem))
        }
        (Some(Credential::Asked), _) => Ok(()),
    }
}

pub(super) fn grant(grant: &Grant) -> Checked {
    match grant {
        Grant::ClientCredentials | Grant::AuthorizationCode => Ok(()),
        Grant::Password { username, password } => {
            text("username", username)?;
            credential("password", password)
        }
        Grant::RefreshToken { refresh_token } => credential("refreshToken", refresh_token),
        Grant::JwtBearer { assertion } => match assertion.given() {
            Some(assertion) => credential("assertion", assertion),
            None => Ok(()),
        },
        Grant::SignedJwtBearer(options) => check_assertion::of_grant(options),
        Grant::Token {
            access_token,
            refresh_token,
            ..
        } => {
            let fits_header = |byte: u8| byte.is_ascii_graphic();
            let token = access_token.expose();
            if token.is_empty() || !token.bytes().all(fits_header) {
                return Err(Error::invalid_option(
                    "token",
                    "must be an access token of visible ASCII characters (RFC 6750 §2.1)",
                ));
            }
            match refresh_token {
                Some(refresh_token) => credential("refreshToken", refresh_token),
                None => Ok(()),
            }
        }
        Grant::Custom { grant_type } if grant_type == AUTHORIZATION_CODE => {
            Err(Error::invalid_option(
                "grant",
                "must be Grant::AuthorizationCode, since a code is good for one use",
            ))
        }
        Grant::Custom { grant_type } => text("grant", grant_type),
    }
}

/// What every token request carries.
pub(super) fn request(options: &ClientOptions, client_auth: ClientAuth) -> Checked {
    let is_basic = client_auth == ClientAuth::Basic;
    parameters(
        "endpointParams",
        &options.endpoint_params,
        options,
        is_basic,
    )?;
    if let Some(refresh_params) = &options.refresh_params {
        parameters(REFRESH_PARAMS, refresh_params, options, is_basic)?;
    }
    headers(&options.headers)?;
    scopes(&options.scopes)?;
    if options.scope_separator.is_empty() {
        return Err(Error::invalid_option("scopeSeparator", EMPTY));
    }
    for resource in &options.resource {
        let has_scheme = resource.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && !rest.is_empty()
        });
        if !has_scheme
            || resource.contains('#')
            || !resource.bytes().all(|it| it.is_ascii_graphic())
        {
            return Err(Error::invalid_option(
                "resource",
                "must be absolute URIs without a fragment (RFC 8707 §2); a name that is none goes into endpointParams: { resource }",
            ));
        }
    }
    if TokenMapping::new(&options.token_mapping).is_none() {
        return Err(Error::invalid_option(
            "tokenMapping",
            "must map accessToken, tokenType, expiresIn, expiresAt, scope, refreshToken or idToken to paths such as data.access_token",
        ));
    }
    Ok(())
}

pub(super) fn policy(options: &ClientOptions) -> Checked {
    if options.default_lifetime_seconds == 0 {
        return Err(Error::invalid_option(
            "defaultLifetimeSeconds",
            "must be at least 1",
        ));
    }
    if options.timeout_ms == 0 {
        return Err(Error::invalid_option("timeoutMs", "must be at least 1"));
    }
    if options
        .refresh_ahead
        .is_some_and(|share| !(0.1..=0.95).contains(&share))
    {
        return Err(Error::invalid_option(
            "refreshAhead",
            "must be a share of the token's life from 0.1 to 0.95, or false",
        ));
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
        return Err(Error::invalid_option(
            "identity",
            "is required where a function or a key handle takes part in the token request: a name that is the same exactly for those whose token may be shared",
        ));
    }
    Ok(())
}

pub(super) fn seal_keys(
    seal: bool,
    seal_key: Option<Secret>,
    previous: Vec<Secret>,
    client_secret: Option<&Secret>,
) -> Result<Vec<Secret>, Error> {
    let given = seal_key.iter().chain(&previous);
    if given.clone().any(|key| key.expose().is_empty()) {
        return Err(Error::invalid_option("sealKey", "must not be empty"));
    }
    if !seal {
        return if given.count() == 0 {
            Ok(Vec::new())
        } else {
            Err(Error::invalid_option(
                "sealKey",
                "is given although seal is false; leave one of them out",
            ))
        };
    }
    let current = seal_key.or_else(|| client_secret.cloned());
    Ok(current.into_iter().chain(previous).collect())
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

pub(super) fn text(option: &'static str, text: &str) -> Checked {
    match text {
        "" => Err(Error::invalid_option(option, EMPTY)),
        text if has_control(text) => Err(Error::invalid_option(option, CONTROL)),
        _ => Ok(()),
    }
}

pub(super) fn credential(option: &'static str, credential: &Secret) -> Checked {
    text(option, credential.expose())
}

fn parameters(
    option: &'static str,
    parameters: &Parameters,
    options: &ClientOptions,
    is_basic: bool,
) -> Checked {
    let own = options.grant.parameters();
    let is_of_code = matches!(options.grant, Grant::AuthorizationCode);
    let is_of_renewal = option == REFRESH_PARAMS;
    for (name, value) in parameters {
        if name.is_empty() {
            return Err(Error::invalid_option(option, "must not have an empty name"));
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
            return Err(Error::invalid_option(
                option,
                "has a name that is no header name",
            ));
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

/// Tokens of printable ASCII without quotes and backslashes (RFC 6749 §3.3).
pub(super) fn scopes(scopes: &[String]) -> Checked {
    let is_scope_token = |scope: &String| {
        !scope.is_empty()
            && scope
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    if scopes.iter().all(is_scope_token) {
        return Ok(());
    }
    Err(Error::invalid_option(
        "scopes",
        "must be scopes of printable ASCII characters without spaces, quotes and backslashes (RFC 6749 §3.3)",
    ))
}
