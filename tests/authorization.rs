//! The authorization code grant: where a user is sent, and what becomes of the code.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod support;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::protocol::form::{self, Parameters};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{
    Authorization, AuthorizationOptions, CallbackOptions, ClientAuth, ClientOptions, Error,
    ErrorCode, Grant, Renewed,
};
use support::host::{Reply, World};
use support::isolate::START_MS;
use support::store::{Mood, Shelf};
use support::{check_rows, config, crypto, discovered, metadata, response, same};

const HOUR_MS: u64 = 3_600_000;
const AUTHORIZATION_URL: &str = "https://auth.example.com/authorize";
const REDIRECT_URI: &str = "https://app.example.com/callback";
const STATE: &str = "state of this browser";

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client of the users of which one is meant.
fn options() -> ClientOptions {
    ClientOptions {
        grant: Grant::AuthorizationCode,
        authorization_url: Some(AUTHORIZATION_URL.into()),
        identity: Some("user".into()),
        ..support::options()
    }
}

fn nameless() -> ClientOptions {
    ClientOptions {
        identity: None,
        ..options()
    }
}

fn of_issuer() -> ClientOptions {
    ClientOptions {
        grant: Grant::AuthorizationCode,
        identity: Some("user".into()),
        ..discovered()
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Parameters {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn here() -> AuthorizationOptions {
    AuthorizationOptions {
        redirect_uri: REDIRECT_URI.into(),
        ..AuthorizationOptions::default()
    }
}

fn kept() -> CallbackOptions {
    CallbackOptions {
        redirect_uri: REDIRECT_URI.into(),
        state: STATE.into(),
        code_verifier: Some(VERIFIER.into()),
    }
}

fn authorize(
    world: &World,
    options: ClientOptions,
    with: AuthorizationOptions,
) -> Result<Authorization, Error> {
    let (request, source) = world.source(config(options));
    world.isolate.block_on(
        request,
        async move { source.authorization_url(&with).await },
    )
}

/// Endpoint and parameters of a URL.
fn parts(authorization: &Authorization) -> (String, Parameters) {
    let (endpoint, query) = authorization.url.expose().split_once('?').unwrap();
    (endpoint.to_owned(), form::decode(query))
}

fn value(parameters: &Parameters, name: &str) -> Option<String> {
    let mut named = parameters.iter().filter(|(it, _)| it == name);
    let value = named.next().map(|(_, value)| value.clone());
    assert!(named.next().is_none(), "{name} is there twice");
    value
}

fn callback_url(parameters: &[(&str, &str)]) -> String {
    format!("{REDIRECT_URI}?{}", form::encode(&pairs(parameters)))
}

fn good() -> String {
    callback_url(&[("code", "the code"), ("state", STATE)])
}

/// The same with another code each time.
fn fresh() -> String {
    thread_local!(static CODES: Cell<u32> = const { Cell::new(0) });
    CODES.set(CODES.get() + 1);
    callback_url(&[("code", &format!("code {}", CODES.get())), ("state", STATE)])
}

type Answer = Rc<RefCell<Option<(Result<Renewed<()>, Error>, u64)>>>;

fn begin(world: &World, options: ClientOptions, url: String, with: CallbackOptions) -> Answer {
    let (request, source) = world.source(config(options));
    let spent = async move { source.callback(&url, &with).await };
    world.isolate.call(request, spent)
}

/// Runs until there is an answer and nothing is left in the background.
fn spend(
    world: &World,
    options: ClientOptions,
    url: &str,
    with: CallbackOptions,
) -> Result<Renewed<()>, Error> {
    let answer = begin(world, options, url.to_owned(), with);
    world.isolate.run_for(20_000);
    let (result, _) = answer.borrow_mut().take().expect("an answer");
    result
}

/// The user comes back with a code. The text of the access token, and whether it is kept.
fn come_back(world: &World, options: ClientOptions) -> (String, bool) {
    let renewed = spend(world, options, &fresh(), kept()).expect("a token");
    let text = renewed.cached.token.access_token.expose().to_owned();
    (text, renewed.is_kept)
}

fn ask(world: &World, options: ClientOptions) -> Result<String, Error> {
    let token = world.token(config(options));
    world.isolate.run_for(2_000);
    token.map(|token| token.access_token.expose().to_owned())
}

fn form_of(request: &HttpRequest) -> Parameters {
    form::decode(std::str::from_utf8(&request.body).unwrap())
}

fn grant_types(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    let grant_type = |request| value(&form_of(request), "grant_type").unwrap_or_default();
    sent.iter().map(grant_type).collect()
}

fn spent_refresh_tokens(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    let spent = |request| value(&form_of(request), "refresh_token");
    sent.iter().filter_map(spent).collect()
}

/// `token-n` and `refresh-n` for the n-th request.
fn issued(n: usize) -> Reply {
    let body = format!(
        r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}"}}"#
    );
    Reply::now(200, body)
}

fn server() -> World {
    World::new(|n, _| issued(n))
}

fn with_shelf(mut world: World) -> (World, Rc<Shelf>) {
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    (world, shelf)
}

fn is_metadata(request: &HttpRequest) -> bool {
    request.url.contains("/.well-known/")
}

fn check_option(error: &Error, option: &str, words: &str) -> Result<(), String> {
    same(error.code(), ErrorCode::InvalidOption)?;
    same(error.option(), Some(option))?;
    match error.to_string() {
        message if message.contains(words) => Ok(()),
        message => Err(message),
    }
}

mod url {
    use super::*;

    fn digest(verifier: &str) -> String {
        Base64UrlUnpadded::encode_string(&crypto::sha256(verifier.as_bytes()))
    }

    #[test]
    fn asks_for_a_code() {
        let world = server();
        let options = || ClientOptions {
            scopes: vec!["read".into(), "write".into()],
            resource: vec!["https://a.example/".into(), "https://b.example/".into()],
            ..options()
        };
        let made = authorize(&world, options(), here()).unwrap();
        let (endpoint, parameters) = parts(&made);
        assert_eq!(endpoint, AUTHORIZATION_URL);
        let verifier = made.code_verifier.as_ref().expect("one is made");
        let expected = [
            ("response_type", "code"),
            ("client_id", "client"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "read write"),
            ("state", made.state.expose()),
            ("code_challenge", &digest(verifier.expose())),
            ("code_challenge_method", "S256"),
            ("resource", "https://a.example/"),
            ("resource", "https://b.example/"),
        ];
        assert_eq!(parameters, pairs(&expected));
        assert_eq!(verifier.expose().len(), 43);
        assert_eq!(world.sent(), 0);
    }

    #[test]
    fn has_what_nobody_can_foresee() {
        let world = server();
        let made = [(); 3].map(|()| authorize(&world, options(), here()).unwrap());
        let mut texts = Vec::new();
        for made in &made {
            texts.push(made.state.expose());
            texts.push(made.code_verifier.as_ref().unwrap().expose());
        }
        assert!(texts.iter().all(|text| text.len() == 43));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 6);
        // All of it is random, not only its beginning: each nonce is another.
        let bytes = Base64UrlUnpadded::decode_vec(texts[0]).unwrap();
        assert_ne!(bytes[..8], [0; 8]);
        assert_ne!(bytes[..12], bytes[12..24]);
        assert_ne!(bytes[24..], [0; 8]);
    }

    #[test]
    fn keeps_what_the_caller_brings() {
        let with = AuthorizationOptions {
            state: Some(STATE.into()),
            code_verifier: Some(VERIFIER.into()),
            ..here()
        };
        let made = authorize(&server(), options(), with).unwrap();
        let (_, parameters) = parts(&made);
        assert_eq!(made.state.expose(), STATE);
        assert_eq!(made.code_verifier.as_ref().unwrap().expose(), VERIFIER);
        assert_eq!(value(&parameters, "state").as_deref(), Some(STATE));
        let challenge = value(&parameters, "code_challenge");
        assert_eq!(challenge.as_deref(), Some(CHALLENGE));
    }

    #[test]
    fn can_do_without_a_challenge() {
        let options = || ClientOptions {
            skip_pkce: true,
            ..options()
        };
        let made = authorize(&server(), options(), here()).unwrap();
        assert!(made.code_verifier.is_none());
        assert!(!made.url.expose().contains("code_challenge"));
        let with = AuthorizationOptions {
            code_verifier: Some(VERIFIER.into()),
            ..here()
        };
        let error = authorize(&server(), options(), with).unwrap_err();
        check_option(&error, "codeVerifier", "skipPkce").unwrap();
    }

    #[test]
    fn may_ask_for_other_scopes() {
        let options = || ClientOptions {
            scopes: vec!["read".into()],
            scope_separator: ",".into(),
            ..options()
        };
        let scoped = |scopes: &[&str]| {
            let scopes = scopes.iter().map(|it| (*it).to_owned()).collect();
            let with = AuthorizationOptions {
                scopes: Some(scopes),
                ..here()
            };
            let made = authorize(&server(), options(), with)?;
            Ok(value(&parts(&made).1, "scope"))
        };
        assert_eq!(scoped(&["write", "all"]), Ok(Some("write,all".into())));
        assert_eq!(scoped(&[]), Ok(None));
        let error: Error = scoped(&["with space"]).unwrap_err();
        check_option(&error, "scopes", "RFC 6749").unwrap();
    }

    #[test]
    fn may_have_more_but_nothing_twice() {
        let extra = |extra: &[(&str, &str)]| AuthorizationOptions {
            extra: pairs(extra),
            ..here()
        };
        let options = || ClientOptions {
            resource: vec!["https://a.example/".into()],
            scopes: vec!["read".into()],
            authorization_url: Some([AUTHORIZATION_URL, "?tenant=one"].concat()),
            ..options()
        };
        let with = extra(&[("prompt", "consent"), ("login_hint", "jo hn")]);
        let made = authorize(&server(), options(), with).unwrap();
        let (_, parameters) = parts(&made);
        assert_eq!(value(&parameters, "tenant").as_deref(), Some("one"));
        assert!(parameters.ends_with(&pairs(&[("prompt", "consent"), ("login_hint", "jo hn")])));
        for name in [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
            "code_challenge_method",
            "resource",
            "tenant",
        ] {
            let error = authorize(&server(), options(), extra(&[(name, "x")])).unwrap_err();
            check_option(&error, "extra", name).unwrap();
        }
    }

    #[test]
    fn calls_the_client_as_the_server_wants_it() {
        let options = ClientOptions {
            client_id_param: "app".into(),
            ..options()
        };
        let (_, parameters) = parts(&authorize(&server(), options, here()).unwrap());
        assert_eq!(value(&parameters, "app").as_deref(), Some("client"));
        assert_eq!(value(&parameters, "client_id"), None);
    }

    #[test]
    fn is_found_by_the_issuers_metadata() {
        let world = World::new(|_, _| Reply::now(200, metadata("")));
        let made = authorize(&world, of_issuer(), here()).unwrap();
        assert_eq!(
            parts(&made).0,
            "https://auth.example.com/found/authorization"
        );
        assert_eq!(world.sent(), 1);
    }

    #[test]
    fn that_is_given_is_not_looked_for() {
        let world = World::new(|_, _| Reply::status(0, 500));
        let options = ClientOptions {
            authorization_url: Some(AUTHORIZATION_URL.into()),
            ..of_issuer()
        };
        let made = authorize(&world, options, here()).unwrap();
        assert_eq!(parts(&made).0, AUTHORIZATION_URL);
        assert_eq!(world.sent(), 0);
    }

    #[test]
    fn must_be_known() {
        let unsaid = ClientOptions {
            authorization_url: None,
            ..options()
        };
        let error = authorize(&server(), unsaid, here()).unwrap_err();
        check_option(&error, "authorizationUrl", "or give issuer").unwrap();
        let body = r#"{"issuer":"https://auth.example.com","token_endpoint":"https://auth.example.com/token"}"#;
        let world = World::new(move |_, _| Reply::now(200, body));
        let error = authorize(&world, of_issuer(), here()).unwrap_err();
        let problem = "the issuer's metadata has no authorization_endpoint";
        check_option(&error, "authorizationUrl", problem).unwrap();
    }

    #[test]
    fn is_not_made_of_bad_options() {
        let bad = |spoil: fn(&mut AuthorizationOptions)| {
            let mut with = here();
            spoil(&mut with);
            with
        };
        check_rows(
            [
                (
                    "no redirect URI",
                    (bad(|o| o.redirect_uri.clear()), "redirectUri"),
                ),
                (
                    "relative redirect URI",
                    (bad(|o| o.redirect_uri = "/callback".into()), "redirectUri"),
                ),
                ("empty state", (bad(|o| o.state = Some("".into())), "state")),
                (
                    "state with a line break",
                    (bad(|o| o.state = Some("a\nb".into())), "state"),
                ),
                (
                    "short verifier",
                    (
                        bad(|o| o.code_verifier = Some("short".into())),
                        "codeVerifier",
                    ),
                ),
            ],
            |(with, option)| {
                let world = server();
                let made = authorize(&world, options(), with);
                check_option(&made.err().ok_or("accepted")?, option, "")?;
                same(world.sent(), 0)
            },
        );
    }

    #[test]
    fn is_there_in_time_or_not_at_all() {
        let world = World::new(|_, _| Reply::Never);
        let error = authorize(&world, of_issuer(), here()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Timeout);
        assert_eq!(world.isolate.now_ms(), START_MS + 10_000);
    }
}

#[test]
fn other_grants_have_no_user_to_authorize() {
    let options = || ClientOptions {
        grant: Grant::ClientCredentials,
        ..options()
    };
    let world = server();
    let error = authorize(&world, options(), here()).unwrap_err();
    check_option(&error, "grant", "authorization_code").unwrap();
    let error = spend(&world, options(), &good(), kept()).unwrap_err();
    check_option(&error, "grant", "authorization_code").unwrap();
    assert_eq!(world.sent(), 0);
}

#[test]
fn a_code_is_exchanged_as_the_standard_says() {
    let world = server();
    let options = ClientOptions {
        scopes: vec!["read".into()],
        resource: vec!["https://api.example.com/".into()],
        endpoint_params: pairs(&[("audience", "one")]),
        headers: pairs(&[("x-tenant", "one")]),
        ..options()
    };
    assert!(spend(&world, options, &good(), kept()).unwrap().is_kept);
    assert_eq!(world.sent(), 1);
    let sent = world.network.sent.borrow();
    assert_eq!(sent[0].method, "POST");
    assert_eq!(sent[0].url, support::TOKEN_URL);
    let header = |name: &str| {
        let mut headers = sent[0].headers.iter();
        headers.find_map(|(it, value)| (it == name).then_some(value.as_str()))
    };
    assert_eq!(header("authorization"), Some("Basic Y2xpZW50OnNlY3JldA=="));
    assert_eq!(header("x-tenant"), Some("one"));
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "the code"),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("resource", "https://api.example.com/"),
        ("audience", "one"),
    ];
    assert_eq!(form_of(&sent[0]), pairs(&expected));
}

