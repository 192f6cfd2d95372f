//! The authorization request and the answer to it (RFC 6749 §4.1.1 to §4.1.2.1, RFC 9207): where the
//! user's browser is sent, and what it comes back with.

use std::fmt;

use super::endpoint::Endpoint;
use super::error_response::shown;
use super::form::{self, Parameters};
use super::pkce::CODE_CHALLENGE_METHOD;
use crate::base64;
use crate::error::{Error, ErrorCode, ErrorResponse};
use crate::redaction::Sent;
use crate::token::Secret;

/// Everything an authorization request is made of.
#[derive(Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The authorization endpoint; its query is kept (RFC 6749 §3.1).
    pub endpoint: &'a Endpoint,
    /// Who asks.
    pub client_id: &'a str,
    /// What `client_id` is called.
    pub client_id_param: &'a str,
    /// Where the user comes back to.
    pub redirect_uri: &'a str,
    /// `scope`, separated as the server wants it; empty to leave it out.
    pub scope: &'a str,
    /// What the answer must repeat.
    pub state: &'a str,
    /// `code_challenge` of RFC 7636, made by S256; `None` to do without.
    pub code_challenge: Option<&'a str>,
    /// `resource`, repeated (RFC 8707 §2).
    pub resource: &'a [String],
    /// Further parameters, none of them set by the others.
    pub extra: &'a Parameters,
}

/// Without `state` and `extra`, whose values nobody else should know.
impl fmt::Debug for AuthorizationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("endpoint", self.endpoint)
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl AuthorizationRequest<'_> {
    /// The URL that the user's browser is sent to.
    pub fn to_url(self) -> Result<String, Error> {
        check_redirect_uri(self.redirect_uri)?;
        check_state(self.state)?;
        let url = self.endpoint.as_str();
        let own = form::decode(url.split_once('?').map_or("", |(_, query)| query));
        let mut parameters = self.parameters();
        // No parameter may be there twice (RFC 6749 §3.1), and servers do not agree which would count.
        if let Some((name, _)) = own.iter().find(|(name, _)| has(&parameters, name)) {
            return Err(Error::invalid_option(
                "authorizationUrl",
                [
                    "must not have the parameter `",
                    name,
                    "` in its query, which is set for every request",
                ]
                .concat(),
            ));
        }
        for (name, _) in self.extra {
            let problem = if has(&parameters, name) {
                "`, which is set for every request and cannot be replaced"
            } else if has(&own, name) {
                "`, which authorizationUrl has in its query"
            } else {
                continue;
            };
            let problem = ["must not have the parameter `", name, problem].concat();
            return Err(Error::invalid_option("extra", problem));
        }
        parameters.extend(self.extra.iter().cloned());
        let separator = match url.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        // Both are a space in a query, but not everybody knows the plus sign.
        let query = form::encode(&parameters).replace('+', "%20");
        Ok([url, separator, &query].concat())
    }

    fn parameters(&self) -> Parameters {
        let method = self.code_challenge.map(|_| CODE_CHALLENGE_METHOD);
        let scope = Some(self.scope).filter(|scope| !scope.is_empty());
        [
            ("response_type", Some("code")),
            (self.client_id_param, Some(self.client_id)),
            ("redirect_uri", Some(self.redirect_uri)),
            ("scope", scope),
            ("state", Some(self.state)),
            ("code_challenge", self.code_challenge),
            ("code_challenge_method", method),
        ]
        .into_iter()
        .chain(
            self.resource
                .iter()
                .map(|it| ("resource", Some(it.as_str()))),
        )
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
    }
}

fn has(parameters: &[(String, String)], name: &str) -> bool {
    parameters.iter().any(|(present, _)| present == name)
}

/// A `state` made of random bytes that nobody can foresee.
pub fn state_from_random(bytes: &[u8; 32]) -> String {
    base64::encode_url(bytes)
}

/// An absolute URI without a fragment (RFC 6749 §3.1.2), of any scheme: apps have their own.
fn check_redirect_uri(uri: &str) -> Result<(), Error> {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_absolute = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_uri = uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.contains('#');
    if is_absolute && is_uri {
        return Ok(());
    }
    Err(Error::invalid_option(
        "redirectUri",
        "must be an absolute URL in ASCII without a fragment (RFC 6749 §3.1.2), exactly as it is registered with the server",
    ))
}

/// RFC 6749 appendix A.5.
fn check_state(state: &str) -> Result<(), Error> {
    if !state.is_empty() && state.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    Err(Error::invalid_option(
        "state",
        "must be a text of printable ASCII characters (RFC 6749 appendix A.5) that nobody can foresee; leave it out to have one made",
    ))
}

