//! Options that cannot be used are named.

use edge_oauth2::{ClientAuth, Error};

use super::support::{check_rows, same};
use super::*;

fn refused(options: IntrospectorOptions) -> Error {
    IntrospectorConfig::new(options).expect_err("an error")
}

fn of(client: ClientOptions) -> IntrospectorOptions {
    IntrospectorOptions {
        client,
        ..options()
    }
}

#[test]
fn what_is_wrong_is_named() {
    let at = |url: &str| IntrospectorOptions {
        introspection_url: Some(url.into()),
        ..options()
    };
    let nowhere = IntrospectorOptions {
        introspection_url: None,
        ..options()
    };
    let rows = [
        ("neither URL nor issuer", (nowhere, "introspectionUrl")),
        ("no URL", (at(""), "introspectionUrl")),
        (
            "plain http",
            (at("http://auth.example.com/i"), "introspectionUrl"),
        ),
        (
            "credentials in the URL",
            (at("https://a:b@auth.example.com/i"), "introspectionUrl"),
        ),
        (
            "a token endpoint",
            (
                of(ClientOptions {
                    token_url: "https://auth.example.com/token".into(),
                    ..client()
                }),
                "tokenUrl",
            ),
        ),
        (
            "no secret",
            (
                of(ClientOptions {
                    client_secret: None,
                    ..client()
                }),
                "clientSecret",
            ),
        ),
        (
            "a secret for nothing",
            (
                of(ClientOptions {
                    client_auth: ClientAuth::None,
                    ..client()
                }),
                "clientSecret",
            ),
        ),
        (
            "a secret of nobody",
            (
                of(ClientOptions {
                    client_id: String::new(),
                    ..client()
                }),
                "clientId",
            ),
        ),
        (
            "unsealed answers",
            (
                of(ClientOptions {
                    seal: false,
                    ..client()
                }),
                "seal",
            ),
        ),
        (
            "a token among the parameters",
            (
                of(ClientOptions {
                    endpoint_params: pairs(&[("token", "x")]),
                    ..client()
                }),
                "endpointParams",
            ),
        ),
        (
            "a header of ours",
            (
                of(ClientOptions {
                    headers: pairs(&[("authorization", "x")]),
                    ..client()
                }),
                "headers",
            ),
        ),
        (
            "no time",
            (
                of(ClientOptions {
                    timeout_ms: 0,
                    ..client()
                }),
                "timeoutMs",
            ),
        ),
        (
            "an empty hint",
            (
                IntrospectorOptions {
                    token_type_hint: Some(String::new()),
                    ..options()
                },
                "tokenTypeHint",
            ),
        ),
        (
            "no room",
            (
                IntrospectorOptions {
                    cache_entries: 0,
                    ..options()
                },
                "cacheEntries",
            ),
        ),
    ];
    check_rows(rows, |(options, option)| {
        let error = refused(options);
        same(error.option(), Some(option))
    });
}

#[test]
fn plain_http_is_accepted_where_it_is_said_or_near() {
    let near = IntrospectorOptions {
        introspection_url: Some("http://localhost:8080/i".into()),
        ..options()
    };
    config(near);
    let said = IntrospectorOptions {
        introspection_url: Some("http://auth.internal/i".into()),
        ..of(ClientOptions {
            allow_insecure_requests: true,
            ..client()
        })
    };
    config(said);
}

#[test]
fn what_is_secret_is_not_shown() {
    let shown = format!("{:?} {:?}", options(), config(options()));
    assert!(shown.contains("auth.example.com"), "{shown}");
    assert!(!shown.contains("api-secret"), "{shown}");
}
