//! What a refusal of the token endpoint means for the next request.
//!
//! RFC 6749 §5.2 has six codes, and servers have their own beside them, or none at all. What passes is
//! found by the status and by what servers are known to say. A refused refresh that speaks neither of
//! the client nor of the scope, a rate or the server's health can only mean the refresh token.

use crate::error::{BAD_CERTIFICATE, ErrorClass};
use crate::text;

/// `grant_type` of a refresh (RFC 6749 §6).
pub(crate) const REFRESH_TOKEN: &str = "refresh_token";

/// A refusal as it may be shown: without what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The status of the answer.
    pub status: u16,
    /// The server's code, if it has one.
    pub error: Option<&'a str>,
    /// The server's words.
    pub description: Option<&'a str>,
    /// `grant_type`, as it was sent.
    pub grant_type: &'a str,
    /// Headers of the answer that say something about it, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// What it means by the rules here.
    pub class: ErrorClass,
}

impl Refusal<'_> {
    /// Whether a refresh token was to be spent.
    pub fn is_refresh(&self) -> bool {
        self.grant_type == REFRESH_TOKEN
    }
}

/// What a refusal is judged by, as it was received.
pub(super) struct Signs<'a> {
    pub(super) status: u16,
    /// The server's code; empty if it has none.
    pub(super) code: &'a str,
    pub(super) description: &'a str,
    pub(super) is_refresh: bool,
    /// The server says when to come again.
    pub(super) asks_to_wait: bool,
    /// A challenge demands other credentials of the client.
    pub(super) challenges_client: bool,
    /// The page for people that the answer is, if it is one: a gateway's, and not the server's.
    pub(super) page: &'a str,
}

/// Salesforce's "login rate exceeded" comes as `invalid_grant`, and of two refreshes at once it refuses one, which did
/// nothing; Entra's AADSTS50196 is a client that loops.
const RATE: [&str; 13] = [
    "quota limit",
    "quota exceeded",
    "frequency limit",
    "already being processed",
    "rate limit",
    "rate_limit",
    "ratelimit",
    "rate exceeded",
    "too many",
    "too_many",
    "throttl",
    "slow_down",
    "aadsts50196",
];

/// Google's `internal_failure`, Salesforce's `unknown_error`, Slack's `fatal_error`, Entra's AADSTS90033.
const PASSES: [&str; 13] = [
    "temporarily_unavailable",
    "temporarily unavailable",
    "internal_failure",
    "internal_error",
    "internal server error",
    "internal_server_error",
    "unknown_error",
    "service_unavailable",
    "service unavailable",
    "fatal_error",
    "retry your request",
    "try again later",
    "aadsts90033",
];

/// What is said of who asks and for what, where it is not said of the refresh token.
const OF_REQUEST: [&str; 7] = [
    // As what is at fault, and not in words about it.
    "(application",
    "client",
    "secret",
    "credential",
    "scope",
    "certificate",
    "assertion",
];

/// The same as codes. Servers write `unauthorized_client` of either.
const CODES_OF_REQUEST: [&str; 5] = ["client", "scope", "unsupported_", "_target", "dpop"];
const UNAUTHORIZED_CLIENT: &str = "unauthorized_client";

/// Of the way to ask, and not of what is spent.
const OF_GRANT: [&str; 2] = ["grant type", "grant_type"];

impl Signs<'_> {
    pub(super) fn class(&self) -> ErrorClass {
        let code = self.code.to_ascii_lowercase();
        let description = self.description.to_ascii_lowercase();
        let code_says = |words: &[&str]| words.iter().any(|it| text::contains(&code, it));
        let says = |words: &[&str]| {
            code_says(words) || words.iter().any(|it| text::contains(&description, it))
        };
        let status = self.status;
        let is_refused = matches!(status, 401 | 403);
        let is_page = !self.page.is_empty();
        // Google's is one.
        let page_says = || {
            let page = self.page.to_ascii_lowercase();
            is_refused && RATE.iter().any(|it| text::contains(&page, it))
        };
        let asks_to_wait = self.asks_to_wait && matches!(status, 403 | 425);
        if status == 429 || asks_to_wait || says(&RATE) || (is_page && page_says()) {
            return ErrorClass::RateLimited;
        }
        // ServiceNow calls bad credentials so.
        let is_server_error = code == "server_error" && !is_refused;
        if is_server_error || says(&PASSES) {
            return ErrorClass::Retry;
        }
        let is_dead = self.is_refresh && code == "invalid_grant";
        if status == BAD_CERTIFICATE {
            return ErrorClass::Terminal;
        }
        if !is_dead && matches!(status, 408 | 425 | 500..=599) {
            return ErrorClass::Retry;
        }
        if !self.is_refresh || says(&OF_GRANT) {
            return ErrorClass::Terminal;
        }
        if code != UNAUTHORIZED_CLIENT && code_says(&CODES_OF_REQUEST) {
            return ErrorClass::Terminal;
        }
        let is_of_token =
            is_dead || text::contains(&description, "refresh") || text::contains(&code, "refresh");
        let is_of_request = OF_REQUEST.iter().any(|it| text::contains(&description, it));
        let is_answer = match status {
            _ if !code.is_empty() => true,
            400 => !is_page,
            401 => !is_page && !self.challenges_client,
            403 => text::contains(&description, "token"),
            _ => false,
        };
        match is_of_token || (is_answer && !is_of_request) {
            true => ErrorClass::Reauthorize,
            false => ErrorClass::Terminal,
        }
    }
}
