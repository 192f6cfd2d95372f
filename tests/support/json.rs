//! What both JSON parsers, the host's and `serde_json`, must make of the same text.

use edge_oauth2::Json;

/// `[`, `depth` times, and back.
pub fn nested(depth: usize) -> String {
    ["[".repeat(depth), "]".repeat(depth)].concat()
}

/// Name, text, and what is read, written plainly; `None` where it is no JSON.
pub fn cases() -> Vec<(&'static str, String, Option<String>)> {
    let case =
        |name, text: &str, read: Option<&str>| (name, text.to_owned(), read.map(str::to_owned));
    vec![
        case("null", "null", Some("null")),
        case("booleans", "[true,false]", Some("[true,false]")),
        case("integer", "3600", Some("3600")),
        case("negative", "-1", Some("-1")),
        case("minus zero", "-0", Some("-0")),
        case("float", "3599.5", Some("3599.5")),
        case("exponent", "1e3", Some("1000")),
        case("beyond 2^53", "9007199254740993", Some("9007199254740992")),
        case(
            "beyond u64",
            "18446744073709551616",
            Some("18446744073709552000"),
        ),
        case("smallest", "5e-324", Some("5e-324")),
        case("too small", "1e-400", Some("0")),
        case("string", r#""text""#, Some("text")),
        case(
            "escapes",
            r#""\"\\\/\b\f\n\r\t\u00e9""#,
            Some("\"\\/\u{8}\u{c}\n\r\té"),
        ),
        case("surrogate pair", r#""\ud83d\ude00""#, Some("😀")),
        case("null character", r#""a\u0000b""#, Some("a\0b")),
        case("empty string", r#""""#, Some("")),
        case("empty array", "[]", Some("[]")),
        case("empty object", "{}", Some("{}")),
        case(
            "order of members",
            r#"{"b":1,"a":[2,{"c":null}]}"#,
            Some("{b:1,a:[2,{c:null}]}"),
        ),
        case(
            "__proto__",
            r#"{"__proto__":{"x":1},"a":2}"#,
            Some("{__proto__:{x:1},a:2}"),
        ),
        case(
            "constructor",
            r#"{"constructor":1,"toString":2}"#,
            Some("{constructor:1,toString:2}"),
        ),
        case("length", r#"{"length":3}"#, Some("{length:3}")),
        case("white space", " \t\r\n{ } ", Some("{}")),
        case("byte order mark", "\u{feff}{}", None),
        case("empty", "", None),
        case("two values", "{}{}", None),
        case("trailing comma", "[1,]", None),
        case("single quotes", "{'a':1}", None),
        case("bare name", "{a:1}", None),
        case("comment", "{}/**/", None),
        case("NaN", "NaN", None),
        case("leading zero", "01", None),
        case("plus", "+1", None),
        case("line break in a string", "\"a\nb\"", None),
        case("cut", r#"{"a":"#, None),
        ("deep", nested(126), Some(nested(126))),
        ("too deep", nested(129), None),
        ("far too deep", nested(1_000_000), None),
    ]
}

/// The last of repeated members counts for both; only `serde_json` sees the others.
pub const REPEATED: &str = r#"{"a":1,"b":2,"a":3}"#;

/// `json` as the cases write it.
pub fn show(json: &Json) -> String {
    let list = |items: Vec<String>| items.join(",");
    match json {
        Json::Null => "null".into(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) if value.abs() < 1e-300 && *value != 0.0 => format!("{value:e}"),
        Json::Number(value) => value.to_string(),
        Json::String(value) => value.clone(),
        Json::Array(items) => format!("[{}]", list(items.iter().map(show).collect())),
        Json::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| format!("{name}:{}", show(value)));
            format!("{{{}}}", list(members.collect()))
        }
    }
}
