//! The access token response and the error response (RFC 6749 §5.1, §5.2), read as tolerantly as
//! servers are varied.

use std::fmt;

use super::client_auth::ClientAuth;
use super::error_class::{ErrorClass, Signs};
use super::error_response::{
    is_exhausted, rejection, rejection_in_success, reset_ms, retry_after_ms, shown, told,
};
use super::form;
use super::http::HttpResponse;
use super::lifetime;
use super::token_request::TokenRequest;
use crate::error::{Error, ErrorCode, ErrorResponse};
use crate::json::Json;
use crate::token::{Secret, Token};

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

/// What reading a response depends on besides the response.
#[derive(Clone, Copy)]
pub struct TokenResponseContext<'a> {
    /// What was asked; an echo of its secrets is taken out of error messages.
    pub request: TokenRequest<'a>,
    /// Where the members are, if not where the standard says.
    pub mapping: &'a TokenMapping,
    /// When it was asked for, in milliseconds since the epoch.
    pub now_ms: u64,
    /// How long a token lives whose response does not say.
    pub default_lifetime_seconds: u64,
}

/// Where servers put what RFC 6749 §5.1 puts at the top. What is not named here is looked for there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenMapping(Vec<(&'static str, String)>);

impl TokenMapping {
    /// Reads pairs of a member's name, as `access_token` or `accessToken`, and a path to it, as
    /// `data.access_token` or `tokens.0.value`; `None` for a name that is not one, or an empty step in a
    /// path.
    pub fn new(pairs: &[(String, String)]) -> Option<Self> {
        let entry = |(name, path): &(String, String)| {
            let member = match name.as_str() {
                "access_token" | "accessToken" => "access_token",
                "token_type" | "tokenType" => "token_type",
                "expires_in" | "expiresIn" => "expires_in",
                "expires_at" | "expiresAt" => "expires_at",
                "scope" => "scope",
                "refresh_token" | "refreshToken" => "refresh_token",
                "id_token" | "idToken" => "id_token",
                _ => return None,
            };
            let is_path = path.split('.').all(|step| !step.is_empty());
            is_path.then(|| (member, path.clone()))
        };
        pairs.iter().map(entry).collect::<Option<_>>().map(Self)
    }

    /// Whether all is where the standard says.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let pair = |(name, path): &(&'static str, String)| ((*name).to_owned(), path.clone());
        self.0.iter().map(pair).collect()
    }

    /// What the member called `name` here is called in the response.
    fn written<'a>(&'a self, name: &'a str) -> &'a str {
        let path = self.0.iter().rev().find(|(it, _)| *it == name);
        path.and_then(|(_, path)| path.rsplit('.').next())
            .unwrap_or(name)
    }

    /// The members where the standard puts them. Of members with the same name the last counts.
    fn applied(&self, members: &Json) -> Json {
        let Json::Object(present) = members else {
            return members.clone();
        };
        let mapped = self.0.iter().map(|(name, path)| {
            let value = members.at(path).cloned();
            ((*name).to_owned(), value.unwrap_or(Json::Null))
        });
        Json::Object(present.iter().cloned().chain(mapped).collect())
    }
}

impl fmt::Debug for TokenResponseContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponseContext")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// Reads the token endpoint's answer. Beside the token it says why its life had to be assumed, if so.
pub fn read(
    response: &HttpResponse,
    context: TokenResponseContext<'_>,
) -> Result<(Token, Option<String>), Error> {
    let status = response.status;
    if response.is_redirect() {
        let place = response.header("location").unwrap_or_default();
        // Its query may repeat what was sent, in words of its own.
        let place = place.split(['?', '#']).next().unwrap_or_default();
        let place = context.request.sent().cut(place, MAX_LOCATION_CHARS);
        let to = if place.is_empty() { "" } else { " to " };
        let what_it_did = [
            "answered with a redirect",
            to,
            &place,
            ", which is not followed because it would hand the credentials on; give the final URL as tokenUrl",
        ];
        return Err(context
            .error(ErrorCode::RedirectRefused, &what_it_did.concat())
            .with_status(status));
    }
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let members = members(text);
    if !response.is_success() {
        return Err(context.refused(response, text, members.as_ref()));
    }
    let mapped = members.as_ref().map(|it| context.mapping.applied(it));
    let token = mapped.as_ref().and_then(|it| it.get("access_token"));
    let has_token = match token {
        Some(Json::String(token)) => !token.trim().is_empty(),
        token => matches!(token, Some(Json::Number(_))),
    };
    let rejection = |it| rejection_in_success(it, has_token);
    if let Some(rejection) = members.as_ref().and_then(rejection) {
        return Err(context.rejected(response, rejection, ""));
    }
    let unusable = |problem: &str| {
        let described = [problem, &context.looks(response)].concat();
        context
            .error(ErrorCode::InvalidResponse, &described)
            .with_status(status)
            .with_class(ErrorClass::Terminal)
    };
    let (Some(raw), Some(members)) = (members, mapped) else {
        return Err(unusable(
            "answered with neither JSON nor a form-encoded token",
        ));
    };
    let token = |name| token_member(&members, name, context.mapping.written(name), text);
    let access_token =
        token("access_token").ok_or_else(|| unusable("answered without an access_token; where it is called otherwise, say so in tokenMapping"))?;
    if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable(
            "answered with an access_token that has white space, control or non-ASCII characters in it and fits no header (RFC 6750 §2.1)",
        ));
    }
    let (lifetime_seconds, unsaid) =
        match lifetime::seconds(&members, context.now_ms.div_ceil(1000)) {
            Ok(seconds) => (seconds, None),
            Err(unsaid) => (context.default_lifetime_seconds, Some(unsaid)),
        };
    let token = Token {
        token_type: token_type(&members),
        received_at_ms: context.now_ms,
        expires_at_ms: context
            .now_ms
            .saturating_add(lifetime_seconds.saturating_mul(1000)),
        scope: scope(&members),
        refresh_token: token("refresh_token").map(Secret::from),
        id_token: token("id_token").map(Secret::from),
        access_token: Secret::from(access_token),
        raw,
        rotation: 0,
    };
    Ok((token, unsaid))
}

