//! Tokens that are revoked, and not used again.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::protocol::form::{self, Parameters};
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    BodyFormat, CallbackOptions, ClientAuth, ClientOptions, Credential, Error, ErrorCode, Grant,
    HeldToken, Json, PrivateKey, Secret, TokenSource, TokenTypeHint,
};
use support::host::{Reply, TestHost, World};
use support::store::{Mood, Shelf};
use support::{check_rows, config, discovered, metadata, same};

const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 3_600 * SECOND_MS;
const REVOCATION_URL: &str = "https://auth.example.com/revoke";
const ACCESS: TokenTypeHint = TokenTypeHint::AccessToken;
const REFRESH: TokenTypeHint = TokenTypeHint::RefreshToken;

fn options() -> ClientOptions {
    ClientOptions {
        revocation_url: Some(REVOCATION_URL.into()),
        ..support::options()
    }
}

fn using(grant: Grant) -> ClientOptions {
    ClientOptions { grant, ..options() }
}

fn standing() -> ClientOptions {
    using(Grant::RefreshToken {
        refresh_token: "refresh-0".into(),
    })
}

fn with_password() -> ClientOptions {
    using(Grant::Password {
        username: "user".into(),
        password: "password".into(),
    })
}

fn of_user() -> ClientOptions {
    ClientOptions {
        identity: Some("user".into()),
        ..using(Grant::AuthorizationCode)
    }
}

fn given() -> ClientOptions {
    using(Grant::Token {
        access_token: "given".into(),
        expires_at_ms: None,
        refresh_token: Some("refresh-0".into()),
        response: None,
    })
}

fn held(access_token: Option<&str>, refresh_token: Option<&str>) -> HeldToken {
    HeldToken {
        access_token: access_token.map(Secret::from),
        refresh_token: refresh_token.map(Secret::from),
        raw: None,
        is_own: true,
    }
}

fn both() -> HeldToken {
    held(Some("access"), Some("refresh"))
}

fn is_revocation(request: &HttpRequest) -> bool {
    request.url.contains("/revoke") || request.url.contains("/found/revocation")
}

/// Issues `token-n` and `refresh-n`, n from 1, and answers revocations with `answer`.
fn server_with(answer: impl Fn(&HttpRequest) -> Reply + 'static) -> World {
    let issued = RefCell::new(0);
    World::new(move |_, request| {
        if is_revocation(request) {
            return answer(request);
        }
        if request.url.contains("/.well-known/") {
            return Reply::now(200, metadata(""));
        }
        *issued.borrow_mut() += 1;
        let n = issued.borrow();
        Reply::now(
            200,
            format!(
                r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}"}}"#
            ),
        )
    })
}

fn server() -> World {
    server_with(|_| Reply::now(200, ""))
}

fn shared() -> (World, Rc<Shelf>) {
    shared_with(|_| Reply::now(200, ""))
}

fn shared_with(answer: impl Fn(&HttpRequest) -> Reply + 'static) -> (World, Rc<Shelf>) {
    let mut world = server_with(answer);
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    (world, shelf)
}

fn with_source<T: 'static, F: Future<Output = T> + 'static>(
    world: &World,
    options: ClientOptions,
    begin: impl FnOnce(TokenSource<TestHost>) -> F,
) -> T {
    let (request, source) = world.source(config(options));
    let result = world.isolate.block_on(request, begin(source));
    world.isolate.run_for(2 * SECOND_MS);
    result
}

fn revoke(
    world: &World,
    options: ClientOptions,
    held: HeldToken,
    kind: TokenTypeHint,
) -> Result<(), Error> {
    with_source(world, options, move |source| async move {
        source.revoke(&held, kind, &Vec::new()).await
    })
}

/// Revokes what the source holds.
fn revoke_own(world: &World, options: ClientOptions, kind: TokenTypeHint) -> Result<(), Error> {
    with_source(world, options, move |source| async move {
        let held = source.held().await.expect("a token");
        source.revoke(&held, kind, &Vec::new()).await
    })
}

fn revoke_all(world: &World, options: ClientOptions, held: HeldToken) -> Result<(), Vec<Error>> {
    with_source(world, options, move |source| async move {
        source.revoke_all(&held).await
    })
}

