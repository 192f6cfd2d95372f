//! JSON by `serde_json`; tests/wasm.rs reads the same cases with the host's parser.

#[path = "../support/json.rs"]
mod table;

use edge_oauth2::Json;

use crate::support::{check_rows, same};

#[test]
fn reads_what_the_hosts_parser_reads() {
    let rows = table::cases().into_iter();
    check_rows(
        rows.map(|(name, text, read)| (name, (text, read))),
        |(text, read)| same(Json::parse(&text).as_ref().map(table::show), read),
    );
}

#[test]
fn of_repeated_members_the_last_counts() {
    let json = Json::parse(table::REPEATED).unwrap();
    assert!(json.get("a") == Some(&Json::Number(3.0)));
    assert!(json.get("b") == Some(&Json::Number(2.0)));
    assert!(json.get("c").is_none());
}

/// Where the parsers differ: the host takes the first for infinity and mends the second.
#[test]
fn refuses_what_has_no_value_here() {
    assert!(Json::parse("1e400").is_none());
    assert!(Json::parse(r#""\ud800""#).is_none());
}

/// `JSON.stringify` gives the same.
#[test]
fn numbers_are_written_as_javascript_writes_them() {
    for (read, written) in [
        ("1800000000", "1800000000"),
        ("1.8e9", "1800000000"),
        ("-7", "-7"),
        ("-0", "0"),
        ("0.5", "0.5"),
        ("9007199254740991", "9007199254740991"),
    ] {
        assert_eq!(Json::parse(read).unwrap().to_text(), written, "{read}");
    }
    let vast = Json::Number(1e300);
    assert!(Json::parse(&vast.to_text()) == Some(vast));
}
