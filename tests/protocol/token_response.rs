//! The access token response (RFC 6749 §5.1), as tolerantly as servers are varied.

use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::{ClientOptions, ErrorCode, Event, Json};

use crate::support::host::{Reply, World};
use crate::support::{check_rows, config, options, response, same};
use crate::{NOW_MS, read_body, read_response};

const YEAR: u64 = 365 * 24 * 60 * 60;

/// A token with this JSON after the access token, such as `,"expires_in":60`.
fn with(members: &str) -> String {
    format!(r#"{{"access_token":"token"{members}}}"#)
}

#[test]
fn lifetime_in_seconds() {
    let default = 3600;
    check_rows(
        [
            ("number", (r#","expires_in":60"#, 60)),
            ("float, rounded down", (r#","expires_in":59.9"#, 59)),
            ("exponent", (r#","expires_in":6e1"#, 60)),
            ("string", (r#","expires_in":"60""#, 60)),
            ("string of a float", (r#","expires_in":"59.9""#, 59)),
            ("string with white space", (r#","expires_in":" 60 ""#, 60)),
            ("leading zeros", (r#","expires_in":"0060""#, 60)),
            ("absent", ("", default)),
            ("zero", (r#","expires_in":0"#, default)),
            ("minus zero", (r#","expires_in":-0"#, default)),
            ("string of zero", (r#","expires_in":"0""#, default)),
            ("less than a second", (r#","expires_in":0.9"#, default)),
            ("string of less", (r#","expires_in":"0.9""#, default)),
            ("null", (r#","expires_in":null"#, default)),
            ("empty", (r#","expires_in":"""#, default)),
            ("letters", (r#","expires_in":"zzz""#, default)),
            ("number and letters", (r#","expires_in":"60s""#, default)),
            ("two points", (r#","expires_in":"6.0.0""#, default)),
            ("hexadecimal", (r#","expires_in":"0x3c""#, default)),
            ("infinity", (r#","expires_in":"Infinity""#, default)),
            ("object", (r#","expires_in":{}"#, default)),
            ("array", (r#","expires_in":[60]"#, default)),
            ("false", (r#","expires_in":false"#, default)),
            ("true", (r#","expires_in":true"#, default)),
            ("date", (r#","expires_in":"2027-01-15T09:00:00Z""#, default)),
            (
                "Zoho, in seconds and in milliseconds",
                (r#","expires_in_sec":60,"expires_in":60000"#, 60),
            ),
            ("negative", (r#","expires_in":-1"#, 0)),
            ("string of a negative", (r#","expires_in":"-3600""#, 0)),
            ("a year", (r#","expires_in":31536000"#, YEAR)),
            ("above a year", (r#","expires_in":31536001"#, YEAR)),
            ("1e300", (r#","expires_in":1e300"#, YEAR)),
            (
                "thirty digits",
                (r#","expires_in":"999999999999999999999999999999""#, YEAR),
            ),
            (
                "the last counts",
                (r#","expires_in":1,"expires_in":60"#, 60),
            ),
        ],
        |(members, seconds)| {
            let token = read_body(200, with(members)).map_err(|error| error.to_string())?;
            same(token.received_at_ms, NOW_MS)?;
            same(token.expires_at_ms, NOW_MS + seconds * 1000)
        },
    );
}

#[test]
fn point_of_expiry() {
    let default = NOW_MS + 3_600_000;
    let in_a_minute = 1_800_000_060_000;
    check_rows(
        [
            ("expires_on", (r#","expires_on":1800000060"#, in_a_minute)),
            ("expires_at", (r#","expires_at":1800000060"#, in_a_minute)),
            ("string", (r#","expires_on":"1800000060""#, in_a_minute)),
            (
                "ISO 8601",
                (r#","expires_at":"2027-01-15T08:01:00Z""#, in_a_minute),
            ),
            (
                "with a zone",
                (r#","expires_at":"2027-01-15T10:01:00+02:00""#, in_a_minute),
            ),
            (
                "beside a zero",
                (r#","expires_in":0,"expires_on":1800000060"#, in_a_minute),
            ),
            (
                "beside letters",
                (
                    r#","expires_in":"soon","expires_at":1800000060"#,
                    in_a_minute,
                ),
            ),
            (
                "expires_on before expires_at",
                (
                    r#","expires_at":1800009999,"expires_on":1800000060"#,
                    in_a_minute,
                ),
            ),
            (
                "expires_at when expires_on is unreadable",
                (
                    r#","expires_at":1800000060,"expires_on":"soon""#,
                    in_a_minute,
                ),
            ),
            ("over", (r#","expires_on":1700000000"#, NOW_MS)),
            (
                "milliseconds",
                (r#","expires_at":1800000060000"#, in_a_minute),
            ),
            (
                "milliseconds as text",
                (r#","expires_on":"1800000060000""#, in_a_minute),
            ),
            (
                "zone without a colon",
                (r#","expires_at":"2027-01-15T08:01:00+0000""#, in_a_minute),
            ),
            (
                "zone by name",
                (r#","expires_at":"2027-01-15 08:01:00 UTC""#, in_a_minute),
            ),
            (
                "HTTP date",
                (
                    r#",".expires":"Fri, 15 Jan 2027 08:01:00 GMT""#,
                    in_a_minute,
                ),
            ),
            (
                "without seconds",
                (r#","expires_at":"2027-01-15T08:01Z""#, in_a_minute),
            ),
            (
                "any offset",
                (r#","expires_at":"2027-01-15T13:46:00+0545""#, in_a_minute),
            ),
            (
                "expiry_date",
                (r#","expiry_date":1800000060000"#, in_a_minute),
            ),
            (
                "expiresOn",
                (r#","expiresOn":"2027-01-15T08:01:00.000Z""#, in_a_minute),
            ),
            ("expiresAt", (r#","expiresAt":1800000060"#, in_a_minute)),
            (
                "expiry",
                (
                    r#","expiry":"2027-01-15T09:01:00.12345+01:00""#,
                    in_a_minute,
                ),
            ),
            (
                "expireTime",
                (r#","expireTime":"2027-01-15T08:01:00Z""#, in_a_minute),
            ),
            ("expires", (r#","expires":1800000060"#, in_a_minute)),
            ("expires in seconds", (r#","expires":60"#, NOW_MS + 60_000)),
            (
                "expires_at in seconds",
                (r#","expires_at":"60""#, NOW_MS + 60_000),
            ),
            ("expiresIn", (r#","expiresIn":60"#, NOW_MS + 60_000)),
            (
                "a program's zero",
                (r#","expiry":"0001-01-01T00:00:00Z""#, default),
            ),
            ("ext_expires_in", (r#","ext_expires_in":60"#, default)),
            ("zero", (r#","expires_at":0"#, default)),
            ("negative", (r#","expires_at":-5"#, default)),
            ("null", (r#","expires_at":null"#, default)),
            ("letters", (r#","expires_on":"tomorrow""#, default)),
            (
                "above a year",
                (r#","expires_on":1900000000"#, NOW_MS + YEAR * 1000),
            ),
        ],
        |(members, expected)| {
            let token = read_body(200, with(members)).map_err(|error| error.to_string())?;
            // Never later than said; up to a second earlier, since seconds are counted.
            let difference = expected.checked_sub(token.expires_at_ms);
            match difference {
                Some(0..=1000) => Ok(()),
                _ => Err(format!("expected {expected}, got {}", token.expires_at_ms)),
            }
        },
    );
    // `expires_in` wins where it says something.
    let token = read_body(200, with(r#","expires_in":5,"expires_on":1800000060"#)).unwrap();
    assert_eq!(token.expires_at_ms, NOW_MS + 5_000);
}

#[test]
fn scope() {
    check_rows(
        [
            ("string", (r#","scope":"read write""#, Some("read write"))),
            ("absent", ("", None)),
            ("null", (r#","scope":null"#, None)),
            ("empty", (r#","scope":"""#, None)),
            (
                "array",
                (r#","scope":["read","write"]"#, Some("read write")),
            ),
            ("empty array", (r#","scope":[]"#, None)),
            ("array of others", (r#","scope":[1,null]"#, None)),
            ("number", (r#","scope":1"#, None)),
        ],
        |(members, expected)| {
            let token = read_body(200, with(members)).map_err(|error| error.to_string())?;
            same(token.scope.as_deref(), expected)
        },
    );
}

#[test]
fn token_type() {
    check_rows(
        [
            ("absent", ("", "Bearer")),
            ("null", (r#","token_type":null"#, "Bearer")),
            ("empty", (r#","token_type":"""#, "Bearer")),
            ("canonical", (r#","token_type":"Bearer""#, "Bearer")),
            ("lower case", (r#","token_type":"bearer""#, "Bearer")),
            ("odd case", (r#","token_type":"bEaReR""#, "Bearer")),
            ("Apigee", (r#","token_type":"BearerToken""#, "Bearer")),
            (
                "eBay",
                (r#","token_type":"Application Access Token""#, "Bearer"),
            ),
            ("Slack", (r#","token_type":"bot""#, "Bearer")),
            (
                "RFC 8693",
                (
                    r#","token_type":"urn:ietf:params:oauth:token-type:access_token""#,
                    "Bearer",
                ),
            ),
            ("none of them", (r#","token_type":"N_A""#, "N_A")),
            ("DPoP", (r#","token_type":"DPoP""#, "DPoP")),
            ("mac", (r#","token_type":"mac""#, "mac")),
        ],
        |(members, expected)| {
            let token = read_body(200, with(members)).map_err(|error| error.to_string())?;
            let authorization = (expected == "Bearer").then(|| "Bearer token".to_owned());
            same(token.authorization(), authorization)?;
            same(token.token_type.as_str(), expected)
        },
    );
}

#[test]
fn refresh_and_id_token() {
    check_rows(
        [
            ("present", (r#":"x""#, Some("x"))),
            ("empty", (r#":"""#, None)),
            ("null", (":null", None)),
            ("number", (":12", Some("12"))),
            (
                "number of many digits",
                (":9007199254740993", Some("9007199254740993")),
            ),
            ("fraction", (":1.5", None)),
            ("negative", (":-1", None)),
            ("array", (r#":["x"]"#, None)),
            ("true", (":true", None)),
        ],
        |(value, expected)| {
            let members = format!(r#","refresh_token"{value},"id_token"{value}"#);
            let token = read_body(200, with(&members)).map_err(|error| error.to_string())?;
            same(
                token.refresh_token.as_ref().map(|secret| secret.expose()),
                expected,
            )?;
            same(
                token.id_token.as_ref().map(|secret| secret.expose()),
                expected,
            )
        },
    );
}

#[test]
fn access_token() {
    check_rows(
        [
            ("plain", (r#""a.b-c_d~e+f/g=""#, Some("a.b-c_d~e+f/g="))),
            ("outer white space", (r#"" \t\r\ntoken\n ""#, Some("token"))),
            ("space inside", (r#""to ken""#, None)),
            ("line break inside", (r#""to\nken""#, None)),
            ("carriage return inside", (r#""to\r\nX-Header: y""#, None)),
            ("control character", (r#""to\u0000ken""#, None)),
            ("delete character", (r#""token\u007f""#, None)),
            ("non-ASCII", (r#""tökén""#, None)),
            ("empty", (r#""""#, None)),
            ("white space only", (r#"" \n ""#, None)),
            ("null", ("null", None)),
            ("number", ("12345", Some("12345"))),
            (
                "number of many digits",
                (
                    "12345678901234567891 ,\"id\":12345678901234567890",
                    Some("12345678901234567891"),
                ),
            ),
            (
                "number after one that is the same float",
                (
                    "null,\"id\":12345678901234567890,\"access_token\" : 12345678901234567891",
                    Some("12345678901234567891"),
                ),
            ),
            ("more digits than any", ("123456789012345678901", None)),
            ("true", ("true", None)),
            ("object", (r#"{"token":"x"}"#, None)),
        ],
        |(access_token, expected)| {
            let body = format!(r#"{{"access_token":{access_token}}}"#);
            match (read_body(200, body), expected) {
                (Ok(token), Some(expected)) => same(token.access_token.expose(), expected),
                (Err(error), None) => {
                    same(error.code(), ErrorCode::InvalidResponse)?;
                    same(error.status(), Some(200))
                }
                (result, _) => Err(format!("{result:?}")),
            }
        },
    );
}

#[test]
fn unknown_members_are_kept() {
    let token = read_body(
        200,
        with(r#","instance_url":"https://x","nested":{"list":[1,true,null]},"__proto__":"y""#),
    )
    .unwrap();
    let member = |name| token.raw.get(name).cloned();
    assert!(member("instance_url") == Some(Json::String("https://x".into())));
    assert!(member("__proto__") == Some(Json::String("y".into())));
    let list = Json::Array(vec![Json::Number(1.0), Json::Bool(true), Json::Null]);
    assert!(member("nested") == Some(Json::Object(vec![("list".into(), list)])));
    assert!(member("access_token") == Some(Json::String("token".into())));
}

/// What bytes, under which content type, are a token.
#[test]
fn format_of_a_success() {
    let json = with("").into_bytes();
    let form = b"access_token=token&token_type=bearer&expires_in=60&scope=a+b".to_vec();
    let prefixed = |prefix: &str, body: &[u8]| [prefix.as_bytes(), body].concat();
    check_rows(
        [
            ("JSON", (Some("application/json"), json.clone())),
            (
                "JSON with a charset",
                (Some("application/json; charset=utf-8"), json.clone()),
            ),
            ("JSON as text", (Some("text/plain"), json.clone())),
            ("JSON as HTML", (Some("text/html"), json.clone())),
            ("JSON without a type", (None, json.clone())),
            (
                "JSON with a byte order mark",
                (Some("application/json"), prefixed("\u{feff}", &json)),
            ),
            (
                "JSON with white space around",
                (None, prefixed("\r\n ", &[&json[..], b"\n"].concat())),
            ),
            (
                "form",
                (Some("application/x-www-form-urlencoded"), form.clone()),
            ),
            ("form as text", (Some("text/plain"), form.clone())),
            ("form without a type", (None, form.clone())),
            ("form as JSON", (Some("application/json"), form.clone())),
            (
                "form with a byte order mark",
                (None, prefixed("\u{feff}", &form)),
            ),
            (
                "form with a line break",
                (None, [&form[..], b"\r\n"].concat()),
            ),
            (
                "repeated member, the last counts",
                (
                    None,
                    br#"{"access_token":"x","access_token":"token"}"#.to_vec(),
                ),
            ),
        ],
        |(content_type, body)| {
            let headers = content_type.map(|value| ("Content-Type".to_owned(), value.to_owned()));
            let is_form = body.windows(2).any(|window| window == b"=t");
            let token = read_response(&HttpResponse {
                status: 200,
                headers: headers.into_iter().collect(),
                body,
            })
            .map_err(|error| error.to_string())?;
            same(token.access_token.expose(), "token")?;
            same(token.scope.as_deref(), is_form.then_some("a b"))
        },
    );
}

#[test]
fn any_status_of_success_will_do() {
    for status in [200, 201, 202, 203, 206, 299] {
        assert!(read_body(status, with("")).is_ok(), "{status}");
    }
}

#[test]
fn an_empty_error_beside_a_token_is_a_success() {
    for error in [r#""""#, r#""  ""#, "null", "false"] {
        let members = format!(r#","error":{error},"error_description":"none""#);
        assert!(read_body(200, with(&members)).is_ok(), "{error}");
    }
}

#[test]
fn what_is_no_token_is_described_and_not_shown() {
    let deep = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    check_rows(
        [
            ("empty", String::new()),
            ("text", "marker".into()),
            ("HTML", "<html><body>marker</body></html>".into()),
            (
                "HTML with links that look like forms",
                r#"<a href="/login?x=1&error=marker&access_token=marker&y=">marker</a>"#.into(),
            ),
            ("a form of something else", "marker=1&x=2".into()),
            ("cut JSON", r#"{"access_token":"marker"#.into()),
            (
                "cut JSON with a link in it",
                r#"{"u":"https://x?a=b&error=marker"#.into(),
            ),
            ("array", r#"["marker"]"#.into()),
            ("string", r#""access_token=marker""#.into()),
            ("number", "1".into()),
            ("null", "null".into()),
            ("object without a token", r#"{"marker":1}"#.into()),
            (
                "nested token",
                r#"{"data":{"access_token":"marker"}}"#.into(),
            ),
            ("deep", deep(100_000)),
            ("deep member", with(&format!(r#","x":{}"#, deep(100_000)))),
        ],
        |body| {
            let length = body.len();
            let mut response = response(200, body);
            response.headers = vec![("content-type".into(), "text/html".into())];
            let error = match read_response(&response) {
                Ok(_) => return Err("read as a token".into()),
                Err(error) => error,
            };
            let message = error.to_string();
            same(error.code(), ErrorCode::InvalidResponse)?;
            same(error.status(), Some(200))?;
            same(error.retryable(), false)?;
            same(message.contains("marker"), false)?;
            same(message.contains("text/html"), true)?;
            same(message.contains(&format!("{length} bytes")), true)
        },
    );
}

#[test]
fn a_content_type_is_shown_up_to_a_length() {
    let mut response = response(200, "");
    response.headers = vec![("content-type".into(), "x".repeat(10_000))];
    let message = read_response(&response).unwrap_err().to_string();
    assert!(message.contains(&"x".repeat(100)), "{message}");
    assert!(!message.contains(&"x".repeat(101)), "{message}");
}

#[test]
fn deep_but_not_too_deep_is_kept() {
    let members = format!(r#","x":{}{}"#, "[".repeat(100), "]".repeat(100));
    assert!(read_body(200, with(&members)).is_ok());
}

#[test]
fn bytes_that_are_no_text_are_no_token() {
    let error = read_body(200, b"{\"access_token\":\"\xff\xfe\"}".to_vec()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidResponse);
}

#[test]
fn members_may_be_elsewhere() {
    let mapping = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(name, path): &(&str, &str)| ((*name).to_owned(), (*path).to_owned());
        pairs.iter().map(owned).collect()
    };
    let read = |token_mapping, body: &'static str| {
        let world = World::new(move |_, _| Reply::now(200, body));
        let options = ClientOptions {
            token_mapping,
            ..options()
        };
        world.token(config(options))
    };
    let body = r#"{"ok":1,"data":{"tokens":[{"value":"nested","ttl":"60"}],"type":"bearer","next":"r"},"scope":"top"}"#;
    let token = read(
        mapping(&[
            ("accessToken", "data.tokens.0.value"),
            ("expiresIn", "data.tokens.0.ttl"),
            ("tokenType", "data.type"),
            ("refresh_token", "data.next"),
        ]),
        body,
    )
    .unwrap();
    assert_eq!(token.access_token.expose(), "nested");
    assert_eq!(token.expires_at_ms - token.received_at_ms, 60_000);
    assert_eq!(token.token_type, "Bearer");
    assert_eq!(token.refresh_token.unwrap().expose(), "r");
    // What is not named stays where the standard puts it, and nothing of the answer is lost.
    assert_eq!(token.scope.as_deref(), Some("top"));
    assert_eq!(token.raw, Json::parse(body).unwrap());
    // A name may have dots, and a token be a number.
    let token = read(
        mapping(&[
            ("accessToken", "a.b"),
            ("refreshToken", "c.d.e"),
            ("id_token", "f.0"),
        ]),
        r#"{"a.b":12345678901234567891,"c.d":{"e":"r"},"c":{"d":{}},"f":["i"],"id":12345678901234567890}"#,
    )
    .unwrap();
    assert_eq!(token.access_token.expose(), "12345678901234567891");
    assert_eq!(token.refresh_token.unwrap().expose(), "r");
    assert_eq!(token.id_token.unwrap().expose(), "i");
    // A path that leads nowhere is not taken for the standard's place.
    let error = read(
        mapping(&[("access_token", "data.token")]),
        r#"{"access_token":"top"}"#,
    )
    .unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidResponse);
}

#[test]
fn a_life_that_is_not_said_is_told() {
    check_rows(
        [
            ("said", (r#","expires_in":60"#, None)),
            ("said in another way", (r#","expires":60"#, None)),
            ("absent", ("", Some("the response has no expires_in"))),
            (
                "null",
                (
                    r#","expires_in":null"#,
                    Some("the response has no expires_in"),
                ),
            ),
            (
                "zero",
                (
                    r#","expires_in":0"#,
                    Some("the response has an expires_in that says nothing"),
                ),
            ),
            (
                "unreadable",
                (
                    r#","expires_at":"MARKER""#,
                    Some("the response has an expires_at that says nothing"),
                ),
            ),
        ],
        |(members, expected)| {
            let body = with(members);
            let world = World::new(move |_, _| Reply::now(200, body.clone()));
            let options = ClientOptions {
                default_lifetime_seconds: 60,
                ..options()
            };
            world
                .token(config(options))
                .map_err(|error| error.to_string())?;
            let events = world.events.borrow();
            let told = events.iter().find_map(|event| match event {
                Event::LifetimeAssumed { seconds, reason } => Some((*seconds, reason.as_str())),
                _ => None,
            });
            same(told, expected.map(|reason| (60, reason)))
        },
    );
}
