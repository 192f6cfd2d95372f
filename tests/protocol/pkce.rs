//! Proof Key for Code Exchange (RFC 7636).

use edge_oauth2::ErrorCode;
use edge_oauth2::protocol::pkce::{CodeVerifier, code_challenge};
use sha2::{Digest, Sha256};

use crate::support::{check_rows, same};

/// RFC 7636 appendix B.
const OCTETS: [u8; 32] = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
    105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
];
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn the_standards_example() {
    let verifier = CodeVerifier::from_random(&OCTETS);
    assert_eq!(verifier.secret().expose(), VERIFIER);
    let digest = Sha256::digest(verifier.secret().expose());
    assert_eq!(code_challenge(&digest.into()), CHALLENGE);
}

#[test]
fn what_is_made_is_accepted_when_it_comes_back() {
    for byte in 0..=255 {
        let made = CodeVerifier::from_random(&[byte; 32]);
        let text = made.secret().expose();
        assert_eq!(CodeVerifier::parse(text).unwrap().secret().expose(), text);
    }
}

#[test]
fn of_a_user() {
    let long = |length| "x".repeat(length);
    let with = |character: &str| [character, &long(49)].concat();
    check_rows(
        [
            ("standard", (VERIFIER.to_owned(), true)),
            ("every mark", (with("-._~"), true)),
            ("42", (long(42), false)),
            ("43", (long(43), true)),
            ("128", (long(128), true)),
            ("129", (long(129), false)),
            ("empty", (String::new(), false)),
            ("plus", (with("+"), false)),
            ("slash", (with("/"), false)),
            ("padding", (with("="), false)),
            ("space", (with(" "), false)),
            ("percent", (with("%"), false)),
            ("line break", (with("\n"), false)),
            ("non-ASCII", (with("ü"), false)),
        ],
        |(text, is_accepted)| match CodeVerifier::parse(&text) {
            Ok(verifier) => {
                same(is_accepted, true)?;
                same(verifier.secret().expose(), &text)
            }
            Err(error) => {
                same(is_accepted, false)?;
                same(error.code(), ErrorCode::InvalidOption)?;
                same(error.option(), Some("codeVerifier"))
            }
        },
    );
}

#[test]
fn a_verifier_is_never_shown() {
    let verifier = CodeVerifier::parse(VERIFIER).unwrap();
    let refused = [VERIFIER, "+"].concat();
    let error = CodeVerifier::parse(&refused).unwrap_err();
    let shown = format!("{verifier:?} {verifier:#?} {error} {error:?}");
    assert!(!shown.contains(VERIFIER));
}
