//! Sets of keys: what is left of them is public.
#![no_main]

use edge_oauth2::Json;
use edge_oauth2::protocol::jwk_set::read_set;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(set) = Json::parse(text) else {
        return;
    };
    for key in read_set(&set).unwrap_or_default() {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(key.jwk().get(private), None);
        }
        let kind = key.jwk().get("kty").and_then(Json::as_str);
        assert!(matches!(kind, Some("RSA" | "EC" | "OKP")));
    }
});
