//! What is remembered of tokens.

use super::api_of;
use super::issuer::{set, signer};
use super::support::host::Reply;
use super::support::inbound::checked;

#[test]
fn nothing_is_known_of_a_token_that_was_not_checked() {
    let signer = signer("1");
    let api = api_of(&signer);
    assert!(!api.cached(&signer.token()));
    api.verify(&signer.token()).unwrap();
    assert!(api.cached(&signer.token()));
    assert!(!api.cached(&signer.token_with(r#""sub":"other""#)));
    assert!(!api.cached(""));
    assert!(!api.cached(&"a".repeat(20_000)));
}

#[test]
fn what_the_platform_keeps_beside_a_token_stays() {
    let signer = signer("1");
    let api = api_of(&signer);
    let verified = api.verify(&signer.token()).unwrap();
    verified.slot.set(7);
    assert_eq!(api.verify(&signer.token()).unwrap().slot.get(), 7);
}

#[test]
fn a_refused_token_is_not_remembered() {
    let signer = signer("1");
    let api = api_of(&signer);
    for claims in [r#""aud":"other""#, r#""exp":1"#, r#""nbf":9e9"#] {
        let token = signer.token_with(claims);
        assert!(api.verify(&token).is_err());
        assert!(!api.cached(&token));
    }
}

#[test]
fn a_token_of_one_issuers_keys_is_none_of_anothers() {
    let (ours, theirs) = (signer("1"), signer("2"));
    let sets = [set(&[&ours]), set(&[&theirs])];
    let api = super::Api::of(super::World::new(move |_, request| {
        let of = usize::from(request.url.ends_with("theirs"));
        Reply::now(200, sets[of].as_str())
    }));
    let token = ours.token();
    api.verify(&token).unwrap();
    let api = api.with(|options| options.jwks_uri = Some("https://example.org/theirs".into()));
    assert!(!api.cached(&token));
    assert_eq!(api.reason(&token), Some("unknown_key"));
    // Nor by another way to the same address.
    let api = api.with(|options| *options = super::options());
    assert!(api.cached(&token));
    let api = api.with(|options| options.transport = Some("binding".into()));
    assert!(!api.cached(&token));
    let sent = api.sent();
    api.verify(&token).unwrap();
    assert_eq!(api.sent(), sent + 1);
}

#[test]
fn random_tokens_leave_the_memory_flat() {
    let signer = signer("1");
    let api = api_of(&signer);
    let kept = signer.token();
    api.verify(&kept).unwrap();
    let before = checked();
    for n in 0..12_000 {
        api.call(&signer.token_with(&format!(r#""jti":"{n}""#)), None, false)
            .unwrap();
    }
    assert_eq!(checked() - before, 12_000);
    // The oldest had to go, the newest is there.
    assert!(!api.cached(&kept));
    assert!(api.cached(&signer.token_with(r#""jti":"11999""#)));
    assert!(!api.cached(&signer.token_with(r#""jti":"1999""#)));
}

#[test]
fn heavy_tokens_give_way_to_each_other() {
    let signer = signer("1");
    let api = api_of(&signer);
    let heavy = |n: usize| {
        let groups = vec![r#""g""#; 2_000].join(",");
        signer.token_with(&format!(r#""jti":"{n}","groups":[{groups}]"#))
    };
    for n in 0..80 {
        api.call(&heavy(n), None, false).unwrap();
    }
    let cached = (0..80).filter(|n| api.cached(&heavy(*n))).count();
    assert!((30..80).contains(&cached), "{cached}");
    assert!(api.cached(&heavy(79)));
}

#[test]
fn issuers_give_way_to_each_other_and_the_one_in_use_to_none() {
    let signer = signer("1");
    let api = api_of(&signer);
    let token = signer.token();
    api.verify(&token).unwrap();
    let of_issuer = |api: super::Api, n: usize| {
        api.with(|options| options.jwks_uri = Some(format!("https://auth.example.com/keys/{n}")))
    };
    let mut api = of_issuer(api, 0);
    api.verify(&token).unwrap();
    for n in 1..1_100 {
        api = of_issuer(api, n);
        assert!(!api.cached(&token));
        api = of_issuer(api, 0);
        assert!(api.cached(&token));
    }
    let api = api.with(|options| *options = super::options());
    assert!(!api.cached(&token));
}
