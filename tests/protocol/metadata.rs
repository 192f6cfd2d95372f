//! Authorization server metadata (RFC 8414, OpenID Connect Discovery).

use edge_oauth2::host::TransportError;
use edge_oauth2::protocol::endpoint::{Endpoint, Http};
use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::protocol::metadata::{
    Absence, Metadata, Sought, nowhere, read, request, unanswered,
};
use edge_oauth2::protocol::well_known;
use edge_oauth2::{Error, ErrorCode};

use crate::NOW_MS;
use crate::support::{check_rows, response, same};

const ISSUER: &str = "https://auth.example.com/tenant";

/// A document of [`ISSUER`] with these members after the two it must have.
fn document(members: &str) -> String {
    format!(r#"{{"issuer":"{ISSUER}","token_endpoint":"https://auth.example.com/token"{members}}}"#)
}

fn read_body(body: impl Into<Vec<u8>>) -> Result<Metadata, Absence> {
    read(&response(200, body), ISSUER, NOW_MS)
}

fn found(body: impl Into<Vec<u8>>) -> Metadata {
    read_body(body).unwrap()
}

/// The error where nothing but this was found.
fn error_of(absence: Absence) -> Error {
    nowhere(
        ISSUER,
        &["https://a.example/found".into()],
        &[absence],
        Sought::TOKENS,
    )
}

fn url_of(metadata: &Metadata, name: &str) -> Option<String> {
    let endpoint = metadata.endpoint(name, "option", Http::Loopback).unwrap();
    endpoint.map(|it| it.as_str().to_owned())
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
            let urls =
                well_known::urls(issuer, Http::Loopback).map_err(|error| error.to_string())?;
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
            (
                "the document",
                "https://a.example/.well-known/openid-configuration",
            ),
        ],
        |issuer| {
            let error = well_known::urls(issuer, Http::Loopback)
                .err()
                .ok_or("accepted")?;
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
        "token_endpoint_auth_methods_supported":["private_key_jwt","client_secret_basic"],
        "authorization_response_iss_parameter_supported":true,
        "jwks_uri":"relative""#,
    )
}

#[test]
fn members_are_read() {
    let metadata = found(full());
    assert_eq!(metadata.issuer, ISSUER);
    assert_eq!(metadata.received_at_ms, NOW_MS);
    let token_endpoint = metadata.token_endpoint(Http::Loopback).unwrap();
    assert_eq!(token_endpoint.as_str(), "https://auth.example.com/token");
    assert_eq!(
        url_of(&metadata, "authorization_endpoint").unwrap(),
        "https://auth.example.com/authorize?a=b"
    );
    assert_eq!(
        url_of(&metadata, "revocation_endpoint").unwrap(),
        "https://other.example.com/revoke"
    );
    let supports = |method| metadata.supports_auth_method(method);
    assert_eq!(supports("client_secret_basic"), Some(true));
    assert_eq!(supports("client_secret_post"), Some(false));
    assert!(metadata.names_itself());
}

#[test]
fn what_is_not_said_is_not_guessed() {
    check_rows(
        [
            ("absent", document("")),
            (
                "null",
                document(
                    r#","authorization_endpoint":null,"revocation_endpoint":null,"token_endpoint_auth_methods_supported":null,"authorization_response_iss_parameter_supported":null"#,
                ),
            ),
            (
                "of another type",
                document(
                    r#","token_endpoint_auth_methods_supported":"client_secret_basic","authorization_response_iss_parameter_supported":"true""#,
                ),
            ),
            ("byte order mark", format!("\u{feff} {}\n", document(""))),
        ],
        |body| {
            let metadata = read_body(body).map_err(|it| format!("{it:?}"))?;
            same(url_of(&metadata, "authorization_endpoint"), None)?;
            same(url_of(&metadata, "revocation_endpoint"), None)?;
            same(metadata.supports_auth_method("client_secret_basic"), None)?;
            same(metadata.names_itself(), false)
        },
    );
    let odd = r#","token_endpoint_auth_methods_supported":[1,"client_secret_post",null]"#;
    let metadata = found(document(odd));
    assert_eq!(
        metadata.supports_auth_method("client_secret_post"),
        Some(true)
    );
}

