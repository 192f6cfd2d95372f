//! Authorization server metadata (RFC 8414, OpenID Connect Discovery).

use edge_oauth2::host::TransportError;
use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::protocol::metadata::{
    Metadata, not_found, not_reached, read, request, well_known_urls,
};
use edge_oauth2::{Error, ErrorCode};

use crate::NOW_MS;
use crate::support::{check_rows, response, same};

const ISSUER: &str = "https://auth.example.com/tenant";

/// A document of [`ISSUER`] with these members after the two it must have.
fn document(members: &str) -> String {
    format!(r#"{{"issuer":"{ISSUER}","token_endpoint":"https://auth.example.com/token"{members}}}"#)
}

fn read_body(body: impl Into<Vec<u8>>) -> Result<Option<Metadata>, Error> {
    read(&response(200, body), ISSUER, NOW_MS)
}

fn found(body: impl Into<Vec<u8>>) -> Metadata {
    read_body(body).unwrap().unwrap()
}

#[test]
fn where_it_is_looked_for() {
    let root = [
        "https://a.example/.well-known/oauth-authorization-server",
        "https://a.example/.well-known/openid-configuration",
    ];
    let tenant = [
        "https://a.example/.well-known/oauth-authorization-server/t/v2",
        "https://a.example/.well-known/openid-configuration/t/v2",
        "https://a.example/t/v2/.well-known/openid-configuration",
    ];
    check_rows(
        [
            ("no path", ("https://a.example", &root[..])),
            ("slash", ("https://a.example/", &root[..])),
            ("path", ("https://a.example/t/v2", &tenant[..])),
            (
                "path with a slash",
                ("https://a.example/t/v2/", &tenant[..]),
            ),
            (
                "loopback with a port",
                (
                    "http://localhost:8080/",
                    &[
                        "http://localhost:8080/.well-known/oauth-authorization-server",
                        "http://localhost:8080/.well-known/openid-configuration",
                    ][..],
                ),
            ),
        ],
        |(issuer, expected)| {
            let urls = well_known_urls(issuer).map_err(|error| error.to_string())?;
            same(urls, expected.iter().map(ToString::to_string).collect())
        },
    );
}

#[test]
fn an_issuer_is_an_https_url_without_query() {
    check_rows(
        [
            ("empty", ""),
            ("http", "http://a.example"),
            ("no scheme", "a.example"),
            ("query", "https://a.example/?a=b"),
            ("empty query", "https://a.example?"),
            ("fragment", "https://a.example/#a"),
            ("credentials", "https://a:b@a.example"),
            ("space", "https://a.example/ "),
        ],
        |issuer| {
            let error = well_known_urls(issuer).err().ok_or("accepted")?;
            same(error.code(), ErrorCode::InvalidOption)?;
            same(error.option(), Some("issuer"))
        },
    );
}

#[test]
fn the_request_is_a_plain_get() {
    let request = request("https://a.example/.well-known/openid-configuration");
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.url,
        "https://a.example/.well-known/openid-configuration"
    );
    assert_eq!(
        request.headers[0],
        ("accept".into(), "application/json".into())
    );
    assert_eq!(request.headers[1].0, "user-agent");
    assert!(request.headers[1].1.starts_with("edge-oauth2/"));
    assert_eq!(request.headers.len(), 2);
    assert!(request.body.is_empty());
    assert_eq!(request.max_response_bytes, 1024 * 1024);
}

/// Every member that is read, and one that is not.
fn full() -> String {
    document(
        r#","authorization_endpoint":"https://auth.example.com/authorize?a=b",
        "revocation_endpoint":"https://other.example.com/revoke",
        "introspection_endpoint":"http://localhost:8080/introspect",
        "token_endpoint_auth_methods_supported":["private_key_jwt","client_secret_basic"],
        "authorization_response_iss_parameter_supported":true,
        "code_challenge_methods_supported":["S256"],
        "jwks_uri":"relative""#,
    )
}

#[test]
fn members_are_read() {
    let metadata = found(full());
    let url = |endpoint: &Option<_>| endpoint.as_ref().map(endpoint_url);
    assert_eq!(metadata.issuer, ISSUER);
    assert_eq!(metadata.received_at_ms, NOW_MS);
    assert_eq!(
        metadata.token_endpoint.as_str(),
        "https://auth.example.com/token"
    );
    assert_eq!(
        url(&metadata.authorization_endpoint).unwrap(),
        "https://auth.example.com/authorize?a=b"
    );
    assert_eq!(
        url(&metadata.revocation_endpoint).unwrap(),
        "https://other.example.com/revoke"
    );
    assert_eq!(
        url(&metadata.introspection_endpoint).unwrap(),
        "http://localhost:8080/introspect"
    );
    assert_eq!(
        metadata.token_endpoint_auth_methods_supported.unwrap(),
        ["private_key_jwt", "client_secret_basic"]
    );
    assert_eq!(metadata.code_challenge_methods_supported.unwrap(), ["S256"]);
    assert!(metadata.authorization_response_iss_parameter_supported);
}