#[test]
fn what_was_made_for_the_url_is_what_the_callback_needs() {
    let world = server();
    let made = authorize(&world, options(), here()).unwrap();
    let url = callback_url(&[("code", "the code"), ("state", made.state.expose())]);
    let with = CallbackOptions {
        redirect_uri: REDIRECT_URI.into(),
        state: made.state,
        code_verifier: made.code_verifier.clone(),
    };
    spend(&world, options(), &url, with).unwrap();
    let sent = world.network.sent.borrow();
    let verifier = made.code_verifier.unwrap().expose().to_owned();
    assert_eq!(value(&form_of(&sent[0]), "code_verifier"), Some(verifier));
}

#[test]
fn a_client_without_a_secret_says_who_it_is() {
    let world = server();
    let public = ClientOptions {
        client_secret: None,
        ..options()
    };
    come_back(&world, public);
    let sent = world.network.sent.borrow();
    let form = form_of(&sent[0]);
    assert_eq!(value(&form, "client_id").as_deref(), Some("client"));
    assert!(sent[0].headers.iter().all(|(it, _)| it != "authorization"));
}

#[test]
fn without_a_challenge_no_verifier_is_sent() {
    let options = || ClientOptions {
        skip_pkce: true,
        ..options()
    };
    for (code_verifier, sent) in [
        (None, None),
        // Whoever brings one has sent its challenge by other means.
        (Some(VERIFIER.into()), Some(VERIFIER.to_owned())),
    ] {
        let world = server();
        let with = CallbackOptions {
            code_verifier,
            ..kept()
        };
        spend(&world, options(), &good(), with).unwrap();
        let requests = world.network.sent.borrow();
        assert_eq!(value(&form_of(&requests[0]), "code_verifier"), sent);
    }
}

