//! JWTs: what they are made of, and what they say.
#![no_main]

use edge_oauth2::protocol::access_token::{audience, is_bound, scopes};
use edge_oauth2::protocol::jws::{Jws, is_jws};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|token: &str| {
    let Ok(jws) = Jws::parse(token, 8 * 1024) else {
        return;
    };
    assert!(is_jws(token));
    assert_eq!(token.split('.').count(), 3);
    assert!(token.starts_with(jws.signing_input));
    assert!(
        token
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
    );
    assert!(!jws.signature.is_empty());
    assert!(scopes(&jws.claims).iter().all(|it| !it.is_empty()));
    let _ = (audience(&jws.claims), is_bound(&jws.claims), jws.key_id());
});