/// Status, body; what is said of it, and whether that may pass.
#[test]
fn where_there_is_none_it_says_why() {
    let good = document("");
    let html = "<!doctype html><p>Welcome";
    check_rows(
        [
            ("404", (404, "", "status 404", false)),
            (
                "404 with metadata",
                (404, good.as_str(), "status 404", false),
            ),
            ("400", (400, "", "status 400", false)),
            ("403", (403, "", "status 403", false)),
            ("301", (301, "", "status 301, a redirect", false)),
            (
                "308 with metadata",
                (308, good.as_str(), "status 308, a redirect", false),
            ),
            ("hidden redirect", (0, "", "a redirect", false)),
            (
                "200 HTML",
                (200, html, "status 200, but without a JSON object", false),
            ),
            ("200 empty", (200, "", "without a JSON object", false)),
            ("204", (204, "", "without a JSON object", false)),
            ("200 array", (200, "[]", "without a JSON object", false)),
            (
                "200 cut",
                (200, good.trim_end_matches('}'), "without a JSON", false),
            ),
            (
                "200 form",
                (200, "issuer=a&token_endpoint=b", "without a JSON", false),
            ),
            ("200 other JSON", (200, "{}", "names no issuer", false)),
            ("408", (408, "", "status 408", true)),
            ("429", (429, "", "status 429", true)),
            (
                "500 with metadata",
                (500, good.as_str(), "status 500", true),
            ),
            ("502", (502, html, "status 502", true)),
            ("100", (100, "", "status 100", false)),
            ("600", (600, "", "status 600", false)),
        ],
        |(status, body, words, is_retryable)| {
            let absence = read(&response(status, body), ISSUER, NOW_MS).err();
            let error = error_of(absence.ok_or("found")?);
            same(error.code(), ErrorCode::DiscoveryFailed)?;
            same(error.status(), Some(status))?;
            same(error.retryable(), is_retryable)?;
            let text = error.to_string();
            for part in [
                ISSUER,
                "https://a.example/found: ",
                words,
                "give `tokenUrl`",
            ] {
                same(text.contains(part), true).map_err(|_| format!("no {part:?} in {text}"))?;
            }
            Ok(())
        },
    );
}

#[test]
fn an_error_tells_of_all_urls() {
    let absent = |status: u16| read(&response(status, ""), ISSUER, NOW_MS).unwrap_err();
    let other = |issuer: &str| {
        let body = format!(r#"{{"issuer":"{issuer}"}}"#);
        read_body(body).unwrap_err()
    };
    let urls = [
        "https://a.example/1".to_owned(),
        "https://a.example/2".into(),
    ];
    check_rows(
        [
            ("JSON then 404", (absent(200), absent(404), 200, false)),
            ("404 then JSON", (absent(404), absent(200), 200, false)),
            ("502 then 404", (absent(502), absent(404), 502, true)),
            ("404 then 503", (absent(404), absent(503), 503, true)),
            (
                "another issuer then 503",
                (other("https://b.example"), absent(503), 503, true),
            ),
            ("401 then 403", (absent(401), absent(403), 403, false)),
        ],
        |(first, second, status, is_retryable)| {
            let error = nowhere(ISSUER, &urls, &[first, second], Sought::TOKENS);
            same(error.status(), Some(status))?;
            same(error.retryable(), is_retryable)?;
            let text = error.to_string();
            same(urls.iter().all(|url| text.contains(url)), true).map_err(|_| text)
        },
    );
    let error = nowhere(
        ISSUER,
        &urls,
        &[other("https://b.example/"), absent(404)],
        Sought::TOKENS,
    );
    let text = error.to_string();
    for part in [ISSUER, "another issuer, https://b.example/:", "status 404"] {
        assert!(text.contains(part), "{text}");
    }
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
            let absence = read(&retry_after(value), ISSUER, NOW_MS).unwrap_err();
            same(error_of(absence).retry_after_ms(), Some(expected))
        },
    );
}