/// What the answer to one authorization request must look like.
#[derive(Clone, Copy)]
pub struct ExpectedCallback<'a> {
    /// The `state` that was sent with this user's browser.
    pub state: &'a str,
    /// Who was asked, where that is known: `issuer` of the server's metadata, or as configured.
    pub issuer: Option<&'a str>,
    /// Whether the server says that it always names itself
    /// (`authorization_response_iss_parameter_supported`, RFC 9207 §3).
    pub requires_issuer: bool,
}

impl fmt::Debug for ExpectedCallback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpectedCallback")
            .field("issuer", &self.issuer)
            .field("requires_issuer", &self.requires_issuer)
            .finish_non_exhaustive()
    }
}

/// What has a meaning here and therefore only one value (RFC 6749 §3.1).
const SINGLE_PARAMETERS: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];

/// Reads the URL that the user came back to, or its query, and returns the code.
///
/// Until `state` and `iss` are right, nothing in it is known to be the server's: only then is an
/// error believed.
pub fn read_callback(callback: &str, expected: ExpectedCallback<'_>) -> Result<Secret, Error> {
    if expected.state.is_empty() {
        return Err(Error::invalid_option(
            "state",
            "must be the one that authorizationUrl() returned, kept for this user's browser",
        ));
    }
    let parameters = form::decode(query_of(callback));
    for name in SINGLE_PARAMETERS {
        if parameters.iter().filter(|(it, _)| it == name).count() > 1 {
            return Err(invalid(&[
                "has the parameter `",
                name,
                "` more than once, which no server sends; begin the authorization again",
            ]));
        }
    }
    // Without a value is as good as not there (RFC 6749 §3.1).
    let value = |name: &str| {
        let mut values = parameters.iter().filter(|(it, _)| it == name);
        values.find_map(|(_, value)| (!value.is_empty()).then_some(value.as_str()))
    };
    if value("response").is_some() {
        return Err(invalid(&[
            "has a `response` in the form of a JWT (JARM), which is not read here; ask the server for another response_mode",
        ]));
    }
    match value("state") {
        Some(state) if state == expected.state => (),
        Some(_) => {
            return Err(invalid(&[
                "has another state than the one expected: the authorization was begun in another browser or begun again since; begin it again, and give the state that authorizationUrl() returned for this browser",
            ]));
        }
        None => {
            return Err(invalid(&[
                "has no state: give the whole URL that the user came back to, with its query",
            ]));
        }
    }
    check_issuer(value("iss"), expected)?;
    let code = value("code");
    if let Some(error) = value("error") {
        let response = ErrorResponse {
            error: error.to_owned(),
            description: value("error_description").map(str::to_owned),
            uri: value("error_uri").map(str::to_owned),
        };
        let mut sent = Sent::default();
        sent.add(expected.state);
        sent.add_all(code);
        return Err(rejected(shown(response, &sent)));
    }
    code.map(Secret::from).ok_or_else(|| {
        invalid(&[
            "has neither a code nor an error: give the whole URL that the user came back to, with its query, and ask for no response_mode but query",
        ])
    })
}

/// RFC 9207 §2.4. Another server's answer may be an attack in which the code is to be sent to the wrong
/// one; what it says is not shown.
fn check_issuer(received: Option<&str>, expected: ExpectedCallback<'_>) -> Result<(), Error> {
    match (received, expected.issuer) {
        (Some(received), Some(issuer)) if received != issuer => Err(invalid(&[
            "has another `iss` than ",
            issuer,
            ", which was asked (RFC 9207): begin the authorization again; if it happens always, give `issuer` exactly as the server writes it",
        ])),
        (None, _) if expected.requires_issuer => Err(invalid(&[
            "has no `iss`, although the server says that it always sends it (RFC 9207): begin the authorization again, and give the whole URL that the user came back to",
        ])),
        _ => Ok(()),
    }
}

/// The query in a URL, in a path with a query, or given alone. The fragment is no server's word: it
/// stays in the browser.
fn query_of(callback: &str) -> &str {
    let (url, _) = callback.split_once('#').unwrap_or((callback, ""));
    // In a query, the first name of a parameter comes before anything of a URL could.
    let is_query = url
        .find([':', '/', '?', '=', '&'])
        .and_then(|at| url.as_bytes().get(at))
        .is_some_and(|byte| matches!(byte, b'=' | b'&'));
    match url.split_once('?') {
        Some((_, query)) if !is_query => query,
        None if !is_query => "",
        _ => url,
    }
}

fn invalid(what_it_has: &[&str]) -> Error {
    let message = ["the callback ", &what_it_has.concat()].concat();
    Error::new(ErrorCode::InvalidCallback, message)
}

fn rejected(response: ErrorResponse) -> Error {
    let mut message = [
        "the authorization server sent the user back with ",
        &response.error,
    ]
    .concat();
    if let Some(description) = &response.description {
        message.push_str(": ");
        message.push_str(description);
    }
    Error::new(ErrorCode::AuthorizationRejected, message).with_response(response)
}
