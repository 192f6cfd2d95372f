//! What a build without rooms refuses, and what it can still do: `cargo test --no-default-features --test left_out`.

#![cfg(all(not(target_arch = "wasm32"), not(feature = "rooms")))]
#![allow(clippy::expect_used)]

use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    AssertionOptions, ClientAssertion, ClientAuth, ClientConfig, ClientOptions, ErrorCode, Grant,
    PrivateKey,
};

fn options() -> ClientOptions {
    ClientOptions {
        token_url: "https://auth.example/token".into(),
        client_id: "client".into(),
        client_secret: Some("a secret that is as long as the hash".into()),
        ..ClientOptions::default()
    }
}

fn key() -> Option<PrivateKey> {
    Some(PrivateKey {
        algorithm: Algorithm::Es256,
        key_id: None,
        header: Vec::new(),
        audience: Vec::new(),
        key: Some("the key".into()),
    })
}

#[test]
fn an_option_whose_room_is_left_out_names_the_feature() {
    let url = || Some("https://auth.example/elsewhere".to_owned());
    let signed = || {
        ClientAssertion::Signed(AssertionOptions {
            subject: Some("sub".into()),
            ..AssertionOptions::default()
        })
    };
    let rows = [
        (
            "issuer",
            "discovery",
            ClientOptions {
                issuer: Some("https://auth.example".into()),
                ..options()
            },
        ),
        (
            "authorizationUrl",
            "authorization",
            ClientOptions {
                authorization_url: url(),
                ..options()
            },
        ),
        (
            "skipPkce",
            "authorization",
            ClientOptions {
                skip_pkce: true,
                ..options()
            },
        ),
        (
            "grant",
            "authorization",
            ClientOptions {
                grant: Grant::AuthorizationCode,
                ..options()
            },
        ),
        (
            "revocationUrl",
            "revocation",
            ClientOptions {
                revocation_url: url(),
                ..options()
            },
        ),
        (
            "privateKey",
            "signing",
            ClientOptions {
                client_secret: None,
                client_auth: ClientAuth::PrivateKeyJwt,
                private_key: key(),
                ..options()
            },
        ),
        (
            "clientAuth",
            "signing",
            ClientOptions {
                client_auth: ClientAuth::ClientSecretJwt,
                ..options()
            },
        ),
        (
            "clientAssertion",
            "signing",
            ClientOptions {
                client_assertion: signed(),
                ..options()
            },
        ),
        (
            "assertion",
            "signing",
            ClientOptions {
                grant: Grant::SignedJwtBearer(AssertionOptions::default()),
                ..options()
            },
        ),
    ];
    for (option, feature, options) in rows {
        let error = ClientConfig::new(options).expect_err(option);
        assert_eq!(error.code(), ErrorCode::InvalidOption, "{option}");
        let expected = format!("{option} needs the feature {feature}, which this build leaves out");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn what_needs_no_room_is_there() {
    let grants = [
        Grant::ClientCredentials,
        Grant::Password {
            username: "ada".into(),
            password: "a password".into(),
        },
        Grant::RefreshToken {
            refresh_token: "refresh".into(),
        },
        Grant::JwtBearer {
            assertion: "a.b.c".into(),
        },
    ];
    for grant in grants {
        ClientConfig::new(ClientOptions { grant, ..options() }).expect("a configuration");
    }
    ClientConfig::new(ClientOptions {
        client_secret: None,
        client_assertion: ClientAssertion::Ready("a.b.c".into()),
        ..options()
    })
    .expect("a configuration with an assertion that is ready");
}