#[test]
fn another_issuer_is_none() {
    let of_issuer = |issuer: &str| {
        format!(r#"{{"issuer":{issuer},"token_endpoint":"https://auth.example.com/token"}}"#)
    };
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
                "a template",
                (
                    of_issuer(r#""https://auth.example.com/{tenantid}""#),
                    "another issuer, https://auth.example.com/{tenantid}: ",
                ),
            ),
            (
                "issuer with a line break",
                (of_issuer(r#""a\nb""#), "another issuer, ab: "),
            ),
        ],
        |(body, problem)| {
            let error = error_of(read_body(body).err().ok_or("accepted")?);
            check_unusable(&error, problem, "tokenUrl")?;
            same(error.status(), Some(200))
        },
    );
}

fn check_unusable(error: &Error, problem: &str, option: &str) -> Result<(), String> {
    same(error.code(), ErrorCode::DiscoveryFailed)?;
    same(error.retryable(), false)?;
    let text = error.to_string();
    for part in [problem, &format!("give `{option}`")] {
        same(text.contains(part), true).map_err(|_| format!("no {part:?} in {text}"))?;
    }
    Ok(())
}

/// An endpoint is judged when it is used, so that what is wrong with one is not the others' end.
#[test]
fn an_endpoint_is_judged_when_it_is_used() {
    let bad = [
        ("relative", (r#""/x""#, "must be an absolute URL")),
        ("empty", (r#""""#, "must not be empty")),
        ("http", (r#""http://a.example""#, "must use https")),
        ("loopback", (r#""http://localhost/x""#, "must use https")),
        ("loopback IPv4", (r#""http://127.0.0.1:8080""#, "must use")),
        ("object", ("{}", "must be a string")),
        ("number", ("1", "must be a string")),
    ];
    for name in ["authorization_endpoint", "revocation_endpoint"] {
        check_rows(bad, |(url, problem)| {
            let metadata = found(document(&format!(r#","{name}":{url}"#)));
            same(
                metadata.lack(Sought::TOKENS, Http::Loopback).is_none(),
                true,
            )?;
            let error = metadata.endpoint(name, "anOption", Http::Loopback).err();
            check_unusable(&error.ok_or("accepted")?, problem, "anOption")
        });
    }
    let rows = [("missing", ("null", "is missing"))].into_iter();
    check_rows(rows.chain(bad), |(url, problem)| {
        let body = format!(r#"{{"issuer":"{ISSUER}","token_endpoint":{url}}}"#);
        let metadata = found(body);
        let error = metadata.token_endpoint(Http::Loopback).err();
        let problem = &["token_endpoint ", problem].concat();
        check_unusable(&error.ok_or("accepted")?, problem, "tokenUrl")?;
        let absence = metadata
            .lack(Sought::TOKENS, Http::Loopback)
            .ok_or("no lack")?;
        check_unusable(&error_of(absence), problem, "tokenUrl")
    });
}

/// Of an issuer elsewhere this machine is not its own.
#[test]
fn http_is_for_issuers_on_this_machine() {
    let endpoint = |issuer: &str, url: &str, http| {
        let body = format!(r#"{{"issuer":"{issuer}","token_endpoint":"{url}"}}"#);
        let metadata = read(&response(200, body), issuer, NOW_MS).unwrap();
        metadata.token_endpoint(http).is_ok()
    };
    let [local, far] = ["http://localhost/token", "http://a.internal/token"];
    check_rows(
        [
            ("far, near", ("https://a.example", local, false, true)),
            ("far, far", ("https://a.example", far, false, true)),
            ("near, near", ("http://localhost:8080", local, true, true)),
            ("IPv6, near", ("http://[::1]:8080/x", local, true, true)),
            ("https near", ("https://127.0.0.1", local, true, true)),
            ("near, far", ("http://localhost", far, false, true)),
            ("insecure", ("http://a.internal", far, false, true)),
            (
                "a name like it",
                ("https://localhost.example", local, false, true),
            ),
        ],
        |(issuer, url, usually, anywhere)| {
            same(endpoint(issuer, url, Http::Loopback), usually)?;
            same(endpoint(issuer, url, Http::Refused), false)?;
            same(endpoint(issuer, url, Http::Anywhere), anywhere)
        },
    );
    assert!(Endpoint::parse_with("https://a.example", Http::Refused).is_ok());
    assert!(Endpoint::parse_with("ftp://a.example", Http::Anywhere).is_err());
}

#[test]
fn no_answer() {
    let broken = TransportError::Connection("no\nroute".into());
    let too_long = TransportError::TooLong {
        status: 200,
        headers: Vec::new(),
    };
    check_rows(
        [
            ("no connection", (broken, "found: no", true)),
            ("too long", (too_long, "1 MiB", false)),
        ],
        |(reason, problem, is_retryable)| {
            let error = error_of(unanswered(&reason));
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
            ("other version", replaced(r#""v":3"#, r#""v":1"#)),
            ("no time", replaced("received_at", "received")),
            ("no members", replaced("members", "others")),
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
