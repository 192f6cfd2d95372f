//! What is put is sealed, and what does not open is a miss.

use edge_oauth2::{ClientAuth, ClientOptions, ErrorCode, Secret};

use super::*;

fn ask_as(world: &World, options: ClientOptions) -> String {
    let token = world.token(config(options)).expect("a token");
    world.isolate.run_for(100);
    token.access_token.expose().to_owned()
}

fn key(text: &str) -> Option<Secret> {
    Some(text.into())
}

#[test]
fn a_record_shows_nothing() {
    let (world, shelf) = shared();
    ask(&world);
    let record = shelf.record();
    assert!(!record.contains("token-0"));
    assert!(
        record
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    assert_eq!(ask(&world.neighbour()), "token-0");
}

#[test]
fn a_record_with_any_byte_altered_is_a_miss() {
    let (world, shelf) = shared();
    ask(&world);
    let record = shelf.record();
    for position in 0..record.len() {
        let mut altered = record.clone().into_bytes();
        altered[position] = if altered[position] == b'A' {
            b'B'
        } else {
            b'A'
        };
        shelf.replace_record(&String::from_utf8(altered).unwrap());
        assert_ne!(ask(&world.neighbour()), "token-0", "byte {position}");
    }
    let shorter = record.get(1..).unwrap();
    for text in ["", "A", "{}", "ÿ", shorter, &[&record, "A"].concat()] {
        shelf.replace_record(text);
        assert_ne!(ask(&world.neighbour()), "token-0");
    }
    assert_eq!(count(&world, "store_unreadable"), record.len() + 6);
}

#[test]
fn a_record_of_another_identity_is_a_miss() {
    for seal in [true, false] {
        let (world, shelf) = shared();
        let scoped = |scope: &str| ClientOptions {
            scopes: vec![scope.into()],
            seal,
            ..options()
        };
        ask_as(&world, scoped("one"));
        let record = shelf.record();
        ask_as(&world, scoped("two"));
        shelf.replace_record(&record);
        let neighbour = world.neighbour();
        assert_eq!(ask_as(&neighbour, scoped("one")), "token-0");
        assert_eq!(ask_as(&neighbour, scoped("two")), "token-2");
    }
}

#[test]
fn seal_keys_are_rotated_without_a_grant() {
    let (world, _) = shared();
    let sealed = |current: &str, previous: &[&str]| ClientOptions {
        seal_key: key(current),
        previous_seal_keys: previous.iter().map(|key| (*key).into()).collect(),
        ..options()
    };
    assert_eq!(ask_as(&world, sealed("old", &[])), "token-0");
    assert_eq!(
        ask_as(&world.neighbour(), sealed("new", &["older", "old"])),
        "token-0"
    );
    assert_eq!(
        ask_as(&world.neighbour(), sealed("new", &["older"])),
        "token-1"
    );
    assert_eq!(count(&world, "store_unreadable"), 1);
}

#[test]
fn client_secrets_are_rotated_without_a_grant() {
    let (world, _) = shared();
    assert_eq!(ask(&world), "token-0");
    let rotated = |previous| ClientOptions {
        client_secret: key("new").map(Into::into),
        previous_client_secret: previous,
        ..options()
    };
    assert_eq!(
        ask_as(&world.neighbour(), rotated(key("secret"))),
        "token-0"
    );
    assert_eq!(ask_as(&world.neighbour(), rotated(None)), "token-1");
}

#[test]
fn without_a_secret_sealing_asks_for_a_key() {
    let public = || ClientOptions {
        client_secret: None,
        client_auth: ClientAuth::None,
        ..options()
    };
    let (world, _) = shared();
    let error = world.token(config(public())).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidOption);
    assert_eq!(error.option(), Some("sealKey"));
    assert_eq!(world.sent(), 0);
    for options in [
        ClientOptions {
            seal_key: key("key"),
            ..public()
        },
        ClientOptions {
            seal: false,
            ..public()
        },
    ] {
        let (world, _) = shared();
        assert_eq!(ask_as(&world, options.clone()), "token-0");
        assert_eq!(ask_as(&world.neighbour(), options), "token-0");
    }
    let alone = World::new(|n, _| Reply::token(0, &token(n)));
    assert_eq!(ask_as(&alone, public()), "token-0", "nothing to seal");
}

#[test]
fn unsealed_records_are_plain() {
    let (world, shelf) = shared();
    ask_as(
        &world,
        ClientOptions {
            seal: false,
            ..options()
        },
    );
    assert!(shelf.record().contains("token-0"));
}