fn endpoint_url(endpoint: &edge_oauth2::protocol::endpoint::Endpoint) -> String {
    endpoint.as_str().to_owned()
}

#[test]
fn what_is_not_said_is_not_guessed() {
    check_rows(
        [
            ("absent", document("")),
            (
                "null",
                document(
                    r#","authorization_endpoint":null,"revocation_endpoint":null,"introspection_endpoint":null,"token_endpoint_auth_methods_supported":null,"code_challenge_methods_supported":null,"authorization_response_iss_parameter_supported":null"#,
                ),
            ),
            (
                "of another type",
                document(
                    r#","token_endpoint_auth_methods_supported":"a","code_challenge_methods_supported":1,"authorization_response_iss_parameter_supported":"true""#,
                ),
            ),
            ("byte order mark", format!("\u{feff} {}\n", document(""))),
        ],
        |body| {
            let metadata = read_body(body).map_err(|error| error.to_string())?;
            let metadata = metadata.ok_or("not found")?;
            same(metadata.authorization_endpoint, None)?;
            same(metadata.revocation_endpoint, None)?;
            same(metadata.introspection_endpoint, None)?;
            same(metadata.token_endpoint_auth_methods_supported, None)?;
            same(metadata.code_challenge_methods_supported, None)?;
            same(
                metadata.authorization_response_iss_parameter_supported,
                false,
            )
        },
    );
    let odd = r#","code_challenge_methods_supported":[1,"S256",null]"#;
    let metadata = found(document(odd));
    assert_eq!(metadata.code_challenge_methods_supported.unwrap(), ["S256"]);
}

