//! Options are validated once; the error names the option.

use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    AssertionOptions, ClientAssertion, ClientAuth, ClientConfig, ClientOptions, Credential,
    ErrorCode, Grant, Json, PrivateKey,
};

use crate::support::{check_rows, options, same};

/// Never shown, wherever it is put.
const MARKER: &str = "marker-5f1e";

fn pair(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.into(), value.into())]
}

fn refreshing(refresh_token: &str) -> Grant {
    Grant::RefreshToken {
        refresh_token: refresh_token.into(),
    }
}

fn with_password(username: &str, password: &str) -> Grant {
    Grant::Password {
        username: username.into(),
        password: password.into(),
    }
}

/// Signs an assertion that is not as it should be.
fn signing(options: &mut ClientOptions, spoil: impl Fn(&mut AssertionOptions)) {
    let mut assertion = AssertionOptions {
        subject: Some(MARKER.into()),
        ..AssertionOptions::default()
    };
    spoil(&mut assertion);
    options.grant = Grant::SignedJwtBearer(assertion);
    options.private_key = Some(PrivateKey {
        algorithm: Algorithm::Rs256,
        key_id: None,
        header: Vec::new(),
        audience: Vec::new(),
        key: Some(MARKER.into()),
    });
}

fn signing_claim(options: &mut ClientOptions, name: &str) {
    signing(options, |it| {
        it.claims = vec![(name.into(), MARKER.into())];
    });
}

/// A client without a secret, whose assertion somebody else signs.
fn ready(options: &mut ClientOptions, assertion: &str) {
    options.client_secret = None;
    options.client_assertion = ClientAssertion::Ready(assertion.into());
}

/// A client that signs an assertion that is not as it should be.
fn saying(options: &mut ClientOptions, spoil: impl Fn(&mut AssertionOptions)) {
    let mut assertion = AssertionOptions::default();
    spoil(&mut assertion);
    options.client_secret = Some("a secret that is as long as the hash".into());
    options.client_auth = ClientAuth::ClientSecretJwt;
    options.client_assertion = ClientAssertion::Signed(assertion);
}

