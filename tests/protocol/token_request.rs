//! The access token request (RFC 6749 §4.4.2, §2.3.1).

use base64ct::{Base64, Encoding};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{ClientAuth, ClientOptions, Grant};

use crate::support::host::{Reply, World};
use crate::support::{TOKEN_URL, check_rows, config, options, same};

/// The request that a client with `options` sends.
fn sent(options: ClientOptions) -> HttpRequest {
    let world = World::new(|_, _| Reply::token(0, "token"));
    world.token(config(options)).unwrap();
    world.network.sent.borrow()[0].clone()
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone()).unwrap()
}

fn header(request: &HttpRequest, name: &str) -> Vec<String> {
    let headers = request.headers.iter();
    headers
        .filter(|(header, _)| header.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.clone())
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn is_a_form_posted_to_the_token_endpoint() {
    let request = sent(ClientOptions {
        token_url: "https://auth.example.com/token?tenant=a%20b".into(),
        ..options()
    });
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, "https://auth.example.com/token?tenant=a%20b");
    assert_eq!(body(&request), "grant_type=client_credentials");
    let content_type = header(&request, "content-type");
    assert_eq!(content_type, ["application/x-www-form-urlencoded"]);
    assert_eq!(header(&request, "accept"), ["application/json"]);
    assert!(header(&request, "user-agent")[0].starts_with("edge-oauth2/"));
    assert_eq!(request.max_response_bytes, 1024 * 1024);
}

#[test]
fn basic_credentials_are_form_urlencoded_before_base64() {
    check_rows(
        [
            ("plain", ("id", "secret", "id:secret")),
            ("colon", ("a:b", "c:d", "a%3Ab:c%3Ad")),
            ("plus and slash", ("a+b", "c/d", "a%2Bb:c%2Fd")),
            ("percent", ("a%b", "100%41", "a%25b:100%2541")),
            ("space", ("a b", "c d", "a+b:c+d")),
            ("bare", ("-._*", "-._*", "-._*:-._*")),
            ("tilde", ("~", "~", "%7E:%7E")),
            ("marks", ("!'()", "!'()", "%21%27%28%29:%21%27%28%29")),
            ("ampersand and equals", ("a&b", "c=d", "a%26b:c%3Dd")),
            ("non-ASCII", ("ü", "€😀", "%C3%BC:%E2%82%AC%F0%9F%98%80")),
        ],
        |(id, secret, pair)| {
            let request = sent(ClientOptions {
                client_id: id.into(),
                client_secret: Some(secret.into()),
                ..options()
            });
            let expected = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
            same(header(&request, "authorization"), vec![expected])?;
            same(body(&request), "grant_type=client_credentials".into())
        },
    );
}

#[test]
fn body_holds_what_the_options_say() {
    let id_and_secret = |client_auth| ClientOptions {
        client_id: "a b".into(),
        client_secret: Some("c&d=ü".into()),
        client_auth,
        ..options()
    };
    check_rows(
        [
            (
                "post",
                (
                    id_and_secret(ClientAuth::Post),
                    "grant_type=client_credentials&client_id=a+b&client_secret=c%26d%3D%C3%BC",
                ),
            ),
            (
                "none",
                (
                    ClientOptions {
                        client_secret: None,
                        ..id_and_secret(ClientAuth::None)
                    },
                    "grant_type=client_credentials&client_id=a+b",
                ),
            ),
            (
                "scopes",
                (
                    ClientOptions {
                        scopes: vec!["read".into(), "https://x/.default".into()],
                        ..options()
                    },
                    "grant_type=client_credentials&scope=read+https%3A%2F%2Fx%2F.default",
                ),
            ),
            (
                "parameters in their order, repetition kept",
                (
                    ClientOptions {
                        endpoint_params: pairs(&[
                            ("resource", "https://b"),
                            ("audience", "x y"),
                            ("resource", "https://a"),
                            ("empty", ""),
                        ]),
                        ..options()
                    },
                    "grant_type=client_credentials&resource=https%3A%2F%2Fb&audience=x+y&resource=https%3A%2F%2Fa&empty=",
                ),
            ),
            (
                "everything",
                (
                    ClientOptions {
                        scopes: vec!["read".into()],
                        endpoint_params: pairs(&[("audience", "a")]),
                        ..id_and_secret(ClientAuth::Post)
                    },
                    "grant_type=client_credentials&scope=read&client_id=a+b&client_secret=c%26d%3D%C3%BC&audience=a",
                ),
            ),
        ],
        |(options, expected)| {
            let has_authorization = options.client_auth == ClientAuth::Basic;
            let request = sent(options);
            same(body(&request), expected.into())?;
            let authorization = header(&request, "authorization");
            same(authorization.len(), usize::from(has_authorization))
        },
    );
}

#[test]
fn headers_are_added_and_replace_the_replaceable() {
    let request = sent(ClientOptions {
        headers: pairs(&[
            ("X-Tenant", "one"),
            ("ACCEPT", "application/vnd.x+json"),
            ("User-Agent", "mine/1"),
        ]),
        ..options()
    });
    assert_eq!(header(&request, "x-tenant"), ["one"]);
    assert_eq!(header(&request, "accept"), ["application/vnd.x+json"]);
    assert_eq!(header(&request, "user-agent"), ["mine/1"]);
    assert_eq!(header(&request, "authorization").len(), 1);
    assert_eq!(request.url, TOKEN_URL);
}

#[test]
fn a_refresh_token_is_spent_as_the_client_that_it_was_issued_to() {
    let refreshing = |client_secret: Option<&str>| {
        sent(ClientOptions {
            client_secret: client_secret.map(Into::into),
            grant: Grant::RefreshToken {
                refresh_token: "a+b c".into(),
            },
            ..options()
        })
    };
    let confidential = refreshing(Some("secret"));
    let parameters = "grant_type=refresh_token&refresh_token=a%2Bb+c";
    assert_eq!(body(&confidential), parameters);
    assert_eq!(header(&confidential, "authorization").len(), 1);
    let public = refreshing(None);
    assert_eq!(body(&public), format!("{parameters}&client_id=client"));
    assert!(header(&public, "authorization").is_empty());
}
