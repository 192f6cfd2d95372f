//! Answers of the token endpoint that bring no token, told so that somebody can do something about them.

use super::advice;
use super::client_authentication::ClientAuth;
use super::error_class::Signs;
use super::error_response::{is_exhausted, rejection, reset_ms, retry_after_ms, shown, told};
use super::http::HttpResponse;
use super::token_response::TokenResponseContext;
use crate::error::{BAD_CERTIFICATE, Error, ErrorClass, ErrorCode, ErrorResponse};
use crate::json::Json;
use crate::text;

/// The server does not know the client, or not with these credentials (RFC 6749 §5.2).
const INVALID_CLIENT: &str = "invalid_client";

const ENCODING_HINT: &str = "; clientId or clientSecret hold characters that servers read differently from the Authorization header: if both are right, try another credentialEncoding ('strict', 'loose', 'interop') or clientAuth: 'body'";

const PADDED_HINT: &str = " has white space or quotes around it, which were sent along";

const ASSERTION_HINT: &str = "; if client and key are right, the server may want the assertion for another audience, or of another type: say its name by issuer, or what it wants by clientAssertion: { audience, typ }";

const PAGE_HINT: &str =
    ": a page, as of a gateway or firewall before it, or of another URL than the token endpoint's";

/// What is shown of a server's own words.
const MAX_CONTENT_TYPE_CHARS: usize = 100;
const MAX_LOCATION_CHARS: usize = 200;

/// What is longer is a page, or no words at all.
const MAX_PLAIN_BYTES: usize = 500;

/// Whether `page` is for people: faults in XML are for programs.
fn is_html(page: &str) -> bool {
    let head = page
        .get(..MAX_PLAIN_BYTES)
        .unwrap_or(page)
        .to_ascii_lowercase();
    text::contains(&head, "<html") || text::contains(&head, "<!doctype html")
}

/// `text`, if it is a sentence, and nothing that was meant to be read by programs and broke off.
fn plain_words(text: &str) -> Option<&str> {
    let is_sentence = text.starts_with(char::is_alphabetic) && text.contains(' ');
    (is_sentence && text.len() <= MAX_PLAIN_BYTES).then_some(text)
}

/// Whether the server does not know who asks. Those that do not read the header miss a `client_id` (Google, LinkedIn,
/// Entra ID).
pub(crate) fn is_unknown_client(said: &ErrorResponse, class: ErrorClass) -> bool {
    let misses_id = |words: &str| {
        let words = words.to_ascii_lowercase().replace([' ', '_'], "");
        text::contains(&words, "clientid")
    };
    let words = [Some(&said.error), said.description.as_ref()];
    said.error == INVALID_CLIENT
        || class == ErrorClass::Terminal && words.into_iter().flatten().any(|it| misses_id(it))
}

