//! One refusal: what comes, and what is answered.

use edge_oauth2::ErrorCode;

use super::*;

/// Where all of it is written down for those who use it.
pub const DOCUMENT: &str = include_str!("../../docs/inbound.md");

/// What is answered without credentials, or with these.
pub struct Row {
    pub api: Api,
    pub header: Option<String>,
    pub requirements: Requirements,
    pub code: ErrorCode,
    pub status: u16,
    /// In the order of the answer's headers.
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

const NO_STORE: (&str, &str) = ("cache-control", "no-store");

fn headers(first: (&'static str, &str), has_body: bool) -> Vec<(&'static str, String)> {
    let body = has_body.then_some(("content-type", "application/json"));
    let all = [first, NO_STORE].into_iter().chain(body);
    all.map(|(name, value)| (name, value.to_owned())).collect()
}

fn body(code: &str, description: &str) -> String {
    format!(r#"{{"error":"{code}","error_description":"{description}"}}"#)
}

pub fn bare(header: Option<&str>) -> Row {
    Row {
        api: api(),
        header: header.map(str::to_owned),
        requirements: Requirements::default(),
        code: ErrorCode::TokenMissing,
        status: 401,
        headers: headers(("www-authenticate", r#"Bearer realm="api""#), false),
        body: String::new(),
    }
}

/// With a challenge that has an error and no more.
fn told(
    api: Api,
    header: Option<String>,
    (code, status, error): (ErrorCode, u16, &str),
    description: &str,
) -> Row {
    let challenge = format!(r#"Bearer error="{error}", error_description="{description}""#);
    Row {
        api,
        header,
        requirements: Requirements::default(),
        code,
        status,
        headers: headers(("www-authenticate", &challenge), true),
        body: body(error, description),
    }
}

pub fn malformed(header: &str, description: &str) -> Row {
    let code = (ErrorCode::TokenMalformed, 400, "invalid_request");
    told(api(), Some(header.to_owned()), code, description)
}

/// What an opaque token is answered of which the server says this.
pub fn rejected(members: &str, description: &str) -> Row {
    let api = api();
    api.issue("opaque", members);
    let code = (ErrorCode::TokenRejected, 401, "invalid_token");
    told(api, bearer("opaque"), code, description)
}

pub fn rejected_jwt(token: String, description: &str) -> Row {
    let code = (ErrorCode::TokenRejected, 401, "invalid_token");
    told(api(), bearer(&token), code, description)
}

pub fn lacking(requirements: Requirements, scope: &str, description: &str) -> Row {
    let api = api();
    api.issue("opaque", r#","scope":"read""#);
    let challenge = format!(
        r#"Bearer error="insufficient_scope", error_description="{description}", scope="{scope}""#
    );
    Row {
        api,
        header: bearer("opaque"),
        requirements,
        code: ErrorCode::InsufficientScope,
        status: 403,
        headers: headers(("www-authenticate", &challenge), true),
        body: body("insufficient_scope", description),
    }
}

/// When the issuer answers so, whichever way is gone.
pub fn unverifiable(token: &str, reply: Reply, retry_after: &str) -> Row {
    let api = api();
    api.answer(reply);
    Row {
        api,
        header: bearer(token),
        requirements: Requirements::default(),
        code: ErrorCode::TokenUnverifiable,
        status: 503,
        headers: headers(("retry-after", retry_after), true),
        body: body(
            "temporarily_unavailable",
            "the token cannot be checked at the moment",
        ),
    }
}

pub fn misconfigured(api: Api, requirements: Requirements) -> Row {
    Row {
        requirements,
        code: ErrorCode::InvalidOption,
        ..unverifiable("opaque", Reply::Never, "5").of(api)
    }
}

impl Row {
    fn of(self, api: Api) -> Self {
        Self { api, ..self }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// What all are told who are refused like this, up to the names of scopes.
    fn words(&self) -> &str {
        let (_, told) = self.body.rsplit_once(r#"":""#).unwrap_or_default();
        let told = told.trim_end_matches(r#""}"#);
        told.trim_start_matches("the token ")
    }

    /// Whether that is what is answered, and the document says so.
    pub fn check(self, name: &str) {
        let told = self.words();
        assert!(DOCUMENT.contains(told), "{told}");
        let token = self.header.as_deref().and_then(|it| it.split_once(' '));
        let token = token.map_or("", |(_, token)| token);
        let is_short = token.len() < 6;
        let outcome = self.api.call(self.header.as_deref(), &self.requirements);
        let refusal = refused(outcome, if is_short { "" } else { token });
        assert_eq!(refusal.error().code(), self.code, "{name}");
        assert_eq!(refusal.status(), self.status, "{name}");
        assert_eq!(refusal.error().status(), Some(self.status), "{name}");
        let headers: Vec<_> = refusal.headers();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        assert_eq!(headers, self.headers, "{name}");
        assert_eq!(refusal.body(), self.body, "{name}");
        assert_eq!(
            refusal.cause().is_some(),
            self.code == ErrorCode::TokenUnverifiable,
            "{name}"
        );
        assert_eq!(
            refusal.error().retryable(),
            self.code == ErrorCode::TokenUnverifiable,
            "{name}"
        );
    }
}