/// Access token and refresh token that a source holds.
fn held_by(world: &World, options: ClientOptions) -> Option<(Option<String>, Option<String>)> {
    let held = with_source(world, options, |source| async move { source.held().await })?;
    assert!(held.is_own);
    let text = |secret: Option<Secret>| secret.map(|it| it.expose().to_owned());
    Some((text(held.access_token), text(held.refresh_token)))
}

fn pair(access_token: &str, refresh_token: &str) -> Option<(Option<String>, Option<String>)> {
    Some((Some(access_token.into()), Some(refresh_token.into())))
}

fn ask(world: &World, options: ClientOptions) -> Result<String, ErrorCode> {
    let token = world.token(config(options));
    world.isolate.run_for(2 * SECOND_MS);
    match token {
        Ok(token) => Ok(token.access_token.expose().to_owned()),
        Err(error) => Err(error.code()),
    }
}

fn ok(token: &str) -> Result<String, ErrorCode> {
    Ok(token.into())
}

const REAUTHORIZE: Result<String, ErrorCode> = Err(ErrorCode::ReauthorizationRequired);

/// The user authorizes the client of [`of_user`].
fn authorize(world: &World) {
    // A code is good for one use.
    let url = format!("?code=code-{}&state=state", world.sent());
    with_source(world, of_user(), |source| async move {
        let with = CallbackOptions {
            redirect_uri: "https://app.example.com/".into(),
            state: "state".into(),
            code_verifier: Some("v".repeat(43).into()),
        };
        let spent = source.callback(&url, &with).await;
        assert!(spent.is_ok());
    });
}

fn form_of(request: &HttpRequest) -> Parameters {
    form::decode(std::str::from_utf8(&request.body).unwrap())
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let mut form = form_of(request).into_iter();
    form.find_map(|(it, value)| (it == name).then_some(value))
}

fn header(request: &HttpRequest, name: &str) -> Option<String> {
    let mut headers = request.headers.iter();
    headers.find_map(|(it, value)| (it == name).then(|| value.clone()))
}

