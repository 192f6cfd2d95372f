//! How an API takes tokens, and how it refuses them.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use crate::client::well_formed_headers;
use crate::error::Error;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::token::Token;

/// How an API takes tokens, and how it refuses them.
#[derive(Clone)]
pub struct ResourceOptions {
    /// What in an answer outside 2xx means that the token is refused: 401, unless said otherwise.
    pub refresh_on: Vec<Sign>,
    /// What in a 2xx answer does: for APIs that say so with a 200. Nothing, unless said otherwise.
    pub detect_on: Vec<Sign>,
    /// Puts the token on a copy of the request: into a header, the URL or the body. Unless given, the token
    /// is sent as a bearer token, in place of the request's own `Authorization`.
    pub apply: Option<Apply>,
    /// Headers of every request, such as an API key, unless the request has them itself.
    pub api_headers: Vec<(String, String)>,
}

/// Puts a token, of any type, on a request.
pub type Apply = Rc<dyn Fn(&mut HttpRequest, &Token)>;

/// A sign of refusal in an answer.
#[derive(Clone)]
#[non_exhaustive]
pub enum Sign {
    /// This status.
    Status(u16),
    /// A body that is exactly this text.
    Text(String),
    /// A body that has this text in it.
    Contains(String),
    /// An answer of which this holds.
    Answer(Rc<dyn Fn(&HttpResponse) -> bool>),
}

impl Default for ResourceOptions {
    fn default() -> Self {
        Self {
            refresh_on: vec![Sign::Status(401)],
            detect_on: Vec::new(),
            apply: None,
            api_headers: Vec::new(),
        }
    }
}

impl ResourceOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        check_signs("refreshOn", &self.refresh_on, 300..1000)?;
        check_signs("detectOn", &self.detect_on, 200..300)?;
        check_headers("apiHeaders", &self.api_headers)
    }

    /// A copy of `request`, to put the token on.
    pub(super) fn with_api_headers(&self, request: &HttpRequest) -> HttpRequest {
        let mut copy = request.clone();
        let is_missing = |(name, _): &&(String, String)| !has_header(request, name);
        let missing = self.api_headers.iter().filter(is_missing);
        copy.headers.extend(missing.cloned());
        copy
    }

    pub(super) fn is_refusal(&self, response: &HttpResponse) -> bool {
        let signs = match is_success(response) {
            true => &self.detect_on,
            false => &self.refresh_on,
        };
        signs.iter().any(|sign| sign.is_in(response))
    }
}

impl Sign {
    fn is_in(&self, response: &HttpResponse) -> bool {
        match self {
            Self::Status(status) => response.status == *status,
            Self::Text(text) => response.body == text.as_bytes(),
            Self::Contains(text) => String::from_utf8_lossy(&response.body).contains(text),
            Self::Answer(is_refusal) => is_refusal(response),
        }
    }
}

impl fmt::Debug for ResourceOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceOptions")
            .field("refresh_on", &self.refresh_on)
            .field("detect_on", &self.detect_on)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => f.debug_tuple("Status").field(status).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Contains(text) => f.debug_tuple("Contains").field(text).finish(),
            Self::Answer(_) => f.debug_tuple("Answer").finish_non_exhaustive(),
        }
    }
}

pub(super) fn is_success(response: &HttpResponse) -> bool {
    (200..300).contains(&response.status)
}

fn check_signs(option: &'static str, signs: &[Sign], statuses: Range<u16>) -> Result<(), Error> {
    let problem = |sign: &Sign| match sign {
        Sign::Status(status) if !statuses.contains(status) => Some(
            "has a status that it never sees: refreshOn is for answers outside 2xx, detectOn for 2xx",
        ),
        Sign::Text(text) | Sign::Contains(text) if text.is_empty() => Some("has an empty text"),
        _ => None,
    };
    match signs.iter().find_map(problem) {
        Some(problem) => Err(Error::invalid_option(option, problem)),
        None => Ok(()),
    }
}

/// `Authorization` is where the token goes; the others depend on the request.
fn check_headers(option: &'static str, headers: &[(String, String)]) -> Result<(), Error> {
    well_formed_headers(option, headers)?;
    let belongs_elsewhere = |name: &str| {
        let name = name.to_ascii_lowercase();
        name == "authorization" || name == "host" || name.starts_with("content-")
    };
    match headers.iter().find(|(name, _)| belongs_elsewhere(name)) {
        Some((name, _)) => Err(Error::invalid_option(
            option,
            [
                "must not set ",
                name,
                ": give it to the request, or set it in apply",
            ]
            .concat(),
        )),
        None => Ok(()),
    }
}

fn has_header(request: &HttpRequest, name: &str) -> bool {
    let mut names = request.headers.iter().map(|(name, _)| name);
    names.any(|given| given.eq_ignore_ascii_case(name))
}
