//! Authorization server metadata (RFC 8414 §3, OpenID Connect Discovery §4): where the endpoints of an
//! issuer are.

use super::endpoint::Endpoint;
use super::error_response::retry_after_ms;
use super::http::{self, HttpRequest, HttpResponse, MAX_RESPONSE_BYTES};
use crate::error::{Error, ErrorCode};
use crate::host::TransportError;
use crate::json::Json;
use crate::redaction::Sent;

/// The record's version. What another version wrote is a miss.
const VERSION: f64 = 1.0;

/// What an authorization server says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// `issuer`
    pub issuer: String,
    /// When it was asked for, in milliseconds since the epoch.
    pub received_at_ms: u64,
    /// `token_endpoint`
    pub token_endpoint: Endpoint,
    /// `authorization_endpoint`
    pub authorization_endpoint: Option<Endpoint>,
    /// `revocation_endpoint`
    pub revocation_endpoint: Option<Endpoint>,
    /// `introspection_endpoint`
    pub introspection_endpoint: Option<Endpoint>,
    /// `token_endpoint_auth_methods_supported`, by their names in the IANA registry. A server that does
    /// not say supports `client_secret_basic` (RFC 8414 §2).
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// `code_challenge_methods_supported`. A server that does not say does not support PKCE (RFC 8414 §2).
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// `authorization_response_iss_parameter_supported` (RFC 9207 §3)
    pub authorization_response_iss_parameter_supported: bool,
}

/// Where the metadata of `issuer` may be, in the order in which to ask.
pub fn well_known_urls(issuer: &str) -> Result<Vec<String>, Error> {
    let invalid = |problem| Error::invalid_option("issuer", problem);
    Endpoint::parse(issuer).map_err(invalid)?;
    if issuer.contains('?') {
        return Err(invalid("must not have a query (RFC 8414 §2)"));
    }
    let (scheme, rest) = issuer.split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let url = |parts: &[&str]| [scheme, "://", authority, &parts.concat()].concat();
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";
    if path.is_empty() {
        return Ok(vec![url(&[OAUTH]), url(&[OPENID])]);
    }
    Ok(vec![
        url(&[OAUTH, "/", path]),
        url(&[OPENID, "/", path]),
        url(&["/", path, OPENID]),
    ])
}

/// The request for one of [`well_known_urls`].
pub fn request(url: &str) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: http::headers([]),
        body: Vec::new(),
        max_response_bytes: MAX_RESPONSE_BYTES,
    }
}

/// Reads the answer to [`request`]. `None`: there is no metadata at this URL, and the next is to be
/// asked. An error is the end: the server is not well, or what it says must not be used.
///
/// The URLs before the last belong to the whole host, which may be somebody's web site: a missing page,
/// a redirect to another one, and HTML for whatever is asked are all the same there.
pub fn read(response: &HttpResponse, issuer: &str, now_ms: u64) -> Result<Option<Metadata>, Error> {
    let is_elsewhere = response.is_redirect()
        || matches!(response.status, 400..=499) && !matches!(response.status, 408 | 429);
    if is_elsewhere {
        return Ok(None);
    }
    let failed = |problem: &[&str]| failed(issuer, problem).with_status(response.status);
    if !response.is_success() {
        let status = response.status.to_string();
        return Err(
            failed(&["cannot be had: the server answered with status ", &status])
                .with_retry_after(retry_after_ms(response, now_ms)),
        );
    }
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let Some(document @ Json::Object(_)) = Json::parse(text) else {
        return Ok(None);
    };
    match document.get("issuer").and_then(Json::as_str) {
        Some(named) if named == issuer => (),
        Some(named) => {
            return Err(failed(&[
                "names another issuer, ",
                &Sent::default().shown(named),
                ": the two must be the same, character by character (RFC 8414 §3.3)",
            ]));
        }
        None => return Err(failed(&["names no issuer (RFC 8414 §2)"])),
    }
    of_document(&document, issuer, now_ms)
        .map(Some)
        .map_err(|(member, problem)| failed(&["is unusable: ", member, " ", problem]))
}

/// The error when there is metadata at none of [`well_known_urls`], the last answer being `last`.
pub fn not_found(issuer: &str, last: &HttpResponse) -> Error {
    let status = last.status.to_string();
    let why = match last {
        last if last.is_redirect() => ", a redirect, which is not followed",
        last if last.is_success() => ", but without a JSON object",
        _ => "",
    };
    let problem = [
        "is at none of its well-known URLs: the last answered with status ",
        &status,
        why,
    ];
    failed(issuer, &problem).with_status(last.status)
}

