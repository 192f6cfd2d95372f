//! Token revocation (RFC 7009).

use base64ct::{Base64, Encoding};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::form::encode_value;
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::protocol::revocation::{
    RevocationRequest, RevocationResponseContext, TokenTypeHint, read,
};
use edge_oauth2::redaction::Sent;
use edge_oauth2::{Error, ErrorCode};

use crate::support::{check_rows, response, same};
use crate::{NOW_MS, SECRET};

const URL: &str = "https://auth.example.com/revoke?key=marker";
const TOKEN: &str = "token marker/+";

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn sent(parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> HttpRequest {
    RevocationRequest {
        endpoint: &Endpoint::parse(URL).unwrap(),
        token: &TOKEN.into(),
        token_type_hint: TokenTypeHint::RefreshToken,
        parameters: pairs(parameters),
        headers: pairs(headers),
    }
    .to_http()
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone()).unwrap()
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Vec<&'a str> {
    let headers = request.headers.iter();
    headers
        .filter(|(header, _)| header.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

#[test]
fn is_a_form_posted_to_the_revocation_endpoint() {
    let request = sent(&[], &[("Authorization", "Basic YTpi")]);
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, URL);
    assert_eq!(
        body(&request),
        "token=token+marker%2F%2B&token_type_hint=refresh_token"
    );
    let content_type = header(&request, "content-type");
    assert_eq!(content_type, ["application/x-www-form-urlencoded"]);
    assert_eq!(header(&request, "accept"), ["application/json"]);
    assert_eq!(header(&request, "authorization"), ["Basic YTpi"]);
    assert!(header(&request, "user-agent")[0].starts_with("edge-oauth2/"));
    assert_eq!(request.max_response_bytes, 1024 * 1024);
}

#[test]
fn the_client_is_in_the_parameters_or_the_headers() {
    let request = sent(
        &[("client_id", "a b"), ("client_secret", "c&d")],
        &[("User-Agent", "mine"), ("X-Tenant", "t")],
    );
    assert_eq!(
        body(&request),
        "token=token+marker%2F%2B&token_type_hint=refresh_token&client_id=a+b&client_secret=c%26d"
    );
    assert_eq!(header(&request, "user-agent"), ["mine"]);
    assert_eq!(header(&request, "x-tenant"), ["t"]);
    assert!(header(&request, "authorization").is_empty());
}

#[test]
fn kinds_of_token() {
    for name in ["access_token", "refresh_token"] {
        assert_eq!(TokenTypeHint::from_name(name).unwrap().as_str(), name);
    }
    for name in ["", "id_token", "Access_Token"] {
        assert_eq!(TokenTypeHint::from_name(name), None);
    }
}

fn read_with(response: &HttpResponse, token: &str) -> Result<(), Error> {
    let mut sent = Sent::default();
    sent.add_all([token, SECRET]);
    let context = RevocationResponseContext {
        endpoint: &Endpoint::parse(URL).unwrap(),
        sent: &sent,
        now_ms: NOW_MS,
    };
    assert!(!format!("{context:?} {context:#?}").contains("marker"));
    read(response, context)
}

fn read_body(status: u16, body: impl Into<Vec<u8>>) -> Result<(), Error> {
    read_with(&response(status, body), TOKEN)
}

#[test]
fn a_success_is_one_whatever_its_body() {
    check_rows(
        [
            ("200", (200, "")),
            ("204", (204, "")),
            ("299", (299, "")),
            ("HTML", (200, "<html>")),
            ("JSON", (200, "{}")),
            ("error", (200, r#"{"error":"invalid_token"}"#)),
        ],
        |(status, body)| read_body(status, body).map_err(|error| error.to_string()),
    );
}

/// Status, body; whether that says that the token is gone (RFC 7009 §2.2).
#[test]
fn a_token_that_is_unknown_or_over_is_revoked() {
    let google = r#"{"error":"invalid_token","error_description":"Token expired or revoked"}"#;
    check_rows(
        [
            ("Google", (400, google, true)),
            ("as a form", (400, "error=invalid_token", true)),
            ("401", (401, r#"{"error":"invalid_token"}"#, true)),
            ("invalid_grant", (400, r#"{"error":"invalid_grant"}"#, true)),
            (
                "Twitch",
                (400, r#"{"status":400,"message":"Invalid token"}"#, true),
            ),
            (
                "in other words",
                (
                    400,
                    r#"{"error":"invalid_request","error_description":"The token does not exist"}"#,
                    true,
                ),
            ),
            (
                "a code of its own",
                (400, r#"{"error":"token_expired"}"#, true),
            ),
            ("plain text", (400, "Token was already revoked", true)),
            ("404", (404, "", true)),
            ("404 JSON", (404, r#"{"message":"Not Found"}"#, true)),
            ("410", (410, "{}", true)),
            ("404 page", (404, "<!DOCTYPE html>Not found", false)),
            (
                "404 of the client",
                (
                    404,
                    r#"{"status":404,"message":"client does not exist"}"#,
                    false,
                ),
            ),
            ("400", (400, "", false)),
            ("400 page", (400, "<p>Invalid token</p>", false)),
            (
                "another type",
                (400, r#"{"error":"unsupported_token_type"}"#, false),
            ),
            (
                "nothing about the token",
                (400, r#"{"error":"invalid_request"}"#, false),
            ),
            (
                "a parameter",
                (
                    400,
                    r#"{"error":"invalid_request","error_description":"token_type_hint is invalid"}"#,
                    false,
                ),
            ),
            (
                "the token is missing",
                (
                    400,
                    r#"{"error":"invalid_request","error_description":"Missing token: invalid request"}"#,
                    false,
                ),
            ),
            ("the client", (401, r#"{"error":"invalid_client"}"#, false)),
            ("CSRF", (400, "Invalid CSRF token", false)),
            ("forbidden", (403, "Invalid token", false)),
            ("429", (429, r#"{"error":"invalid_token"}"#, false)),
            ("503", (503, r#"{"error":"invalid_token"}"#, false)),
        ],
        |(status, body, is_gone)| {
            let result = read_body(status, body);
            same(result.is_ok(), is_gone).map_err(|it| format!("{it}: {result:?}"))
        },
    );
}

#[test]
fn anything_else_is_told_with_its_status() {
    use ErrorCode::{HttpStatus, RedirectRefused, TokenRequestRejected};
    let unsupported = r#"{"error":"unsupported_token_type"}"#;
    check_rows(
        [
            ("rejection", (400, unsupported, TokenRequestRejected, false)),
            (
                "rejection as a form",
                (400, "error=invalid_client", TokenRequestRejected, false),
            ),
            (
                "rejection with a byte order mark",
                (
                    400,
                    "\u{feff}{\"error\":\"x\"}",
                    TokenRequestRejected,
                    false,
                ),
            ),
            (
                "rejection that may pass",
                (503, unsupported, TokenRequestRejected, true),
            ),
            ("400", (400, "", HttpStatus, false)),
            ("404", (404, "<html>", HttpStatus, false)),
            ("429", (429, "", HttpStatus, true)),
            ("503", (503, "", HttpStatus, true)),
            ("100", (100, "", HttpStatus, false)),
            ("301", (301, "", RedirectRefused, false)),
            ("307", (307, unsupported, RedirectRefused, false)),
            ("hidden redirect", (0, "", RedirectRefused, false)),
        ],
        |(status, body, code, is_retryable)| {
            let error = read_body(status, body).err().ok_or("a success")?;
            same(error.code(), code)?;
            same(error.status(), Some(status))?;
            same(error.retryable(), is_retryable)?;
            same(error.response().is_some(), code == TokenRequestRejected)
        },
    );
}

#[test]
fn the_servers_words_are_handed_on() {
    let error = read_body(
        400,
        r#"{"error":"unsupported_token_type","error_description":"no\nsuch","error_uri":"https://x/y"}"#,
    )
    .unwrap_err();
    let response = error.response().unwrap();
    assert_eq!(response.error, "unsupported_token_type");
    assert_eq!(response.description.as_deref(), Some("nosuch"));
    assert_eq!(response.uri.as_deref(), Some("https://x/y"));
    assert_eq!(
        error.to_string(),
        "the revocation endpoint https://auth.example.com/revoke answered with 400 unsupported_token_type: nosuch"
    );
}

#[test]
fn the_server_may_say_when_to_come_back() {
    let bodies = ["", r#"{"error":"temporarily_unavailable"}"#];
    for body in bodies {
        let response = HttpResponse {
            headers: vec![("retry-after".into(), "3".into())],
            ..response(503, body)
        };
        let error = read_with(&response, TOKEN).unwrap_err();
        assert_eq!(error.retry_after_ms(), Some(3_000));
    }
    assert_eq!(read_body(503, "").unwrap_err().retry_after_ms(), None);
}

#[test]
fn no_secret_and_no_token_is_shown() {
    let secret = encode_value(SECRET);
    let basic = Base64::encode_string(format!("client:{secret}").as_bytes());
    let token = encode_value(TOKEN);
    let echo = format!("{TOKEN} {token} {SECRET} {secret} {basic}");
    let json = format!(r#"{{"error":"{echo}","error_description":"{echo}","error_uri":"{echo}"}}"#);
    for (status, body) in [(400, json), (500, echo.clone()), (302, echo)] {
        let error = read_body(status, body).unwrap_err();
        let shown = format!("{error} {error:?} {error:#?}");
        for hidden in ["marker", TOKEN, &token, SECRET, &secret, &basic] {
            assert!(!shown.contains(hidden), "{hidden} is seen in {shown}");
        }
    }
    let (endpoint, token) = (Endpoint::parse(URL).unwrap(), TOKEN.into());
    let request = RevocationRequest {
        endpoint: &endpoint,
        token: &token,
        token_type_hint: TokenTypeHint::AccessToken,
        parameters: pairs(&[("client_secret", "marker")]),
        headers: pairs(&[("authorization", "marker")]),
    };
    let shown = format!("{request:?} {request:#?}");
    let shown = format!("{shown} {:?}", request.to_http());
    assert!(!shown.contains("marker"), "{shown}");
}

#[test]
fn an_empty_token_leaves_the_servers_words_alone() {
    let response = response(400, r#"{"error":"invalid_request"}"#);
    let error = read_with(&response, "").unwrap_err();
    assert_eq!(error.response().unwrap().error, "invalid_request");
}
