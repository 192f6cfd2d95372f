//! Answers, read strictly where it matters and tolerantly where servers vary.

use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::protocol::introspection::{
    Answered, Introspection, IntrospectionResponseContext, read,
};
use edge_oauth2::redaction::Sent;
use edge_oauth2::{Error, ErrorCode, Json};
use proptest::prelude::*;

use super::support::{check_rows, response, same};
use super::{INTROSPECTION_URL, NOW, START_MS};

fn answered(response: &HttpResponse) -> Result<Answered, Error> {
    let mut sent = Sent::default();
    sent.add("the-presented-token");
    read(
        response,
        IntrospectionResponseContext {
            endpoint: &Endpoint::parse(INTROSPECTION_URL).expect("a URL"),
            sent: &sent,
            signed: false,
            now_ms: START_MS,
        },
    )
}

fn said(body: &str) -> Result<Introspection, Error> {
    match answered(&response(200, body))? {
        Answered::Plain(introspection) => Ok(*introspection),
        Answered::Signed(_) => panic!("not signed"),
    }
}

fn active(members: &str) -> Introspection {
    said(&format!(r#"{{"active":true,{members}}}"#)).expect("an answer")
}

#[test]
fn every_member_is_read() {
    let all = active(
        r#""scope":"read write","client_id":"app","username":"jo","token_type":"Bearer","exp":1900000000,"iat":1700000000,"nbf":1700000001,"sub":"u1","aud":["a","b"],"iss":"https://as","jti":"j","tenant":7"#,
    );
    assert!(all.active);
    assert_eq!(all.scope.as_deref(), Some("read write"));
    assert_eq!(all.client_id.as_deref(), Some("app"));
    assert_eq!(all.username.as_deref(), Some("jo"));
    assert_eq!(all.token_type.as_deref(), Some("Bearer"));
    assert_eq!(
        (all.exp, all.iat, all.nbf),
        (
            Some(1_900_000_000),
            Some(1_700_000_000),
            Some(1_700_000_001)
        )
    );
    assert_eq!(all.sub.as_deref(), Some("u1"));
    assert_eq!(all.aud, ["a", "b"]);
    assert_eq!(all.iss.as_deref(), Some("https://as"));
    assert_eq!(all.jti.as_deref(), Some("j"));
    assert_eq!(all.raw.get("tenant"), Some(&Json::Number(7.0)));
}

/// Members, which of them is read, and as what.
type Row = (
    &'static str,
    fn(&Introspection) -> Option<String>,
    Option<&'static str>,
);

#[test]
fn members_vary() {
    let rows: [(&str, Row); 11] = [
        (
            "scope list",
            (r#""scope":["a","b"]"#, |it| it.scope.clone(), Some("a b")),
        ),
        (
            "scp text",
            (r#""scp":"a b""#, |it| it.scope.clone(), Some("a b")),
        ),
        (
            "scp list",
            (r#""scp":["a"]"#, |it| it.scope.clone(), Some("a")),
        ),
        (
            "empty scope",
            (r#""scope":"""#, |it| it.scope.clone(), None),
        ),
        (
            "null scope",
            (r#""scope":null"#, |it| it.scope.clone(), None),
        ),
        (
            "one aud",
            (r#""aud":"a""#, |it| it.aud.first().cloned(), Some("a")),
        ),
        (
            "aud of another type",
            (r#""aud":{"a":1}"#, |it| it.aud.first().cloned(), None),
        ),
        (
            "numeric sub",
            (r#""sub":42"#, |it| it.sub.clone(), Some("42")),
        ),
        (
            "a sub that two may have",
            (r#""sub":9007199254740993"#, |it| it.sub.clone(), None),
        ),
        (
            "iat that is no number",
            (
                r#""iat":"today""#,
                |it| it.iat.map(|it| it.to_string()),
                None,
            ),
        ),
        (
            "exp as text",
            (
                r#""exp":"1900000000""#,
                |it| it.exp.map(|it| it.to_string()),
                Some("1900000000"),
            ),
        ),
    ];
    check_rows(rows, |(members, read, expected)| {
        same(read(&active(members)).as_deref(), expected)
    });
}

#[test]
fn active_is_judged_by_time_too() {
    let rows = [
        ("no exp", (String::new(), true)),
        ("null exp", (r#","exp":null"#.into(), true)),
        ("exp ahead", (format!(r#","exp":{}"#, NOW + 1), true)),
        (
            "exp ahead with a fraction",
            (format!(r#","exp":{}.9"#, NOW + 1), true),
        ),
        ("exp now", (format!(r#","exp":{NOW}"#), false)),
        ("exp past", (format!(r#","exp":{}"#, NOW - 1), false)),
        (
            "exp past as text",
            (format!(r#","exp":"{}""#, NOW - 1), false),
        ),
        ("exp zero", (r#","exp":0"#.into(), false)),
        ("exp negative", (r#","exp":-1"#.into(), false)),
        (
            "exp past in milliseconds",
            (format!(r#","exp":{}"#, START_MS - 1), false),
        ),
        (
            "exp ahead in milliseconds",
            (format!(r#","exp":"{}""#, START_MS + 1_000), true),
        ),
        (
            "nbf past in milliseconds",
            (format!(r#","nbf":{}"#, START_MS - 1), true),
        ),
        ("exp huge", (r#","exp":1e300"#.into(), true)),
        ("nbf now", (format!(r#","nbf":{NOW}"#), true)),
        (
            "nbf by a clock that is a little ahead",
            (format!(r#","nbf":{}"#, NOW + 10), true),
        ),
        ("nbf ahead", (format!(r#","nbf":{}"#, NOW + 11), false)),
        (
            "nbf ahead as text",
            (format!(r#","nbf":"{}""#, NOW + 60), false),
        ),
    ];
    check_rows(rows, |(members, expected)| {
        let body = format!(r#"{{"active":true{members}}}"#);
        same(said(&body).map(|it| it.active), Ok(expected))
    });
    assert!(
        !said(r#"{"active":false,"exp":1900000000}"#)
            .expect("an answer")
            .active
    );
}

/// All that is said instead of `active`, and what is said of it.
#[test]
fn what_is_no_answer_is_an_error() {
    let page = "<html>Sign in</html>";
    let ok = |body: &str| response(200, body);
    let typed = |content_type: &str, body: &str| {
        let mut response = response(200, body);
        response.headers = vec![("content-type".into(), content_type.into())];
        response
    };
    let invalid = ErrorCode::InvalidResponse;
    let rows = [
        (
            "no active",
            (ok(r#"{"sub":"u"}"#), invalid, "without active"),
        ),
        (
            "active as text",
            (
                ok(r#"{"active":"true"}"#),
                invalid,
                "neither true nor false",
            ),
        ),
        (
            "active as number",
            (ok(r#"{"active":1}"#), invalid, "neither true nor false"),
        ),
        (
            "active null",
            (ok(r#"{"active":null}"#), invalid, "neither true nor false"),
        ),
        (
            "another case",
            (ok(r#"{"Active":true}"#), invalid, "without active"),
        ),
        (
            "nested",
            (ok(r#"{"data":{"active":true}}"#), invalid, "without active"),
        ),
        (
            "list",
            (ok(r#"[{"active":true}]"#), invalid, "without a JSON object"),
        ),
        ("a page", (ok(page), invalid, "a page")),
        ("nothing", (ok(""), invalid, "without a JSON object")),
        (
            "no content",
            (response(204, ""), invalid, "without a JSON object"),
        ),
        (
            "a form",
            (ok("active=true"), invalid, "without a JSON object"),
        ),
        (
            "cut",
            (ok(r#"{"active":true"#), invalid, "without a JSON object"),
        ),
        (
            "exp in words",
            (
                ok(r#"{"active":true,"exp":"never"}"#),
                invalid,
                "exp that is no number",
            ),
        ),
        (
            "nbf in words",
            (
                ok(r#"{"active":true,"nbf":[]}"#),
                invalid,
                "nbf that is no number",
            ),
        ),
        (
            "signed",
            (
                typed(
                    "Application/Token-Introspection+JWT; charset=utf-8",
                    "e30.e30.",
                ),
                invalid,
                "signedResponse",
            ),
        ),
        (
            "redirect",
            (
                response(302, ""),
                ErrorCode::RedirectRefused,
                "introspectionUrl",
            ),
        ),
        (
            "hidden redirect",
            (
                response(0, ""),
                ErrorCode::RedirectRefused,
                "introspectionUrl",
            ),
        ),
        (
            "not found",
            (
                response(404, page),
                ErrorCode::HttpStatus,
                "with status 404",
            ),
        ),
        (
            "down",
            (
                response(503, "{}"),
                ErrorCode::HttpStatus,
                "with status 503",
            ),
        ),
        (
            "refused",
            (
                response(401, r#"{"error":"invalid_client"}"#),
                ErrorCode::TokenRequestRejected,
                "with 401 invalid_client",
            ),
        ),
        (
            "refused with success",
            (
                ok(r#"{"error":"invalid_client"}"#),
                ErrorCode::TokenRequestRejected,
                "with 200 invalid_client",
            ),
        ),
        (
            "a token that is called invalid by a status",
            (
                response(400, r#"{"error":"invalid_token"}"#),
                ErrorCode::TokenRequestRejected,
                "with 400 invalid_token",
            ),
        ),
        (
            "active in an error",
            (
                response(401, r#"{"active":true}"#),
                ErrorCode::HttpStatus,
                "with status 401",
            ),
        ),
        (
            "inactive in an error",
            (
                response(500, r#"{"active":false}"#),
                ErrorCode::HttpStatus,
                "with status 500",
            ),
        ),
    ];
    check_rows(rows, |(response, code, part)| match answered(&response) {
        Ok(_) => Err("it was taken for an answer".into()),
        Err(error) if !error.to_string().contains(part) => Err(error.to_string()),
        Err(error) => same(
            (error.code(), error.status()),
            (code, Some(response.status)),
        ),
    });
}

#[test]
fn what_is_said_of_an_inactive_token_does_not_matter() {
    for members in [
        r#""exp":1900000000"#,
        r#""exp":"""#,
        r#""exp":"never","nbf":{}"#,
    ] {
        let body = format!(r#"{{"active":false,{members}}}"#);
        assert!(!said(&body).expect("an answer").active, "{members}");
    }
}

#[test]
fn what_surrounds_an_answer_does_not_matter() {
    assert!(
        said("\u{feff}\n{\"active\":true}\n")
            .expect("an answer")
            .active
    );
    let mut mislabelled = response(200, r#"{"active":true}"#);
    mislabelled.headers = vec![("content-type".into(), "text/html".into())];
    assert!(answered(&mislabelled).is_ok());
    // Beside `active` an error is a member like any other.
    assert!(
        said(r#"{"active":true,"error":"none"}"#)
            .expect("an answer")
            .active
    );
}

#[test]
fn an_echo_of_the_token_is_taken_out_of_errors() {
    let body =
        r#"{"error":"invalid_request","error_description":"cannot read the-presented-token"}"#;
    let error = answered(&response(400, body)).expect_err("an error");
    assert!(!format!("{error} {error:?}").contains("the-presented-token"));
}

#[test]
fn nobody_sees_whom_a_token_is_about() {
    let shown = format!(
        "{:?}",
        active(r#""sub":"somebody","username":"their name""#)
    );
    assert!(shown.contains("active: true"), "{shown}");
    assert!(
        !shown.contains("somebody") && !shown.contains("their name"),
        "{shown}"
    );
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>()
            .prop_filter("as JSON has them", |it| it.is_finite())
            .prop_map(Json::Number),
        (NOW - 100..NOW + 100).prop_map(|it| Json::Number(it as f64)),
        (NOW - 100..NOW + 100).prop_map(|it| Json::from(it.to_string().as_str())),
        ".{0,8}".prop_map(|it: String| Json::from(it.as_str())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::Array),
            prop::collection::vec((".{0,4}", inner), 0..3).prop_map(Json::Object),
        ]
    })
}

fn members() -> impl Strategy<Value = Json> {
    let names = [
        "active",
        "scope",
        "scp",
        "client_id",
        "username",
        "token_type",
        "exp",
        "iat",
        "nbf",
        "sub",
        "aud",
        "iss",
        "jti",
        "error",
    ];
    let member = (prop::sample::select(names.to_vec()), json());
    prop::collection::vec(member, 0..8).prop_map(|members| {
        Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn active_is_said_by_nothing_but_true(raw in members()) {
        let seconds = |at: f64| match at.trunc() {
            ms @ 1e11.. => (ms / 1000.0).trunc(),
            seconds => seconds,
        };
        let number = |name: &str| match raw.get(name) {
            None | Some(Json::Null) => Some(None),
            Some(Json::Number(number)) => Some(Some(*number)),
            Some(Json::String(text)) => text.trim().parse::<f64>().ok().map(Some),
            Some(_) => None,
        };
        let is_active = raw.get("active") == Some(&Json::Bool(true))
            && number("exp").is_some_and(|exp| exp.is_none_or(|exp| seconds(exp) > NOW as f64))
            && number("nbf").is_some_and(|nbf| nbf.is_none_or(|nbf| seconds(nbf) <= (NOW + 10) as f64));
        let read = said(&raw.to_text());
        prop_assert_eq!(read.is_ok_and(|it| it.active), is_active);
    }

    #[test]
    fn whatever_comes_is_read_or_refused(
        status in any::<u16>(),
        content_type in ".{0,20}",
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let response = HttpResponse {
            status,
            headers: vec![("content-type".into(), content_type)],
            body,
        };
        if let Err(error) = answered(&response) {
            prop_assert_eq!(error.status(), Some(status));
        }
    }
}
