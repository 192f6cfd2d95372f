//! The `Authorization` header as RFC 6750 §2.1 has it, and challenges as §3 does.

use edge_oauth2::protocol::bearer::{
    BearerChallenge, MAX_TOKEN_BYTES, Unusable, read_authorization, shown,
};
use edge_oauth2::protocol::challenge::parse_challenges;
use proptest::prelude::*;

use crate::support::{check_rows, same};

#[derive(Debug, PartialEq)]
enum Read {
    Token(&'static str),
    Missing,
    Malformed,
}

use Read::{Malformed, Missing, Token};

#[test]
fn of_a_header() {
    let rows = [
        ("plain", "Bearer abc", Token("abc")),
        ("small letters", "bearer abc", Token("abc")),
        ("capitals", "BEARER abc", Token("abc")),
        ("several spaces", "Bearer   abc", Token("abc")),
        ("white space around", " \tBearer abc\t ", Token("abc")),
        ("every mark", "Bearer aZ09-._~+/==", Token("aZ09-._~+/==")),
        ("a JWT", "Bearer e30.e30.c2ln", Token("e30.e30.c2ln")),
        ("empty", "", Missing),
        ("white space", " \t ", Missing),
        ("another scheme", "Basic YTpi", Missing),
        ("another that begins alike", "Bearers abc", Missing),
        ("one word", "abc", Missing),
        ("DPoP", "DPoP abc", Missing),
        (
            "another with commas",
            r#"Digest realm="Bearer x, Bearer y", a=b"#,
            Missing,
        ),
        ("no scheme", ":Bearer abc", Missing),
        ("the scheme alone", "Bearer", Malformed),
        ("and a space", "Bearer ", Malformed),
        ("a tab between", "Bearer\tabc", Malformed),
        ("a colon between", "Bearer: abc", Malformed),
        ("an equals sign between", "Bearer=abc", Malformed),
        ("a slash between", "Bearer/abc", Malformed),
        ("two words", "Bearer abc def", Malformed),
        ("the scheme twice", "Bearer Bearer abc", Malformed),
        ("quotes", "Bearer \"abc\"", Malformed),
        ("padding alone", "Bearer ==", Malformed),
        ("padding within", "Bearer a=b", Malformed),
        ("a percent sign", "Bearer a%20b", Malformed),
        ("a semicolon", "Bearer abc;", Malformed),
        ("non-ASCII", "Bearer äbc", Malformed),
        ("a non-breaking space", "Bearer abc\u{a0}", Malformed),
        ("NUL", "Bearer abc\0", Malformed),
        ("a line break", "Bearer abc\r\nX: y", Malformed),
        ("joined", "Bearer abc, Bearer def", Malformed),
        ("joined without space", "Bearer abc,Bearer abc", Malformed),
        ("joined with an empty one after", "Bearer abc, ", Malformed),
        ("joined with an empty one before", ", Bearer abc", Malformed),
        (
            "joined with another after",
            "Bearer abc, Basic YTpi",
            Malformed,
        ),
        (
            "joined with another before",
            "Basic YTpi, bearer abc",
            Malformed,
        ),
        (
            "joined with the scheme alone",
            "Basic YTpi, Bearer",
            Malformed,
        ),
    ];
    let rows = rows.map(|(name, header, read)| (name, (header, read)));
    check_rows(rows, |(header, expected)| {
        let read = match read_authorization(Some(header)) {
            Ok(token) => Token(token),
            Err(Unusable::Missing) => Missing,
            Err(Unusable::Malformed(_)) => Malformed,
        };
        same(read, expected)
    });
    assert_eq!(read_authorization(None), Err(Unusable::Missing));
}

#[test]
fn of_any_length() {
    let token = "x".repeat(MAX_TOKEN_BYTES);
    let longest = format!("Bearer {token}");
    assert_eq!(read_authorization(Some(&longest)), Ok(token.as_str()));
    let too_long = format!("{longest}x");
    assert_eq!(
        read_authorization(Some(&too_long)),
        Err(Unusable::Malformed("the token is longer than 8 KiB"))
    );
    // None of ours: Kerberos has such.
    let other = format!("Negotiate {}", "x".repeat(60_000));
    assert_eq!(read_authorization(Some(&other)), Err(Unusable::Missing));
}

#[test]
fn challenges() {
    let nothing = BearerChallenge::default();
    assert_eq!(nothing.to_header(), r#"Bearer realm="api""#);
    let scope = BearerChallenge {
        scope: Some("read"),
        ..nothing
    };
    assert_eq!(scope.to_header(), r#"Bearer scope="read""#);
    let whole = BearerChallenge {
        realm: Some(r#"the "good" a\b"#),
        error: Some("invalid_token"),
        error_description: Some("it's \"over\"\r\nSet-Cookie: a\\b ü"),
        scope: Some("read write:all"),
        resource_metadata: Some("https://api.example.com/.well-known/oauth-protected-resource"),
    };
    assert_eq!(
        whole.to_header(),
        concat!(
            r#"Bearer realm="the \"good\" a\\b", error="invalid_token", "#,
            r#"error_description="it's 'over'??Set-Cookie: a/b ?", scope="read write:all", "#,
            r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource""#
        )
    );
}

proptest! {
    #[test]
    fn what_is_read_is_a_token(header in "\\PC*|(?i)bearer[ ,\ta-z=\"]{0,12}") {
        if let Ok(token) = read_authorization(Some(&header)) {
            let digits = token.trim_end_matches('=');
            prop_assert!(!digits.is_empty() && token.len() <= MAX_TOKEN_BYTES);
            prop_assert!(digits.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~+/".contains(&it)));
            prop_assert!(header.trim().ends_with(token));
        }
    }

    #[test]
    fn every_token_is_read(
        before in "[ \t]{0,2}", scheme in "(?i)bearer", spaces in " {1,3}",
        token in "[A-Za-z0-9._~+/-]{1,64}={0,3}", after in "[ \t]{0,2}",
    ) {
        let header = [before, scheme, spaces, token.clone(), after].concat();
        prop_assert_eq!(read_authorization(Some(&header)), Ok(token.as_str()));
    }

    #[test]
    fn of_two_headers_none_is_read(first in "[ -~]{0,16}", second in "(?i)bearer [a-z]{1,8}", swap: bool) {
        let headers = if swap { [second, first] } else { [first, second] };
        prop_assert!(read_authorization(Some(&headers.join(", "))).is_err());
    }

    #[test]
    fn whatever_is_told_stays_in_its_quotes(realm: String, description: String, code in "[a-z_]{1,12}") {
        let header = BearerChallenge {
            realm: Some(&realm),
            error: Some(&code),
            error_description: Some(&description),
            scope: Some("a"),
            resource_metadata: None,
        }
        .to_header();
        prop_assert!(header.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        let read = parse_challenges(&header);
        prop_assert_eq!(read.len(), 1);
        let legible: String = realm.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
        prop_assert_eq!(read[0].parameter("realm"), Some(legible.as_str()));
        prop_assert_eq!(read[0].parameter("error"), Some(code.as_str()));
        let told = shown(&description);
        prop_assert!(!told.contains(['"', '\\']));
        prop_assert_eq!(read[0].parameter("error_description"), Some(told.as_str()));
        prop_assert_eq!(read[0].parameter("scope"), Some("a"));
    }
}