fn pairs(pairs: &[(&str, &str)]) -> Parameters {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// The tokens whose end the server was asked for.
fn revoked(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    let revocations = sent.iter().filter(|request| is_revocation(request));
    revocations.map(|it| value(it, "token").unwrap()).collect()
}

/// What else the server was asked for: the refresh token, or the grant.
fn asked(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    let others = sent.iter().filter(|request| !is_revocation(request));
    let grant = |it: &HttpRequest| value(it, "refresh_token").or_else(|| value(it, "grant_type"));
    others.filter_map(grant).collect()
}

mod request {
    use super::*;

    /// The request that revokes `access`.
    fn sent(options: ClientOptions, parameters: Parameters) -> HttpRequest {
        let world = server();
        *world.credential.borrow_mut() = Ok(Secret::from("of the hour"));
        with_source(&world, options, move |source| async move {
            let revoked = source.revoke(&both(), ACCESS, &parameters).await;
            assert_eq!(revoked, Ok(()));
        });
        let sent = world.network.sent.borrow();
        sent.last().unwrap().clone()
    }

    #[test]
    fn is_a_form_with_the_token_and_its_kind() {
        let world = server();
        for (kind, token, hint) in [
            (ACCESS, "access", "access_token"),
            (REFRESH, "refresh", "refresh_token"),
        ] {
            assert_eq!(revoke(&world, options(), both(), kind), Ok(()));
            let sent = world.network.sent.borrow();
            let request = sent.last().unwrap();
            assert_eq!(request.method, "POST");
            assert_eq!(request.url, REVOCATION_URL);
            let form = pairs(&[("token", token), ("token_type_hint", hint)]);
            assert_eq!(form_of(request), form);
        }
        assert_eq!(world.sent(), 2);
    }

    #[test]
    fn says_who_asks_as_the_token_request_does() {
        let auth = |client_auth| ClientOptions {
            client_auth,
            ..options()
        };
        let basic = Some("Basic Y2xpZW50OnNlY3JldA==");
        let in_body = [("client_id", "client"), ("client_secret", "secret")];
        let public = ClientOptions {
            client_secret: None,
            ..auth(ClientAuth::None)
        };
        let renamed = ClientOptions {
            client_id_param: "app".into(),
            client_secret_param: "key".into(),
            ..auth(ClientAuth::Post)
        };
        let fetched = ClientOptions {
            client_secret: Some(Credential::Asked),
            identity: Some("name".into()),
            ..auth(ClientAuth::Post)
        };
        let as_json = ClientOptions {
            body_format: BodyFormat::Json,
            ..auth(ClientAuth::Post)
        };
        check_rows(
            [
                ("header", (auth(ClientAuth::Basic), basic, vec![])),
                ("auto", (auth(ClientAuth::Auto), basic, vec![])),
                ("body", (auth(ClientAuth::Post), None, in_body.to_vec())),
                ("both", (auth(ClientAuth::Both), basic, in_body.to_vec())),
                ("none", (public, None, vec![("client_id", "client")])),
                (
                    "renamed",
                    (renamed, None, vec![("app", "client"), ("key", "secret")]),
                ),
                (
                    "fetched",
                    (
                        fetched,
                        None,
                        vec![("client_id", "client"), ("client_secret", "of the hour")],
                    ),
                ),
                // There is no other form of it (RFC 7009 §2.1).
                ("JSON", (as_json, None, in_body.to_vec())),
            ],
            |(options, authorization, parameters)| {
                let request = sent(options, Vec::new());
                same(header(&request, "authorization").as_deref(), authorization)?;
                let token = [("token", "access"), ("token_type_hint", "access_token")];
                let form = [&token, parameters.as_slice()].concat();
                same(form_of(&request), pairs(&form))
            },
        );
    }

    #[test]
    fn has_a_signed_assertion_where_the_token_request_does() {
        let key = |audience: Option<&str>| PrivateKey {
            algorithm: Algorithm::Es256,
            key_id: Some("key-1".into()),
            header: Vec::new(),
            audience: audience.into_iter().map(str::to_owned).collect(),
            key: Some("key".into()),
        };
        let private = |audience| ClientOptions {
            client_secret: None,
            client_auth: ClientAuth::PrivateKeyJwt,
            private_key: Some(key(audience)),
            ..options()
        };
        let symmetric = ClientOptions {
            client_secret: Some("a secret that is as long as the hash".into()),
            client_auth: ClientAuth::ClientSecretJwt,
            ..options()
        };
        let of_issuer = ClientOptions {
            issuer: Some(support::ISSUER.into()),
            token_url: String::new(),
            ..private(None)
        };
        check_rows(
            [
                ("private key", (private(None), support::TOKEN_URL)),
                (
                    "audience",
                    (private(Some("https://aud.example")), "https://aud.example"),
                ),
                ("secret", (symmetric, support::TOKEN_URL)),
                ("issuer", (of_issuer, support::ISSUER)),
            ],
            |(options, audience)| {
                let request = sent(options, Vec::new());
                same(header(&request, "authorization"), None)?;
                same(value(&request, "client_id").as_deref(), Some("client"))?;
                same(value(&request, "client_secret"), None)?;
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                same(
                    value(&request, "client_assertion_type").as_deref(),
                    Some(kind),
                )?;
                let assertion = value(&request, "client_assertion").ok_or("no assertion")?;
                let claims = assertion.split('.').nth(1).ok_or("no JWT")?;
                let claims = Base64UrlUnpadded::decode_vec(claims).map_err(|it| it.to_string())?;
                let claims = Json::parse(&String::from_utf8_lossy(&claims)).ok_or("no JSON")?;
                let claim = |name: &str| claims.get(name).and_then(Json::as_str);
                same(claim("aud"), Some(audience))?;
                same(claim("iss"), Some("client"))
            },
        );
    }

    #[test]
    fn has_the_headers_and_further_parameters() {
        let options = ClientOptions {
            headers: pairs(&[("X-Tenant", "one"), ("Accept", "*/*")]),
            endpoint_params: pairs(&[("audience", "one")]),
            scopes: vec!["read".into()],
            resource: vec!["https://api.example.com/".into()],
            ..options()
        };
        let request = sent(options, pairs(&[("reason", "logout"), ("reason", "all")]));
        assert_eq!(header(&request, "x-tenant").as_deref(), Some("one"));
        assert_eq!(header(&request, "accept").as_deref(), Some("*/*"));
        let form = [
            ("token", "access"),
            ("token_type_hint", "access_token"),
            ("reason", "logout"),
            ("reason", "all"),
        ];
        assert_eq!(
            form_of(&request),
            pairs(&form),
            "nothing of the token request"
        );
    }

    #[test]
    fn has_nothing_that_the_protocol_sets() {
        let options = || ClientOptions {
            client_id_param: "app".into(),
            client_secret_param: "key".into(),
            ..options()
        };
        for name in [
            "token",
            "token_type_hint",
            "client_id",
            "client_secret",
            "client_assertion",
            "client_assertion_type",
            "app",
            "key",
            "",
        ] {
            let world = server();
            let parameters = pairs(&[(name, "x")]);
            let error = with_source(&world, options(), move |source| async move {
                source.revoke(&both(), ACCESS, &parameters).await
            })
            .expect_err(name);
            assert_eq!(error.code(), ErrorCode::InvalidOption);
            assert_eq!(error.option(), Some("params"));
            assert!(error.to_string().contains(name));
            assert_eq!(world.sent(), 0);
        }
    }

    #[test]
    fn goes_where_the_metadata_says() {
        let world = server();
        assert_eq!(revoke(&world, discovered(), both(), ACCESS), Ok(()));
        let urls = |world: &World| {
            let sent = world.network.sent.borrow();
            sent.iter().map(|it| it.url.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            urls(&world)[1..],
            ["https://auth.example.com/found/revocation"]
        );
        let world = server();
        let given = ClientOptions {
            revocation_url: Some(REVOCATION_URL.into()),
            ..discovered()
        };
        assert_eq!(revoke(&world, given, both(), ACCESS), Ok(()));
        assert_eq!(urls(&world), [REVOCATION_URL]);
    }

    #[test]
    fn needs_an_endpoint_and_a_token() {
        let nowhere = || ClientOptions {
            revocation_url: None,
            ..options()
        };
        let body = r#"{"issuer":"https://auth.example.com","token_endpoint":"https://auth.example.com/t"}"#;
        let plain = World::new(move |_, _| Reply::now(200, body));
        check_rows(
            [
                (
                    "no URL",
                    (
                        server(),
                        nowhere(),
                        both(),
                        "revocationUrl",
                        "or give issuer",
                    ),
                ),
                (
                    "none in the metadata",
                    (
                        plain,
                        discovered(),
                        both(),
                        "revocationUrl",
                        "no revocation_endpoint",
                    ),
                ),
                (
                    "no access token",
                    (
                        server(),
                        options(),
                        held(None, Some("r")),
                        "accessToken",
                        "none to be revoked",
                    ),
                ),
            ],
            |(world, options, held, option, words)| {
                let error = revoke(&world, options, held, ACCESS).err().ok_or("done")?;
                same(error.option(), Some(option))?;
                let message = error.to_string();
                same(message.contains(words), true).map_err(|_| message)?;
                same(revoked(&world).len(), 0)
            },
        );
        let error = revoke(&server(), options(), held(Some("a"), None), REFRESH).unwrap_err();
        assert_eq!(error.option(), Some("refreshToken"));
    }

    #[test]
    fn is_made_in_the_style_that_works() {
        let world = server_with(|request| match value(request, "client_secret") {
            Some(_) => Reply::now(200, ""),
            None => Reply::now(401, r#"{"error":"invalid_client"}"#),
        });
        let auto = || ClientOptions {
            client_auth: ClientAuth::Auto,
            ..options()
        };
        assert_eq!(revoke(&world, auto(), both(), ACCESS), Ok(()));
        assert_eq!(world.sent(), 2);
        assert_eq!(revoke(&world, auto(), both(), ACCESS), Ok(()));
        assert_eq!(world.sent(), 3);
        // It is the one of the token endpoint.
        ask(&world, auto()).unwrap();
        let sent = world.network.sent.borrow();
        assert!(value(&sent[3], "client_secret").is_some());
    }
}

mod access_token {
    use super::*;

    #[test]
    fn leaves_memory_and_store() {
        let (world, shelf) = shared();
        assert_eq!(ask(&world, options()), ok("token-1"));
        assert_eq!(revoke_own(&world, options(), ACCESS), Ok(()));
        assert_eq!(revoked(&world), ["token-1"]);
        assert!(shelf.records.borrow().is_empty());
        assert_eq!(ask(&world, options()), ok("token-2"));
        assert_eq!(ask(&world.neighbour(), options()), ok("token-2"));
    }

    #[test]
    fn leaves_the_refresh_token_where_it_is() {
        for is_cold in [false, true] {
            let (world, shelf) = shared();
            assert_eq!(ask(&world, standing()), ok("token-1"));
            let neighbour = world.neighbour();
            let revoking = if is_cold { &neighbour } else { &world };
            assert_eq!(revoke_own(revoking, standing(), ACCESS), Ok(()));
            assert_eq!(shelf.records.borrow().len(), 1);
            assert_eq!(ask(&world.neighbour(), standing()), ok("token-2"));
            assert_eq!(asked(&world), ["refresh-0", "refresh-1"]);
        }
    }

    #[test]
    fn of_before_takes_no_newer_one_along() {
        let (world, shelf) = shared();
        assert_eq!(ask(&world, options()), ok("token-1"));
        world.isolate.run_for(HOUR_MS);
        let neighbour = world.neighbour();
        assert_eq!(ask(&neighbour, options()), ok("token-2"));
        let record = shelf.record();
        assert_eq!(
            revoke(&world, options(), held(Some("token-1"), None), ACCESS),
            Ok(())
        );
        assert_eq!(shelf.record(), record);
        assert_eq!(ask(&world, options()), ok("token-2"));
        // Nor from memory.
        assert_eq!(
            revoke(&neighbour, options(), held(Some("token-1"), None), ACCESS),
            Ok(())
        );
        assert_eq!(ask(&neighbour, options()), ok("token-2"));
        assert_eq!(asked(&world).len(), 2);
    }

    #[test]
    fn of_elsewhere_changes_nothing_here() {
        let (world, shelf) = shared();
        ask(&world, standing()).unwrap();
        let record = shelf.record();
        for kind in [ACCESS, REFRESH] {
            assert_eq!(revoke(&world, standing(), both(), kind), Ok(()));
        }
        assert_eq!(shelf.record(), record);
        assert_eq!(ask(&world, standing()), ok("token-1"));
        assert_eq!(revoked(&world), ["access", "refresh"]);
    }

    #[test]
    fn that_is_given_is_used_no_more() {
        for is_in_memory in [false, true] {
            let world = server();
            if is_in_memory {
                assert_eq!(ask(&world, given()), ok("given"));
            }
            assert_eq!(revoke_own(&world, given(), ACCESS), Ok(()));
            assert_eq!(ask(&world, given()), ok("token-1"));
            assert_eq!(asked(&world), ["refresh-0"]);
        }
    }
}

mod refresh_token {
    use super::*;

    #[test]
    fn takes_everything_along() {
        for is_cold in [false, true] {
            let (world, shelf) = shared();
            authorize(&world);
            let neighbour = world.neighbour();
            let revoking = if is_cold { &neighbour } else { &world };
            assert_eq!(revoke_own(revoking, of_user(), REFRESH), Ok(()));
            assert_eq!(revoked(&world), ["refresh-1"]);
            assert!(shelf.records.borrow().is_empty());
            assert_eq!(held_by(revoking, of_user()), None);
            assert_eq!(ask(revoking, of_user()), REAUTHORIZE);
            assert_eq!(ask(&world.neighbour(), of_user()), REAUTHORIZE);
            // Nobody sends it.
            assert_eq!(asked(&world), ["authorization_code"]);
        }
    }

    #[test]
    fn leads_back_to_the_grant() {
        let (world, _) = shared();
        assert_eq!(ask(&world, with_password()), ok("token-1"));
        assert_eq!(revoke_own(&world, with_password(), REFRESH), Ok(()));
        assert_eq!(ask(&world, with_password()), ok("token-2"));
        assert_eq!(asked(&world), ["password", "password"]);
    }

    #[test]
    fn of_the_configuration_is_not_sent_again() {
        for options in [standing, given] {
            let world = server();
            assert_eq!(revoke_own(&world, options(), REFRESH), Ok(()));
            assert_eq!(revoked(&world), ["refresh-0"]);
            assert_eq!(held_by(&world, options()), None);
            assert_eq!(ask(&world, options()), REAUTHORIZE);
            assert!(asked(&world).is_empty());
        }
    }

    #[test]
    fn of_before_takes_no_newer_one_along() {
        let (world, shelf) = shared();
        ask(&world, standing()).unwrap();
        let neighbour = world.neighbour();
        world.isolate.run_for(HOUR_MS);
        assert_eq!(ask(&neighbour, standing()), ok("token-2"));
        let record = shelf.record();
        let first = || held(Some("token-1"), Some("refresh-1"));
        for instance in [&world, &neighbour] {
            assert_eq!(revoke(instance, standing(), first(), REFRESH), Ok(()));
            assert_eq!(shelf.record(), record);
            assert_eq!(ask(instance, standing()), ok("token-2"));
        }
        assert_eq!(asked(&world), ["refresh-0", "refresh-1"]);
    }

    /// The instance where the user comes back knows nothing of what there was before, or not all.
    #[test]
    fn of_a_user_who_is_back_is_newer_than_all_before() {
        for is_new in [false, true] {
            let (world, _) = shared();
            authorize(&world);
            let neighbour = world.neighbour();
            for _ in 0..3 {
                world.isolate.run_for(HOUR_MS);
                ask(&neighbour, of_user()).unwrap();
            }
            let third = neighbour.neighbour();
            assert_eq!(revoke_own(&third, of_user(), REFRESH), Ok(()));
            let back_at = if is_new { &world.neighbour() } else { &world };
            authorize(back_at);
            world.isolate.run_for(HOUR_MS);
            // It had `refresh-4`, which was revoked elsewhere.
            assert_eq!(ask(&neighbour, of_user()), ok("token-6"));
            assert_eq!(asked(&world).last().unwrap(), "refresh-5");
        }
    }

    /// Whoever logs a user out means the newest, whichever instance that is asked for it.
    #[test]
    fn is_the_newest_although_another_instance_has_it() {
        let (world, shelf) = shared();
        assert_eq!(ask(&world, standing()), ok("token-1"));
        let before = shelf.records.borrow().clone();
        let neighbour = world.neighbour();
        let refreshed =
            |source: TokenSource<TestHost>| async move { source.refreshed().await.map(drop) };
        assert_eq!(with_source(&neighbour, standing(), refreshed), Ok(()));
        // What is handed out here is still the first.
        assert_eq!(ask(&world, standing()), ok("token-1"));
        assert_eq!(held_by(&world, standing()), pair("token-1", "refresh-2"));
        assert_eq!(revoke_own(&world, standing(), REFRESH), Ok(()));
        assert_eq!(revoked(&world), ["refresh-2"]);
        assert!(shelf.records.borrow().is_empty());
        // Not even if the store is this late.
        *shelf.records.borrow_mut() = before;
        assert_ne!(ask(&world, standing()), ok("token-1"));
    }
}

/// A store that shows what was there before, as those do that take their time.
mod stale_copy {
    use super::*;

    #[test]
    fn of_a_revoked_access_token_is_not_believed() {
        for is_cold in [false, true] {
            let (world, shelf) = shared();
            assert_eq!(ask(&world, options()), ok("token-1"));
            let records = shelf.records.borrow().clone();
            let neighbour = world.neighbour();
            let revoking = if is_cold { &neighbour } else { &world };
            assert_eq!(revoke_own(revoking, options(), ACCESS), Ok(()));
            *shelf.records.borrow_mut() = records;
            assert_eq!(ask(revoking, options()), ok("token-2"));
        }
    }

    #[test]
    fn of_a_revoked_refresh_token_is_not_believed() {
        for is_cold in [false, true] {
            let (world, shelf) = shared();
            authorize(&world);
            let records = shelf.records.borrow().clone();
            let neighbour = world.neighbour();
            let revoking = if is_cold { &neighbour } else { &world };
            assert_eq!(revoke_own(revoking, of_user(), REFRESH), Ok(()));
            *shelf.records.borrow_mut() = records;
            assert_eq!(ask(revoking, of_user()), REAUTHORIZE);
            assert_eq!(held_by(revoking, of_user()), None);
            assert_eq!(asked(&world), ["authorization_code"]);
            // Until the user comes back.
            authorize(revoking);
            assert_eq!(ask(revoking, of_user()), ok("token-2"));
            world.isolate.run_for(HOUR_MS);
            assert_eq!(ask(revoking, of_user()), ok("token-3"));
        }
    }

    #[test]
    fn of_a_store_that_could_not_be_reached_is_not_believed() {
        for mood in [Mood::Failing, Mood::Silent, Mood::Blind] {
            let (world, shelf) = shared();
            assert_eq!(ask(&world, options()), ok("token-1"));
            let neighbour = world.neighbour();
            assert_eq!(held_by(&neighbour, options()), pair("token-1", "refresh-1"));
            shelf.mood.set(mood);
            let held = held(Some("token-1"), None);
            assert_eq!(revoke(&neighbour, options(), held, ACCESS), Ok(()));
            shelf.mood.set(Mood::Well);
            assert_eq!(ask(&neighbour, options()), ok("token-2"), "{mood:?}");
        }
    }
}

#[test]
fn what_is_revoked_is_not_handed_out_while_the_store_takes_its_time() {
    let (world, shelf) = shared();
    assert_eq!(ask(&world, options()), ok("token-1"));
    shelf.mood.set(Mood::Slow(200));
    let (request, source) = world.source(config(options()));
    let revoking = world.isolate.call(request, async move {
        let held = held(Some("token-1"), None);
        source.revoke(&held, ACCESS, &Vec::new()).await
    });
    world.isolate.run_for(50);
    assert!(revoking.borrow().is_none());
    assert_eq!(ask(&world, options()), ok("token-2"));
    assert_eq!(revoking.borrow().as_ref().unwrap().0, Ok(()));
}

#[test]
fn a_revocation_that_failed_forgets_nothing() {
    let rejection = |status, error: &str| Reply::now(status, format!(r#"{{"error":"{error}"}}"#));
    let rejected = ErrorCode::TokenRequestRejected;
    check_rows(
        [
            ("down", (Reply::status(0, 503), ErrorCode::HttpStatus, true)),
            ("broken", (Reply::broken(0), ErrorCode::Network, true)),
            ("silent", (Reply::Never, ErrorCode::Timeout, true)),
            (
                "redirect",
                (Reply::status(0, 302), ErrorCode::RedirectRefused, false),
            ),
            (
                "client",
                (rejection(401, "invalid_client"), rejected, false),
            ),
            (
                "kind",
                (rejection(400, "unsupported_token_type"), rejected, false),
            ),
        ],
        |(reply, code, retryable)| {
            for kind in [ACCESS, REFRESH] {
                let reply = reply.clone();
                let (world, shelf) = shared_with(move |_| reply.clone());
                ask(&world, standing()).unwrap();
                let record = shelf.record();
                let begun_at_ms = world.isolate.now_ms();
                let error = revoke_own(&world, standing(), kind).err().ok_or("done")?;
                same(error.code(), code)?;
                same(error.retryable(), retryable)?;
                same(world.isolate.now_ms() - begun_at_ms <= 12_000, true)?;
                // What is not answered is asked once more.
                let times = if code == ErrorCode::Timeout { 2 } else { 1 };
                same(revoked(&world).len(), times)?;
                same(shelf.record(), record)?;
                same(ask(&world, standing()), ok("token-1"))?;
                world.isolate.run_for(HOUR_MS);
                same(ask(&world, standing()), ok("token-2"))?;
                same(asked(&world), vec!["refresh-0".into(), "refresh-1".into()])?;
            }
            Ok(())
        },
    );
}

mod all {
    use super::*;

    #[test]
    fn is_the_refresh_token_and_the_access_token() {
        let (world, shelf) = shared();
        authorize(&world);
        let held = held(Some("token-1"), Some("refresh-1"));
        assert_eq!(revoke_all(&world, of_user(), held), Ok(()));
        assert_eq!(revoked(&world), ["refresh-1", "token-1"]);
        assert!(shelf.records.borrow().is_empty());
        assert_eq!(ask(&world, of_user()), REAUTHORIZE);
    }

    #[test]
    fn is_what_there_is() {
        for (held, expected) in [
            (held(Some("access"), None), vec!["access"]),
            (held(None, Some("refresh")), vec!["refresh"]),
            (held(None, None), vec![]),
        ] {
            let world = server();
            assert_eq!(revoke_all(&world, options(), held), Ok(()));
            assert_eq!(revoked(&world), expected);
        }
    }

    #[test]
    fn is_tried_although_one_fails() {
        let server_of = |failing: &'static [&'static str]| {
            server_with(move |request| {
                let hint = value(request, "token_type_hint").unwrap();
                match failing.contains(&hint.as_str()) {
                    true if hint == "refresh_token" => Reply::status(0, 503),
                    true => Reply::now(400, r#"{"error":"unsupported_token_type"}"#),
                    false => Reply::now(200, ""),
                }
            })
        };
        let down = ErrorCode::HttpStatus;
        let rejected = ErrorCode::TokenRequestRejected;
        for (failing, codes) in [
            (&["refresh_token"][..], vec![down]),
            (&["access_token"][..], vec![rejected]),
            (&["refresh_token", "access_token"][..], vec![down, rejected]),
        ] {
            let world = server_of(failing);
            let failures = revoke_all(&world, options(), both()).unwrap_err();
            let failed: Vec<_> = failures.iter().map(Error::code).collect();
            assert_eq!(failed, codes);
            assert_eq!(revoked(&world), ["refresh", "access"]);
        }
    }
}

mod held {
    use super::*;

    #[test]
    fn in_memory() {
        let world = server();
        for (options, grant) in [(options(), "client_credentials"), (standing(), "refresh-0")] {
            ask(&world, options.clone()).unwrap();
            let sent = world.sent();
            let token = format!("token-{sent}");
            let refresh_token = format!("refresh-{sent}");
            assert_eq!(held_by(&world, options), pair(&token, &refresh_token));
            assert_eq!(asked(&world).last().unwrap(), grant);
        }
        assert_eq!(world.sent(), 2);
    }

    #[test]
    fn in_the_store() {
        for options in [options, standing] {
            let (world, _) = shared();
            ask(&world, options()).unwrap();
            let neighbour = world.neighbour();
            assert_eq!(held_by(&neighbour, options()), pair("token-1", "refresh-1"));
            assert_eq!(world.sent(), 1);
        }
    }

    #[test]
    fn with_the_members_of_its_response() {
        let (world, _) = shared();
        ask(&world, options()).unwrap();
        for world in [&world, &world.neighbour()] {
            let held = with_source(
                world,
                options(),
                |source| async move { source.held().await },
            );
            let raw = held.unwrap().raw.unwrap();
            assert_eq!(raw.get("expires_in").and_then(Json::as_f64), Some(3600.0));
        }
    }

    #[test]
    fn in_the_configuration() {
        for world in [server(), shared().0] {
            let unspent = Some((None, Some("refresh-0".into())));
            assert_eq!(held_by(&world, standing()), unspent);
            assert_eq!(held_by(&world, given()), pair("given", "refresh-0"));
            assert_eq!(world.sent(), 0);
        }
    }

    #[test]
    fn nowhere() {
        let (world, _) = shared();
        for options in [options(), with_password(), of_user()] {
            assert_eq!(held_by(&world, options), None);
        }
        // What is over is not worth being revoked, but what renews it is.
        ask(&world, options()).unwrap();
        ask(&world, standing()).unwrap();
        world.isolate.run_for(HOUR_MS);
        assert_eq!(held_by(&world, options()), None);
        for world in [&world, &world.neighbour()] {
            assert_eq!(
                held_by(world, standing()),
                Some((None, Some("refresh-2".into())))
            );
        }
        assert_eq!(world.sent(), 2);
    }

    #[test]
    fn costs_little_when_the_store_is_silent() {
        let (world, shelf) = shared();
        ask(&world, standing()).unwrap();
        shelf.mood.set(Mood::Silent);
        let (request, source) = world.source(config(standing()));
        let begun_at_ms = world.isolate.now_ms();
        let answer = world
            .isolate
            .call(request, async move { source.held().await.is_some() });
        world.isolate.run_for(SECOND_MS);
        let (is_held, at_ms) = answer.borrow().unwrap();
        assert!(is_held && at_ms - begun_at_ms <= 250);
    }
}
