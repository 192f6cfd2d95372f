//! Authorization server metadata (RFC 8414 §3, OpenID Connect Discovery §4): where the endpoints of an
//! issuer are.

use super::advice;
use super::endpoint::{Endpoint, Http};
use super::error_response::retry_after_ms;
use super::http::{self, HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, TransportError};
use super::token_response::words_of;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::redaction::Sent;
use crate::text;

/// The record's version. What another version wrote is a miss.
const VERSION: f64 = 3.0;

const TOKEN_ENDPOINT: &str = "token_endpoint";
pub(crate) const AUTHORIZATION_ENDPOINT: &str = "authorization_endpoint";
pub(crate) const REVOCATION_ENDPOINT: &str = "revocation_endpoint";
pub(crate) const INTROSPECTION_ENDPOINT: &str = "introspection_endpoint";
pub(crate) const JWKS_URI: &str = "jwks_uri";
const AUTH_METHODS: &str = "token_endpoint_auth_methods_supported";
const ISS_PARAMETER: &str = "authorization_response_iss_parameter_supported";

const MISSING: &str = "is missing";

/// What an issuer is asked for: not every one has everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The member that has it.
    member: &'static str,
    /// The option that can be given instead.
    option: &'static str,
}

impl Sought {
    /// Tokens.
    pub const TOKENS: Self = Self {
        member: TOKEN_ENDPOINT,
        option: "tokenUrl",
    };
    /// What it says of tokens.
    #[cfg(feature = "inbound")]
    pub(crate) const INTROSPECTION: Self = Self {
        member: INTROSPECTION_ENDPOINT,
        option: "introspectionUrl",
    };
    /// Its keys: who only signs, such as a platform that vouches for what runs on it, gives no tokens.
    #[cfg(feature = "inbound")]
    pub(crate) const KEYS: Self = Self {
        member: JWKS_URI,
        option: "jwksUri",
    };
}

/// The members that are kept, by every build: they share records.
const MEMBERS: [&str; 7] = [
    TOKEN_ENDPOINT,
    AUTHORIZATION_ENDPOINT,
    REVOCATION_ENDPOINT,
    AUTH_METHODS,
    ISS_PARAMETER,
    INTROSPECTION_ENDPOINT,
    JWKS_URI,
];

/// What an authorization server says about itself. It is judged member by member, when it is used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metadata {
    /// `issuer`
    pub issuer: String,
    /// When it was asked for, in milliseconds since the epoch.
    pub received_at_ms: u64,
    members: Json,
}

/// The request for one of [`well_known::urls`](super::well_known::urls).
pub fn request(url: &str) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: http::headers(&[]),
        body: Vec::new(),
        max_response_bytes: MAX_RESPONSE_BYTES,
    }
}

/// Why there is no metadata at one of [`well_known::urls`](super::well_known::urls).
#[derive(Clone, Debug)]
pub struct Absence {
    problem: String,
    status: Option<u16>,
    retry_after_ms: Option<u64>,
    is_unanswered: bool,
}

/// Reads the answer to [`request`].
///
/// The URLs before the last belong to the whole host, which may be somebody's web site, and to another
/// standard: whatever is there instead of the issuer's metadata, it may be at the next.
pub fn read(response: &HttpResponse, issuer: &str, now_ms: u64) -> Result<Metadata, Absence> {
    let absent = |problem: &[&str]| Absence {
        problem: problem.concat(),
        status: Some(response.status),
        retry_after_ms: retry_after_ms(response, now_ms),
        is_unanswered: false,
    };
    let status = response.status.to_string();
    if !response.is_success() {
        return Err(match response.is_redirect() {
            true => absent(&["status ", &status, ", a redirect, which is not followed"]),
            false => absent(&["status ", &status]),
        });
    }
    let text = text::of_bytes(&response.body);
    let text = words_of(&text);
    let Some(document @ Json::Object(_)) = Json::parse(text) else {
        return Err(absent(&["status ", &status, ", but without a JSON object"]));
    };
    match document.get("issuer").and_then(Json::as_str) {
        Some(named) if named == issuer => Ok(Metadata::of(&document, issuer, now_ms)),
        Some(named) => Err(absent(&[
            "names another issuer, ",
            &Sent::default().shown(named),
            ": the two must be the same, character by character (RFC 8414 §3.3)",
        ])),
        None => Err(absent(&["names no issuer (RFC 8414 §2)"])),
    }
}

/// There is none where no answer arrived.
pub fn unanswered(reason: &TransportError) -> Absence {
    let is_too_long = matches!(reason, TransportError::TooLong { .. });
    Absence {
        problem: match is_too_long {
            true => "longer than 1 MiB".to_owned(),
            false => Sent::default().shown(&reason.to_string()),
        },
        status: None,
        retry_after_ms: None,
        is_unanswered: !is_too_long && !advice::is_of_certificate(&reason.to_string()),
    }
}