/// Status, body; whether the next URL is to be asked.
#[test]
fn where_there_is_none_the_next_url_is_asked() {
    let good = document("");
    let html = "<!doctype html><p>Welcome";
    check_rows(
        [
            ("404", (404, "", true)),
            ("404 with metadata", (404, good.as_str(), true)),
            ("400", (400, "", true)),
            ("401", (401, "", true)),
            ("403", (403, "", true)),
            ("405", (405, "", true)),
            ("410", (410, "", true)),
            ("301", (301, "", true)),
            ("302 with metadata", (302, good.as_str(), true)),
            ("308", (308, "", true)),
            ("hidden redirect", (0, "", true)),
            ("200 HTML", (200, html, true)),
            ("200 empty", (200, "", true)),
            ("204", (204, "", true)),
            ("200 array", (200, "[]", true)),
            ("200 text", (200, r#""issuer""#, true)),
            ("200 cut", (200, good.trim_end_matches('}'), true)),
            ("200 form", (200, "issuer=a&token_endpoint=b", true)),
            ("408", (408, "", false)),
            ("429", (429, "", false)),
            ("500", (500, "", false)),
            ("500 with metadata", (500, good.as_str(), false)),
            ("503", (503, html, false)),
            ("100", (100, "", false)),
            ("600", (600, "", false)),
            ("200 other JSON", (200, "{}", false)),
        ],
        |(status, body, goes_on)| match read(&response(status, body), ISSUER, NOW_MS) {
            Ok(None) => same(goes_on, true),
            Ok(Some(_)) => Err("found".into()),
            Err(error) => {
                same(goes_on, false)?;
                same(error.code(), ErrorCode::DiscoveryFailed)?;
                same(error.status(), Some(status))?;
                let is_transient = matches!(status, 408 | 429 | 500..=599);
                same(error.retryable(), is_transient)
            }
        },
    );
}

#[test]
fn the_server_may_say_when_it_is_well_again() {
    let retry_after = |value: &str| HttpResponse {
        headers: vec![("Retry-After".into(), value.into())],
        ..response(503, "")
    };
    check_rows(
        [
            ("seconds", ("7", 7_000)),
            ("date", ("Fri, 15 Jan 2027 08:00:10 GMT", 9_877)),
        ],
        |(value, expected)| {
            let error = read(&retry_after(value), ISSUER, NOW_MS).err();
            same(error.and_then(|it| it.retry_after_ms()), Some(expected))
        },
    );
}

#[test]
fn what_must_not_be_used_is_refused() {
    let of_issuer = |issuer: &str| {
        format!(r#"{{"issuer":{issuer},"token_endpoint":"https://auth.example.com/token"}}"#)
    };
    let with_endpoint = |url: &str| format!(r#"{{"issuer":"{ISSUER}","token_endpoint":{url}}}"#);
    check_rows(
        [
            ("no issuer", (of_issuer("null"), "names no issuer")),
            (
                "issuer of another type",
                (of_issuer("[1]"), "names no issuer"),
            ),
            (
                "other issuer",
                (
                    of_issuer(r#""https://evil.example.com""#),
                    "names another issuer, https://evil.example.com: ",
                ),
            ),
            (
                "issuer with a slash",
                (
                    of_issuer(&format!(r#""{ISSUER}/""#)),
                    "another issuer, https://auth.example.com/tenant/: ",
                ),
            ),
            (
                "issuer in other case",
                (
                    of_issuer(r#""https://AUTH.example.com/tenant""#),
                    "another issuer, https://AUTH.example.com/tenant: ",
                ),
            ),
            (
                "issuer with a line break",
                (of_issuer(r#""a\nb""#), "another issuer, ab: "),
            ),
            (
                "no token_endpoint",
                (
                    format!(r#"{{"issuer":"{ISSUER}"}}"#),
                    "token_endpoint is missing",
                ),
            ),
            (
                "token_endpoint null",
                (with_endpoint("null"), "token_endpoint is missing"),
            ),
            (
                "token_endpoint of another type",
                (with_endpoint("{}"), "token_endpoint must be a string"),
            ),
            (
                "token_endpoint relative",
                (
                    with_endpoint(r#""/token""#),
                    "token_endpoint must be an absolute URL",
                ),
            ),
            (
                "token_endpoint empty",
                (with_endpoint(r#""""#), "token_endpoint must not be empty"),
            ),
            (
                "token_endpoint http",
                (
                    with_endpoint(r#""http://auth.example.com/token""#),
                    "token_endpoint must use https",
                ),
            ),
        ],
        |(body, problem)| check_refused(body, problem),
    );
    check_rows(
        [
            "authorization_endpoint",
            "revocation_endpoint",
            "introspection_endpoint",
        ]
        .map(|name| (name, name)),
        |name| {
            let with = |url: &str| document(&format!(r#","{name}":{url}"#));
            check_refused(with(r#""/x""#), &[name, " must be an absolute"].concat())?;
            check_refused(with(r#""http://a.example""#), &[name, " must use"].concat())?;
            check_refused(with("1"), &[name, " must be a string"].concat())
        },
    );
}

fn check_refused(body: String, problem: &str) -> Result<(), String> {
    let error = read_body(body).err().ok_or("accepted")?;
    same(error.code(), ErrorCode::DiscoveryFailed)?;
    same(error.status(), Some(200))?;
    same(error.retryable(), false)?;
    let text = error.to_string();
    for part in [ISSUER, problem, "give `tokenUrl`"] {
        if !text.contains(part) {
            return Err(format!("no {part:?} in {text}"));
        }
    }
    Ok(())
}

#[test]
fn found_nowhere() {
    check_rows(
        [
            ("404", (404, "with status 404; ")),
            ("302", (302, "with status 302, a redirect, which is not")),
            ("hidden redirect", (0, "with status 0, a redirect")),
            ("200", (200, "with status 200, but without a JSON object; ")),
        ],
        |(status, expected)| {
            let error = not_found(ISSUER, &response(status, ""));
            same(error.code(), ErrorCode::DiscoveryFailed)?;
            same(error.status(), Some(status))?;
            same(error.retryable(), false)?;
            let text = error.to_string();
            same(text.contains(expected), true).map_err(|_| text.clone())?;
            same(text.contains(ISSUER), true)
        },
    );
}

#[test]
fn no_answer() {
    let broken = TransportError::Connection("no\nroute".into());
    check_rows(
        [
            ("no connection", (broken, "had: no", true)),
            ("too long", (TransportError::TooLong, "1 MiB", false)),
        ],
        |(reason, problem, is_retryable)| {
            let error = not_reached(ISSUER, &reason);
            same(error.code(), ErrorCode::DiscoveryFailed)?;
            same(error.status(), None)?;
            same(error.retryable(), is_retryable)?;
            same(error.to_string().contains('\n'), false)?;
            same(error.to_string().contains(problem), true)
        },
    );
}

#[test]
fn a_record_comes_back_as_it_was() {
    for metadata in [found(document("")), found(full())] {
        let record = metadata.encode();
        let read = |issuer, now_ms| Metadata::decode(&record, issuer, now_ms);
        assert_eq!(read(ISSUER, NOW_MS + 1), Some(metadata.clone()));
        assert_eq!(read("https://auth.example.com", NOW_MS), None);
        // The writer's clock was ahead.
        assert_eq!(read(ISSUER, 5).unwrap().received_at_ms, 5);
    }
}

#[test]
fn a_record_that_is_none_is_a_miss() {
    let record = found(full()).encode();
    let replaced = |from, to| {
        let other = record.replacen(from, to, 1);
        assert_ne!(other, record);
        other
    };
    check_rows(
        [
            ("empty", String::new()),
            ("cut", record.trim_end_matches('}').to_owned()),
            ("other JSON", "[]".to_owned()),
            ("the server's document", full()),
            ("other version", replaced(r#""v":1"#, r#""v":2"#)),
            ("no time", replaced("received_at", "received")),
            ("no token_endpoint", replaced("token_endpoint", "token")),
            (
                "http",
                replaced("https://auth.example.com/token", "http://a"),
            ),
            (
                "relative",
                replaced("https://other.example.com/revoke", "/revoke"),
            ),
        ],
        |record| same(Metadata::decode(&record, ISSUER, NOW_MS), None),
    );
}

#[test]
fn debug_hides_a_query() {
    let metadata = found(document(
        r#","authorization_endpoint":"https://a.example/?key=marker""#,
    ));
    assert!(!format!("{metadata:?} {metadata:#?}").contains("marker"));
}
