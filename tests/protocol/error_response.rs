//! The error response (RFC 6749 §5.2), and failures without one.

use base64ct::{Base64, Encoding};
use edge_oauth2::protocol::form::encode_value;
use edge_oauth2::{ClientAuth, ClientOptions, ErrorCode};

use crate::support::host::{Reply, World};
use crate::support::{check_rows, config, options, response, same};
use crate::{SECRET, read_body, read_response};

/// Status, body; the server's code, if it is one of RFC 6749 §5.2.
#[test]
fn is_recognised_in_every_form() {
    check_rows(
        [
            (
                "400",
                (400, r#"{"error":"invalid_scope"}"#, "invalid_scope"),
            ),
            (
                "401",
                (401, r#"{"error":"invalid_client"}"#, "invalid_client"),
            ),
            ("500", (500, r#"{"error":"server_error"}"#, "server_error")),
            (
                "200",
                (
                    200,
                    r#"{"error":"bad_verification_code"}"#,
                    "bad_verification_code",
                ),
            ),
            (
                "200 beside a token",
                (200, r#"{"access_token":"t","error":"x"}"#, "x"),
            ),
            (
                "form",
                (
                    400,
                    "error=invalid_client&error_description=no",
                    "invalid_client",
                ),
            ),
            (
                "form in a 200",
                (200, "error=invalid_client", "invalid_client"),
            ),
            ("byte order mark", (400, "\u{feff}{\"error\":\"x\"}", "x")),
            ("outer white space", (400, r#"{"error":" x "}"#, "x")),
            (
                "object with a message",
                (400, r#"{"error":{"code":400,"message":"m"}}"#, "m"),
            ),
            (
                "object with a code",
                (400, r#"{"error":{"code":"c"}}"#, "c"),
            ),
            (
                "object with a number",
                (400, r#"{"error":{"code":17}}"#, "17"),
            ),
            ("object with neither", (400, r#"{"error":{}}"#, "unknown")),
            ("array", (400, r#"{"error":["x"]}"#, "unknown")),
            ("number", (400, r#"{"error":17}"#, "17")),
            ("true", (400, r#"{"error":true}"#, "true")),
        ],
        |(status, body, expected)| {
            let error = match read_body(status, body) {
                Ok(_) => return Err("read as a token".into()),
                Err(error) => error,
            };
            same(error.code(), ErrorCode::TokenRequestRejected)?;
            same(error.status(), Some(status))?;
            same(
                error.response().map(|response| response.error.as_str()),
                Some(expected),
            )
        },
    );
}

#[test]
fn members_are_handed_on() {
    let error = read_body(
        400,
        r#"{"error":"invalid_scope","error_description":"no such scope","error_uri":"https://x/y"}"#,
    )
    .unwrap_err();
    let response = error.response().unwrap();
    assert_eq!(response.description.as_deref(), Some("no such scope"));
    assert_eq!(response.uri.as_deref(), Some("https://x/y"));
    assert_eq!(
        error.to_string(),
        "the token endpoint https://auth.example.com/token answered 400 invalid_scope: no such scope; look at scopes: they are those that this client may ask for there"
    );
}

#[test]
fn failure_without_an_oauth_error() {
    use ErrorCode::{HttpStatus, RedirectRefused, TokenRequestRejected};
    let oauth = r#"{"error":"invalid_request"}"#;
    check_rows(
        [
            ("400 empty", (400, "", HttpStatus)),
            ("400 other JSON", (400, r#"{"message":"no"}"#, HttpStatus)),
            ("400 empty error", (400, r#"{"error":""}"#, HttpStatus)),
            ("400 null error", (400, r#"{"error":null}"#, HttpStatus)),
            (
                "401 with a token",
                (401, r#"{"access_token":"t"}"#, HttpStatus),
            ),
            (
                "404 HTML",
                (404, "<p>Not here. <a href='?a=1&error=x'>", HttpStatus),
            ),
            ("503 HTML", (503, "<html>", HttpStatus)),
            ("301", (301, "", RedirectRefused)),
            ("302 with an OAuth body", (302, oauth, RedirectRefused)),
            (
                "302 with a token",
                (302, r#"{"access_token":"t"}"#, RedirectRefused),
            ),
            ("304", (304, "", RedirectRefused)),
            ("307", (307, "", RedirectRefused)),
            ("308", (308, "", RedirectRefused)),
            ("hidden redirect", (0, "", RedirectRefused)),
            ("100", (100, "", HttpStatus)),
            ("599", (599, "", HttpStatus)),
            ("600", (600, "", HttpStatus)),
            ("400 OAuth body", (400, oauth, TokenRequestRejected)),
        ],
        |(status, body, code)| match read_body(status, body) {
            Ok(_) => Err("read as a token".into()),
            Err(error) => {
                same(error.code(), code)?;
                same(error.status(), Some(status))
            }
        },
    );
}

#[test]
fn what_is_wrong_is_told_in_the_words_of_whoever_answered() {
    let page = "<!DOCTYPE html><title>Not Found</title>";
    check_rows(
        [
            (
                "a sentence without any format, as GitHub has it for requests without a User-Agent",
                (
                    403,
                    "\r\nRequest forbidden by administrative rules.\r\n",
                    "status 403: Request forbidden by administrative rules.",
                ),
            ),
            ("a page", (404, page, "status 404 (content type ")),
            (
                "of a gateway",
                (403, page, " bytes): a page, as of a gateway"),
            ),
            ("nothing", (401, "", "status 401 (content type ")),
            (
                "ClickUp",
                (
                    401,
                    r#"{"err":"Client id does not exist","ECODE":"OAUTH_010"}"#,
                    "status 401 OAUTH_010: Client id does not exist",
                ),
            ),
            (
                "JSON that broke off",
                (
                    400,
                    r#"{"access_token": "a", "x"#,
                    "status 400 (content type ",
                ),
            ),
            (
                "one word",
                (400, "MARKER-token", "status 400 (content type "),
            ),
            (
                "UPS",
                (
                    401,
                    r#"{"response":{"errors":[{"code":"10401","message":"ClientId is Invalid"}]}}"#,
                    "status 401: ClientId is Invalid",
                ),
            ),
            (
                "Autodesk",
                (
                    403,
                    r#"{"developerMessage":"no access to the api product","errorCode":"AUTH-001"}"#,
                    "status 403 AUTH-001: no access to the api product",
                ),
            ),
            (
                "Strava",
                (
                    400,
                    r#"{"message":"Bad Request","errors":[{"resource":"Application","field":"client_id","code":"invalid"}]}"#,
                    "status 400 invalid: Bad Request (Application client_id)",
                ),
            ),
            (
                "VK",
                (
                    200,
                    r#"{"error":{"error_code":5,"error_msg":"User authorization failed"}}"#,
                    "answered 200 5: User authorization failed",
                ),
            ),
            (
                "Feishu",
                (
                    200,
                    r#"{"code":10014,"msg":"app secret invalid"}"#,
                    "answered 200 10014: app secret invalid",
                ),
            ),
            (
                "Tuya",
                (
                    200,
                    r#"{"code":1004,"msg":"sign invalid","success":false}"#,
                    "answered 200 1004: sign invalid",
                ),
            ),
            (
                "GraphQL",
                (
                    200,
                    r#"{"errors":[{"message":"Invalid credentials"}],"data":null}"#,
                    "answered 200: Invalid credentials",
                ),
            ),
            (
                "no success, and no words",
                (200, r#"{"ok":false}"#, "/token answered 200"),
            ),
            (
                "SAP",
                (
                    401,
                    r#"{"error":{"code":"X/1","message":{"lang":"en","value":"no such client"}}}"#,
                    "answered 401 no such client",
                ),
            ),
            (
                "a success of the same shape, whose token is elsewhere",
                (200, r#"{"code":0,"msg":"ok","t":"x"}"#, "tokenMapping"),
            ),
            (
                "another",
                (
                    200,
                    r#"{"code":200,"message":"fine","t":"x"}"#,
                    "tokenMapping",
                ),
            ),
        ],
        |(status, body, told)| {
            let error = read_body(status, body).err().ok_or("a token")?.to_string();
            match error.contains(told) && !error.contains("MARKER") {
                true => Ok(()),
                false => Err(error),
            }
        },
    );
}

#[test]
fn a_redirect_says_where_it_leads_without_what_was_sent() {
    let mut answer = response(308, "");
    let to = "https://us-2.example.com/token?client_secret=x";
    answer.headers.push(("Location".into(), to.into()));
    let error = read_response(&answer).unwrap_err().to_string();
    assert!(
        error.contains(" to https://us-2.example.com/token, "),
        "{error}"
    );
    assert!(!error.contains("client_secret"), "{error}");
}

#[test]
fn failure_without_a_response() {
    use ErrorCode::{Network, Timeout};
    check_rows(
        [
            ("no connection", (Reply::broken(0), Network, true)),
            ("silence", (Reply::Never, Timeout, true)),
            (
                "a moment too late",
                (Reply::token(10_001, "token"), Timeout, true),
            ),
        ],
        |(reply, code, retryable)| {
            let world = World::new(move |_, _| reply.clone());
            let error = world.access_token().err().ok_or("a token")?;
            same(error.code(), code)?;
            same(error.status(), None)?;
            same(error.retryable(), retryable)
        },
    );
}

#[test]
fn retryable() {
    check_rows(
        [
            ("400", (400, "", false)),
            ("401", (401, "", false)),
            ("403", (403, "", false)),
            ("404", (404, "", false)),
            ("408", (408, "", true)),
            ("429", (429, "", true)),
            ("500", (500, "", true)),
            ("503", (503, "", true)),
            ("599", (599, "", true)),
            ("600", (600, "", false)),
            ("302", (302, "", false)),
            ("no token", (200, "{}", false)),
            (
                "400 invalid_client",
                (400, r#"{"error":"invalid_client"}"#, false),
            ),
            ("429 with an error", (429, r#"{"error":"x"}"#, true)),
            ("500 with an error", (500, r#"{"error":"x"}"#, true)),
            (
                "400 server_error",
                (400, r#"{"error":"server_error"}"#, true),
            ),
            (
                "400 temporarily_unavailable",
                (400, r#"{"error":"temporarily_unavailable"}"#, true),
            ),
            ("200 slow_down", (200, r#"{"error":"slow_down"}"#, true)),
        ],
        |(status, body, expected)| {
            let error = read_body(status, body).err().ok_or("read as a token")?;
            same(error.retryable(), expected)
        },
    );
}

#[test]
fn description_is_cleaned_and_bounded() {
    let long = "x".repeat(5_000);
    let cut = "x".repeat(1_000);
    check_rows(
        [
            ("line breaks", (r"a\r\nb\tc", Some("abc"))),
            (
                "control characters",
                (r"a\u0000\u001b[31mb\u009c", Some("a[31mb")),
            ),
            ("long", (long.as_str(), Some(cut.as_str()))),
            (
                "non-ASCII",
                ("falscher Schlüssel 😀", Some("falscher Schlüssel 😀")),
            ),
            ("empty", ("", None)),
        ],
        |(description, expected)| {
            let body = format!(
                r#"{{"error":"{0}","error_description":"{0}","error_uri":"{0}"}}"#,
                description
            );
            let Some(expected) = expected else {
                return same(
                    read_body(400, body).unwrap_err().code(),
                    ErrorCode::HttpStatus,
                );
            };
            let error = read_body(400, body).err().ok_or("read as a token")?;
            let response = error.response().ok_or("no response")?;
            same(response.error.as_str(), expected)?;
            same(response.description.as_deref(), Some(expected))?;
            same(response.uri.as_deref(), Some(expected))
        },
    );
}

#[test]
fn bounded_in_characters_not_bytes() {
    let body = format!(
        r#"{{"error":"x","error_description":"{}"}}"#,
        "ü".repeat(1_001)
    );
    let error = read_body(400, body).unwrap_err();
    let description = error.response().unwrap().description.clone().unwrap();
    assert_eq!(description, "ü".repeat(1_000));
}

#[test]
fn an_echoed_secret_is_taken_out() {
    let encoded = encode_value(SECRET);
    let basic = Base64::encode_string(format!("client:{encoded}").as_bytes());
    let at_the_bound = |missing: usize| ["x".repeat(1_000 - missing), SECRET.into()].concat();
    check_rows(
        [
            ("plain", format!("bad secret {SECRET} given")),
            ("twice", format!("{SECRET}{SECRET}")),
            ("form-urlencoded", format!("client_secret={encoded}")),
            ("Basic", format!("Authorization: Basic {basic}")),
            ("with a line break in it", SECRET.replacen('3', r"\n3", 1)),
            ("cut at the bound", at_the_bound(5)),
            ("cut after its first character", at_the_bound(1)),
            (
                "just before the bound",
                at_the_bound(SECRET.chars().count()),
            ),
        ],
        |text| {
            for member in ["error", "error_description", "error_uri"] {
                let body = format!(r#"{{"error":"x","{member}":"{text}"}}"#);
                let error = read_body(400, body).err().ok_or("read as a token")?;
                let shown = format!("{error} {error:?}");
                for part in ["s3cr3t", "s3cr", &encoded, &basic] {
                    if shown.contains(part) {
                        return Err(format!("{member} shows {part}"));
                    }
                }
                // The secret begins with an s; nothing else around the bound does.
                if text.starts_with("xxx") && shown.contains("xs") {
                    return Err(format!("{member} shows the secret's first character"));
                }
            }
            Ok(())
        },
    );
}

#[test]
fn a_hint_where_the_header_may_have_been_misread() {
    let error = |client_secret: &str, client_auth, error: &'static str| {
        let body = format!(r#"{{"error":"{error}"}}"#);
        let world = World::new(move |_, _| Reply::now(401, body.clone()));
        let options = ClientOptions {
            client_secret: Some(client_secret.into()),
            client_auth,
            ..options()
        };
        world.token(config(options)).unwrap_err().to_string()
    };
    let hinted = error("a+b", ClientAuth::Basic, "invalid_client");
    assert!(hinted.contains("credentialEncoding"), "{hinted}");
    for (secret, client_auth, code) in [
        ("ab", ClientAuth::Basic, "invalid_client"),
        ("a+b", ClientAuth::Post, "invalid_client"),
        ("a+b", ClientAuth::Basic, "invalid_scope"),
    ] {
        let plain = error(secret, client_auth, code);
        assert!(!plain.contains("credentialEncoding"), "{plain}");
    }
}

#[test]
fn a_hint_where_settings_left_something_around_the_credentials() {
    for (id, secret, client_auth, name) in [
        ("id", "secret ", ClientAuth::Basic, Some("clientSecret")),
        ("id", "\u{a0}secret", ClientAuth::Post, Some("clientSecret")),
        ("id", "\"secret\"", ClientAuth::Basic, Some("clientSecret")),
        ("'id'", "secret", ClientAuth::Post, Some("clientId")),
        (" id", "secret", ClientAuth::Basic, Some("clientId")),
        ("id", "se cret", ClientAuth::Post, None),
        ("id", "\"", ClientAuth::Post, None),
        ("id", "secret\"", ClientAuth::Post, None),
    ] {
        let world = World::new(|_, _| Reply::now(401, r#"{"error":"invalid_client"}"#));
        let options = ClientOptions {
            client_id: id.into(),
            client_secret: Some(secret.into()),
            client_auth,
            ..options()
        };
        let error = world.token(config(options)).unwrap_err().to_string();
        let hint = name.map(|name| format!("{name} has white space or quotes around it"));
        let is_hinted = error.contains("white space or quotes");
        assert_eq!(is_hinted, name.is_some(), "{id:?} {secret:?}: {error}");
        assert!(hint.is_none_or(|hint| error.contains(&hint)), "{error}");
        assert!(!error.contains("credentialEncoding"), "{error}");
    }
}
