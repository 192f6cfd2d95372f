//! Two configurations that differ never meet: every option, varied, against every other.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeSet;
use std::rc::Rc;

use edge_oauth2::cache::client_state::ClientState;
use edge_oauth2::cache::identity::Identity;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    AssertionOptions, BodyFormat, ClientAssertion, ClientAuth, ClientOptions, Credential,
    CredentialEncoding, Grant, Json, Memory, PrivateKey,
};
use support::{config, options};

/// What becomes of two clients that differ in an option.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Effect {
    /// They have tokens of their own.
    Separates,
    /// They share a token, and use it each in its own way.
    Differs,
    /// There is no difference.
    None,
}
use Effect::{Differs, Separates};

type Change = (&'static str, Effect, fn(&mut ClientOptions));

fn a_key(change: impl FnOnce(&mut PrivateKey)) -> PrivateKey {
    let mut key = PrivateKey {
        algorithm: Algorithm::Es256,
        key_id: None,
        header: Vec::new(),
        audience: Vec::new(),
        key: Some("x".into()),
    };
    change(&mut key);
    key
}

/// The client authenticates by a key.
fn signs(options: &mut ClientOptions, change: impl FnOnce(&mut PrivateKey)) {
    options.client_auth = ClientAuth::PrivateKeyJwt;
    options.client_secret = None;
    options.seal_key = Some("x".into());
    options.private_key = Some(a_key(change));
}

fn signs_saying(options: &mut ClientOptions, change: impl FnOnce(&mut AssertionOptions)) {
    let mut assertion = AssertionOptions::default();
    change(&mut assertion);
    signs(options, |_| {});
    options.client_assertion = ClientAssertion::Signed(assertion);
}

/// Somebody else authenticates the client.
fn ready(options: &mut ClientOptions, assertion: Credential) {
    options.client_secret = None;
    options.seal_key = Some("x".into());
    options.client_assertion = ClientAssertion::Ready(assertion);
}

fn asserts(options: &mut ClientOptions, change: impl FnOnce(&mut AssertionOptions)) {
    let mut assertion = AssertionOptions::default();
    change(&mut assertion);
    options.private_key = Some(a_key(|_| {}));
    options.grant = Grant::SignedJwtBearer(assertion);
}

fn given(access_token: &str, refresh_token: Option<&str>) -> Grant {
    Grant::Token {
        access_token: access_token.into(),
        expires_at_ms: None,
        refresh_token: refresh_token.map(Into::into),
        response: None,
    }
}

fn password(username: &str, password: &str) -> Grant {
    Grant::Password {
        username: username.into(),
        password: password.into(),
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

/// Each option, in as many ways as there are to differ in it.
fn changes() -> Vec<Change> {
    vec![
        ("token_url", Separates, |o| o.token_url.push('2')),
        ("token_url", Separates, |o| {
            o.token_url.push_str("?tenant=1")
        }),
        ("issuer", Differs, |o| {
            o.issuer = Some("https://auth.example.com".into());
        }),
        ("allow_insecure_requests", Separates, |o| {
            o.allow_insecure_requests = true;
        }),
        ("issuer", Separates, |o| {
            o.token_url.clear();
            o.issuer = Some("https://auth.example.com/token".into());
        }),
        ("authorization_url", Differs, |o| {
            o.authorization_url = Some("https://auth.example.com/x".into());
        }),
        ("revocation_url", Differs, |o| {
            o.revocation_url = Some("https://auth.example.com/x".into());
        }),
        ("client_id", Separates, |o| o.client_id = "x".into()),
        ("refresh_url", Separates, |o| {
            o.refresh_url = Some("https://auth.example.com/x".into());
        }),
        ("client_secret", Separates, |o| {
            o.client_secret = Some("x".into())
        }),
        ("client_secret", Separates, |o| {
            o.client_secret = Some(Credential::Asked);
            o.functions = Some("clientSecret 1".into());
        }),
        ("client_secret", Separates, |o| {
            o.client_secret = Some(Credential::Asked);
            o.identity = Some("clientSecret 1".into());
        }),
        ("client_auth", Separates, |o| {
            o.client_auth = ClientAuth::Post
        }),
        ("client_auth", Separates, |o| {
            o.client_auth = ClientAuth::Auto
        }),
        ("credential_encoding", Separates, |o| {
            o.credential_encoding = CredentialEncoding::Loose;
        }),
        ("client_id_param", Separates, |o| {
            o.client_id_param = "x".into()
        }),
        ("client_secret_param", Separates, |o| {
            o.client_secret_param = "x".into();
        }),
        ("private_key", Separates, |o| signs(o, |_| {})),
        ("private_key", Separates, |o| {
            signs(o, |key| key.key = Some("y".into()))
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.key_id = Some("x".into()));
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.audience = vec!["x".into()]);
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.audience = vec!["x".into(), "y".into()]);
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.header = vec![("x5t".into(), "x".into())]);
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.header = vec![("x".into(), "x".into())]);
        }),
        ("client_assertion", Separates, |o| {
            signs_saying(o, |it| it.typ = Some("x".into()));
        }),
        ("client_assertion", Separates, |o| {
            signs_saying(o, |it| it.audience = vec!["x".into()]);
        }),
        ("client_assertion", Separates, |o| {
            signs_saying(o, |it| it.lifetime_seconds = 5);
        }),
        ("client_assertion", Separates, |o| ready(o, "x".into())),
        ("client_assertion", Separates, |o| ready(o, "y".into())),
        ("client_assertion", Separates, |o| {
            ready(o, Credential::Asked);
            o.functions = Some("clientAssertion 1".into());
        }),
        ("client_assertion_type", Separates, |o| {
            o.client_assertion_type = "x".into();
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.algorithm = Algorithm::Ps256);
        }),
        ("private_key", Separates, |o| {
            signs(o, |key| key.key = None);
            o.functions = Some("privateKey 1".into());
        }),
        ("grant", Separates, |o| o.grant = password("x", "y")),
        ("grant", Separates, |o| o.grant = password("xy", "y")),
        ("grant", Separates, |o| o.grant = password("y", "x")),
        ("grant", Separates, |o| {
            let refresh_token = "x".into();
            o.grant = Grant::RefreshToken { refresh_token };
        }),
        ("grant", Separates, |o| {
            let refresh_token = "y".into();
            o.grant = Grant::RefreshToken { refresh_token };
        }),
        ("grant", Separates, |o| o.grant = Grant::AuthorizationCode),
        ("grant", Separates, |o| {
            let assertion = "x".into();
            o.grant = Grant::JwtBearer { assertion };
        }),
        ("grant", Separates, |o| {
            let assertion = Credential::Asked;
            o.grant = Grant::JwtBearer { assertion };
            o.functions = Some("assertion 1".into());
        }),
        ("grant", Separates, |o| asserts(o, |_| {})),
        ("grant", Separates, |o| {
            asserts(o, |it| it.issuer = Some("x".into()));
        }),
        ("grant", Separates, |o| {
            asserts(o, |it| it.subject = Some("x".into()));
        }),
        ("grant", Separates, |o| {
            asserts(o, |it| it.audience = vec!["x".into()]);
        }),
        ("grant", Separates, |o| {
            asserts(o, |it| it.audience = vec!["x".into(), "y".into()]);
        }),
        ("grant", Separates, |o| {
            asserts(o, |it| it.typ = Some("x".into()));
        }),
        ("grant", Separates, |o| {
            asserts(o, |it| it.claims = vec![("x".into(), Json::from("x"))]);
        }),
        ("grant", Separates, |o| {
            asserts(o, |it| it.lifetime_seconds = 5);
        }),
        ("grant", Separates, |o| o.grant = given("x", None)),
        ("grant", Separates, |o| o.grant = given("x", Some("x"))),
        ("grant", Separates, |o| o.grant = given("y", Some("x"))),
        ("grant", Separates, |o| {
            let grant_type = "token".into();
            o.grant = Grant::Custom { grant_type };
        }),
        ("grant", Separates, |o| {
            let grant_type = "urn:x".into();
            o.grant = Grant::Custom { grant_type };
        }),
        ("scopes", Separates, |o| o.scopes = vec!["x".into()]),
        ("scopes", Separates, |o| {
            o.scopes = vec!["x".into(), "y".into()];
        }),
        ("scope_separator", Separates, |o| {
            o.scope_separator = ",".into()
        }),
        ("resource", Separates, |o| {
            o.resource = vec!["https://x.example/".into()];
        }),
        ("endpoint_params", Separates, |o| {
            o.endpoint_params = vec![pair("x", "x")];
        }),
        ("refresh_params", Separates, |o| {
            o.refresh_params = Some(Vec::new())
        }),
        ("refresh_params", Separates, |o| {
            o.refresh_params = Some(vec![pair("x", "x")]);
        }),
        ("headers", Separates, |o| o.headers = vec![pair("x", "x")]),
        ("body_format", Separates, |o| {
            o.body_format = BodyFormat::Json
        }),
        ("token_mapping", Separates, |o| {
            o.token_mapping = vec![pair("accessToken", "x")];
        }),
        ("no_refresh_token", Separates, |o| o.no_refresh_token = true),
        ("skip_pkce", Differs, |o| o.skip_pkce = true),
        ("identity", Separates, |o| o.identity = Some("x".into())),
        // As the face writes it.
        ("identity", Separates, |o| {
            o.identity = Some("fetch 1".into())
        }),
        ("functions", Separates, |o| {
            o.functions = Some("fetch 1".into())
        }),
        ("functions", Separates, |o| {
            o.functions = Some("fetch 2".into())
        }),
        ("transport", Differs, |o| {
            o.transport = Some("fetch 1".into())
        }),
        // They stand for nothing: what they are is said by `functions` or `identity`.
        ("has_hooks", Separates, |o| {
            o.has_hooks = true;
            o.functions = Some("hooks 1".into());
        }),
        ("default_lifetime_seconds", Separates, |o| {
            o.default_lifetime_seconds = 5;
        }),
        ("expiry_skew_seconds", Differs, |o| {
            o.expiry_skew_seconds = 5
        }),
        ("timeout_ms", Differs, |o| o.timeout_ms = 5),
        ("error_cache_seconds", Differs, |o| {
            o.error_cache_seconds = 5
        }),
        ("refresh_ahead", Differs, |o| o.refresh_ahead = None),
        ("seal", Differs, |o| o.seal = false),
        ("seal_key", Differs, |o| o.seal_key = Some("x".into())),
        ("previous_seal_keys", Differs, |o| {
            o.previous_seal_keys = vec!["x".into()];
        }),
        ("previous_client_secret", Differs, |o| {
            o.previous_client_secret = Some("x".into());
        }),
        ("store_timeout_ms", Differs, |o| o.store_timeout_ms = 5),
        ("store_prefix", Differs, |o| o.store_prefix = "x".into()),
    ]
}