/// The error when no answer arrived.
pub fn not_reached(issuer: &str, reason: &TransportError) -> Error {
    match reason {
        TransportError::TooLong => failed(issuer, &["is longer than 1 MiB"]),
        reason => {
            let reason = Sent::default().shown(&reason.to_string());
            failed(issuer, &["cannot be had: ", &reason]).unanswered()
        }
    }
}

fn failed(issuer: &str, problem: &[&str]) -> Error {
    let message = [
        "the metadata of the issuer ",
        issuer,
        " ",
        &problem.concat(),
        "; check `issuer`, or give `tokenUrl`",
    ];
    Error::new(ErrorCode::DiscoveryFailed, message.concat())
}

/// A member's name, and the rest of a sentence that begins with it.
type Problem = (&'static str, &'static str);

fn of_document(document: &Json, issuer: &str, received_at_ms: u64) -> Result<Metadata, Problem> {
    let endpoint = |name: &'static str| match document.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(url) => match url.as_str().map(Endpoint::parse) {
            Some(Ok(endpoint)) => Ok(Some(endpoint)),
            Some(Err(problem)) => Err((name, problem)),
            None => Err((name, "must be a string")),
        },
    };
    let names = |name: &str| match document.get(name)? {
        Json::Array(items) => {
            let names = items.iter().filter_map(Json::as_str);
            Some(names.map(str::to_owned).collect())
        }
        _ => None,
    };
    Ok(Metadata {
        issuer: issuer.to_owned(),
        received_at_ms,
        token_endpoint: endpoint(TOKEN_ENDPOINT)?.ok_or((TOKEN_ENDPOINT, "is missing"))?,
        authorization_endpoint: endpoint(AUTHORIZATION_ENDPOINT)?,
        revocation_endpoint: endpoint(REVOCATION_ENDPOINT)?,
        introspection_endpoint: endpoint(INTROSPECTION_ENDPOINT)?,
        token_endpoint_auth_methods_supported: names(AUTH_METHODS),
        code_challenge_methods_supported: names(CHALLENGE_METHODS),
        authorization_response_iss_parameter_supported: document.get(ISS_PARAMETER)
            == Some(&Json::Bool(true)),
    })
}

const TOKEN_ENDPOINT: &str = "token_endpoint";
const AUTHORIZATION_ENDPOINT: &str = "authorization_endpoint";
const REVOCATION_ENDPOINT: &str = "revocation_endpoint";
const INTROSPECTION_ENDPOINT: &str = "introspection_endpoint";
const AUTH_METHODS: &str = "token_endpoint_auth_methods_supported";
const CHALLENGE_METHODS: &str = "code_challenge_methods_supported";
const ISS_PARAMETER: &str = "authorization_response_iss_parameter_supported";

impl Metadata {
    /// The record for a store: a metadata document of the members that are read here.
    pub fn encode(&self) -> String {
        let text = |text: &str| Some(Json::String(text.to_owned()));
        let url = |endpoint: &Option<Endpoint>| text(endpoint.as_ref()?.as_str());
        let names = |names: &Option<Vec<String>>| {
            let names = names.as_ref()?.iter().cloned();
            Some(Json::Array(names.map(Json::String).collect()))
        };
        Json::object([
            ("v", Some(Json::Number(VERSION))),
            ("issuer", text(&self.issuer)),
            (
                "received_at",
                Some(Json::Number(self.received_at_ms as f64)),
            ),
            (TOKEN_ENDPOINT, text(self.token_endpoint.as_str())),
            (AUTHORIZATION_ENDPOINT, url(&self.authorization_endpoint)),
            (REVOCATION_ENDPOINT, url(&self.revocation_endpoint)),
            (INTROSPECTION_ENDPOINT, url(&self.introspection_endpoint)),
            (
                AUTH_METHODS,
                names(&self.token_endpoint_auth_methods_supported),
            ),
            (
                CHALLENGE_METHODS,
                names(&self.code_challenge_methods_supported),
            ),
            (
                ISS_PARAMETER,
                Some(Json::Bool(
                    self.authorization_response_iss_parameter_supported,
                )),
            ),
        ])
        .to_text()
    }

    /// Reads what [`Self::encode`] wrote, as strictly as the server's own document. A clock of another
    /// instance that is ahead of ours is taken for ours.
    pub fn decode(text: &str, issuer: &str, now_ms: u64) -> Option<Self> {
        let record = Json::parse(text)?;
        if record.get("v")?.as_f64()? != VERSION || record.get("issuer")?.as_str()? != issuer {
            return None;
        }
        let received_at_ms = record.get("received_at")?.as_f64()? as u64;
        of_document(&record, issuer, received_at_ms.min(now_ms)).ok()
    }
}