#[test]
fn what_is_no_answer_to_the_request_is_refused_before_anything_is_sent() {
    let invalid = ErrorCode::InvalidCallback;
    let rejected = ErrorCode::AuthorizationRejected;
    let url = |parameters: &[(&str, &str)]| callback_url(parameters);
    check_rows(
        [
            (
                "other state",
                (url(&[("code", "c"), ("state", "x")]), invalid),
            ),
            ("no state", (url(&[("code", "c")]), invalid)),
            (
                "code twice",
                (
                    url(&[("code", "c"), ("code", "d"), ("state", STATE)]),
                    invalid,
                ),
            ),
            ("no code", (url(&[("state", STATE)]), invalid)),
            (
                "error of another state",
                (url(&[("error", "access_denied"), ("state", "x")]), invalid),
            ),
            (
                "error",
                (
                    url(&[("error", "access_denied"), ("state", STATE)]),
                    rejected,
                ),
            ),
        ],
        |(url, code)| {
            let world = server();
            let error = spend(&world, options(), &url, kept()).err();
            let error = error.ok_or("accepted")?;
            same(error.code(), code)?;
            same(error.retryable(), false)?;
            same(world.sent(), 0)?;
            if code == rejected {
                let said = error.response().map(|it| it.error.as_str());
                same(said, Some("access_denied"))?;
            }
            // It was nobody's fault that has a say here.
            same(come_back(&world, options()).0, "token-0".into())
        },
    );
}

