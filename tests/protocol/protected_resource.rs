//! What a resource says about itself, and where (RFC 9728).

use edge_oauth2::protocol::protected_resource::{MetadataResponse, ProtectedResource};
use edge_oauth2::{ErrorCode, Json};
use proptest::prelude::*;

use crate::support::{check_rows, same};

const ROOT: &str = "/.well-known/oauth-protected-resource";

fn of(resource: &str) -> ProtectedResource {
    ProtectedResource::new(resource, Vec::new()).unwrap()
}

#[test]
fn where_it_is() {
    let rows = [
        (
            "an origin",
            (
                "https://a.example",
                "https://a.example/.well-known/oauth-protected-resource",
            ),
        ),
        (
            "a slash",
            (
                "https://a.example/",
                "https://a.example/.well-known/oauth-protected-resource",
            ),
        ),
        (
            "a path",
            (
                "https://a.example:8443/v1/x",
                "https://a.example:8443/.well-known/oauth-protected-resource/v1/x",
            ),
        ),
        (
            "a path with a slash",
            (
                "https://a.example/mcp/",
                "https://a.example/.well-known/oauth-protected-resource/mcp/",
            ),
        ),
        (
            "a query",
            (
                "https://a.example?b=c",
                "https://a.example/.well-known/oauth-protected-resource?b=c",
            ),
        ),
        (
            "a slash and a query",
            (
                "https://a.example/?b=c",
                "https://a.example/.well-known/oauth-protected-resource?b=c",
            ),
        ),
        (
            "a path and a query",
            (
                "https://a.example/d?b=/c",
                "https://a.example/.well-known/oauth-protected-resource/d?b=/c",
            ),
        ),
        (
            "this machine",
            (
                "http://localhost:8787/api",
                "http://localhost:8787/.well-known/oauth-protected-resource/api",
            ),
        ),
    ];
    check_rows(rows, |(resource, url)| {
        let resource = of(resource);
        same(resource.url(), url)?;
        same(resource.respond("GET", url, &[]).is_some(), true)
    });
}

#[test]
fn which_requests_are_answered() {
    let path = "https://api.example.com/v1/mcp";
    let rows = [
        (
            "the path form",
            (path, format!("https://api.example.com{ROOT}/v1/mcp"), true),
        ),
        (
            "the root",
            (path, format!("https://api.example.com{ROOT}"), true),
        ),
        (
            "a slash at the end",
            (path, format!("https://api.example.com{ROOT}/v1/mcp/"), true),
        ),
        (
            "a slash at the root",
            (path, format!("https://api.example.com{ROOT}/"), true),
        ),
        (
            "no slash where the name has one",
            (
                "https://a.example/mcp/",
                format!("https://a.example{ROOT}/mcp"),
                true,
            ),
        ),
        (
            "another host",
            (path, format!("http://127.0.0.1:80{ROOT}/v1/mcp"), true),
        ),
        ("a path alone", (path, format!("{ROOT}/v1/mcp"), true)),
        (
            "a query",
            (path, format!("https://api.example.com{ROOT}?x=y#z"), true),
        ),
        (
            "another path",
            (path, format!("https://api.example.com{ROOT}/v1"), false),
        ),
        (
            "more of the path",
            (
                path,
                format!("https://api.example.com{ROOT}/v1/mcp/x"),
                false,
            ),
        ),
        (
            "a longer name",
            (path, format!("https://api.example.com{ROOT}s"), false),
        ),
        (
            "after another path",
            (path, format!("https://api.example.com/x{ROOT}"), false),
        ),
        (
            "in a path that is no URL",
            (path, format!("/x://y{ROOT}"), false),
        ),
        (
            "in a query",
            (path, format!("https://api.example.com/?{ROOT}"), false),
        ),
        ("the resource", (path, path.to_owned(), false)),
        (
            "a host alone",
            (path, "https://api.example.com".to_owned(), false),
        ),
        ("nothing", (path, String::new(), false)),
        (
            "its query",
            (
                "https://a.example/d?b=c",
                format!("https://a.example{ROOT}/d?b=c"),
                true,
            ),
        ),
        (
            "another query",
            (
                "https://a.example/d?b=c",
                format!("https://a.example{ROOT}/d?b=x"),
                false,
            ),
        ),
        (
            "no query",
            (
                "https://a.example/d?b=c",
                format!("https://a.example{ROOT}/d"),
                false,
            ),
        ),
    ];
    check_rows(rows, |(resource, url, is_answered)| {
        let resource = of(resource);
        for method in ["GET", "HEAD", "OPTIONS"] {
            same(resource.respond(method, &url, &[]).is_some(), is_answered)?;
        }
        for method in ["POST", "PUT", "DELETE", "get", ""] {
            same(resource.respond(method, &url, &[]), None)?;
        }
        Ok(())
    });
}

#[test]
fn what_is_answered() {
    let servers = ["https://auth.example.com".to_owned()];
    let scopes = vec!["read".to_owned(), "write".to_owned()];
    let resource = ProtectedResource::new("https://api.example.com/v1", scopes).unwrap();
    let respond = |method| resource.respond(method, resource.url(), &servers).unwrap();
    let headers = vec![
        ("access-control-allow-origin", "*"),
        ("content-type", "application/json"),
        ("cache-control", "public, max-age=3600"),
    ];
    let document = concat!(
        r#"{"resource":"https://api.example.com/v1","authorization_servers":["https://auth.example.com"],"#,
        r#""scopes_supported":["read","write"],"bearer_methods_supported":["header"]}"#
    );
    let answer = |status, headers, body: &str| MetadataResponse {
        status,
        headers,
        body: body.to_owned(),
    };
    assert_eq!(respond("GET"), answer(200, headers.clone(), document));
    assert_eq!(respond("HEAD"), answer(200, headers, ""));
    let preflight = vec![
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, HEAD"),
        ("access-control-allow-headers", "*"),
        ("access-control-max-age", "3600"),
    ];
    assert_eq!(respond("OPTIONS"), answer(204, preflight, ""));
}

#[test]
fn what_is_not_known_is_left_out() {
    let body = of("https://a.example")
        .respond("GET", ROOT, &[])
        .unwrap()
        .body;
    let expected = r#"{"resource":"https://a.example","bearer_methods_supported":["header"]}"#;
    assert_eq!(body, expected);
}

#[test]
fn what_is_no_resource() {
    for resource in [
        "",
        "api",
        "urn:api",
        "http://api.example.com",
        "https://api.example.com/#x",
        "https://a@api.example.com",
        "https://api.example.com/ü",
    ] {
        let error = ProtectedResource::new(resource, Vec::new()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidOption, "{resource}");
        assert_eq!(error.option(), Some("resource"));
    }
}

proptest! {
    #[test]
    fn says_the_same_whatever_the_request(resource in "https://[a-z]{1,8}(/[a-z%:\"]{0,6}){0,3}", url in "\\PC*") {
        let it = of(&resource);
        let document = Json::parse(&it.respond("GET", it.url(), &[]).unwrap().body).unwrap();
        prop_assert_eq!(document.get("resource").and_then(Json::as_str), Some(resource.as_str()));
        let host = ["https://", &url, it.url()].concat();
        if let Some(answer) = it.respond("GET", &host, &[]) {
            prop_assert_eq!(Json::parse(&answer.body).unwrap(), document);
        }
    }
}
