//! Answers of introspection endpoints: what is active says so, and is not over.
#![no_main]

use edge_oauth2::Json;
use edge_oauth2::protocol::introspection::Introspection;
use libfuzzer_sys::fuzz_target;

const NOW_MS: u64 = 1_700_000_000_000;

fuzz_target!(|text: &str| {
    let Some(members) = Json::parse(text) else {
        return;
    };
    let Ok(answer) = Introspection::of(members, NOW_MS) else {
        return;
    };
    if answer.active {
        assert_eq!(answer.raw.get("active"), Some(&Json::Bool(true)));
        assert!(answer.exp.is_none_or(|exp| exp > NOW_MS / 1000));
    }
});
