//! HTTP messages as plain data.

use std::fmt;

use crate::error::HookError;

/// What an authorization server answers is a few kilobytes; what is longer is something else.
pub(super) const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// `User-Agent` of the requests that are made here; some servers refuse a request without one.
const USER_AGENT: &str = concat!("edge-oauth2/", env!("CARGO_PKG_VERSION"));

/// What all requests carry, and `further` headers, which replace others of their name.
pub(super) fn headers(further: &[(String, String)]) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = vec![
        ("accept".into(), "application/json".into()),
        ("user-agent".into(), USER_AGENT.into()),
    ];
    for (name, value) in further {
        headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
        headers.push((name.to_ascii_lowercase(), value.clone()));
    }
    headers
}

/// A request. `Debug` leaves out what may hold credentials: header values and the body.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method, in capitals.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// How long a response body may be; a longer one fails the request. [`HttpRequest::new`] says 1 MiB.
    pub max_response_bytes: usize,
}

impl HttpRequest {
    /// A request without headers and body. What it has beside that is filled in:
    ///
    /// ```
    /// use edge_oauth2::HttpRequest;
    ///
    /// let request = HttpRequest {
    ///     body: br#"{"name":"new"}"#.to_vec(),
    ///     ..HttpRequest::new("POST", "https://api.example.com/items")
    /// };
    /// ```
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            max_response_bytes: MAX_RESPONSE_BYTES,
        }
    }
}

/// A response, its body read to the end.
#[derive(Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// Whether it leads elsewhere. Browsers hide a redirect that was not followed behind status 0.
    pub(super) fn is_redirect(&self) -> bool {
        matches!(self.status, 0 | 300..=399)
    }

    /// Whether it is a success.
    pub(super) fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The first header called `name`, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(header, value)| header.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why no response arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection, or it broke; the platform's own words.
    Connection(String),
    /// The response was longer than the request allowed.
    TooLong {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: Vec<(String, String)>,
    },
    /// What came is no response; the platform's own words.
    Unusable(String),
    /// A function that makes or changes token requests failed: its name, as the message has it, and why,
    /// as [`Error::hook`](crate::Error::hook) has it.
    Hook(&'static str, HookError),
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(reason) | Self::Unusable(reason) => f.write_str(reason),
            Self::TooLong { .. } => f.write_str("the response is too long"),
            Self::Hook(hook, _) => [hook, " failed"].concat().fmt(f),
        }
    }
}

impl std::error::Error for TransportError {}
