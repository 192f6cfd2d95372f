//! The authorization request and the answer to it (RFC 6749 §4.1.1 to §4.1.2.1, RFC 9207).

use edge_oauth2::protocol::authorization_code::{
    AuthorizationRequest, ExpectedCallback, read_callback, state_from_random,
};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::form::{self, Parameters};
use edge_oauth2::{Error, ErrorCode};

use crate::support::{check_rows, same};

const ENDPOINT: &str = "https://auth.example.com/authorize";
const STATE: &str = "state-marker/+";
const CODE: &str = "code-marker/+";
const ISSUER: &str = "https://auth.example.com/";

fn endpoint() -> Endpoint {
    Endpoint::parse(ENDPOINT).unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Parameters {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// A request without what may be left out.
fn request<'a>(endpoint: &'a Endpoint, extra: &'a Parameters) -> AuthorizationRequest<'a> {
    AuthorizationRequest {
        endpoint,
        client_id: "client",
        client_id_param: "client_id",
        redirect_uri: "https://app.example.com/callback",
        scope: "",
        state: "s",
        code_challenge: None,
        resource: &[],
        extra,
    }
}

const REDIRECT: &str = "redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback";

#[test]
fn the_url_has_everything_in_a_fixed_order() {
    let (endpoint, extra) = (endpoint(), pairs(&[("prompt", "login"), ("claims", "{}")]));
    let resource = ["https://a.example/", "https://b.example/"].map(str::to_owned);
    let full = AuthorizationRequest {
        client_id: "my client",
        scope: "a b:c",
        state: "x&y=z~",
        code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        resource: &resource,
        ..request(&endpoint, &extra)
    };
    assert_eq!(
        full.to_url().unwrap(),
        [
            ENDPOINT,
            "?response_type=code&client_id=my%20client&",
            REDIRECT,
            "&scope=a%20b%3Ac&state=x%26y%3Dz%7E",
            "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            "&resource=https%3A%2F%2Fa.example%2F&resource=https%3A%2F%2Fb.example%2F",
            "&prompt=login&claims=%7B%7D",
        ]
        .concat()
    );
}

#[test]
fn what_is_not_given_is_left_out() {
    let url = request(&endpoint(), &Parameters::new()).to_url().unwrap();
    let expected = [
        ENDPOINT,
        "?response_type=code&client_id=client&",
        REDIRECT,
        "&state=s",
    ];
    assert_eq!(url, expected.concat());
}

#[test]
fn the_client_id_may_have_another_name() {
    let (endpoint, extra) = (endpoint(), pairs(&[("client_id", "other")]));
    let request = AuthorizationRequest {
        client_id_param: "app_id",
        ..request(&endpoint, &extra)
    };
    let url = request.to_url().unwrap();
    let query = form::decode(url.split_once('?').unwrap().1);
    assert_eq!(query[1], ("app_id".to_owned(), "client".to_owned()));
    assert_eq!(query[4], ("client_id".to_owned(), "other".to_owned()));
}

#[test]
fn the_endpoints_query_is_kept() {
    check_rows(
        [
            ("none", ("", "?")),
            ("empty", ("?", "?")),
            ("one", ("?tenant=a%20b", "?tenant=a%20b&")),
            ("open end", ("?tenant=1&", "?tenant=1&")),
            ("with a question mark", ("?a=?", "?a=?&")),
            ("not decoded and encoded again", ("?a=~*%2a", "?a=~*%2a&")),
            ("what this request has not", ("?scope=x", "?scope=x&")),
        ],
        |(query, expected)| {
            let endpoint = Endpoint::parse(&[ENDPOINT, query].concat())?;
            let url = request(&endpoint, &Parameters::new()).to_url();
            let url = url.map_err(|error| error.to_string())?;
            let expected = [ENDPOINT, expected, "response_type=code&"].concat();
            same(url.get(..expected.len()), Some(expected.as_str()))
        },
    );
}

#[test]
fn no_parameter_is_set_twice() {
    let with_all = |endpoint: &Endpoint, extra: &Parameters| {
        AuthorizationRequest {
            scope: "a",
            code_challenge: Some("c"),
            resource: &["https://r.example".to_owned()],
            ..request(endpoint, extra)
        }
        .to_url()
    };
    let refused = |url: Result<String, Error>, option, name: &str| {
        let error = url.err().ok_or("accepted")?;
        same(error.code(), ErrorCode::InvalidOption)?;
        same(error.option(), Some(option))?;
        same(error.to_string().contains(&format!("`{name}`")), true)?;
        same(error.to_string().contains("marker"), false)
    };
    check_rows(
        [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
            "code_challenge_method",
            "resource",
        ]
        .map(|name| (name, name)),
        |name| {
            let extra = pairs(&[("prompt", "none"), (name, "marker")]);
            refused(with_all(&endpoint(), &extra), "extra", name)?;
            let endpoint = Endpoint::parse(&format!("{ENDPOINT}?a=b&{name}=marker"))?;
            let url = with_all(&endpoint, &Parameters::new());
            refused(url, "authorizationUrl", name)
        },
    );
    let with_prompt = Endpoint::parse(&[ENDPOINT, "?prompt=login"].concat()).unwrap();
    let url = with_all(&with_prompt, &pairs(&[("prompt", "marker")]));
    refused(url, "extra", "prompt").unwrap();
}

#[test]
fn what_the_caller_brings_is_checked() {
    let long = "x".repeat(100);
    let uri = |uri| ("redirectUri", uri, "s");
    let state = |state| ("state", "https://a/", state);
    check_rows(
        [
            ("https", (uri("https://a.example/cb?x=1"), true)),
            ("loopback", (uri("http://127.0.0.1:8080/cb"), true)),
            ("an app's scheme", (uri("com.example.app:/cb"), true)),
            ("empty", (uri(""), false)),
            ("relative", (uri("/cb"), false)),
            ("without a scheme", (uri("://a/cb"), false)),
            ("scheme with a slash", (uri("a/b:c"), false)),
            ("scheme with a digit first", (uri("1a:c"), false)),
            ("fragment", (uri("https://a/cb#"), false)),
            ("space", (uri("https://a/c b"), false)),
            ("line break", (uri("https://a/cb\n"), false)),
            ("non-ASCII", (uri("https://ä/cb"), false)),
            ("state", (state(long.as_str()), true)),
            ("state, printable", (state(" ~"), true)),
            ("state, empty", (state(""), false)),
            ("state, control character", (state("a\u{7f}"), false)),
            ("state, line break", (state("a\n"), false)),
            ("state, non-ASCII", (state("ü"), false)),
        ],
        |((option, redirect_uri, state), is_accepted)| {
            let (endpoint, extra) = (endpoint(), Parameters::new());
            let request = AuthorizationRequest {
                redirect_uri,
                state,
                ..request(&endpoint, &extra)
            };
            match request.to_url() {
                Ok(_) => same(is_accepted, true),
                Err(error) => {
                    same(is_accepted, false)?;
                    same(error.code(), ErrorCode::InvalidOption)?;
                    same(error.option(), Some(option))
                }
            }
        },
    );
}

#[test]
fn a_state_that_is_made_fits() {
    let state = state_from_random(&[0xff; 32]);
    assert_eq!(state, ["_".repeat(42), "8".into()].concat());
}

/// Reads a callback to the request of [`STATE`].
fn read(callback: &str, issuer: Option<&str>, requires_issuer: bool) -> Result<String, Error> {
    let expected = ExpectedCallback {
        state: STATE,
        issuer,
        requires_issuer,
    };
    read_callback(callback, expected).map(|code| code.expose().to_owned())
}

fn query(parameters: &[(&str, &str)]) -> String {
    form::encode(&pairs(parameters))
}

/// Code and state in [`CODE`] and [`STATE`].
fn good() -> String {
    query(&[("code", CODE), ("state", STATE)])
}

#[test]
fn the_code_is_found_in_every_form_of_a_callback() {
    let good = good();
    check_rows(
        [
            ("URL", format!("https://app.example.com/cb?{good}")),
            ("URL without a path", format!("https://a.example?{good}")),
            ("app's URL", format!("com.example.app:/cb?{good}")),
            ("path", format!("/cb?{good}")),
            ("relative path", format!("cb?{good}")),
            ("path with an equals sign", format!("/a=b?{good}")),
            ("app's path with an equals sign", format!("app:a=b?{good}")),
            ("query", good.clone()),
            ("query with its mark", format!("?{good}")),
            ("after other parameters", format!("/cb?a=1&b=?&{good}")),
            ("query with a question mark", format!("a=?&{good}")),
            ("query with an empty pair", format!("&{good}")),
            ("query with a URL", format!("a=https://b/c?d&{good}")),
            ("fragment", format!("https://a/cb?{good}#_=_")),
            ("fragment with another", format!("?{good}#code=x&state=y")),
            ("empty parameters", format!("?{good}&error=&iss=&response=")),
            ("unknown parameters, twice", format!("?{good}&a=1&a=2")),
            (
                "session_state",
                format!("?session_state=other&{good}&scope=a"),
            ),
        ],
        |callback| {
            let code = read(&callback, None, false).map_err(|error| error.to_string())?;
            same(code.as_str(), CODE)
        },
    );
}

/// No secret of the callback in it, and the code right.
fn check_error(error: &Error, code: ErrorCode) -> Result<(), String> {
    same(error.code(), code)?;
    same(error.status(), None)?;
    let shown = format!("{error} {error:?} {error:#?}");
    for hidden in ["marker", "evil", "access_denied"] {
        if shown.contains(hidden) {
            return Err(format!("{hidden} is seen in {shown}"));
        }
    }
    Ok(())
}

#[test]
fn what_is_no_answer_to_the_request_is_refused() {
    let good = good();
    let denied = "error=access_denied&error_description=evil";
    check_rows(
        [
            ("nothing", (String::new(), "no state")),
            ("no query", ("https://a/cb".into(), "no state")),
            ("in the fragment only", (format!("/cb#{good}"), "no state")),
            ("no state", (query(&[("code", CODE)]), "no state")),
            ("empty state", ("code=marker&state=".into(), "no state")),
            (
                "other state",
                ("code=marker&state=other-marker".into(), "another state"),
            ),
            (
                "the beginning of the state",
                ("code=marker&state=state-marker".into(), "another state"),
            ),
            (
                "state in other case",
                (
                    query(&[("code", CODE), ("state", "STATE-marker/+")]),
                    "another state",
                ),
            ),
            (
                "error with another state",
                (format!("{denied}&state=other"), "another state"),
            ),
            ("error without a state", (denied.into(), "no state")),
            (
                "code and error without a state",
                (format!("{denied}&code=marker"), "no state"),
            ),
            (
                "no code",
                (query(&[("state", STATE)]), "neither a code nor an error"),
            ),
            (
                "empty code",
                (
                    query(&[("code", ""), ("state", STATE)]),
                    "neither a code nor an error",
                ),
            ),
            ("code twice", (format!("code=marker&{good}"), "`code`")),
            ("code twice, one empty", (format!("{good}&code="), "`code`")),
            ("same code twice", (format!("{good}&{good}"), "`code`")),
            ("state twice", (format!("{good}&state=marker"), "`state`")),
            ("iss twice", (format!("{good}&iss=evil&iss=evil"), "`iss`")),
            (
                "error twice",
                (format!("{good}&{denied}&{denied}"), "`error`"),
            ),
            (
                "description twice",
                (
                    format!("{good}&error_description=evil&error_description=evil"),
                    "`error_description`",
                ),
            ),
            (
                "repeated under another spelling",
                (format!("{good}&%63ode=marker"), "`code`"),
            ),
            ("JARM", ("?response=ey.marker.x".into(), "JARM")),
            (
                "JARM beside a code",
                (format!("{good}&response=marker"), "JARM"),
            ),
        ],
        |(callback, problem)| {
            let error = read(&callback, None, false).err().ok_or("accepted")?;
            check_error(&error, ErrorCode::InvalidCallback)?;
            same(error.retryable(), false)?;
            same(error.to_string().contains(problem), true)
                .map_err(|_| format!("no {problem:?} in {error}"))
        },
    );
}

/// RFC 9207 §2.4: what is expected, whether the server says that it sends it, what it sends.
#[test]
fn the_issuer_is_compared_as_text() {
    let iss = |iss: &str| Some(iss.to_owned());
    check_rows(
        [
            ("same", (Some(ISSUER), true, iss(ISSUER), true)),
            (
                "same, not announced",
                (Some(ISSUER), false, iss(ISSUER), true),
            ),
            ("absent", (Some(ISSUER), false, None, true)),
            ("absent, announced", (Some(ISSUER), true, None, false)),
            ("empty, announced", (Some(ISSUER), true, iss(""), false)),
            ("other", (Some(ISSUER), true, iss("https://evil/"), false)),
            (
                "other, not announced",
                (Some(ISSUER), false, iss("https://evil/"), false),
            ),
            (
                "without the slash",
                (Some(ISSUER), true, iss("https://auth.example.com"), false),
            ),
            (
                "in other case",
                (Some(ISSUER), true, iss("https://AUTH.example.com/"), false),
            ),
            (
                "with the default port",
                (
                    Some(ISSUER),
                    true,
                    iss("https://auth.example.com:443/"),
                    false,
                ),
            ),
            ("nothing known", (None, false, iss("https://any/"), true)),
        ],
        |(expected, requires_issuer, iss, is_accepted)| {
            for error in ["", "access_denied"] {
                let mut callback = pairs(&[("error", error), ("error_description", error)]);
                callback.extend(pairs(&[("code", CODE), ("state", STATE)]));
                callback.extend(iss.iter().map(|iss| ("iss".to_owned(), iss.clone())));
                let result = read(&form::encode(&callback), expected, requires_issuer);
                match (is_accepted, result) {
                    (true, Ok(code)) if error.is_empty() => same(code.as_str(), CODE)?,
                    (true, Err(told)) if !error.is_empty() => {
                        same(told.code(), ErrorCode::AuthorizationRejected)?;
                    }
                    (false, Err(told)) => {
                        check_error(&told, ErrorCode::InvalidCallback)?;
                        same(told.to_string().contains("`iss`"), true)?;
                    }
                    (_, other) => return Err(format!("{other:?}")),
                }
            }
            Ok(())
        },
    );
}

#[test]
fn the_state_comes_before_the_issuer() {
    let callback = query(&[("code", CODE), ("state", "x"), ("iss", "https://evil/")]);
    let error = read(&callback, Some(ISSUER), true).unwrap_err();
    assert!(error.to_string().contains("another state"));
}

#[test]
fn a_state_must_be_expected() {
    let expected = ExpectedCallback {
        state: "",
        issuer: None,
        requires_issuer: false,
    };
    for callback in ["code=c&state=", "code=c"] {
        let error = read_callback(callback, expected).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidOption);
        assert_eq!(error.option(), Some("state"));
    }
}

#[test]
fn the_servers_error_is_told() {
    let callback = query(&[
        ("error", "access_denied"),
        ("error_description", "The user said no"),
        ("error_uri", "https://x/y"),
        ("state", STATE),
    ]);
    let error = read(&callback, None, false).unwrap_err();
    assert_eq!(error.code(), ErrorCode::AuthorizationRejected);
    assert_eq!(error.status(), None);
    let response = error.response().unwrap();
    assert_eq!(response.error, "access_denied");
    assert_eq!(response.description.as_deref(), Some("The user said no"));
    assert_eq!(response.uri.as_deref(), Some("https://x/y"));
    assert_eq!(
        error.to_string(),
        "the authorization server sent the user back with access_denied: The user said no"
    );
}

#[test]
fn an_error_counts_more_than_a_code() {
    let callback = [&good(), "&error=server_error"].concat();
    let error = read(&callback, None, false).unwrap_err();
    assert_eq!(error.code(), ErrorCode::AuthorizationRejected);
    let response = error.response().unwrap();
    assert_eq!((&response.description, &response.uri), (&None, &None));
}

#[test]
fn some_errors_pass() {
    check_rows(
        [
            ("server_error", true),
            ("temporarily_unavailable", true),
            ("access_denied", false),
            ("invalid_scope", false),
        ]
        .map(|(error, is_retryable)| (error, (error, is_retryable))),
        |(error, is_retryable)| {
            let callback = query(&[("error", error), ("state", STATE)]);
            let error = read(&callback, None, false).err().ok_or("accepted")?;
            same(error.retryable(), is_retryable)
        },
    );
}

#[test]
fn the_servers_words_are_cleaned_and_bounded() {
    let encoded = |text: &str| form::encode_value(text);
    let at_the_bound = ["y".repeat(995), STATE.into()].concat();
    let long = "ü".repeat(2_000);
    check_rows(
        [
            (
                "line breaks",
                ("a\r\nb\u{1b}c".to_owned(), "abc".to_owned()),
            ),
            ("long", (long, "ü".repeat(1_000))),
            (
                "echo of the state",
                (format!("no {STATE}!"), "no [redacted]!".into()),
            ),
            (
                "echo of the code",
                (format!("no {CODE}!"), "no [redacted]!".into()),
            ),
            (
                "echo in the encoded form",
                (
                    format!("{} {}", encoded(STATE), encoded(CODE)),
                    "[redacted] [redacted]".into(),
                ),
            ),
            (
                "echo with a line break",
                (STATE.replacen('m', "\nm", 1), "[redacted]".into()),
            ),
            (
                "cut at the bound",
                (at_the_bound, ["y".repeat(995), "[reda".into()].concat()),
            ),
        ],
        |(text, expected)| {
            let callback = query(&[
                ("error", &text),
                ("error_description", &text),
                ("error_uri", &text),
                ("state", STATE),
                ("code", CODE),
            ]);
            let error = read(&callback, None, false).err().ok_or("accepted")?;
            check_error(&error, ErrorCode::AuthorizationRejected)?;
            let response = error.response().ok_or("no response")?;
            same(&response.error, &expected)?;
            same(response.description.as_ref(), Some(&expected))?;
            same(response.uri.as_ref(), Some(&expected))
        },
    );
}

/// A short state of the caller's own must not make another word of the server's code.
#[test]
fn a_short_state_does_not_disfigure_the_error() {
    let expected = ExpectedCallback {
        state: "access",
        issuer: None,
        requires_issuer: false,
    };
    let error = read_callback("error=access_denied&state=access", expected).unwrap_err();
    assert_eq!(error.response().unwrap().error, "access_denied");
}

#[test]
fn debug_hides_what_nobody_else_should_know() {
    let endpoint = Endpoint::parse(&[ENDPOINT, "?key=marker"].concat()).unwrap();
    let extra = pairs(&[("login_hint", "marker")]);
    let request = AuthorizationRequest {
        state: STATE,
        ..request(&endpoint, &extra)
    };
    let expected = ExpectedCallback {
        state: STATE,
        issuer: Some(ISSUER),
        requires_issuer: true,
    };
    let code = read_callback(
        &good(),
        ExpectedCallback {
            requires_issuer: false,
            ..expected
        },
    );
    let shown = format!("{request:?} {request:#?} {expected:?} {expected:#?} {code:?}");
    assert!(!shown.contains("marker"), "{shown}");
}
