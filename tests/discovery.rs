//! The option `issuer`: where the endpoints are is found by the issuer's metadata.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::protocol::form::{self, Parameters};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::protocol::metadata;
use edge_oauth2::{ClientAuth, ClientOptions, Error, ErrorCode, Grant, Json, PrivateKey, Secret};
use support::host::{Reply, World};
use support::isolate::{Request, START_MS};
use support::store::{Mood, Shelf};
use support::{ISSUER, check_rows, config, crypto, discovered, metadata, response, same};

const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 3_600 * SECOND_MS;
const OAUTH: &str = "https://auth.example.com/.well-known/oauth-authorization-server";
const OPENID: &str = "https://auth.example.com/.well-known/openid-configuration";
const FOUND: &str = "https://auth.example.com/found/token";

fn is_metadata(request: &HttpRequest) -> bool {
    request.url.contains("/.well-known/")
}

/// A server whose n-th metadata request, from 0, is answered by `answer`.
fn server_with(answer: impl Fn(usize) -> Reply + 'static) -> World {
    let asked = Cell::new(0);
    World::new(move |n, request| {
        if is_metadata(request) {
            asked.set(asked.get() + 1);
            answer(asked.get() - 1)
        } else {
            issued(n)
        }
    })
}

fn server() -> World {
    server_with(|_| found())
}

fn found() -> Reply {
    Reply::now(200, metadata(""))
}

fn after(delay_ms: u64) -> Reply {
    Reply::After(delay_ms, Ok(response(200, metadata(""))))
}

fn issued(n: usize) -> Reply {
    let body = format!(
        r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}"}}"#
    );
    Reply::now(200, body)
}

fn shared() -> (World, Rc<Shelf>) {
    with_shelf(server())
}

fn with_shelf(mut world: World) -> (World, Rc<Shelf>) {
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    (world, shelf)
}

fn scoped(scope: &str) -> ClientOptions {
    ClientOptions {
        scopes: vec![scope.into()],
        ..discovered()
    }
}

fn of_issuer(issuer: &str) -> ClientOptions {
    ClientOptions {
        issuer: Some(issuer.into()),
        ..discovered()
    }
}

fn refreshing() -> ClientOptions {
    ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "refresh".into(),
        },
        ..discovered()
    }
}

fn ask(world: &World, options: ClientOptions) -> Result<String, Error> {
    let token = world.token(config(options));
    world.isolate.run_for(100);
    token.map(|token| token.access_token.expose().to_owned())
}

fn urls(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    sent.iter().map(|request| request.url.clone()).collect()
}

/// How often the issuer was asked for its metadata.
fn discoveries(world: &World) -> usize {
    urls(world)
        .iter()
        .filter(|url| url.contains("/.well-known/"))
        .count()
}

fn form_of(request: &HttpRequest) -> Parameters {
    form::decode(std::str::from_utf8(&request.body).unwrap())
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let mut form = form_of(request).into_iter();
    form.find_map(|(it, value)| (it == name).then_some(value))
}

mod finding {
    use super::*;

    #[test]
    fn the_standards_url_comes_first() {
        let world = server();
        ask(&world, discovered()).unwrap();
        assert_eq!(urls(&world), [OAUTH, FOUND]);
        let sent = world.network.sent.borrow();
        assert_eq!(sent[0].method, "GET");
        assert!(sent[0].body.is_empty());
        let mut names = sent[0].headers.iter().map(|(name, _)| name.as_str());
        assert!(names.all(|name| ["accept", "user-agent"].contains(&name)));
    }

    #[test]
    fn the_next_is_asked_where_there_is_none() {
        for nothing in [
            Reply::status(0, 404),
            Reply::status(0, 302),
            Reply::now(200, "<html>"),
        ] {
            let world = server_with(move |n| match n {
                0 => nothing.clone(),
                _ => found(),
            });
            ask(&world, discovered()).unwrap();
            assert_eq!(urls(&world), [OAUTH, OPENID, FOUND]);
        }
        let world = World::new(|n, request| match request.url.as_str() {
            "https://a.example/tenant/.well-known/openid-configuration" => {
                let body = r#"{"issuer":"https://a.example/tenant","token_endpoint":"https://a.example/t"}"#;
                Reply::now(200, body)
            }
            url if url.contains("/.well-known/") => Reply::status(0, 404),
            _ => issued(n),
        });
        ask(&world, of_issuer("https://a.example/tenant")).unwrap();
        assert_eq!(
            urls(&world),
            [
                "https://a.example/.well-known/oauth-authorization-server/tenant",
                "https://a.example/.well-known/openid-configuration/tenant",
                "https://a.example/tenant/.well-known/openid-configuration",
                "https://a.example/t",
            ]
        );
    }