/// What is done to valid options, and the option that the error must name.
type Row = (Box<dyn Fn(&mut ClientOptions)>, &'static str);

fn row(spoil: impl Fn(&mut ClientOptions) + 'static, option: &'static str) -> Row {
    (Box::new(spoil), option)
}

fn issuer_row(issuer: &'static str) -> Row {
    let spoil = move |options: &mut ClientOptions| {
        options.token_url.clear();
        options.issuer = Some(issuer.into());
    };
    row(spoil, "issuer")
}

fn check((spoil, option): Row) -> Result<(), String> {
    let mut options = ClientOptions {
        client_secret: Some(MARKER.into()),
        ..options()
    };
    spoil(&mut options);
    let error = ClientConfig::new(options).err().ok_or("accepted")?;
    same(error.code(), ErrorCode::InvalidOption)?;
    same(error.option(), Some(option))?;
    same(error.to_string().starts_with(&format!("{option} ")), true)?;
    same(error.retryable(), false)?;
    same(format!("{error} {error:?}").contains(MARKER), false)
}

#[test]
fn bad_values_name_their_option() {
    check_rows(
        [
            ("no URL", row(|o| o.token_url.clear(), "tokenUrl")),
            (
                "relative URL",
                row(|o| o.token_url = "/token".into(), "tokenUrl"),
            ),
            (
                "http URL",
                row(|o| o.token_url = "http://a.example/".into(), "tokenUrl"),
            ),
            (
                "URL with a password",
                row(
                    |o| o.token_url = format!("https://x:{MARKER}@a.example/"),
                    "tokenUrl",
                ),
            ),
            ("no issuer", issuer_row("")),
            ("relative issuer", issuer_row("/issuer")),
            ("issuer without a scheme", issuer_row("a.example")),
            ("http issuer", issuer_row("http://a.example")),
            ("issuer with a query", issuer_row("https://a.example/?x=y")),
            ("issuer with a fragment", issuer_row("https://a.example/#x")),
            (
                "issuer with a line break",
                issuer_row("https://a.example\n"),
            ),
            (
                "issuer with a password",
                issuer_row("https://x:marker-5f1e@a.example"),
            ),
            (
                "empty authorization URL",
                row(
                    |o| o.authorization_url = Some(String::new()),
                    "authorizationUrl",
                ),
            ),
            (
                "relative authorization URL",
                row(
                    |o| o.authorization_url = Some("/authorize".into()),
                    "authorizationUrl",
                ),
            ),
            (
                "http authorization URL",
                row(
                    |o| o.authorization_url = Some("http://a.example/".into()),
                    "authorizationUrl",
                ),
            ),
            (
                "authorization URL with a fragment",
                row(
                    |o| o.authorization_url = Some("https://a.example/#x".into()),
                    "authorizationUrl",
                ),
            ),
            (
                "authorization URL with a password",
                row(
                    |o| o.authorization_url = Some(format!("https://x:{MARKER}@a.example/")),
                    "authorizationUrl",
                ),
            ),
            (
                "empty revocation URL",
                row(|o| o.revocation_url = Some(String::new()), "revocationUrl"),
            ),
            (
                "relative revocation URL",
                row(
                    |o| o.revocation_url = Some("/revoke".into()),
                    "revocationUrl",
                ),
            ),
            (
                "http revocation URL",
                row(
                    |o| o.revocation_url = Some("http://a.example/".into()),
                    "revocationUrl",
                ),
            ),
            (
                "revocation URL with a line break",
                row(
                    |o| o.revocation_url = Some(format!("https://a.example/{MARKER}\n")),
                    "revocationUrl",
                ),
            ),
            ("no id", row(|o| o.client_id.clear(), "clientId")),
            (
                "id with a line break",
                row(|o| o.client_id = "id\n".into(), "clientId"),
            ),
            ("no secret", row(|o| o.client_secret = None, "clientSecret")),
            (
                "no secret in the body",
                row(
                    |o| {
                        o.client_secret = None;
                        o.client_auth = ClientAuth::Post;
                    },
                    "clientSecret",
                ),
            ),
            (
                "secret of a public client",
                row(|o| o.client_auth = ClientAuth::None, "clientSecret"),
            ),
            (
                "empty refresh token",
                row(|o| o.grant = refreshing(""), "refreshToken"),
            ),
            (
                "refresh token with a line break",
                row(
                    |o| o.grant = refreshing(&format!("{MARKER}\n")),
                    "refreshToken",
                ),
            ),
            (
                "empty secret",
                row(|o| o.client_secret = Some("".into()), "clientSecret"),
            ),
            (
                "secret with a line break",
                row(
                    |o| o.client_secret = Some(format!("{MARKER}\n").into()),
                    "clientSecret",
                ),
            ),
            (
                "secret with a control character",
                row(
                    |o| o.client_secret = Some(format!("{MARKER}\u{7f}").into()),
                    "clientSecret",
                ),
            ),
            (
                "empty scope",
                row(|o| o.scopes = vec!["a".into(), "".into()], "scopes"),
            ),
            (
                "scope with a space",
                row(|o| o.scopes = vec!["a b".into()], "scopes"),
            ),
            (
                "scope with a quote",
                row(|o| o.scopes = vec!["a\"b".into()], "scopes"),
            ),
            (
                "scope with a backslash",
                row(|o| o.scopes = vec!["a\\b".into()], "scopes"),
            ),
            (
                "scope with a control character",
                row(|o| o.scopes = vec!["a\tb".into()], "scopes"),
            ),
            (
                "scope that is not ASCII",
                row(|o| o.scopes = vec!["ü".into()], "scopes"),
            ),
            (
                "parameter without a name",
                row(|o| o.endpoint_params = pair("", MARKER), "endpointParams"),
            ),
            (
                "reserved grant_type",
                row(
                    |o| o.endpoint_params = pair("grant_type", MARKER),
                    "endpointParams",
                ),
            ),
            (
                "reserved client_id",
                row(
                    |o| o.endpoint_params = pair("client_id", MARKER),
                    "endpointParams",
                ),
            ),
            (
                "reserved client_secret",
                row(
                    |o| o.endpoint_params = pair("client_secret", MARKER),
                    "endpointParams",
                ),
            ),
            (
                "reserved scope",
                row(
                    |o| o.endpoint_params = pair("scope", MARKER),
                    "endpointParams",
                ),
            ),
            (
                "header without a name",
                row(|o| o.headers = pair("", MARKER), "headers"),
            ),
            (
                "header name with a space",
                row(|o| o.headers = pair("X Y", MARKER), "headers"),
            ),
            (
                "header name with a colon",
                row(|o| o.headers = pair("X:", MARKER), "headers"),
            ),
            (
                "header name that is not ASCII",
                row(|o| o.headers = pair("Ü", MARKER), "headers"),
            ),
            (
                "reserved Authorization",
                row(|o| o.headers = pair("Authorization", MARKER), "headers"),
            ),
            (
                "reserved in capitals",
                row(|o| o.headers = pair("CONTENT-TYPE", MARKER), "headers"),
            ),
            (
                "reserved Content-Length",
                row(|o| o.headers = pair("content-length", "1"), "headers"),
            ),
            (
                "reserved Host",
                row(|o| o.headers = pair("Host", "b.example"), "headers"),
            ),
            (
                "header value with a line break",
                row(
                    |o| o.headers = pair("X", &format!("{MARKER}\r\nY: z")),
                    "headers",
                ),
            ),
            (
                "header value that is not ASCII",
                row(|o| o.headers = pair("X", &format!("{MARKER}ü")), "headers"),
            ),
            (
                "no default lifetime",
                row(|o| o.default_lifetime_seconds = 0, "defaultLifetimeSeconds"),
            ),
            ("no time", row(|o| o.timeout_ms = 0, "timeoutMs")),
            (
                "relative refresh URL",
                row(|o| o.refresh_url = Some("/refresh".into()), "refreshUrl"),
            ),
            (
                "URL with a fragment",
                row(|o| o.token_url = "https://a.example/#x".into(), "tokenUrl"),
            ),
            (
                "parameter name with a line break",
                row(|o| o.client_id_param = "id\n".into(), "clientIdParam"),
            ),
            (
                "no parameter name",
                row(|o| o.client_secret_param.clear(), "clientSecretParam"),
            ),
            (
                "parameter that is called as the secret",
                row(
                    |o| {
                        o.client_secret_param = "key".into();
                        o.endpoint_params = pair("key", MARKER);
                    },
                    "endpointParams",
                ),
            ),
            (
                "parameter of the grant",
                row(
                    |o| {
                        o.grant = with_password("user", MARKER);
                        o.endpoint_params = pair("password", MARKER);
                    },
                    "endpointParams",
                ),
            ),
            (
                "reserved parameter of a renewal",
                row(
                    |o| o.refresh_params = Some(pair("grant_type", "x")),
                    "refreshParams",
                ),
            ),
            (
                "refresh token in two places",
                row(
                    |o| o.refresh_params = Some(pair("refresh_token", "x")),
                    "refreshParams",
                ),
            ),
            (
                "resource in two places",
                row(
                    |o| {
                        o.resource = vec!["https://a.example/".into()];
                        o.endpoint_params = pair("resource", "x");
                    },
                    "endpointParams",
                ),
            ),
            (
                "relative resource",
                row(|o| o.resource = vec!["a".into()], "resource"),
            ),
            (
                "resource with a fragment",
                row(
                    |o| o.resource = vec!["https://a.example/#x".into()],
                    "resource",
                ),
            ),
            (
                "resource with a space",
                row(
                    |o| o.resource = vec!["https://a.example/ ".into()],
                    "resource",
                ),
            ),
            (
                "no separator",
                row(|o| o.scope_separator.clear(), "scopeSeparator"),
            ),
            (
                "mapping of an unknown member",
                row(|o| o.token_mapping = pair("token", "a"), "tokenMapping"),
            ),
            (
                "mapping to nowhere",
                row(
                    |o| o.token_mapping = pair("accessToken", "a..b"),
                    "tokenMapping",
                ),
            ),
            (
                "empty identity",
                row(|o| o.identity = Some("".into()), "identity"),
            ),
            (
                "no username",
                row(|o| o.grant = with_password("", MARKER), "username"),
            ),
            (
                "empty password",
                row(|o| o.grant = with_password("user", ""), "password"),
            ),
            (
                "password with a line break",
                row(
                    |o| o.grant = with_password("user", &format!("{MARKER}\n")),
                    "password",
                ),
            ),
            (
                "empty assertion",
                row(
                    |o| {
                        o.grant = Grant::JwtBearer {
                            assertion: "".into(),
                        };
                    },
                    "assertion",
                ),
            ),
            (
                "a key for an assertion that is given",
                row(
                    |o| {
                        signing(o, |_| {});
                        o.grant = Grant::JwtBearer {
                            assertion: MARKER.into(),
                        };
                    },
                    "privateKey",
                ),
            ),
            (
                "no key to sign an assertion with",
                row(
                    |o| {
                        signing(o, |_| {});
                        o.private_key = None;
                    },
                    "privateKey",
                ),
            ),
            (
                "a key handle without a name",
                row(
                    |o| {
                        signing(o, |_| {});
                        if let Some(key) = &mut o.private_key {
                            key.key = None;
                        }
                    },
                    "identity",
                ),
            ),
            (
                "empty issuer",
                row(
                    |o| signing(o, |it| it.issuer = Some("".into())),
                    "assertion.issuer",
                ),
            ),
            (
                "empty subject",
                row(
                    |o| signing(o, |it| it.subject = Some("".into())),
                    "assertion.subject",
                ),
            ),
            (
                "subject with a line break",
                row(
                    |o| signing(o, |it| it.subject = Some(format!("{MARKER}\n"))),
                    "assertion.subject",
                ),
            ),
            (
                "empty audience",
                row(
                    |o| signing(o, |it| it.audience = vec!["x".into(), "".into()]),
                    "assertion.audience",
                ),
            ),
            (
                "no lifetime",
                row(
                    |o| signing(o, |it| it.lifetime_seconds = 0),
                    "assertion.lifetimeSeconds",
                ),
            ),
            (
                "lifetime in milliseconds",
                row(
                    |o| signing(o, |it| it.lifetime_seconds = 60_000),
                    "assertion.lifetimeSeconds",
                ),
            ),
            (
                "no id beside a secret",
                row(
                    |o| {
                        signing(o, |it| it.issuer = Some("issuer".into()));
                        o.client_id.clear();
                    },
                    "clientId",
                ),
            ),
            (
                "neither id nor issuer",
                row(
                    |o| {
                        signing(o, |_| {});
                        o.client_secret = None;
                        o.client_id.clear();
                    },
                    "clientId",
                ),
            ),
            (
                "no id with another grant",
                row(
                    |o| {
                        o.grant = refreshing(MARKER);
                        o.client_secret = None;
                        o.client_id.clear();
                    },
                    "clientId",
                ),
            ),
            (
                "parameter of an assertion that is signed",
                row(
                    |o| {
                        signing(o, |_| {});
                        o.endpoint_params = pair("assertion", MARKER);
                    },
                    "endpointParams",
                ),
            ),
            (
                "parameter of an assertion that is asked for",
                row(
                    |o| {
                        o.identity = Some("one".into());
                        o.grant = Grant::JwtBearer {
                            assertion: Credential::Asked,
                        };
                        o.endpoint_params = pair("assertion", MARKER);
                    },
                    "endpointParams",
                ),
            ),
            (
                "secret that is too short to sign",
                row(
                    |o| o.client_auth = ClientAuth::ClientSecretJwt,
                    "clientSecret",
                ),
            ),
            (
                "empty client assertion",
                row(|o| ready(o, ""), "clientAssertion"),
            ),
            (
                "client assertion with a line break at its end",
                row(|o| ready(o, "a.b.c\n"), "clientAssertion"),
            ),
            (
                "client assertion beside a secret",
                row(
                    |o| {
                        ready(o, MARKER);
                        o.client_secret = Some(MARKER.into());
                    },
                    "clientAssertion",
                ),
            ),
            (
                "client assertion of a public client",
                row(
                    |o| {
                        ready(o, MARKER);
                        o.client_auth = ClientAuth::None;
                    },
                    "clientAssertion",
                ),
            ),
            (
                "client assertion that is ready, and a key",
                row(
                    |o| {
                        signing(o, |_| {});
                        o.grant = Grant::ClientCredentials;
                        ready(o, MARKER);
                    },
                    "privateKey",
                ),
            ),
            (
                "client assertion of users without an id",
                row(
                    |o| {
                        ready(o, MARKER);
                        o.client_id.clear();
                        o.grant = Grant::AuthorizationCode;
                    },
                    "clientId",
                ),
            ),
            (
                "no kind of client assertion",
                row(|o| o.client_assertion_type.clear(), "clientAssertionType"),
            ),
            (
                "what a client assertion says that nobody signs",
                row(
                    |o| {
                        saying(o, |it| it.typ = Some("JWT".into()));
                        o.client_auth = ClientAuth::Post;
                    },
                    "clientAssertion",
                ),
            ),
            (
                "client assertion for nobody",
                row(
                    |o| saying(o, |it| it.audience = vec![String::new()]),
                    "clientAssertion.audience",
                ),
            ),
            (
                "client assertion of no type",
                row(
                    |o| saying(o, |it| it.typ = Some(String::new())),
                    "clientAssertion.typ",
                ),
            ),
            (
                "client assertion that is over",
                row(
                    |o| saying(o, |it| it.lifetime_seconds = 0),
                    "clientAssertion.lifetimeSeconds",
                ),
            ),
            (
                "client assertion that says itself when",
                row(
                    |o| saying(o, |it| it.claims = vec![("iat".into(), Json::Null)]),
                    "clientAssertion.claims",
                ),
            ),
            (
                "the id of another in the body",
                row(
                    |o| o.endpoint_params = pair("client_id", MARKER),
                    "endpointParams",
                ),
            ),
            (
                "the id in the body once more",
                row(
                    |o| {
                        o.client_auth = ClientAuth::Post;
                        o.endpoint_params = pair("client_id", &o.client_id);
                    },
                    "endpointParams",
                ),
            ),
            (
                "the id in the body, where it may have to go there",
                row(
                    |o| {
                        o.client_auth = ClientAuth::Auto;
                        o.endpoint_params = pair("client_id", &o.client_id);
                    },
                    "endpointParams",
                ),
            ),
            (
                "token with a space",
                row(
                    |o| {
                        o.grant = Grant::Token {
                            access_token: format!("{MARKER} {MARKER}").into(),
                            expires_at_ms: None,
                            refresh_token: None,
                            response: None,
                        };
                    },
                    "token",
                ),
            ),
            (
                "grant without a name",
                row(
                    |o| {
                        o.grant = Grant::Custom {
                            grant_type: String::new(),
                        };
                    },
                    "grant",
                ),
            ),
        ],
        check,
    );
}

#[test]
fn a_reserved_parameter_is_led_to_its_option() {
    for (parameter, option) in [
        ("scope", "scopes"),
        ("client_id", "clientId"),
        ("client_secret", "clientSecret"),
        ("client_assertion", "clientAssertion"),
        ("client_assertion_type", "clientAssertionType"),
        ("grant_type", "grant"),
    ] {
        let options = ClientOptions {
            endpoint_params: pair(parameter, "x"),
            ..options()
        };
        let error = ClientConfig::new(options).unwrap_err().to_string();
        assert!(
            error.contains(parameter) && error.ends_with(option),
            "{error}"
        );
    }
}

#[test]
fn a_claim_that_is_set_here_is_led_to_its_option() {
    for (claim, ending) in [
        ("iss", "use assertion.issuer"),
        ("sub", "use assertion.subject"),
        ("aud", "use assertion.audience"),
        ("exp", "use assertion.lifetimeSeconds"),
        ("iat", "which is another in every request"),
        ("jti", "which is another in every request"),
    ] {
        let claims = row(move |o| signing_claim(o, claim), "assertion.claims");
        assert_eq!(check(claims), Ok(()), "{claim}");
        let mut options = options();
        signing_claim(&mut options, claim);
        let error = ClientConfig::new(options).unwrap_err().to_string();
        assert!(error.contains(claim) && error.ends_with(ending), "{error}");
    }
}

#[test]
fn parameters_of_a_code_are_not_set_twice() {
    for (parameter, option) in [
        ("code", "grant"),
        ("redirect_uri", "redirectUri"),
        ("code_verifier", "codeVerifier"),
    ] {
        let options = |grant| ClientOptions {
            grant,
            endpoint_params: pair(parameter, "x"),
            ..options()
        };
        let error = ClientConfig::new(options(Grant::AuthorizationCode)).unwrap_err();
        assert_eq!(error.option(), Some("endpointParams"));
        let message = error.to_string();
        assert!(message.contains(parameter), "{message}");
        assert!(message.ends_with(option), "{message}");
        // Other grants may have one of that name.
        assert!(ClientConfig::new(options(Grant::ClientCredentials)).is_ok());
    }
}

#[test]
fn good_values_are_accepted() {
    let rows: [(_, fn(&mut ClientOptions)); 19] = [
        ("issuer", |o| {
            o.token_url.clear();
            o.issuer = Some("https://a.example/tenant".into());
        }),
        ("issuer with a slash at its end", |o| {
            o.token_url.clear();
            o.issuer = Some("https://a.example/".into());
        }),
        ("URLs with a query", |o| {
            o.authorization_url = Some("https://a.example/?tenant=one".into());
            o.revocation_url = Some("https://a.example/?tenant=one".into());
        }),
        ("every printable scope character", |o| {
            let scope = ('!'..='~').filter(|c| !matches!(c, '"' | '\\')).collect();
            o.scopes = vec![scope];
        }),
        ("non-ASCII credentials", |o| {
            o.client_id = "ü".into();
            o.client_secret = Some("€ 😀".into());
        }),
        ("public client", |o| {
            o.client_secret = None;
            o.client_auth = ClientAuth::None;
        }),
        ("no id beside an assertion", |o| {
            o.client_secret = None;
            o.client_id.clear();
            o.grant = Grant::JwtBearer {
                assertion: "a.b.c".into(),
            };
        }),
        ("no id beside a client assertion", |o| {
            ready(o, "a.b.c");
            o.client_id.clear();
        }),
        ("client assertion with its method", |o| {
            ready(o, "a.b.c");
            o.client_auth = ClientAuth::PrivateKeyJwt;
        }),
        ("a key for the grant beside a client assertion", |o| {
            signing(o, |_| {});
            ready(o, "a.b.c");
        }),
        ("the id in the body beside the header", |o| {
            o.endpoint_params = pair("client_id", &o.client_id);
            o.refresh_params = Some(pair("client_id", &o.client_id));
        }),
        ("by another name", |o| {
            o.client_id_param = "appid".into();
            o.endpoint_params = pair("appid", &o.client_id);
        }),
        ("any other claim", |o| {
            signing(o, |it| {
                let names = ["scope", "nbf", "ISS", "https://example.com/claim", ""];
                it.claims = names.map(|name| (name.into(), Json::Null)).into();
            });
        }),
        ("lifetimes", |o| signing(o, |it| it.lifetime_seconds = 3600)),
        ("no skew", |o| o.expiry_skew_seconds = 0),
        ("extremes", |o| {
            o.expiry_skew_seconds = u32::MAX;
            o.default_lifetime_seconds = u32::MAX;
            o.timeout_ms = u32::MAX;
        }),
        ("parameter without a value", |o| {
            o.endpoint_params = pair("x", "")
        }),
        ("parameter that is not ASCII", |o| {
            o.endpoint_params = pair("ü", "\n")
        }),
        ("Accept", |o| o.headers = pair("Accept", "*/*")),
    ];
    check_rows(rows, |change| {
        let mut options = options();
        change(&mut options);
        ClientConfig::new(options)
            .map(drop)
            .map_err(|error| error.to_string())
    });
}