/// A new option does not compile here before it is named, and then has to be in the table.
#[test]
fn no_option_is_forgotten() {
    macro_rules! named {
        ($($name:ident),* $(,)?) => {{
            let ClientOptions { $($name: _),* } = options();
            [$(stringify!($name)),*]
        }};
    }
    let all = named![
        token_url,
        issuer,
        allow_insecure_requests,
        authorization_url,
        revocation_url,
        client_id,
        refresh_url,
        client_secret,
        client_auth,
        credential_encoding,
        client_id_param,
        client_secret_param,
        private_key,
        client_assertion,
        client_assertion_type,
        grant,
        scopes,
        scope_separator,
        resource,
        endpoint_params,
        refresh_params,
        body_format,
        token_mapping,
        no_refresh_token,
        skip_pkce,
        identity,
        functions,
        transport,
        has_hooks,
        headers,
        expiry_skew_seconds,
        default_lifetime_seconds,
        timeout_ms,
        error_cache_seconds,
        refresh_ahead,
        seal,
        seal_key,
        previous_seal_keys,
        previous_client_secret,
        store_timeout_ms,
        store_prefix,
    ];
    let tried: BTreeSet<&str> = changes().iter().map(|(name, ..)| *name).collect();
    assert_eq!(tried, BTreeSet::from(all));
}

#[test]
fn two_configurations_that_differ_never_meet() {
    let mut variants: Vec<Change> = changes();
    variants.push(("nothing", Effect::None, |_| {}));
    let memory = Rc::new(Memory::<()>::default());
    let clients: Vec<_> = variants
        .iter()
        .map(|(_, _, change)| {
            let mut options = options();
            change(&mut options);
            let config = config(options);
            (
                Identity::of(&config),
                ClientState::new(config, Rc::clone(&memory)),
            )
        })
        .collect();
    for (one, (identity, client)) in clients.iter().enumerate() {
        for (other, (theirs, their_client)) in clients.iter().enumerate() {
            let (name, effect, _) = variants[one];
            let (their_name, their_effect, _) = variants[other];
            let is_shared = one == other || (effect != Separates && their_effect != Separates);
            let names = format!("{name} ({one}) and {their_name} ({other})");
            assert_eq!(identity == theirs, is_shared, "the token of {names}");
            assert_eq!(client.equals(their_client), one == other, "all of {names}");
        }
    }
}
