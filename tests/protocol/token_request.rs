//! The access token request (RFC 6749 §4.4.2, §2.3.1).

use base64ct::{Base64, Encoding};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{BodyFormat, ClientAuth, ClientOptions, CredentialEncoding, Grant, Json};

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

#[test]
fn servers_read_the_header_differently() {
    let basic = |credential_encoding| {
        let request = sent(ClientOptions {
            client_id: "a:b c".into(),
            client_secret: Some("d+e:f%ü".into()),
            credential_encoding,
            ..options()
        });
        let header = &header(&request, "authorization")[0];
        let pair = Base64::decode_vec(header.trim_start_matches("Basic ")).unwrap();
        String::from_utf8(pair).unwrap()
    };
    assert_eq!(
        basic(CredentialEncoding::Strict),
        "a%3Ab+c:d%2Be%3Af%25%C3%BC"
    );
    assert_eq!(basic(CredentialEncoding::Loose), "a:b c:d+e:f%ü");
    assert_eq!(basic(CredentialEncoding::Interop), "a%3Ab c:d+e%3Af%ü");
}

#[test]
fn credentials_in_header_and_body_under_names_of_their_own() {
    let request = sent(ClientOptions {
        client_auth: ClientAuth::Both,
        client_id_param: "appid".into(),
        client_secret_param: "appsecret".into(),
        ..options()
    });
    assert_eq!(
        body(&request),
        "grant_type=client_credentials&appid=client&appsecret=secret"
    );
    assert_eq!(header(&request, "authorization").len(), 1);
}

#[test]
fn a_json_body_has_the_same_parameters() {
    let request = sent(ClientOptions {
        client_auth: ClientAuth::Post,
        scopes: vec!["read".into(), "write".into()],
        scope_separator: ",".into(),
        resource: vec!["https://a.example/".into(), "https://b.example/".into()],
        endpoint_params: pairs(&[("audience", "\"quoted\"")]),
        body_format: BodyFormat::Json,
        ..options()
    });
    assert_eq!(header(&request, "content-type"), ["application/json"]);
    assert_eq!(
        body(&request),
        concat!(
            r#"{"grant_type":"client_credentials","scope":"read,write","#,
            r#""resource":["https://a.example/","https://b.example/"],"#,
            r#""client_id":"client","client_secret":"secret","audience":"\"quoted\""}"#
        )
    );
}

#[test]
fn a_json_body_has_numbers_and_more() {
    let value = |text: &str| Json::parse(text).unwrap().to_parameter();
    let endpoint_params = [
        ("text", "5".to_owned()),
        ("number", value("5.5")),
        ("flag", value("true")),
        ("nothing", value("null")),
        ("nested", value(r#"{"a":[1,"b"]}"#)),
        ("list", value("[1,2]")),
        ("list", "3".to_owned()),
    ];
    let options = || ClientOptions {
        endpoint_params: endpoint_params
            .clone()
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
        body_format: BodyFormat::Json,
        ..options()
    };
    assert_eq!(
        body(&sent(options())),
        concat!(
            r#"{"grant_type":"client_credentials","text":"5","number":5.5,"flag":true,"nothing":null,"#,
            r#""nested":{"a":[1,"b"]},"list":[1,2,"3"]}"#
        )
    );
}

#[test]
fn resources_repeat() {
    let request = sent(ClientOptions {
        resource: vec!["https://a.example/".into(), "urn:b".into()],
        ..options()
    });
    assert_eq!(
        body(&request),
        "grant_type=client_credentials&resource=https%3A%2F%2Fa.example%2F&resource=urn%3Ab"
    );
}

/// The request that renews, when the first brought a refresh token.
fn renewal(options: ClientOptions) -> HttpRequest {
    let world = World::new(|_, _| {
        let body = r#"{"access_token":"a","expires_in":60,"refresh_token":"r"}"#;
        Reply::now(200, body)
    });
    let config = config(ClientOptions {
        grant: Grant::Password {
            username: "user".into(),
            password: "password".into(),
        },
        scopes: vec!["read".into()],
        endpoint_params: pairs(&[("audience", "first")]),
        ..options
    });
    world.token(config.clone()).unwrap();
    world.isolate.run_for(60_000);
    world.token(config).unwrap();
    world.network.sent.borrow()[1].clone()
}

#[test]
fn a_renewal_has_the_parameters_of_the_first_request_or_its_own() {
    let inherited = renewal(options());
    let spent = "grant_type=refresh_token&refresh_token=r";
    assert_eq!(inherited.url, TOKEN_URL);
    assert_eq!(body(&inherited), format!("{spent}&audience=first"));
    let own = renewal(ClientOptions {
        refresh_url: Some("https://auth.example.com/refresh".into()),
        refresh_params: Some(pairs(&[("audience", "second")])),
        ..options()
    });
    assert_eq!(own.url, "https://auth.example.com/refresh");
    assert_eq!(body(&own), format!("{spent}&audience=second"));
    let none = renewal(ClientOptions {
        refresh_params: Some(Vec::new()),
        ..options()
    });
    assert_eq!(body(&none), spent);
}

#[test]
fn a_standing_refresh_token_asks_for_the_scopes() {
    let request = sent(ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "r".into(),
        },
        scopes: vec!["read".into(), "write".into()],
        ..options()
    });
    let expected = "grant_type=refresh_token&refresh_token=r&scope=read+write";
    assert_eq!(body(&request), expected);
}