#[test]
fn the_answer_must_be_of_the_issuer_that_was_asked() {
    let named = |iss: &str| callback_url(&[("code", "c"), ("state", STATE), ("iss", iss)]);
    let requires = r#","authorization_response_iss_parameter_supported":true"#;
    let issuer = support::ISSUER;
    let spend_at = |members: &'static str, url: &str| {
        let world = World::new(move |n, request| match is_metadata(request) {
            true => Reply::now(200, metadata(members)),
            false => issued(n),
        });
        let result = spend(&world, of_issuer(), url, kept());
        let exchanges = grant_types(&world)
            .iter()
            .filter(|it| !it.is_empty())
            .count();
        (result.map(|_| ()).map_err(|it| it.code()), exchanges)
    };
    let refused = (Err(ErrorCode::InvalidCallback), 0);
    for other in ["https://evil.example", "https://auth.example.com/"] {
        assert_eq!(spend_at("", &named(other)), refused, "{other}");
        assert_eq!(spend_at(requires, &named(other)), refused, "{other}");
    }
    assert_eq!(spend_at("", &named(issuer)), (Ok(()), 1));
    assert_eq!(spend_at(requires, &named(issuer)), (Ok(()), 1));
    assert_eq!(spend_at("", &good()), (Ok(()), 1));
    assert_eq!(spend_at(requires, &good()), refused);
}

