//! `WWW-Authenticate`, as clients read it and as it is written here.
#![no_main]

use edge_oauth2::protocol::bearer::BearerChallenge;
use edge_oauth2::protocol::challenge::parse_challenges;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &str| {
    for challenge in parse_challenges(header) {
        assert!(!challenge.scheme.is_empty());
        assert!(challenge.token68.is_none() || challenge.parameters.is_empty());
    }
    // Whatever stands in ours, it stays one challenge.
    let ours = BearerChallenge {
        realm: Some(header),
        error: Some("invalid_token"),
        error_description: Some(header),
        ..BearerChallenge::default()
    };
    let written = ours.to_header();
    assert!(written.bytes().all(|it| (b' '..=b'~').contains(&it)));
    let read = parse_challenges(&written);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].parameter("error"), Some("invalid_token"));
    // So it does behind another.
    let behind = parse_challenges(&["Basic realm=\"a, b\", ", &written].concat());
    assert_eq!(behind.len(), 2);
    assert_eq!(behind[1], read[0]);
});