impl TokenResponseContext<'_> {
    fn error(&self, code: ErrorCode, what_it_did: &str) -> Error {
        let message = [
            "the token endpoint ",
            self.request.endpoint.for_display(),
            " ",
            what_it_did,
        ]
        .concat();
        Error::new(code, message)
    }

    /// An answer that says nothing, for who has to find out whose it is.
    fn looks(&self, response: &HttpResponse) -> String {
        let content_type = response.header("content-type").unwrap_or("none");
        let content_type = self
            .request
            .sent()
            .cut(content_type, MAX_CONTENT_TYPE_CHARS);
        let bytes = response.body.len().to_string();
        [" (content type ", &content_type, ", ", &bytes, " bytes)"].concat()
    }

    /// The error of an answer whose body is longer than is read.
    pub(crate) fn too_long(&self, response: &HttpResponse) -> Error {
        let status = response.status.to_string();
        // As of a page: what it says is not known.
        let said = ErrorResponse::default();
        let (class, retry_after_ms) = self.class(response, &said, "?");
        self.error(
            ErrorCode::InvalidResponse,
            &["answered with status ", &status, " and more than 1 MiB"].concat(),
        )
        .with_status(response.status)
        .with_class(class)
        .with_retry_after(retry_after_ms)
    }

    /// An answer that is no success.
    #[inline(never)]
    pub(super) fn refused(
        &self,
        response: &HttpResponse,
        text: &str,
        members: Option<&Json>,
    ) -> Error {
        let page = match text.starts_with('<') {
            true => text,
            false => "",
        };
        let said = match members {
            Some(members) => told(members),
            // Some servers send a list of what is wrong.
            None => match Json::parse(text) {
                Some(Json::Array(items)) => items.first().map(told).unwrap_or_default(),
                Some(_) => ErrorResponse::default(),
                None => ErrorResponse {
                    description: plain_words(text).map(str::to_owned),
                    ..ErrorResponse::default()
                },
            },
        };
        if members.is_some_and(|it| rejection(it).is_some()) {
            return self.rejected(response, said, page);
        }
        let status = response.status.to_string();
        let mut what_it_did = ["answered with status ", &status].concat();
        let (class, retry_after_ms) = self.class(response, &said, page);
        let said = shown(said, &self.request.sent());
        if !said.error.is_empty() {
            what_it_did.extend([" ", &said.error]);
        }
        if let Some(description) = &said.description {
            what_it_did.extend([": ", description]);
        }
        let says_nothing = said == ErrorResponse::default();
        if says_nothing {
            what_it_did.push_str(&self.looks(response));
        }
        if is_html(page) {
            what_it_did.push_str(PAGE_HINT);
        }
        if matches!(response.status, 404 | 405 | 410)
            || is_html(page) && class == ErrorClass::Terminal
        {
            what_it_did.push_str(advice::on_url(self.request.endpoint));
        }
        if response.status == BAD_CERTIFICATE {
            what_it_did.push_str(advice::ON_CERTIFICATE);
        }
        let error = self
            .error(ErrorCode::HttpStatus, &what_it_did)
            .with_status(response.status)
            .with_class(class)
            .with_retry_after(retry_after_ms);
        match says_nothing {
            true => error,
            false => error.with_response(said),
        }
    }

    #[inline(never)]
    pub(super) fn rejected(
        &self,
        response: &HttpResponse,
        said: ErrorResponse,
        page: &str,
    ) -> Error {
        let (class, retry_after_ms) = self.class(response, &said, page);
        let is_unknown_client = is_unknown_client(&said, class);
        let said = shown(said, &self.request.sent());
        let status = response.status.to_string();
        let mut what_it_did = ["answered ", &status].concat();
        if !said.error.is_empty() {
            what_it_did.extend([" ", &said.error]);
        }
        if let Some(description) = &said.description {
            what_it_did.extend([": ", description]);
        }
        let client = &self.request.client;
        let hint = match (client.padded(), self.request.client_auth) {
            (Some(option), _) => &["; ", option, PADDED_HINT].concat(),
            (_, ClientAuth::Basic) if client.is_ambiguous() => ENCODING_HINT,
            (_, ClientAuth::PrivateKeyJwt | ClientAuth::ClientSecretJwt) => ASSERTION_HINT,
            _ => "",
        };
        what_it_did.push_str(match is_unknown_client {
            true => hint,
            false => advice::on_code(&said.error),
        });
        self.error(ErrorCode::TokenRequestRejected, &what_it_did)
            .with_status(response.status)
            .with_response(said)
            .with_class(class)
            .with_retry_after(retry_after_ms)
    }

    /// What the refusal means, judged by what was received, and how long the server is to be left alone.
    fn class(
        &self,
        response: &HttpResponse,
        said: &ErrorResponse,
        page: &str,
    ) -> (ErrorClass, Option<u64>) {
        let wish = retry_after_ms(response, self.now_ms);
        let reset = || reset_ms(response, self.now_ms);
        let exhausted = || is_exhausted(response).then(reset).flatten();
        let challenge = response.header("www-authenticate").unwrap_or_default();
        let class = Signs {
            status: response.status,
            code: &said.error,
            description: said.description.as_deref().unwrap_or_default(),
            is_refresh: self.request.is_refresh(),
            asks_to_wait: wish.or_else(exhausted).is_some(),
            challenges_client: challenge
                .get(..5)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")),
            page,
        }
        .class();
        match class {
            ErrorClass::RateLimited => (class, wish.or_else(reset)),
            _ => (class, wish),
        }
    }

    /// An answer that leads elsewhere.
    #[inline(never)]
    pub(super) fn redirected(&self, response: &HttpResponse) -> Error {
        let place = response.header("location").unwrap_or_default();
        // Its query may repeat what was sent, in words of its own.
        let place = place.split(['?', '#']).next().unwrap_or_default();
        let place = self.request.sent().cut(place, MAX_LOCATION_CHARS);
        let to = if place.is_empty() { "" } else { " to " };
        let what_it_did = [
            "answered with a redirect",
            to,
            &place,
            ", which is not followed because it would hand the credentials on; give the final URL as tokenUrl, unless it leads to a page for people: then tokenUrl is not the token endpoint's URL",
        ];
        self.error(ErrorCode::RedirectRefused, &what_it_did.concat())
            .with_status(response.status)
    }

    /// A success without a token that can be used.
    #[inline(never)]
    pub(super) fn unusable(&self, response: &HttpResponse, problem: &str) -> Error {
        let is_page = response.body.trim_ascii_start().starts_with(b"<");
        let advice = match is_page {
            true => advice::on_url(self.request.endpoint),
            false => "",
        };
        let described = [problem, &self.looks(response), advice].concat();
        self.error(ErrorCode::InvalidResponse, &described)
            .with_status(response.status)
            .with_class(ErrorClass::Terminal)
    }
}