#[test]
fn what_was_kept_for_the_browser_must_be_there() {
    let without = |spoil: fn(&mut CallbackOptions)| {
        let mut with = kept();
        spoil(&mut with);
        with
    };
    check_rows(
        [
            (
                "no verifier",
                (
                    without(|o| o.code_verifier = None),
                    "codeVerifier",
                    "is required",
                ),
            ),
            (
                "no good verifier",
                (
                    without(|o| o.code_verifier = Some("short".into())),
                    "codeVerifier",
                    "RFC 7636",
                ),
            ),
            (
                "no state",
                (
                    without(|o| o.state = "".into()),
                    "state",
                    "authorizationUrl()",
                ),
            ),
        ],
        |(with, option, words)| {
            let world = server();
            let error = spend(&world, options(), &good(), with).err();
            check_option(&error.ok_or("accepted")?, option, words)?;
            same(world.sent(), 0)
        },
    );
}

#[test]
fn a_code_is_never_sent_twice() {
    let rejection = |status, error: &str| Reply::now(status, format!(r#"{{"error":"{error}"}}"#));
    let rejected = ErrorCode::TokenRequestRejected;
    check_rows(
        [
            (
                "unknown client",
                (rejection(401, "invalid_client"), rejected),
            ),
            ("spent", (rejection(400, "invalid_grant"), rejected)),
            (
                "later",
                (rejection(503, "temporarily_unavailable"), rejected),
            ),
            ("limited", (Reply::status(0, 429), ErrorCode::HttpStatus)),
            ("down", (Reply::status(0, 503), ErrorCode::HttpStatus)),
            ("broken", (Reply::broken(10), ErrorCode::Network)),
            (
                "nonsense",
                (Reply::nonsense(10), ErrorCode::InvalidResponse),
            ),
            ("silent", (Reply::Never, ErrorCode::Timeout)),
        ],
        |(reply, code)| {
            for client_auth in [ClientAuth::Basic, ClientAuth::Auto] {
                let reply = reply.clone();
                let world = World::new(move |_, _| reply.clone());
                let options = || ClientOptions {
                    client_auth,
                    ..options()
                };
                let error = spend(&world, options(), &good(), kept()).err();
                same(error.ok_or("accepted")?.code(), code)?;
                same(world.sent(), 1)?;
                let events = world.events.borrow();
                let failed = events.iter().filter(|it| it.name() == "grant_failed");
                same(failed.count(), 1)?;
                drop(events);
                // Nothing is remembered of it.
                let error = ask(&world, options()).unwrap_err();
                same(error.code(), ErrorCode::ReauthorizationRequired)?;
                same(world.sent(), 1)?;
            }
            Ok(())
        },
    );
}

fn auto(grant: Grant) -> ClientOptions {
    ClientOptions {
        client_auth: ClientAuth::Auto,
        grant,
        ..options()
    }
}

fn only_in_body() -> World {
    World::new(
        |n, request| match value(&form_of(request), "client_secret") {
            Some(_) => issued(n),
            None => Reply::now(401, r#"{"error":"invalid_client"}"#),
        },
    )
}

#[test]
fn the_style_that_works_for_another_grant_works_for_a_code() {
    let world = only_in_body();
    ask(&world, auto(Grant::ClientCredentials)).unwrap();
    assert_eq!(world.sent(), 2);
    come_back(&world, auto(Grant::AuthorizationCode));
    assert_eq!(world.sent(), 3);
}

/// The code is not sent again, but nor is the next user refused.
#[test]
fn the_style_that_fails_for_a_code_is_not_the_next_ones() {
    let world = only_in_body();
    let options = || auto(Grant::AuthorizationCode);
    let error = spend(&world, options(), &fresh(), kept()).unwrap_err();
    assert_eq!(error.response().unwrap().error, "invalid_client");
    assert_eq!(come_back(&world, options()).0, "token-1");
    assert_eq!(come_back(&world, options()).0, "token-2");
    assert_eq!(world.sent(), 3);
    // If it was not the style, the one after begins with the first again.
    let world = World::new(|_, _| Reply::now(401, r#"{"error":"invalid_client"}"#));
    for in_body in [false, true, false] {
        spend(&world, options(), &fresh(), kept()).unwrap_err();
        let sent = world.network.sent.borrow();
        let secret = value(&form_of(sent.last().unwrap()), "client_secret");
        assert_eq!(secret.is_some(), in_body);
    }
}

mod with_an_identity {
    use super::*;

    #[test]
    fn the_token_is_there_for_everybody() {
        let (world, _) = with_shelf(server());
        assert_eq!(come_back(&world, options()), ("token-0".into(), true));
        assert_eq!(ask(&world, options()), Ok("token-0".into()));
        assert_eq!(ask(&world.neighbour(), options()), Ok("token-0".into()));
        assert_eq!(world.sent(), 1);
        let events = world.events.borrow();
        assert_eq!(events.iter().filter(|it| it.name() == "grant").count(), 1);
    }

    #[test]
    fn but_not_for_another_user() {
        let world = server();
        come_back(&world, options());
        let other = ClientOptions {
            identity: Some("other".into()),
            ..options()
        };
        let error = ask(&world, other).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
        let message = error.to_string();
        assert!(message.contains("have the user authorize"), "{message}");
        assert!(!message.contains("identity"), "{message}");
    }

    #[test]
    fn it_is_renewed_by_the_newest_refresh_token() {
        let (world, _) = with_shelf(server());
        come_back(&world, options());
        for expected in ["token-1", "token-2"] {
            world.isolate.run_for(2 * HOUR_MS);
            assert_eq!(ask(&world, options()), Ok(expected.into()));
        }
        world.isolate.run_for(100 * 24 * HOUR_MS);
        assert_eq!(ask(&world.neighbour(), options()), Ok("token-3".into()));
        assert_eq!(
            spent_refresh_tokens(&world),
            ["refresh-0", "refresh-1", "refresh-2"]
        );
        assert_eq!(grant_types(&world)[0], "authorization_code");
    }

    #[test]
    fn a_user_who_comes_back_again_begins_anew() {
        let (world, _) = with_shelf(server());
        come_back(&world, options());
        world.isolate.run_for(2 * HOUR_MS);
        ask(&world, options()).unwrap();
        let neighbour = world.neighbour();
        ask(&neighbour, options()).unwrap();
        // At an instance that has not seen the others' tokens.
        assert_eq!(come_back(&world.neighbour(), options()).0, "token-2");
        world.isolate.run_for(2 * HOUR_MS);
        assert_eq!(ask(&neighbour, options()), Ok("token-3".into()));
        assert_eq!(spent_refresh_tokens(&world), ["refresh-0", "refresh-2"]);
    }

    /// Also when the clock says otherwise.
    #[test]
    fn what_came_last_is_the_newest() {
        let (world, _) = with_shelf(server());
        come_back(&world, options());
        world.isolate.set_clock(START_MS - HOUR_MS);
        for world in [&world, &world.neighbour()] {
            come_back(world, options());
        }
        world.isolate.set_clock(START_MS + HOUR_MS);
        ask(&world.neighbour(), options()).unwrap();
        ask(&world, options()).unwrap();
        assert_eq!(spent_refresh_tokens(&world), ["refresh-2"]);
    }

    #[test]
    fn a_refresh_token_that_is_not_sent_again_is_still_the_one() {
        for no_refresh_token in [false, true] {
            let (world, _) = with_shelf(World::new(|n, _| match n {
                0 => issued(n),
                _ => Reply::token(0, &format!("token-{n}")),
            }));
            let options = || ClientOptions {
                no_refresh_token,
                ..options()
            };
            come_back(&world, options());
            let renewed = spend(&world.neighbour(), options(), &good(), kept()).unwrap();
            let refresh_token = renewed.cached.token.refresh_token.clone();
            let expected = (!no_refresh_token).then_some("refresh-0");
            assert_eq!(refresh_token.as_ref().map(|it| it.expose()), expected);
            world.isolate.run_for(2 * HOUR_MS);
            let token = ask(&world, options());
            assert_eq!(token.is_err(), no_refresh_token);
            assert_eq!(
                spent_refresh_tokens(&world).len(),
                usize::from(!no_refresh_token)
            );
        }
    }

    #[test]
    fn a_remembered_error_is_forgotten() {
        for has_store in [false, true] {
            let mut world = server();
            if has_store {
                world = with_shelf(world).0;
            }
            let neighbour = world.neighbour();
            for world in [&world, &neighbour] {
                let error = ask(world, options()).unwrap_err();
                assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
            }
            assert_eq!(come_back(&world, options()).0, "token-0");
            assert_eq!(ask(&world, options()), Ok("token-0".into()));
            if has_store {
                assert_eq!(ask(&neighbour, options()), Ok("token-0".into()));
            }
        }
    }

    #[test]
    fn a_refused_refresh_token_is_replaced() {
        let world = World::new(|n, _| match n {
            1 => Reply::now(400, r#"{"error":"invalid_grant"}"#),
            _ => issued(n),
        });
        come_back(&world, options());
        world.isolate.run_for(2 * HOUR_MS);
        let error = ask(&world, options()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
        assert_eq!(come_back(&world, options()).0, "token-2");
        world.isolate.run_for(2 * HOUR_MS);
        assert_eq!(ask(&world, options()), Ok("token-3".into()));
        assert_eq!(spent_refresh_tokens(&world), ["refresh-0", "refresh-2"]);
    }

    /// A renewal that takes long, and a user who comes back meanwhile.
    fn overtaken(has_lease: bool) -> (World, Rc<Shelf>) {
        let (world, shelf) = with_shelf(World::new(|n, request| {
            let body = form_of(request);
            let delay_ms = match value(&body, "refresh_token") {
                Some(_) => 3_000,
                None => 50,
            };
            let Reply::After(_, result) = issued(n) else {
                unreachable!()
            };
            Reply::After(delay_ms, result)
        }));
        shelf.has_lease.set(has_lease);
        come_back(&world, options());
        world.isolate.run_for(2 * HOUR_MS);
        let ask = || {
            let (request, source) = world.source(config(options()));
            world.isolate.call(request, async move {
                let token = source.token().await;
                token.map(|cached| cached.token.access_token.expose().to_owned())
            })
        };
        let leader = ask();
        world.isolate.run_for(200);
        let follower = ask();
        world.isolate.run_for(200);
        let answer = begin(&world, options(), good(), kept());
        world.isolate.run_for(500);
        assert_eq!(follower.borrow().as_ref().unwrap().0, Ok("token-2".into()));
        world.isolate.run_for(30_000);
        assert!(answer.borrow().as_ref().unwrap().0.is_ok());
        assert!(leader.borrow().as_ref().unwrap().0.is_ok());
        (world, shelf)
    }

    #[test]
    fn it_wins_over_what_is_on_its_way() {
        for has_lease in [false, true] {
            let (world, _) = overtaken(has_lease);
            assert_eq!(ask(&world, options()), Ok("token-2".into()));
            // In the store too, although the other came later.
            assert_eq!(ask(&world.neighbour(), options()), Ok("token-2".into()));
            world.isolate.run_for(2 * HOUR_MS);
            ask(&world.neighbour(), options()).unwrap();
            assert_eq!(spent_refresh_tokens(&world), ["refresh-0", "refresh-2"]);
        }
    }

    #[test]
    fn a_caller_that_is_gone_is_not_waited_for() {
        let world = World::new(|n, _| {
            let Reply::After(_, result) = issued(n) else {
                unreachable!()
            };
            Reply::After(500, result)
        });
        let (request, source) = world.source(config(options()));
        let isolate = world.isolate.clone();
        let answer = world.isolate.call(request, async move {
            let (url, with) = (good(), kept());
            let mut spent = pin!(source.callback(&url, &with));
            let mut patience = pin!(isolate.sleep(request, 100));
            poll_fn(|context| match spent.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending => patience.as_mut().poll(context).map(|()| false),
            })
            .await
        });
        world.isolate.run_for(1_000);
        assert!(!answer.borrow().unwrap().0, "it gave up");
        assert_eq!(ask(&world, options()), Ok("token-0".into()));
        assert_eq!(world.sent(), 1);
        assert_eq!(world.network.aborted.get(), 0);
    }

    #[test]
    fn the_token_is_in_the_store_when_the_callback_returns() {
        let (world, shelf) = with_shelf(server());
        shelf.mood.set(Mood::Slow(200));
        let answer = begin(&world, options(), good(), kept());
        while answer.borrow().is_none() {
            assert!(world.isolate.step(u64::MAX));
        }
        assert_eq!(shelf.records.borrow().len(), 1);
    }

    #[test]
    fn a_store_that_is_down_costs_time_and_no_token() {
        for mood in [Mood::Failing, Mood::Silent] {
            for has_lease in [false, true] {
                let (world, shelf) = with_shelf(server());
                shelf.mood.set(mood);
                shelf.has_lease.set(has_lease);
                let answer = begin(&world, options(), good(), kept());
                world.isolate.run_for(30_000);
                let answer = answer.borrow();
                let (result, at_ms) = answer.as_ref().unwrap();
                assert!(result.is_ok());
                assert!(at_ms - START_MS < 4_000, "{mood:?} {}", at_ms - START_MS);
                assert_eq!(ask(&world, options()), Ok("token-0".into()));
            }
        }
    }

    /// The code is spent: what it brought must not be lost because a store is slow.
    #[test]
    fn a_late_answer_and_a_silent_store_are_no_timeout() {
        let (world, shelf) = with_shelf(World::new(|n, _| {
            Reply::token(9_000, &format!("token-{n}"))
        }));
        shelf.mood.set(Mood::Silent);
        let answer = begin(&world, options(), good(), kept());
        world.isolate.run_for(30_000);
        let answer = answer.borrow();
        let (result, at_ms) = answer.as_ref().unwrap();
        assert!(result.is_ok(), "{:?}", result.as_ref().err());
        assert!(at_ms - START_MS <= 10_000);
    }

    #[test]
    fn a_store_without_a_key_to_seal_with_is_noticed_before_the_user_is_sent_away() {
        let public = |seal| ClientOptions {
            client_secret: None,
            seal,
            ..options()
        };
        let (world, _) = with_shelf(server());
        let error = authorize(&world, public(true), here()).unwrap_err();
        check_option(&error, "sealKey", "is required").unwrap();
        let error = spend(&world, public(true), &good(), kept()).unwrap_err();
        check_option(&error, "sealKey", "is required").unwrap();
        assert_eq!(world.sent(), 0, "the code is still good");
        assert!(authorize(&world, public(false), here()).is_ok());
        come_back(&world, public(false));
        assert_eq!(ask(&world.neighbour(), public(false)), Ok("token-0".into()));
        // What is not kept is not sealed.
        let unkept = ClientOptions {
            identity: None,
            ..public(true)
        };
        assert!(authorize(&world, unkept, here()).is_ok());
    }
}

#[test]
fn without_an_identity_nothing_is_kept() {
    let (world, shelf) = with_shelf(server());
    assert_eq!(come_back(&world, nameless()), ("token-0".into(), false));
    assert_eq!(come_back(&world, nameless()), ("token-1".into(), false));
    assert!(shelf.records.borrow().is_empty());
    assert_eq!(shelf.count("put"), 0);
    let error = ask(&world, nameless()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
    let message = error.to_string();
    assert!(message.contains("its identity names the user"), "{message}");
    assert_eq!(world.sent(), 2);
}

/// Metadata and exchange together have the time that there is.
#[test]
fn everything_together_is_done_in_time() {
    for slow in [
        Reply::After(8_000, Ok(response(200, metadata("")))),
        Reply::Never,
    ] {
        let world = World::new(move |_, request| match is_metadata(request) {
            true => slow.clone(),
            false => Reply::Never,
        });
        let answer = begin(&world, of_issuer(), good(), kept());
        world.isolate.run_for(60_000);
        let answer = answer.borrow();
        let (result, at_ms) = answer.as_ref().unwrap();
        let error = result.as_ref().expect_err("no token");
        assert_eq!(error.code(), ErrorCode::Timeout);
        assert_eq!(at_ms - START_MS, 10_000);
        assert_eq!(world.network.aborted.get(), 2, "nothing goes on");
    }
}

#[test]
fn a_code_is_sent_once_whatever_came_of_it() {
    check_rows(
        [
            ("a token", issued(0)),
            ("502", Reply::status(0, 502)),
            ("429", Reply::status(0, 429)),
            ("no answer", Reply::broken(0)),
            ("a refusal", Reply::now(400, r#"{"error":"server_error"}"#)),
        ],
        |reply| {
            let world = World::new(move |_, _| reply.clone());
            let spend = |url: &str| spend(&world, options(), url, kept());
            let first = spend(&good());
            if let Err(error) = first {
                same(error.retryable(), false)?;
                same(error.to_string().contains("begin the authorization"), true)?;
            }
            let again = spend(&good()).err().ok_or("sent again")?;
            same(again.code(), ErrorCode::InvalidCallback)?;
            same(again.retryable(), false)?;
            same(world.sent(), 1)?;
            spend(&fresh()).ok();
            same(world.sent(), 2)
        },
    );
}

#[test]
fn codes_that_were_sent_are_remembered_up_to_a_bound() {
    let world = server();
    spend(&world, options(), &good(), kept()).unwrap();
    for _ in 0..999 {
        spend(&world, options(), &fresh(), kept()).unwrap();
    }
    spend(&world, options(), &good(), kept()).unwrap_err();
    spend(&world, options(), &fresh(), kept()).unwrap();
    spend(&world, options(), &good(), kept()).unwrap();
    // Nobody else's code is taken for it.
    let other = ClientOptions {
        client_id: "other".into(),
        ..options()
    };
    spend(&world, other, &good(), kept()).unwrap();
}

#[test]
fn a_code_is_still_good_when_the_issuer_could_not_be_asked() {
    let world = World::new(|n, request| match (n, is_metadata(request)) {
        (0..=1, _) => Reply::status(0, 503),
        (_, true) => Reply::now(200, metadata("")),
        _ => issued(n),
    });
    let error = spend(&world, of_issuer(), &good(), kept()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
    assert!(error.retryable());
    assert_eq!(come_back(&world, of_issuer()).0, "token-3");
    let sent = world.network.sent.borrow();
    assert_eq!(sent[3].url, "https://auth.example.com/found/token");
}