    /// Whatever is at the first URL, OpenID's may be good.
    #[test]
    fn the_next_is_asked_where_the_first_is_no_good() {
        let incomplete = format!(r#"{{"issuer":"{ISSUER}"}}"#);
        let unusable = metadata("").replace("https://auth.example.com/found/token", "/token");
        for no_good in [
            Reply::status(0, 502),
            Reply::status(0, 429),
            Reply::broken(0),
            Reply::now(200, ""),
            Reply::now(200, "{"),
            Reply::now(200, "{}"),
            Reply::now(200, incomplete),
            Reply::now(200, unusable),
            Reply::now(200, r#"{"issuer":"https://evil.example"}"#),
            Reply::now(200, " ".repeat(1024 * 1024 + 1)),
        ] {
            let world = server_with(move |n| match n {
                0 => no_good.clone(),
                _ => found(),
            });
            ask(&world, discovered()).unwrap();
            assert_eq!(urls(&world), [OAUTH, OPENID, FOUND]);
        }
    }

    #[test]
    fn an_error_tells_of_every_url() {
        let world = server_with(|n| match n {
            0 => Reply::now(200, "{"),
            _ => Reply::status(0, 404),
        });
        let error = ask(&world, discovered()).unwrap_err();
        let text = error.to_string();
        for part in [OAUTH, "without a JSON object", OPENID, "status 404"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(error.status(), Some(200));
        assert!(!error.retryable());
    }

    /// The one that could not be had may be the better one.
    #[test]
    fn a_document_without_a_token_endpoint_is_no_end() {
        let world = server_with(|n| match n % 2 {
            0 => Reply::now(200, format!(r#"{{"issuer":"{ISSUER}"}}"#)),
            _ => Reply::status(0, 503),
        });
        let error = ask(&world, discovered()).unwrap_err();
        assert_eq!(error.status(), Some(503));
        assert!(error.retryable());
        let text = error.to_string();
        for part in [OAUTH, "token_endpoint is missing", OPENID, "status 503"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn urls_that_are_given_win_and_nothing_is_asked() {
        let world = server_with(|_| Reply::status(0, 500));
        let options = || ClientOptions {
            token_url: support::TOKEN_URL.into(),
            ..discovered()
        };
        ask(&world, options()).unwrap();
        assert_eq!(urls(&world), [support::TOKEN_URL]);
        // It is the token of the URL, whoever stands behind it.
        assert_eq!(ask(&world, support::options()), Ok("token-0".into()));
    }

    #[test]
    fn an_endpoint_that_is_not_used_may_be_anything() {
        let bad = r#","revocation_endpoint":"/revoke","introspection_endpoint":7"#;
        let world = server_with(move |_| {
            Reply::now(
                200,
                metadata(bad).replace(
                    "https://auth.example.com/found/authorization",
                    "http://a.example",
                ),
            )
        });
        assert_eq!(ask(&world, discovered()), Ok("token-1".into()));
    }

    #[test]
    fn http_to_this_machine_is_not_what_a_server_elsewhere_says() {
        let local = || {
            metadata("").replace(
                "https://auth.example.com/found/token",
                "http://localhost/token",
            )
        };
        let world = server_with(move |_| Reply::now(200, local()));
        let error = ask(&world, discovered()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
        assert_eq!(urls(&world), [OAUTH, OPENID], "no secret is sent");
        let options = ClientOptions {
            allow_insecure_requests: true,
            ..discovered()
        };
        assert!(ask(&world, options).is_ok());
        // What one client allows is not another's: they do not share the token either.
        assert!(ask(&world, scoped("other")).is_err());
        assert!(ask(&world, discovered()).is_err());
    }

    #[test]
    fn http_elsewhere_is_allowed_by_name() {
        for (token_url, issuer) in [
            ("http://auth.internal/token", None),
            ("", Some("http://auth.internal")),
        ] {
            let world = World::new(|n, request| match is_metadata(request) {
                true => Reply::now(
                    200,
                    r#"{"issuer":"http://auth.internal","token_endpoint":"http://auth.internal/token"}"#,
                ),
                false => issued(n),
            });
            let options = |allow_insecure_requests| ClientOptions {
                token_url: token_url.into(),
                issuer: issuer.map(str::to_owned),
                allow_insecure_requests,
                ..discovered()
            };
            let error = edge_oauth2::ClientConfig::new(options(false)).unwrap_err();
            assert!(
                error.to_string().contains("allowInsecureRequests"),
                "{error}"
            );
            assert!(ask(&world, options(true)).is_ok());
            assert_eq!(urls(&world).last().unwrap(), "http://auth.internal/token");
        }
    }

    #[test]
    fn what_is_found_is_used() {
        let world = server();
        assert_eq!(ask(&world, refreshing()), Ok("token-1".into()));
        world.isolate.run_for(2 * HOUR_MS);
        assert_eq!(ask(&world, refreshing()), Ok("token-2".into()));
        assert_eq!(urls(&world), [OAUTH, FOUND, FOUND]);
        let sent = world.network.sent.borrow();
        let spent = [&sent[1], &sent[2]].map(|request| value(request, "refresh_token").unwrap());
        assert_eq!(spent, ["refresh", "refresh-1"]);
    }

    #[test]
    fn a_refresh_url_that_is_given_is_not_looked_for() {
        let world = server_with(|_| Reply::status(0, 500));
        let options = ClientOptions {
            refresh_url: Some("https://auth.example.com/refresh".into()),
            ..refreshing()
        };
        ask(&world, options).unwrap();
        assert_eq!(urls(&world), ["https://auth.example.com/refresh"]);
    }

    #[test]
    fn tokens_of_an_issuer_are_not_those_of_its_endpoint() {
        let world = server();
        assert_eq!(ask(&world, discovered()), Ok("token-1".into()));
        for token_url in [FOUND, ISSUER] {
            let options = ClientOptions {
                token_url: token_url.into(),
                ..support::options()
            };
            assert_ne!(ask(&world, options), Ok("token-1".into()));
        }
        assert_eq!(world.sent(), 4);
    }

    #[test]
    fn the_audience_of_assertions_is_the_issuer() {
        let key = |audience: Option<&str>| PrivateKey {
            algorithm: Algorithm::Es256,
            key_id: None,
            header: Vec::new(),
            audience: audience.into_iter().map(str::to_owned).collect(),
            key: Some("key".into()),
        };
        let private = |audience| ClientOptions {
            client_secret: None,
            client_auth: ClientAuth::PrivateKeyJwt,
            private_key: Some(key(audience)),
            ..discovered()
        };
        let symmetric = ClientOptions {
            client_secret: Some("a secret that is as long as the hash".into()),
            client_auth: ClientAuth::ClientSecretJwt,
            ..discovered()
        };
        for (options, audience) in [
            (private(None), ISSUER),
            (private(Some(FOUND)), FOUND),
            (symmetric, ISSUER),
        ] {
            let world = server();
            ask(&world, options).unwrap();
            let sent = world.network.sent.borrow();
            let assertion = value(&sent[1], "client_assertion").expect("an assertion");
            let claims = assertion.split('.').nth(1).unwrap();
            let claims = Base64UrlUnpadded::decode_vec(claims).unwrap();
            let claims = Json::parse(std::str::from_utf8(&claims).unwrap()).unwrap();
            assert_eq!(claims.get("aud").and_then(Json::as_str), Some(audience));
        }
    }
}

mod style {
    use super::*;

    fn auto() -> ClientOptions {
        ClientOptions {
            client_auth: ClientAuth::Auto,
            ..discovered()
        }
    }

    fn has_secret_in_body(world: &World) -> Vec<bool> {
        let sent = world.network.sent.borrow();
        let asked = sent.iter().filter(|request| !is_metadata(request));
        asked
            .map(|it| value(it, "client_secret").is_some())
            .collect()
    }

    #[test]
    fn is_the_body_where_the_server_knows_nothing_else() {
        check_rows(
            [
                ("post", (r#"["client_secret_post"]"#, true)),
                (
                    "both",
                    (r#"["client_secret_post","client_secret_basic"]"#, false),
                ),
                ("basic", (r#"["client_secret_basic"]"#, false)),
                ("neither", (r#"["private_key_jwt"]"#, false)),
                (
                    "post and more",
                    (r#"["private_key_jwt","client_secret_post"]"#, true),
                ),
                ("none", ("[]", false)),
                ("no list", (r#""client_secret_post""#, false)),
                ("unsaid", ("null", false)),
            ],
            |(methods, in_body)| {
                let members = format!(r#","token_endpoint_auth_methods_supported":{methods}"#);
                let world = server_with(move |_| Reply::now(200, metadata(&members)));
                ask(&world, auto()).map_err(|it| it.to_string())?;
                same(has_secret_in_body(&world), vec![in_body])
            },
        );
    }

    #[test]
    fn that_is_said_may_be_wrong() {
        let members = r#","token_endpoint_auth_methods_supported":["client_secret_post"]"#;
        let world = World::new(move |n, request| match is_metadata(request) {
            true => Reply::now(200, metadata(members)),
            false if value(request, "client_secret").is_some() => {
                Reply::now(401, r#"{"error":"invalid_client"}"#)
            }
            false => issued(n),
        });
        ask(&world, auto()).unwrap();
        assert_eq!(has_secret_in_body(&world), [true, false]);
        // What was found out counts more than what is said.
        world.isolate.run_for(2 * HOUR_MS);
        ask(&world, auto()).unwrap();
        assert_eq!(has_secret_in_body(&world), [true, false, false]);
    }
}

/// A caller in a request of its own; its token and when it came.
type Answer = Rc<RefCell<Option<(Result<String, Error>, u64)>>>;

fn begin(world: &World, options: ClientOptions) -> (Request, Answer) {
    let (request, source) = world.source(config(options));
    let answer = world.isolate.call(request, async move {
        let result = source.token().await;
        result.map(|cached| cached.token.access_token.expose().to_owned())
    });
    (request, answer)
}

fn scopes() -> impl Iterator<Item = ClientOptions> {
    (0..20).map(|n| scoped(&format!("scope-{n}")))
}

mod flight {
    use super::*;

    #[test]
    fn many_clients_of_one_issuer_ask_it_once() {
        let world = server_with(|_| after(300));
        let callers: Vec<_> = scopes().map(|options| begin(&world, options)).collect();
        world.isolate.run_for(SECOND_MS);
        for (_, answer) in &callers {
            let answer = answer.borrow();
            let (result, at_ms) = answer.as_ref().expect("an answer");
            assert!(result.is_ok());
            assert!(at_ms - START_MS < 400, "{at_ms}");
        }
        assert_eq!(discoveries(&world), 1);
        assert_eq!(world.sent(), 21);
    }

    #[test]
    fn clients_of_two_issuers_ask_both() {
        let world = World::new(|n, request| {
            let issuer = match request.url.starts_with("https://b.example") {
                true => "https://b.example",
                false => "https://a.example",
            };
            let body = format!(r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token"}}"#);
            match is_metadata(request) {
                true => Reply::now(200, body),
                false => issued(n),
            }
        });
        for issuer in ["https://a.example", "https://b.example"] {
            ask(&world, of_issuer(issuer)).unwrap();
        }
        let urls = urls(&world);
        assert_eq!(
            [&*urls[1], &*urls[3]],
            ["https://a.example/token", "https://b.example/token"]
        );
    }

    #[test]
    fn a_leader_that_dies_is_followed_by_another() {
        let world = server_with(|_| after(300));
        let callers: Vec<_> = scopes().map(|options| begin(&world, options)).collect();
        world.isolate.run_for(50);
        assert_eq!(discoveries(&world), 1);
        let dead = world.network.sender(0);
        world.isolate.kill(dead);
        world.isolate.run_for(2 * SECOND_MS);
        assert_eq!(discoveries(&world), 2);
        for (_, answer) in callers.iter().filter(|(request, _)| *request != dead) {
            let answer = answer.borrow();
            let (result, at_ms) = answer.as_ref().expect("an answer");
            assert!(result.is_ok());
            assert!(at_ms - START_MS < 1_000, "{at_ms}");
        }
    }

    #[test]
    fn a_leader_that_died_alone_does_not_stop_the_next() {
        let world = server_with(|_| after(300));
        let (dead, _) = begin(&world, discovered());
        world.isolate.run_for(50);
        world.isolate.kill(dead);
        world.isolate.run_for(HOUR_MS);
        assert!(ask(&world, discovered()).is_ok());
        assert_eq!(discoveries(&world), 2);
    }

    /// One that is slow is not dead: it says so.
    #[test]
    fn a_slow_issuer_is_waited_for() {
        let world = server_with(|_| after(5_000));
        let callers: Vec<_> = scopes().map(|options| begin(&world, options)).collect();
        world.isolate.run_for(3_000);
        let late = begin(&world, scoped("late"));
        world.isolate.run_for(10_000);
        // After a third of the time it is asked once more, beside the first.
        assert_eq!(discoveries(&world), 2);
        for (_, answer) in callers.iter().chain([&late]) {
            assert!(answer.borrow().as_ref().unwrap().0.is_ok());
        }
    }

    #[test]
    fn a_hasty_leader_does_not_speak_for_the_patient() {
        let world = server_with(|_| after(1_000));
        let hasty = begin(
            &world,
            ClientOptions {
                timeout_ms: 300,
                ..scoped("hasty")
            },
        );
        world.isolate.run_for(10);
        let patient = begin(&world, scoped("patient"));
        world.isolate.run_for(10_000);
        let code = |(_, answer): &(Request, Answer)| {
            let answer = answer.borrow();
            let (result, _) = answer.as_ref().unwrap();
            result.as_ref().err().map(Error::code)
        };
        assert_eq!(code(&hasty), Some(ErrorCode::Timeout));
        assert_eq!(code(&patient), None);
        assert_eq!(discoveries(&world), 3);
    }

    #[test]
    fn a_failure_is_everybodys_who_waited() {
        let world = server_with(|_| Reply::After(300, Ok(response(404, ""))));
        let callers: Vec<_> = scopes().map(|options| begin(&world, options)).collect();
        world.isolate.run_for(5 * SECOND_MS);
        for (_, answer) in &callers {
            let answer = answer.borrow();
            let error = answer.as_ref().unwrap().0.clone().unwrap_err();
            assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
        }
        // The two URLs.
        assert_eq!(discoveries(&world), 2);
    }
}

mod memory {
    use super::*;

    #[test]
    fn serves_every_client_of_the_issuer() {
        let world = server();
        for options in scopes() {
            ask(&world, options).unwrap();
        }
        let other = ClientOptions {
            client_id: "other".into(),
            ..discovered()
        };
        ask(&world, other).unwrap();
        assert_eq!(discoveries(&world), 1);
        // Another isolate has another.
        ask(&world.neighbour(), discovered()).unwrap();
        assert_eq!(discoveries(&world), 2);
    }

    #[test]
    fn believes_it_for_a_day() {
        let world = server();
        ask(&world, discovered()).unwrap();
        world.isolate.set_clock(START_MS + 24 * HOUR_MS - 1);
        ask(&world, discovered()).unwrap();
        assert_eq!(discoveries(&world), 1);
        world.isolate.set_clock(START_MS + 26 * HOUR_MS);
        ask(&world, discovered()).unwrap();
        assert_eq!(discoveries(&world), 2);
        // And what came then for another.
        world.isolate.set_clock(START_MS + 49 * HOUR_MS);
        ask(&world, discovered()).unwrap();
        assert_eq!(discoveries(&world), 2);
    }

    #[test]
    fn takes_what_is_new() {
        let world = server_with(|n| match n {
            0 => found(),
            _ => Reply::now(200, metadata("").replace("/found/", "/moved/")),
        });
        ask(&world, discovered()).unwrap();
        world.isolate.run_for(25 * HOUR_MS);
        ask(&world, discovered()).unwrap();
        assert_eq!(urls(&world)[3], "https://auth.example.com/moved/token");
    }

    #[test]
    fn has_the_old_one_while_the_issuer_is_not_well() {
        for reply in [Reply::status(0, 503), Reply::broken(0), Reply::Never] {
            // Who is silent is not asked for another document.
            let each = if matches!(reply, Reply::Never) { 1 } else { 2 };
            let world = server_with(move |n| match n {
                1.. if n <= 2 * each => reply.clone(),
                _ => found(),
            });
            ask(&world, discovered()).unwrap();
            for times in 1..=2 {
                world.isolate.run_for(25 * HOUR_MS);
                assert!(ask(&world, discovered()).is_ok());
                assert_eq!(discoveries(&world), 1 + times * each);
            }
            world.isolate.run_for(2 * HOUR_MS);
            ask(&world, discovered()).unwrap();
            assert_eq!(discoveries(&world), 2 + 2 * each, "well again");
            world.isolate.run_for(2 * HOUR_MS);
            ask(&world, discovered()).unwrap();
            assert_eq!(discoveries(&world), 2 + 2 * each);
        }
    }

    #[test]
    fn has_the_old_one_no_more_when_the_issuer_says_something_else() {
        for reply in [
            Reply::now(200, r#"{"issuer":"https://evil.example"}"#),
            Reply::status(0, 404),
        ] {
            let world = server_with(move |n| match n {
                0 => found(),
                _ => reply.clone(),
            });
            ask(&world, discovered()).unwrap();
            world.isolate.run_for(25 * HOUR_MS);
            let error = ask(&world, discovered()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
        }
    }

    /// What answers on one way (a binding, a proxy, a test's mock) need not be what answers on another.
    #[test]
    fn is_of_the_way_that_requests_take() {
        let world = server();
        let by = |transport: Option<&str>| ClientOptions {
            transport: transport.map(str::to_owned),
            functions: transport.map(str::to_owned),
            ..discovered()
        };
        for transport in [None, Some("fetch 1"), Some("fetch 2")] {
            ask(&world, by(transport)).unwrap();
        }
        assert_eq!(discoveries(&world), 3);
        for transport in [None, Some("fetch 1"), Some("fetch 2")] {
            let again = ClientOptions {
                scopes: vec!["again".into()],
                ..by(transport)
            };
            ask(&world, again).unwrap();
        }
        assert_eq!(discoveries(&world), 3);
    }

    /// Such a name is nothing that other instances know.
    #[test]
    fn by_a_nameless_way_is_not_in_the_store() {
        let (world, shelf) = shared();
        let nameless = ClientOptions {
            transport: Some("fetch 1".into()),
            ..discovered()
        };
        ask(&world, nameless).unwrap();
        assert_eq!(shelf.records.borrow().len(), 1, "the token's");
    }

    #[test]
    fn of_few_identities_holds_few_issuers() {
        let world = World::new(|n, request| {
            let issuer = request.url.split("/.well").next().unwrap();
            match is_metadata(request) {
                true => Reply::now(
                    200,
                    format!(r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token"}}"#),
                ),
                false => issued(n),
            }
        })
        .with_memory(edge_oauth2::Memory::with_capacity(2));
        let ask = |issuer| ask(&world, of_issuer(issuer)).unwrap();
        let [a, b, c] = [
            "https://a.example",
            "https://b.example",
            "https://c.example",
        ];
        for issuer in [a, b] {
            ask(issuer);
        }
        world.isolate.run_for(2 * HOUR_MS);
        ask(a);
        assert_eq!(discoveries(&world), 2);
        ask(c);
        world.isolate.run_for(2 * HOUR_MS);
        ask(b);
        ask(c);
        assert_eq!(discoveries(&world), 3, "the oldest gave way");
        ask(a);
        assert_eq!(discoveries(&world), 4);
    }
}

mod store {
    use super::*;

    #[test]
    fn tells_other_instances() {
        let (world, shelf) = shared();
        ask(&world, discovered()).unwrap();
        assert_eq!(shelf.records.borrow().len(), 2);
        let neighbour = world.neighbour();
        ask(&neighbour, scoped("other")).unwrap();
        assert_eq!(discoveries(&world), 1);
        assert_eq!(urls(&world), [OAUTH, FOUND, FOUND]);
    }

    #[test]
    fn keeps_it_for_a_day_and_sealed() {
        let (world, shelf) = shared();
        ask(&world, discovered()).unwrap();
        let log = shelf.log.borrow();
        let puts: Vec<u64> = log
            .iter()
            .filter(|it| it.0 == "put")
            .map(|it| it.1)
            .collect();
        assert!(puts.contains(&(24 * 3600)), "{puts:?}");
        for (key, record) in shelf.records.borrow().iter() {
            for text in [key, record] {
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte);
                assert!(text.bytes().all(is_plain), "{text}");
            }
            assert!(key.starts_with("edge-oauth2:"));
        }
    }

    /// However late it is read, it is good until a day after it was asked for.
    #[test]
    fn makes_nothing_younger() {
        let (world, _) = shared();
        ask(&world, discovered()).unwrap();
        world.isolate.set_clock(START_MS + 20 * HOUR_MS);
        let neighbour = world.neighbour();
        ask(&neighbour, discovered()).unwrap();
        assert_eq!(discoveries(&world), 1);
        world.isolate.set_clock(START_MS + 25 * HOUR_MS);
        ask(&neighbour, discovered()).unwrap();
        assert_eq!(discoveries(&world), 2);
        let (world, _) = shared();
        ask(&world, discovered()).unwrap();
        world.isolate.set_clock(START_MS + 24 * HOUR_MS);
        ask(&world.neighbour(), discovered()).unwrap();
        assert_eq!(discoveries(&world), 2);
    }

    #[test]
    fn that_is_not_sealed_is_not_believed() {
        let (world, shelf) = shared();
        let unsealed = || ClientOptions {
            seal: false,
            ..discovered()
        };
        ask(&world, unsealed()).unwrap();
        assert_eq!(shelf.records.borrow().len(), 1, "the token's");
        ask(
            &world.neighbour(),
            ClientOptions {
                seal: false,
                ..scoped("other")
            },
        )
        .unwrap();
        assert_eq!(discoveries(&world), 2);
        // Not even what was sealed.
        let (world, _) = shared();
        ask(&world, discovered()).unwrap();
        ask(&world.neighbour(), unsealed()).unwrap();
        assert_eq!(discoveries(&world), 2);
    }

    /// Whoever can write into the store cannot have secrets sent elsewhere.
    #[test]
    fn in_which_somebody_else_writes_is_not_believed() {
        let elsewhere = metadata("").replace("/found/", "/elsewhere/");
        let planted = metadata::read(&response(200, elsewhere), ISSUER, START_MS);
        let planted = planted.unwrap().encode();
        for seal in [true, false] {
            let (world, shelf) = shared();
            for secret in ["", "client", ISSUER] {
                let name = ["metadata\0", ISSUER, "\0", secret].concat();
                let digest = crypto::sha256(name.as_bytes());
                let digest: String = digest.iter().map(|it| format!("{it:02x}")).collect();
                let key = ["edge-oauth2:", &digest].concat();
                shelf.records.borrow_mut().insert(key, planted.clone());
            }
            let options = ClientOptions {
                seal,
                ..discovered()
            };
            ask(&world, options).unwrap();
            assert_eq!(urls(&world), [OAUTH, FOUND]);
        }
    }

    #[test]
    fn tells_nobody_who_has_another_secret() {
        let (world, _) = shared();
        ask(&world, discovered()).unwrap();
        let other = || ClientOptions {
            client_secret: Some("other".into()),
            ..discovered()
        };
        ask(&world.neighbour(), other()).unwrap();
        assert_eq!(discoveries(&world), 2);
        // Each reads what it put.
        ask(&world.neighbour(), other()).unwrap();
        ask(&world.neighbour(), scoped("again")).unwrap();
        assert_eq!(discoveries(&world), 2);
        let keyed = |key: &str| ClientOptions {
            seal_key: Some(Secret::from(key)),
            ..other()
        };
        ask(&world.neighbour(), keyed("one")).unwrap();
        ask(&world.neighbour(), keyed("two")).unwrap();
        assert_eq!(discoveries(&world), 4);
    }

    /// A server whose metadata is what a switch says: `/found/`, or `/elsewhere/` as an attacker has it.
    fn switched() -> (World, Rc<Shelf>, Rc<Cell<bool>>) {
        let is_elsewhere = Rc::new(Cell::new(true));
        let switch = Rc::clone(&is_elsewhere);
        let server = server_with(move |_| {
            let body = metadata("");
            let path = if switch.get() {
                "/elsewhere/"
            } else {
                "/found/"
            };
            Reply::now(200, body.replace("/found/", path))
        });
        let (world, shelf) = with_shelf(server);
        (world, shelf, is_elsewhere)
    }

    /// A bug that was: what one tenant's secret had sealed was kept for the issuer, and another's was sent there.
    #[test]
    fn that_one_tenant_has_sealed_is_not_believed_for_another() {
        let (world, _, is_elsewhere) = switched();
        ask(&world, discovered()).unwrap();
        is_elsewhere.set(false);
        let isolate = world.neighbour();
        let other = || ClientOptions {
            client_secret: Some("other".into()),
            ..discovered()
        };
        ask(&isolate, discovered()).unwrap();
        ask(&isolate, scoped("same-tenant")).unwrap();
        assert_eq!(discoveries(&world), 1, "whose key it is believes it");
        let before = world.sent();
        ask(&isolate, other()).unwrap();
        assert_eq!(urls(&world)[before..], [OAUTH, FOUND]);
        // From the issuer itself it is for all, and newer.
        let before = world.sent();
        ask(&isolate, scoped("again")).unwrap();
        assert_eq!(urls(&world)[before..], [FOUND]);
    }

    /// The same where both ask at once, and one follows the other.
    #[test]
    fn nor_for_one_that_waits_for_the_other() {
        let (world, shelf, is_elsewhere) = switched();
        ask(&world, discovered()).unwrap();
        is_elsewhere.set(false);
        shelf.mood.set(Mood::Slow(20));
        let isolate = world.neighbour();
        let answers: Vec<_> = ["secret", "other", "third"]
            .into_iter()
            .map(|secret| {
                let (request, source) = isolate.source(config(ClientOptions {
                    client_secret: Some(secret.into()),
                    scopes: vec!["waiting".into()],
                    ..discovered()
                }));
                isolate
                    .isolate
                    .call(request, async move { source.token().await.is_ok() })
            })
            .collect();
        isolate.isolate.run_for(5 * SECOND_MS);
        assert!(
            answers
                .iter()
                .all(|it| matches!(*it.borrow(), Some((true, _))))
        );
        for request in world.network.sent.borrow().iter().skip(2) {
            let is_others = request.url.contains("/elsewhere/");
            let authorization = request
                .headers
                .iter()
                .find(|(name, _)| name == "authorization");
            let is_own =
                authorization.is_some_and(|(_, value)| value == "Basic Y2xpZW50OnNlY3JldA==");
            assert!(!is_others || is_own, "{request:?}");
        }
    }

    /// A bug that was: a secret of before, which leaked, sealed where the new one was sent.
    #[test]
    fn that_a_secret_of_before_has_sealed_is_not_believed() {
        let (world, shelf, is_elsewhere) = switched();
        shelf.min_ttl_seconds.set(2 * 3600);
        let leaked = || ClientOptions {
            client_secret: Some("leaked".into()),
            ..discovered()
        };
        ask(&world, leaked()).unwrap();
        is_elsewhere.set(false);
        for (secret, seal_key, previous_seal_keys) in [
            ("new", None, vec![]),
            ("new", None, vec!["leaked".into()]),
            ("new", Some("seal".into()), vec!["leaked".into()]),
        ] {
            let before = world.sent();
            let rotated = ClientOptions {
                client_secret: Some(secret.into()),
                previous_client_secret: Some("leaked".into()),
                seal_key,
                previous_seal_keys,
                ..discovered()
            };
            ask(&world.neighbour(), rotated).unwrap();
            assert_eq!(urls(&world)[before..], [OAUTH, FOUND]);
            shelf.records.borrow_mut().retain(|_, _| false);
            is_elsewhere.set(true);
            ask(&world.neighbour(), leaked()).unwrap();
            is_elsewhere.set(false);
        }
    }

    /// A store that keeps the metadata, and no token: they do not live long enough.
    fn without_tokens() -> (World, Rc<Shelf>) {
        let (world, shelf) = shared();
        shelf.min_ttl_seconds.set(2 * 3600);
        (world, shelf)
    }

    #[test]
    fn that_was_tampered_with_tells_nothing() {
        let (world, shelf) = without_tokens();
        ask(&world, discovered()).unwrap();
        let record = shelf.record();
        let (elsewhere, other) = shared();
        ask(
            &elsewhere,
            ClientOptions {
                issuer: None,
                token_url: FOUND.into(),
                ..discovered()
            },
        )
        .unwrap();
        let mut texts = vec![String::new(), "{}".into(), metadata(""), other.record()];
        for position in 0..record.len() {
            let mut altered = record.clone().into_bytes();
            altered[position] = if altered[position] == b'A' {
                b'B'
            } else {
                b'A'
            };
            texts.push(String::from_utf8(altered).unwrap());
        }
        for text in &texts {
            shelf.replace_record(text);
            let before = discoveries(&world);
            ask(&world.neighbour(), discovered()).unwrap();
            assert_eq!(discoveries(&world), before + 1, "{text}");
            // It is mended.
            ask(&world.neighbour(), discovered()).unwrap();
            assert_eq!(discoveries(&world), before + 1, "{text}");
        }
    }

    #[test]
    fn of_one_issuer_is_not_anothers() {
        let (world, shelf) = with_shelf(World::new(|n, request| {
            let issuer = request.url.split("/.well").next().unwrap();
            let body = format!(r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token"}}"#);
            match is_metadata(request) {
                true => Reply::now(200, body),
                false => issued(n),
            }
        }));
        // No tokens, which would do without the metadata.
        shelf.min_ttl_seconds.set(2 * 3600);
        for _ in 0..2 {
            for issuer in ["https://a.example", "https://b.example"] {
                ask(&world.neighbour(), of_issuer(issuer)).unwrap();
            }
        }
        assert_eq!(discoveries(&world), 2);
    }

    #[test]
    fn that_is_down_costs_little() {
        for mood in [Mood::Failing, Mood::Silent] {
            let (world, shelf) = shared();
            shelf.mood.set(mood);
            let (_, answer) = begin(&world, discovered());
            world.isolate.run_for(5 * SECOND_MS);
            let answer = answer.borrow();
            let (result, at_ms) = answer.as_ref().expect("an answer");
            assert!(result.is_ok());
            assert!(at_ms - START_MS <= 500, "{at_ms}");
        }
    }

    #[test]
    fn is_not_told_of_failures() {
        let (world, shelf) = with_shelf(server_with(|_| Reply::status(0, 404)));
        ask(&world, discovered()).unwrap_err();
        world.isolate.run_for(SECOND_MS);
        assert!(shelf.records.borrow().is_empty());
    }
}

mod failure {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let other = r#"{"issuer":"https://auth.example.com/"}"#;
        let http =
            metadata("").replace("https://auth.example.com/found/token", "http://x.example/");
        check_rows(
            [
                (
                    "none",
                    (Reply::status(0, 404), "none of its well-known URLs", false),
                ),
                ("redirect", (Reply::status(0, 302), "a redirect", false)),
                (
                    "other issuer",
                    (Reply::now(200, other), "another issuer", false),
                ),
                (
                    "no endpoint",
                    (
                        Reply::now(200, format!(r#"{{"issuer":"{ISSUER}"}}"#)),
                        "token_endpoint is missing",
                        false,
                    ),
                ),
                (
                    "endpoint in the clear",
                    (Reply::now(200, http), "https", false),
                ),
                ("down", (Reply::status(0, 503), "status 503", true)),
                ("broken", (Reply::broken(0), "connection reset", true)),
            ],
            |(reply, words, retryable)| {
                let world = server_with(move |_| reply.clone());
                let error = ask(&world, discovered()).err().ok_or("accepted")?;
                same(error.code(), ErrorCode::DiscoveryFailed)?;
                same(error.retryable(), retryable)?;
                let message = error.to_string();
                same(message.contains(words), true).map_err(|_| message.clone())?;
                same(message.contains(ISSUER), true)?;
                same(message.contains("tokenUrl"), true)?;
                same(discoveries(&world), world.sent())
            },
        );
    }

    #[test]
    fn that_stays_is_remembered() {
        for error_cache_seconds in [30, 5] {
            let world = server_with(|n| match n {
                0 | 1 => Reply::status(0, 404),
                _ => found(),
            });
            let options = || ClientOptions {
                error_cache_seconds,
                ..discovered()
            };
            let rest_ms = u64::from(error_cache_seconds) * SECOND_MS;
            for _ in 0..2 {
                let error = ask(&world, options()).unwrap_err();
                assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
                assert_eq!(discoveries(&world), 2);
                world.isolate.set_clock(START_MS + rest_ms - 200);
            }
            world.isolate.set_clock(START_MS + rest_ms);
            assert!(ask(&world, options()).is_ok());
        }
    }

    #[test]
    fn that_may_pass_is_tried_again() {
        for options in [discovered(), refreshing()] {
            let world = server_with(|n| match n {
                0..=1 => Reply::status(10, 503),
                2..=3 => Reply::broken(10),
                _ => found(),
            });
            assert_eq!(ask(&world, options), Ok("token-5".into()));
            assert_eq!(urls(&world), [OAUTH, OPENID, OAUTH, OPENID, OAUTH, FOUND]);
            assert!(world.isolate.now_ms() - START_MS < 4 * SECOND_MS);
        }
    }

    #[test]
    fn that_lasts_is_not_remembered() {
        let rows: [(fn() -> _, _); 2] = [(discovered, None), (refreshing, Some("refresh"))];
        for (options, refresh_token) in rows {
            let is_well = Rc::new(Cell::new(false));
            let health = Rc::clone(&is_well);
            let world = server_with(move |_| match health.get() {
                true => found(),
                false => Reply::status(0, 503),
            });
            let error = ask(&world, options()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
            assert_eq!(error.status(), Some(503));
            is_well.set(true);
            // The refresh token was not sent, so it is as good as before.
            assert!(ask(&world, options()).is_ok());
            let sent = world.network.sent.borrow();
            let spent = value(sent.last().unwrap(), "refresh_token");
            assert_eq!(spent.as_deref(), refresh_token);
        }
    }

    #[test]
    fn comes_in_time() {
        let rows: [(_, fn() -> World); 2] = [
            ("the issuer is silent", || server_with(|_| Reply::Never)),
            ("the endpoint is silent, the issuer slow", || {
                World::new(|_, request| match is_metadata(request) {
                    true => after(6_000),
                    false => Reply::Never,
                })
            }),
        ];
        for (name, world) in rows {
            for options in [discovered(), refreshing()] {
                let world = world();
                let (_, answer) = begin(&world, options);
                world.isolate.run_for(60 * SECOND_MS);
                let answer = answer.borrow();
                let (result, at_ms) = answer.as_ref().unwrap();
                let error = result.as_ref().unwrap_err();
                assert_eq!(error.code(), ErrorCode::Timeout, "{name}");
                assert_eq!(at_ms - START_MS, 10_000, "{name}");
                assert_eq!(world.network.aborted.get(), 2, "{name}");
                assert!(
                    error
                        .to_string()
                        .contains("the issuer https://auth.example.com")
                );
            }
        }
    }

    #[test]
    fn of_a_background_refresh_leaves_the_token() {
        let world = server_with(|n| match n {
            0 => found(),
            _ => Reply::status(0, 404),
        });
        assert_eq!(ask(&world, discovered()), Ok("token-1".into()));
        // The next token lives beyond the metadata's day.
        world
            .isolate
            .set_clock(START_MS + 23 * HOUR_MS + HOUR_MS / 2);
        assert_eq!(ask(&world, discovered()), Ok("token-2".into()));
        world
            .isolate
            .set_clock(START_MS + 24 * HOUR_MS + HOUR_MS / 4 + HOUR_MS / 6);
        for _ in 0..3 {
            assert_eq!(ask(&world, discovered()), Ok("token-2".into()));
        }
        assert_eq!(discoveries(&world), 3);
    }
}
