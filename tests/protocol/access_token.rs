//! What a JWT must say (RFC 7519 §4.1), to the second.

use edge_oauth2::Json;
use edge_oauth2::protocol::access_token::Rules;
use edge_oauth2::protocol::invalid_token::InvalidToken;
use edge_oauth2::protocol::jwa::SignatureAlgorithm;

const NOW: f64 = 1_000.0;

/// What is said of a token with these times, by an API that takes clocks to differ by 10 s.
fn judge(exp: f64, nbf: f64, iat: f64) -> Result<(), InvalidToken> {
    let rules = Rules {
        issuer: "issuer".into(),
        audience: None,
        algorithms: vec![SignatureAlgorithm::Es256],
        plain_jwt: true,
        required_claims: Vec::new(),
        clock_skew_seconds: 10,
    };
    let claims = [
        ("iss", Json::from("issuer")),
        ("exp", Json::Number(exp)),
        ("nbf", Json::Number(nbf)),
        ("iat", Json::Number(iat)),
    ];
    let claims = claims.map(|(name, value)| (name.to_owned(), value));
    let (header, claims) = (Json::Object(Vec::new()), Json::Object(claims.into()));
    let now_ms = NOW as u64 * 1000;
    rules.judge(SignatureAlgorithm::Es256, &header, &claims, None, now_ms)
}

#[test]
fn times_count_to_their_last_moment() {
    assert_eq!(judge(991.0, 1_010.0, 1_010.0), Ok(()));
    assert_eq!(judge(990.0, 0.0, 0.0), Err(InvalidToken::Expired));
    assert_eq!(judge(2_000.0, 1_010.5, 0.0), Err(InvalidToken::NotYetValid));
    assert_eq!(judge(2_000.0, 0.0, 1_010.5), Err(InvalidToken::IssuedAhead));
}

/// What is too large for a float is infinite to the host's parser.
#[test]
fn a_time_without_end_is_none() {
    let never = f64::INFINITY;
    assert_eq!(judge(never, 0.0, 0.0), Err(InvalidToken::Expiry));
    assert_eq!(judge(2_000.0, -never, 0.0), Err(InvalidToken::NotBefore));
    assert_eq!(judge(2_000.0, 0.0, -never), Err(InvalidToken::IssuedAt));
}
