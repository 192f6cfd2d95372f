//! Tokens of which all but the signature is known at once.

use edge_oauth2::inbound::{Seen, Unchecked};

use super::issuer::signer;
use super::rotation::{answer, changing};
use super::support::host::TestHost;
use super::{Api, api_of};

/// What is left to be checked of `token`, if that is its signature alone.
fn unchecked(api: &Api, token: &str) -> Option<Unchecked<TestHost>> {
    match api.verifier().1.seen(token, None) {
        Some(Seen::Unchecked(unchecked)) => Some(unchecked),
        _ => None,
    }
}

fn token(n: u32) -> String {
    signer("1").token_with(&format!(r#""jti":"{n}""#))
}

#[test]
fn a_new_token_under_a_key_that_is_here_is_known_but_for_its_signature() {
    let api = api_of(&signer("1"));
    assert!(unchecked(&api, &token(0)).is_none());
    api.verify(&token(0)).unwrap();
    let (new, sent) = (token(1), api.sent());
    let left = unchecked(&api, &new).unwrap();
    let (input, signature) = new.rsplit_once('.').unwrap();
    assert_eq!(left.signing_input(), input);
    assert_eq!(left.signature().len(), signature.len() * 3 / 4);
    assert!(!api.cached(&new));
    let verified = left.signed().unwrap();
    assert_eq!(verified.claims.get("jti").unwrap().as_str(), Some("1"));
    assert!(api.cached(&new));
    assert_eq!(api.sent(), sent);
}

#[test]
fn a_key_that_is_gone_meanwhile_has_signed_nothing() {
    let (api, keys) = changing(&[&signer("1")]);
    api.verify(&token(0)).unwrap();
    let left = unchecked(&api, &token(1)).unwrap();
    *keys.borrow_mut() = answer(&[&signer("2")]);
    api.verify(&signer("2").token()).unwrap();
    assert!(left.signed().is_none());
    assert!(!api.cached(&token(1)));
}

#[test]
fn whatever_else_is_wrong_is_left_to_be_said() {
    let api = api_of(&signer("1"));
    api.verify(&token(0)).unwrap();
    for wrong in [
        r#""exp":1"#,
        r#""aud":"other""#,
        r#""iss":"other""#,
        r#""cnf":{"jkt":"x"}"#,
    ] {
        let token = signer("1").token_with(wrong);
        assert!(unchecked(&api, &token).is_none(), "{wrong}");
    }
    assert!(unchecked(&api, &signer("2").token()).is_none());
    assert!(unchecked(&api, "a.b.c").is_none());
}
