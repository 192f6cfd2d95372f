//! What a token reaches, and what a route wants.

use super::*;
use crate::support::{check_rows, same};

/// Claims or an answer's members, what is wanted, and whether that is enough.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    bool,
);

#[test]
fn are_compared_whole() {
    let rows: [(&str, Row); 20] = [
        ("nothing is wanted", ("", &[], &[], true)),
        (
            "one of two",
            (r#","scope":"read write""#, &["write"], &[], true),
        ),
        (
            "all",
            (r#","scope":"read write""#, &["write", "read"], &[], true),
        ),
        (
            "one more",
            (r#","scope":"read write""#, &["read", "admin"], &[], false),
        ),
        (
            "a list",
            (
                r#","scope":["read","write"]"#,
                &["read", "write"],
                &[],
                true,
            ),
        ),
        (
            "scp",
            (r#","scp":"read write""#, &["read", "write"], &[], true),
        ),
        (
            "a list of scp",
            (r#","scp":["read","write"]"#, &["read", "write"], &[], true),
        ),
        (
            "scope and scp",
            (
                r#","scope":"read","scp":["write"]"#,
                &["read", "write"],
                &[],
                true,
            ),
        ),
        ("none", ("", &["read"], &[], false)),
        ("an empty one", (r#","scope":"""#, &["read"], &[], false)),
        ("a number", (r#","scope":7"#, &["7"], &[], false)),
        (
            "an object",
            (r#","scope":{"read":true}"#, &["read"], &[], false),
        ),
        ("capitals", (r#","scope":"Read""#, &["read"], &[], false)),
        (
            "a beginning",
            (r#","scope":"reader""#, &["read"], &[], false),
        ),
        ("an end", (r#","scope":"read""#, &["reader"], &[], false)),
        (
            "a comma between",
            (r#","scope":"read,write""#, &["read"], &[], false),
        ),
        (
            "a tab between",
            (r#","scope":"read\twrite""#, &["read"], &[], false),
        ),
        (
            "one of several",
            (r#","scope":"read""#, &[], &["write", "read"], true),
        ),
        (
            "none of several",
            (r#","scope":"read""#, &[], &["write", "admin"], false),
        ),
        (
            "one of several, and another",
            (r#","scope":"read""#, &["x"], &["read"], false),
        ),
    ];
    check_rows(rows, |(members, all, any, is_enough)| {
        let requirements = Requirements {
            any_scope: (!any.is_empty()).then(|| texts(any)),
            ..scopes(all)
        };
        let api = api();
        api.issue("opaque", members);
        for token in ["opaque", &jwt(members)] {
            let outcome = api.call(bearer(token).as_deref(), &requirements);
            same(outcome.is_ok(), is_enough)?;
            // What is known is judged like what is not.
            same(api.cached(token, &requirements).is_some(), is_enough)?;
        }
        Ok(())
    });
}

#[test]
fn are_told_once_each() {
    let api = api();
    api.issue(
        "opaque",
        r#","scope":"read write read","scp":["write","x"]"#,
    );
    let authorized = api.authorize("opaque").unwrap();
    assert_eq!(authorized.scopes, texts(&["read", "write", "x"]));
    assert_eq!(authorized.admitted.scopes(), authorized.scopes);
}

#[test]
fn of_both_ways_count_where_neither_denies() {
    let rows = [
        (
            "both say the same",
            (r#","scope":"a b""#, r#","scope":"b a""#, &["a", "b"][..]),
        ),
        (
            "the server has less",
            (r#","scope":"a b""#, r#","scope":"b""#, &["b"]),
        ),
        (
            "the token has less",
            (r#","scope":"a""#, r#","scope":"a b""#, &["a"]),
        ),
        ("the server is silent", (r#","scope":"a""#, "", &["a"])),
        ("the token is silent", ("", r#","scope":"b""#, &["b"])),
        (
            "nothing in common",
            (r#","scope":"a""#, r#","scope":"b""#, &[]),
        ),
        ("both are silent", ("", "", &[])),
    ];
    check_rows(rows, |(claims, answer, expected)| {
        let (api, token) = (api(), jwt(claims));
        api.issue(&token, answer);
        let authorized = api.call(bearer(&token).as_deref(), &both()).unwrap();
        same(authorized.scopes, texts(expected))?;
        for scope in ["a", "b"] {
            let requirements = Requirements {
                check: Check::Both,
                ..scopes(&[scope])
            };
            let is_enough = expected.contains(&scope);
            same(api.cached(&token, &requirements).is_some(), is_enough)?;
            let outcome = api.call(bearer(&token).as_deref(), &requirements);
            same(outcome.is_ok(), is_enough)?;
        }
        Ok(())
    });
}
