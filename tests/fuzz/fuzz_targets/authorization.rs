//! The `Authorization` header: what is taken for a token is one, and is there once.
#![no_main]

use edge_oauth2::protocol::bearer::{MAX_TOKEN_BYTES, read_authorization};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &str| {
    if let Ok(token) = read_authorization(Some(header)) {
        assert!(!token.is_empty() && token.len() <= MAX_TOKEN_BYTES);
        assert!(token.bytes().all(|it| it.is_ascii_graphic() && it != b','));
        let rest = header.trim_matches([' ', '\t']).strip_suffix(token);
        assert!(rest.is_some_and(|it| it.trim_end().eq_ignore_ascii_case("Bearer")));
    }
});
