//! What was sent, in whatever spelling it comes back.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use edge_oauth2::protocol::form::encode_value;
use edge_oauth2::redaction::Sent;
use proptest::prelude::*;

use crate::support::{check_rows, same};

const VALUE: &str = "pässword +/&=\"<'%41\\";

fn shown(value: &str, text: &str) -> String {
    let mut sent = Sent::default();
    sent.add(value);
    sent.shown(text)
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Every byte escaped, whether or not it has to be.
fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('/', "&#x2F;")
}

fn json(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' | '/' => format!("\\{c}"),
        '&' | '<' => format!("\\x{:02x}", c as u32),
        '\'' => format!("\\u{:04X}", c as u32),
        c if c.is_ascii() => c.to_string(),
        c => format!("\\u{:04x}", c as u32),
    };
    text.chars().map(escape).collect()
}

fn base64(before: &str, value: &str, after: &str) -> String {
    Base64::encode_string([before, value, after].concat().as_bytes())
}

/// Names and spellings, of which each hides the whole of `value` and nothing beside it.
fn spellings(value: &str) -> Vec<(&'static str, String)> {
    let form = encode_value(value);
    vec![
        ("as it is", value.into()),
        ("form-urlencoded", form.clone()),
        ("form-urlencoded in lower case", form.replace("%2F", "%2f")),
        ("percent-encoded", form.replace('+', "%20")),
        ("percent-encoded all over", percent(value)),
        ("percent-encoded twice", percent(&percent(value))),
        ("HTML", html(value)),
        ("JSON", json(value)),
        ("JSON in JSON", json(&json(value))),
        ("JSON in HTML", html(&json(value))),
        ("percent-encoded in HTML", html(&form)),
        ("hexadecimal", hex(value)),
        ("hexadecimal in capitals", hex(value).to_uppercase()),
        ("base64", base64("", value, "")),
        ("base64 of a form", base64("client:", &form, "")),
        ("base64 of JSON", base64("{\"a\":\"", &json(value), "\"}")),
        ("base64, shifted by one", base64("a", value, "b")),
        ("base64, shifted by two", base64("ab", value, "cd")),
        (
            "base64url",
            Base64UrlUnpadded::encode_string(["a", value].concat().as_bytes()),
        ),
        (
            "base64, percent-encoded",
            encode_value(&base64("a", value, "")),
        ),
        ("base64, in JSON", json(&base64("ab", value, ""))),
    ]
}

#[test]
fn no_spelling_is_shown() {
    check_rows(spellings(VALUE), |spelling| {
        let text = shown(VALUE, &format!("before {spelling} after"));
        // Of base64, what is beside it in the same characters may be left.
        let inner = text
            .strip_prefix("before ")
            .and_then(|it| it.strip_suffix(" after"));
        let inner = inner.ok_or_else(|| text.clone())?;
        let is_covered = inner.matches("[redacted]").count() == 1;
        let left = inner.replace("[redacted]", "");
        match is_covered && left.len() <= 12 {
            true => Ok(()),
            false => Err(text),
        }
    });
}

#[test]
fn words_beside_it_stay_and_it_is_taken_out_once() {
    let whole = "0123456789abcdef0123456789";
    check_rows(
        [
            ("other words", (whole, "bad scope", "bad scope")),
            ("shorter than eight", ("client7", "client7", "client7")),
            ("one letter", ("e", "redacted letters", "redacted letters")),
            ("eight", ("client78", "no client78!", "no [redacted]!")),
            (
                "a word of our own",
                ("redacted", "a redacted b", "a [redacted] b"),
            ),
            ("twice", ("client78", "client78client78", "[redacted]")),
            ("a piece of it", (whole, "9abcdef01234", "9abcdef01234")),
            (
                "its beginning",
                (whole, "<0123456789abcdef…", "<[redacted]…"),
            ),
            ("too short a beginning", (whole, "<01234567…", "<01234567…")),
            (
                "control characters",
                (
                    whole,
                    "a\r\n0123\u{7}456789abcdef0123456789b",
                    "a[redacted]b",
                ),
            ),
            (
                "eight that are not ASCII",
                ("öööööööö", "„öööööööö“", "„[redacted]“"),
            ),
            (
                "escapes that are none",
                (
                    whole,
                    "100% &c. \\ %zz &#; &#xD800;",
                    "100% &c. \\ %zz &#; &#xD800;",
                ),
            ),
        ],
        |(value, text, expected)| same(shown(value, text).as_str(), expected),
    );
}

#[test]
fn what_is_cut_is_cut_after_it() {
    let value = "v".repeat(40);
    for before in [990, 4_070, 4_095] {
        let text = format!("{}{value}", "x".repeat(before));
        let shown = shown(&value, &text);
        assert!(!shown.contains("xv"), "{before}: {shown}");
        assert!(shown.chars().count() <= 1_000);
    }
    // What is taken out makes room for what comes after.
    let text = [value.as_str(); 200].join(" ");
    assert!(!shown(&value, &text).contains('v'));
}

proptest! {
    #[test]
    fn no_value_in_any_spelling(
        value in "[!-~ ]{8,40}",
        // Nothing that a value could go on with.
        before in "[\u{400}-\u{420}]{0,9}",
    ) {
        prop_assume!(!value.starts_with(' ') && !value.ends_with(' '));
        for (name, spelling) in spellings(&value) {
            let text = shown(&value, &format!("{before}{spelling}"));
            prop_assert!(!text.contains(&spelling), "{name}: {text}");
            prop_assert!(text.contains("[redacted]"), "{name}: {text}");
        }
    }

    #[test]
    fn never_fails(value in "\\PC{8,20}", text in "\\PC*|[%&#x\\\\u0-9a-f;]*") {
        shown(&value, &text);
    }
}
