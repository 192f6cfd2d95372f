//! What is put is sealed, and what does not open is a miss.

use edge_oauth2::{ClientAuth, ClientOptions, ErrorCode, Grant, Secret};

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
    assert_eq!(count(&world, "store_unreadable"), 0);
}

/// Those that have got the new key and those that have not yet, in the order in which a fleet is brought over:
/// the newest is found wherever it was put.
#[test]
fn a_newer_record_in_an_earlier_place_is_found() {
    let (world, shelf) = shared();
    let sealed = |current: &str, previous: &[&str]| ClientOptions {
        seal_key: key(current),
        previous_seal_keys: previous.iter().map(|key| (*key).into()).collect(),
        ..options()
    };
    let (first, second) = (sealed("old", &["new"]), sealed("new", &["old"]));
    assert_eq!(ask_as(&world, first.clone()), "token-0");
    world.isolate.run_for(HOUR_MS);
    assert_eq!(ask_as(&world.neighbour(), second.clone()), "token-1");
    assert_eq!(shelf.records.borrow().len(), 2);
    assert_eq!(ask_as(&world.neighbour(), first.clone()), "token-1");
    // What is dropped is dropped wherever it is.
    let (request, source) = world.neighbour().source(config(first.clone()));
    world
        .isolate
        .block_on(request, async move { source.invalidate().await });
    assert_eq!(ask_as(&world.neighbour(), second), "token-2");
}

/// The secret and the seal key may be rotated together.
#[test]
fn secret_and_seal_key_rotate_together() {
    for (seal_key, previous_seal_keys) in [
        (None, vec![]),
        (key("seal"), vec![]),
        (key("seal"), vec![Secret::from("earlier seal")]),
    ] {
        for earlier in previous_seal_keys
            .iter()
            .cloned()
            .map(Some)
            .chain([seal_key.clone()])
        {
            let (world, _) = shared();
            let before = ClientOptions {
                seal_key: earlier,
                ..options()
            };
            assert_eq!(ask_as(&world, before), "token-0");
            let rotated = ClientOptions {
                client_secret: key("new").map(Into::into),
                previous_client_secret: key("secret"),
                seal_key: seal_key.clone(),
                previous_seal_keys: previous_seal_keys.clone(),
                ..options()
            };
            assert_eq!(ask_as(&world.neighbour(), rotated), "token-0");
        }
    }
    // And where the secret was the seal key, until it got one.
    let (world, _) = shared();
    assert_eq!(ask(&world), "token-0");
    let rotated = ClientOptions {
        client_secret: key("new").map(Into::into),
        previous_client_secret: key("secret"),
        seal_key: key("seal"),
        ..options()
    };
    assert_eq!(ask_as(&world.neighbour(), rotated), "token-0");
}

fn names(shelf: &Shelf) -> Vec<String> {
    shelf.records.borrow().keys().cloned().collect()
}

/// A bug that was: the name was a digest of all that makes the token, and a dictionary found the password by it.
#[test]
fn a_records_name_tells_nothing_without_the_seal_key() {
    let public = |seal_key: &str| ClientOptions {
        client_secret: None,
        client_auth: ClientAuth::None,
        grant: Grant::Password {
            username: "ada".into(),
            password: "123456".into(),
        },
        seal_key: key(seal_key),
        ..options()
    };
    let named = |options: ClientOptions| {
        let (world, shelf) = shared();
        ask_as(&world, options);
        names(&shelf)
    };
    assert_eq!(named(public("one")), named(public("one")));
    assert_ne!(named(public("one")), named(public("two")));
    let by_secret = |secret: &str| ClientOptions {
        seal: false,
        client_secret: key(secret).map(Into::into),
        ..options()
    };
    assert_ne!(named(by_secret("one")), named(by_secret("two")));
}

#[test]
fn a_password_is_not_kept_by_a_name_that_anybody_can_make() {
    let (world, _) = shared();
    let public = ClientOptions {
        client_secret: None,
        client_auth: ClientAuth::None,
        grant: Grant::Password {
            username: "ada".into(),
            password: "123456".into(),
        },
        seal: false,
        ..options()
    };
    let error = world.token(config(public)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidOption);
    assert_eq!(error.option(), Some("seal"));
    assert_eq!(world.sent(), 0);
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
