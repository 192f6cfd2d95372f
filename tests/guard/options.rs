//! How a guard is configured.

use edge_oauth2::ErrorCode;

use super::*;
use crate::support::{check_rows, same};

#[test]
fn what_cannot_be_used_is_named() {
    let api_url = Some("https://api.example.com".to_owned());
    let rows = [
        (
            "a realm of two lines",
            (
                "realm",
                GuardOptions {
                    realm: Some("a\r\nb".into()),
                    ..GuardOptions::default()
                },
            ),
        ),
        (
            "a realm beyond ASCII",
            (
                "realm",
                GuardOptions {
                    realm: Some("Prüfung".into()),
                    ..GuardOptions::default()
                },
            ),
        ),
        (
            "a resource that is no URL",
            (
                "resource",
                GuardOptions {
                    resource: Some("api".into()),
                    ..GuardOptions::default()
                },
            ),
        ),
        (
            "scopes in one text",
            (
                "scopesSupported",
                GuardOptions {
                    resource: api_url,
                    scopes_supported: texts(&["read write"]),
                    ..GuardOptions::default()
                },
            ),
        ),
        (
            "scopes of nothing",
            (
                "scopesSupported",
                GuardOptions {
                    scopes_supported: texts(&["read"]),
                    ..GuardOptions::default()
                },
            ),
        ),
    ];
    check_rows(rows, |(option, options)| {
        let error = GuardConfig::new(options).expect_err("refused");
        same(error.code(), ErrorCode::InvalidOption)?;
        same(error.option(), Some(option))
    });
}

#[test]
fn somebody_has_to_check_tokens() {
    let config = GuardConfig::new(GuardOptions::default()).unwrap();
    let guard = Guard::<TestHost>::new(Rc::new(config), None, None);
    let error: Error = guard.err().unwrap();
    assert_eq!(
        (error.code(), error.option()),
        (ErrorCode::InvalidOption, Some("introspector"))
    );
}