/// The error when there is metadata at none of the `urls`, for these reasons.
pub fn nowhere(issuer: &str, urls: &[String], reasons: &[Absence], sought: Sought) -> Error {
    let reason = |(url, absence): (&String, &Absence)| [url, ": ", &absence.problem].concat();
    let told: Vec<String> = urls.iter().zip(reasons).map(reason).collect();
    let problem = [
        "is at none of its well-known URLs: ",
        &text::joined(&told, "; "),
    ];
    let errors = reasons.iter().map(|absence| {
        let error =
            failed(issuer, &problem, sought.option).with_retry_after(absence.retry_after_ms);
        match absence.status {
            Some(status) => error.with_status(status),
            None if absence.is_unanswered => error.unanswered(),
            None => error,
        }
    });
    // What may pass decides; then what was found, though it is of no use.
    let weight = |error: &Error| match error.status() {
        _ if error.retryable() => 2,
        Some(200..=299) => 1,
        _ => 0,
    };
    let most = errors.max_by_key(weight);
    most.unwrap_or_else(|| failed(issuer, &problem, sought.option))
}

fn failed(issuer: &str, problem: &[&str], instead: &str) -> Error {
    let message = [
        "the metadata of the issuer ",
        issuer,
        " ",
        &problem.concat(),
        "; check `issuer`, or give `",
        instead,
        "`",
    ];
    Error::new(ErrorCode::DiscoveryFailed, message.concat())
}

impl Metadata {
    fn of(document: &Json, issuer: &str, received_at_ms: u64) -> Self {
        let member = |name: &str| Some((name.to_owned(), document.get(name)?.clone()));
        Self {
            issuer: issuer.to_owned(),
            received_at_ms,
            members: Json::Object(MEMBERS.into_iter().filter_map(member).collect()),
        }
    }

    /// The endpoint called `name`, if the server says where it is; an error wants `option` instead.
    pub fn endpoint(
        &self,
        name: &str,
        option: &str,
        http: Http,
    ) -> Result<Option<Endpoint>, Error> {
        let endpoint = self.judged(name, http);
        endpoint
            .map_err(|problem| failed(&self.issuer, &["is unusable: ", name, " ", problem], option))
    }

    /// `token_endpoint`, which every server has.
    pub fn token_endpoint(&self, http: Http) -> Result<Endpoint, Error> {
        let endpoint = self.judged(TOKEN_ENDPOINT, http);
        endpoint
            .and_then(|it| it.ok_or(MISSING))
            .map_err(|problem| {
                let problem = ["is unusable: ", TOKEN_ENDPOINT, " ", problem];
                failed(&self.issuer, &problem, "tokenUrl")
            })
    }

    /// Why what is sought cannot be had by it, if so.
    pub fn lack(&self, sought: Sought, http: Http) -> Option<Absence> {
        let problem = match self.judged(sought.member, http) {
            Ok(Some(_)) => return None,
            Ok(None) => MISSING,
            Err(problem) => problem,
        };
        Some(Absence {
            problem: [sought.member, " ", problem].concat(),
            status: Some(200),
            retry_after_ms: None,
            is_unanswered: false,
        })
    }

    /// `http` is what the user accepts. What a server calls this machine is that only if the server is
    /// on it.
    fn judged(&self, name: &str, http: Http) -> Result<Option<Endpoint>, &'static str> {
        let url = match self.members.get(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(url) => url.as_str().ok_or("must be a string")?,
        };
        let is_near = Endpoint::parse_with(&self.issuer, http).is_ok_and(|it| it.is_loopback());
        let http = match http {
            Http::Loopback if !is_near => Http::Refused,
            http => http,
        };
        Endpoint::parse_with(url, http).map(Some)
    }

    /// Whether the client may authenticate by `method`, a name in the IANA registry; `None` where the
    /// server does not say: it supports `client_secret_basic` then (RFC 8414 §2).
    pub fn supports_auth_method(&self, method: &str) -> Option<bool> {
        match self.members.get(AUTH_METHODS)? {
            Json::Array(methods) => Some(methods.iter().any(|it| it.as_str() == Some(method))),
            _ => None,
        }
    }

    /// Whether the server says that it names itself in what users come back with (RFC 9207 §3).
    pub fn names_itself(&self) -> bool {
        self.members.get(ISS_PARAMETER) == Some(&Json::Bool(true))
    }

    /// The record for a store: a metadata document of the members that are read here.
    pub fn encode(&self) -> String {
        let own = Json::object([
            ("v", Some(Json::Number(VERSION))),
            ("issuer", Some(Json::from(self.issuer.as_str()))),
            (
                "received_at",
                Some(Json::Number(self.received_at_ms as f64)),
            ),
            ("members", Some(self.members.clone())),
        ]);
        own.to_text()
    }

    /// Reads what [`Self::encode`] wrote. A clock of another instance that is ahead of ours is taken for
    /// ours.
    pub fn decode(text: &str, issuer: &str, now_ms: u64) -> Option<Self> {
        let record = Json::parse(text)?;
        if record.get("v")?.as_f64()? != VERSION || record.get("issuer")?.as_str()? != issuer {
            return None;
        }
        let received_at_ms = record.get("received_at")?.as_f64()? as u64;
        Some(Self::of(
            record.get("members")?,
            issuer,
            received_at_ms.min(now_ms),
        ))
    }
}