/// The error of an answer whose body is longer than is read.
pub(crate) fn too_long(response: &HttpResponse, context: TokenResponseContext<'_>) -> Error {
    let status = response.status.to_string();
    // As of a page: what it says is not known.
    let said = ErrorResponse::default();
    let (class, retry_after_ms) = context.class(response, &said, "?");
    context
        .error(
            ErrorCode::InvalidResponse,
            &["answered with status ", &status, " and more than 1 MiB"].concat(),
        )
        .with_status(response.status)
        .with_class(class)
        .with_retry_after(retry_after_ms)
}

/// The response's members, from JSON or from a form (as early implementations of the drafts, and
/// GitHub, answer). The content type is not asked: servers mislabel both.
pub(super) fn members(text: &str) -> Option<Json> {
    if let Some(object @ Json::Object(_)) = Json::parse(text) {
        return Some(object);
    }
    // Whatever has a link in it decodes to some form; a form holds neither markup nor white space.
    let may_be_form = |byte: u8| byte.is_ascii_graphic() && !b"<>\"{}".contains(&byte);
    if !text.bytes().all(may_be_form) {
        return None;
    }
    let form = form::decode(text);
    form.iter()
        .any(|(name, _)| {
            matches!(
                name.as_str(),
                "access_token" | "error" | "message" | "reason"
            )
        })
        .then(|| {
            Json::Object(
                form.into_iter()
                    .map(|(name, value)| (name, Json::String(value)))
                    .collect(),
            )
        })
}

/// A member that is a string with something in it.
pub(crate) fn text_member<'a>(members: &'a Json, name: &str) -> Option<&'a str> {
    let text = members.get(name)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The token called `name` here and `written` in the response `text`. Some servers send a number, which
/// may have more digits than a float.
fn token_member(members: &Json, name: &str, written: &str, text: &str) -> Option<String> {
    let Some(Json::Number(number)) = members.get(name) else {
        return text_member(members, name).map(str::to_owned);
    };
    let digits = |from: &'_ str| -> Option<String> {
        let end = from
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from.len());
        let (digits, _) = from.split_at_checked(end)?;
        let is_it = digits.parse::<u64>().is_ok_and(|it| it as f64 == *number);
        is_it.then(|| digits.to_owned())
    };
    let name = ["\"", written, "\""].concat();
    let named = text
        .split(&name)
        .skip(1)
        .find_map(|rest| digits(rest.trim_start().strip_prefix(':')?.trim_start()));
    named.or_else(|| text.split(|c: char| !c.is_ascii_digit()).find_map(digits))
}

pub(crate) fn token_type(members: &Json) -> String {
    match text_member(members, "token_type") {
        Some(token_type) if !is_bearer(token_type) => token_type.into(),
        _ => "Bearer".into(),
    }
}

/// Servers have other words for it: Apigee's `BearerToken`, eBay's `User Access Token`, and Slack says
/// whose it is.
fn is_bearer(token_type: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
    let plain: String = token_type.chars().filter_map(letters).collect();
    matches!(plain.as_str(), "bearer" | "bearertoken" | "bot" | "user")
        || plain.ends_with("accesstoken")
}

pub(crate) fn scope(members: &Json) -> Option<String> {
    match members.get("scope")? {
        Json::Array(scopes) => {
            let scopes: Vec<&str> = scopes.iter().filter_map(Json::as_str).collect();
            (!scopes.is_empty()).then(|| scopes.join(" "))
        }
        _ => text_member(members, "scope").map(str::to_owned),
    }
}

/// Whether `page` is for people: faults in XML are for programs.
fn is_html(page: &str) -> bool {
    let head = page
        .get(..MAX_PLAIN_BYTES)
        .unwrap_or(page)
        .to_ascii_lowercase();
    head.contains("<html") || head.contains("<!doctype html")
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
        words.contains("clientid")
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

    /// An answer that is no success.
    fn refused(&self, response: &HttpResponse, text: &str, members: Option<&Json>) -> Error {
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

    fn rejected(&self, response: &HttpResponse, said: ErrorResponse, page: &str) -> Error {
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
        if is_unknown_client {
            what_it_did.push_str(hint);
        }
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
}
