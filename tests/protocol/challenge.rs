//! `WWW-Authenticate` as clients read it (RFC 9110 §11.6.1).

use edge_oauth2::protocol::challenge::{Challenge, parse_challenges};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{check_rows, same};

/// `scheme token68 | name=value|…` of each, as a text.
fn written(challenges: &[Challenge]) -> String {
    let one = |challenge: &Challenge| {
        let mut parts = vec![challenge.scheme.clone()];
        parts.extend(challenge.token68.iter().map(|it| format!("<{it}>")));
        let parameters = challenge.parameters.iter();
        parts.extend(parameters.map(|(name, value)| format!("{name}={value}")));
        parts.join("|")
    };
    challenges.iter().map(one).collect::<Vec<_>>().join(" & ")
}

#[test]
fn rows() {
    let rows = [
        ("nothing", "", ""),
        ("commas only", " ,\t, ,", ""),
        ("a scheme", "Bearer", "Bearer"),
        (
            "several schemes",
            "Bearer, Negotiate , NTLM",
            "Bearer & Negotiate & NTLM",
        ),
        (
            "RFC 9110",
            r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
            r#"Basic|realm=simple & Newauth|realm=apps|type=1|title=Login to "apps""#,
        ),
        (
            "commas in quotes",
            r#"Bearer realm="a, Basic realm=b, c", error="x""#,
            "Bearer|realm=a, Basic realm=b, c|error=x",
        ),
        (
            "token68",
            "Negotiate YIIB+/~-._==",
            "Negotiate|<YIIB+/~-._==>",
        ),
        (
            "token68 that looks like a name",
            "Basic realm",
            "Basic|<realm>",
        ),
        ("token68 with padding", "Foo realm=", "Foo|<realm=>"),
        (
            "token68 among others",
            r#"Negotiate abc==, Bearer realm="x", NTLM TlRM"#,
            "Negotiate|<abc==> & Bearer|realm=x & NTLM|<TlRM>",
        ),
        (
            "a parameter after token68",
            "Foo abc=, realm=x, Bar",
            "Foo|<abc=> & Bar",
        ),
        (
            "white space at the equals sign",
            "Bearer realm \t=  \"x\" ,error = y",
            "Bearer|realm=x|error=y",
        ),
        (
            "white space and empty elements",
            "Bearer  , ,realm=x,,\terror=y ,",
            "Bearer|realm=x|error=y",
        ),
        ("the case of names", "bEARER ReAlM=X", "bEARER|realm=X"),
        (
            "the first counts",
            "Bearer realm=a, REALM=b, realm=\"c\"",
            "Bearer|realm=a",
        ),
        ("an empty text", r#"Bearer realm="""#, "Bearer|realm="),
        (
            "a quoted comma at the end",
            r#"Bearer realm=",""#,
            "Bearer|realm=,",
        ),
        (
            "quoted pairs",
            r#"Bearer realm="\a\\\"\,", error="\\""#,
            r#"Bearer|realm=a\",|error=\"#,
        ),
        (
            "a name that is another's scheme",
            "Bearer basic=x, Basic realm=y",
            "Bearer|basic=x & Basic|realm=y",
        ),
        (
            "a URL without quotes",
            "Bearer resource_metadata=https://a.example/b?c=d, scope=read:all",
            "Bearer|resource_metadata=https://a.example/b?c=d|scope=read:all",
        ),
        (
            "non-ASCII in quotes",
            "Bearer realm=\"Prüfung\"",
            "Bearer|realm=Prüfung",
        ),
        (
            "a registry of images",
            r#"Bearer realm="https://a.example/v2/auth",service="a.example",scope="repository:a/b:pull,push""#,
            "Bearer|realm=https://a.example/v2/auth|service=a.example|scope=repository:a/b:pull,push",
        ),
        (
            "a comma after the scheme",
            r#"Bearer, error="invalid_token""#,
            "Bearer|error=invalid_token",
        ),
        (
            "DPoP before",
            r#"DPoP algs="ES256 RS256", Bearer scope="files", error="x""#,
            "DPoP|algs=ES256 RS256 & Bearer|scope=files|error=x",
        ),
        (
            "metadata that is named twice",
            r#"Bearer realm="a", resource_metadata="https://a.example/b", error="x", resource_metadata="https://a.example/c""#,
            "Bearer|realm=a|resource_metadata=https://a.example/b|error=x",
        ),
        (
            "a quoted comma alone",
            r#"Bearer scope=",", error="x""#,
            "Bearer|scope=,|error=x",
        ),
        (
            "a pair before a comma",
            r#"Digest param="\",f ", x=y"#,
            r#"Digest|param=",f |x=y"#,
        ),
        // What cannot be read ends the challenge it is in.
        (
            "a parameter of no scheme",
            "realm=x, Basic realm=y",
            "Basic|realm=y",
        ),
        (
            "no value",
            "Bearer realm=a, error=, scope=b, Basic realm=y",
            "Bearer|realm=a & Basic|realm=y",
        ),
        (
            "no comma",
            r#"Bearer realm="a" error="b, c", scope=d, Basic realm=y"#,
            "Bearer|realm=a & Basic|realm=y",
        ),
        (
            "a semicolon",
            "Bearer realm=a; error=b, scope=c, Foo",
            "Bearer|realm=a & Foo",
        ),
        (
            "a quote without end",
            r#"Bearer error=a, realm="b, Basic realm=y"#,
            "Bearer|error=a",
        ),
        ("a backslash at the end", r#"Bearer realm="b\"#, "Bearer"),
        ("two words", "Bearer abc def, Foo", "Bearer & Foo"),
        ("a quote for a scheme", r#""a, Bearer b", Foo"#, "Foo"),
        (
            "a quote at the scheme",
            r#"Bearer"x, y", realm=z, Foo"#,
            "Bearer & Foo",
        ),
        ("a slash at the scheme", "Foo/abc, Bar", "Foo & Bar"),
        (
            "control characters",
            "\0, Bearer realm=\u{1}, Foo",
            "Bearer & Foo",
        ),
        ("equals signs", "==, Bearer ==, = , Foo =x, Bar", "Bar"),
        ("non-ASCII", "ü, Bearer realm=ü, Foo é", "Bearer & Foo"),
    ];
    let rows = rows.map(|(name, header, expected)| (name, (header, expected)));
    check_rows(rows, |(header, expected)| {
        same(written(&parse_challenges(header)).as_str(), expected)
    });
}

/// Each was read for minutes where the time is not linear.
#[test]
fn what_is_long_is_read_at_once() {
    const TIMES: usize = 300_000;
    let distinct: Vec<String> = (0..TIMES).map(|n| format!("p{n}=x")).collect();
    for header in [
        "Bearer ".repeat(TIMES),
        "Bearer,".repeat(TIMES),
        "a ".repeat(TIMES),
        "a=\"".repeat(TIMES),
        "a=\"\\".repeat(TIMES),
        "\\\",".repeat(TIMES),
        "Bearer a=b,".repeat(TIMES),
        "=".repeat(TIMES),
        format!("Bearer {}", "a=b,".repeat(TIMES)),
        format!("Bearer {}", distinct.join(",")),
        format!("Bearer a=\"{}", "\\\"".repeat(TIMES)),
    ] {
        let challenges = parse_challenges(&header);
        assert!(challenges.iter().all(|it| it.parameters.len() <= 64));
    }
}

fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,8}"
}

fn challenge() -> impl Strategy<Value = Challenge> {
    let parameters = vec(("[a-z0-9_-]{1,6}", "[ -~äé\t]{0,10}"), 0..5);
    let inside = prop_oneof![
        parameters.prop_map(|mut parameters| {
            let mut names: Vec<String> = Vec::new();
            parameters.retain(|(name, _)| {
                let is_new = !names.contains(name);
                names.push(name.clone());
                is_new
            });
            (parameters, None)
        }),
        "[A-Za-z0-9._~+/-]{1,10}={0,2}".prop_map(|token68| (Vec::new(), Some(token68))),
    ];
    (token(), inside).prop_map(|(scheme, (parameters, token68))| Challenge {
        scheme,
        parameters,
        token68,
    })
}

/// One of the ways to write it, as `dice` have it.
fn write(challenge: &Challenge, dice: &[u8]) -> String {
    let mut dice = dice.iter().cycle();
    let mut pick = |from: &[&'static str]| from[usize::from(*dice.next().unwrap()) % from.len()];
    let mut text = challenge.scheme.clone();
    if let Some(token68) = &challenge.token68 {
        return text + pick(&[" ", "  "]) + token68 + pick(&["", " "]);
    }
    for (index, (name, value)) in challenge.parameters.iter().enumerate() {
        text += match index {
            0 => pick(&[" ", "  ", " , ", " ,,"]),
            _ => pick(&[",", ", ", " ,\t", ", ,"]),
        };
        let is_token = |byte: u8| byte.is_ascii_alphanumeric();
        let may_be_plain = !value.is_empty() && value.bytes().all(is_token);
        text += &match pick(&["", "capitals"]) {
            "" => name.clone(),
            _ => name.to_ascii_uppercase(),
        };
        text += pick(&["=", " =", "= ", "\t= "]);
        if may_be_plain && pick(&["", "plain"]) == "plain" {
            text += value;
            continue;
        }
        text += "\"";
        for c in value.chars() {
            if matches!(c, '"' | '\\') || pick(&["", "", "", "pair"]) == "pair" {
                text.push('\\');
            }
            text.push(c);
        }
        text += "\"";
    }
    text
}

proptest! {
    #[test]
    fn what_is_written_is_read(challenges in vec(challenge(), 0..4), dice in vec(any::<u8>(), 1..40)) {
        let texts: Vec<String> = challenges.iter().map(|it| write(it, &dice)).collect();
        for separator in [", ", ",", " , ,\t"] {
            prop_assert_eq!(&parse_challenges(&texts.join(separator)), &challenges);
        }
    }

    #[test]
    fn what_cannot_be_read_costs_its_own_challenge(
        before in challenge(), after in challenge(), dice in vec(any::<u8>(), 1..40),
        junk in "[ a-z=;:<>(){}@/ü]{0,12}|(\"([^\"\\\\]|\\\\.)*\" *;)?",
    ) {
        let texts = [write(&before, &dice), format!("Broken realm=x;{junk}"), write(&after, &dice)];
        let read = parse_challenges(&texts.join(","));
        let broken = parse_challenges("Broken realm=x").remove(0);
        prop_assert_eq!(read, [before, broken, after]);
    }

    #[test]
    fn never_fails(header in "\\PC*|[a-z,=\" \t\\\\~]{0,40}") {
        for challenge in parse_challenges(&header) {
            prop_assert!(!challenge.scheme.is_empty());
            prop_assert!(challenge.token68.is_none() || challenge.parameters.is_empty());
            let mut names: Vec<&String> = challenge.parameters.iter().map(|(name, _)| name).collect();
            prop_assert!(names.iter().all(|name| **name == name.to_ascii_lowercase() && !name.is_empty()));
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), challenge.parameters.len());
        }
    }
}
