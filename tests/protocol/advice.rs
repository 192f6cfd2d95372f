//! What an error says beside the server's words: what to look at.

use edge_oauth2::host::TransportError;
use edge_oauth2::{ClientAuth, ClientOptions, Error};

use crate::support::host::{Reply, World};
use crate::support::{check_rows, config, options, response, same};

/// What comes of a client whose token endpoint answers so.
fn failed(options: ClientOptions, reply: Reply) -> (Error, usize) {
    let world = World::new(move |_, _| reply.clone());
    let error = world.token(config(options)).unwrap_err();
    (error, world.sent())
}

/// Whether `error` says `advice`, or none.
fn says(error: &Error, advice: &str, all: &[&str]) -> Result<(), String> {
    let message = error.to_string();
    let others = all.iter().filter(|it| **it != advice);
    let other = others.filter(|it| message.contains(**it)).count();
    match message.contains(advice) && other == 0 {
        true => Ok(()),
        false => Err(message),
    }
}

#[test]
fn a_url_that_is_no_token_endpoint_is_doubted() {
    const AUTHORIZATION: &str = "looks like the authorization endpoint's URL";
    const ISSUER: &str = "looks like the issuer's";
    const SLASH: &str = "Most servers have no / at its end";
    const DOUBT: &str = "is tokenUrl the token endpoint's URL?";
    let page = |status| Reply::now(status, "<!doctype html><html><title>Log in</title></html>");
    check_rows(
        [
            (
                "authorize",
                (
                    "https://a.example/oauth2/v2.0/authorize",
                    page(200),
                    AUTHORIZATION,
                ),
            ),
            (
                "auth",
                ("https://a.example/realms/x/auth", page(400), AUTHORIZATION),
            ),
            ("issuer", ("https://a.example", Reply::now(404, ""), ISSUER)),
            (
                "issuer and slash",
                ("https://a.example/", Reply::now(405, ""), ISSUER),
            ),
            (
                "metadata",
                (
                    "https://a.example/.well-known/openid-configuration",
                    Reply::now(405, "{}"),
                    ISSUER,
                ),
            ),
            (
                "slash",
                ("https://a.example/oauth/token/", Reply::now(404, ""), SLASH),
            ),
            (
                "not found",
                (
                    "https://a.example/oauth/tokens",
                    Reply::now(404, "not found"),
                    DOUBT,
                ),
            ),
            (
                "not by POST",
                ("https://a.example/token", Reply::now(405, ""), DOUBT),
            ),
            ("a page", ("https://a.example/login", page(200), DOUBT)),
            (
                "a page that is refused",
                ("https://a.example/login", page(403), DOUBT),
            ),
            (
                "gone",
                (
                    "https://a.example/v1/token",
                    Reply::now(410, r#"{"detail":"use v2"}"#),
                    DOUBT,
                ),
            ),
        ],
        |(token_url, reply, advice)| {
            let options = ClientOptions {
                token_url: token_url.into(),
                ..options()
            };
            let (error, _) = failed(options, reply);
            says(&error, advice, &[AUTHORIZATION, ISSUER, SLASH, DOUBT])
        },
    );
}

#[test]
fn a_server_that_answers_is_not_doubted() {
    for (status, body) in [
        (400, r#"{"error":"invalid_client"}"#),
        (404, r#"{"error":"invalid_client"}"#),
        (503, "<html>down for maintenance</html>"),
        (500, ""),
        (403, r#"{"message":"forbidden"}"#),
    ] {
        let (error, _) = failed(options(), Reply::now(status, body));
        assert!(!error.to_string().contains("tokenUrl"), "{error}");
    }
}

#[test]
fn a_code_leads_to_its_option() {
    check_rows(
        [
            ("scope", ("invalid_scope", "look at scopes")),
            (
                "client",
                (
                    "unauthorized_client",
                    "does not let this client use this grant",
                ),
            ),
            ("grant", ("unsupported_grant_type", "look at grant")),
            (
                "target",
                (
                    "invalid_target",
                    "look at resource and endpointParams.audience",
                ),
            ),
        ],
        |(code, advice)| {
            let body = format!(r#"{{"error":"{code}","error_description":"their words"}}"#);
            let (error, _) = failed(options(), Reply::now(400, body));
            same(
                error
                    .to_string()
                    .contains(&format!("{code}: their words; ")),
                true,
            )?;
            says(&error, advice, &[])
        },
    );
}

#[test]
fn the_other_place_of_the_secret_is_named() {
    const HEADER: &str = "clientAuth: 'header', or 'auto'";
    const BODY: &str = "clientAuth: 'body', or 'auto'";
    const SECRET: &str = "if the client has one, give clientSecret";
    let unknown = || Reply::now(401, r#"{"error":"invalid_client"}"#);
    check_rows(
        [
            ("header", (ClientAuth::Basic, unknown(), BODY)),
            ("body", (ClientAuth::Post, unknown(), HEADER)),
            ("none", (ClientAuth::None, unknown(), SECRET)),
            (
                "no words at all",
                (ClientAuth::Post, Reply::now(401, ""), HEADER),
            ),
        ],
        |(client_auth, reply, advice)| {
            let secret = (client_auth != ClientAuth::None).then(|| "secret".into());
            let options = ClientOptions {
                client_auth,
                client_secret: secret,
                ..options()
            };
            says(&failed(options, reply).0, advice, &[HEADER, BODY, SECRET])
        },
    );
    for reply in [
        Reply::now(400, r#"{"error":"invalid_scope"}"#),
        Reply::now(403, ""),
    ] {
        let (error, _) = failed(options(), reply);
        assert!(!error.to_string().contains("clientAuth"), "{error}");
    }
    let auto = ClientOptions {
        client_auth: ClientAuth::Auto,
        ..options()
    };
    let (error, asked) = failed(auto, unknown());
    assert!(
        asked == 2 && !error.to_string().contains("clientAuth"),
        "both were tried: {error}"
    );
}

#[test]
fn a_redirect_may_lead_to_a_page() {
    let mut answer = response(302, "");
    let to = "https://login.example.com/?next=x";
    answer.headers.push(("Location".into(), to.into()));
    let error = crate::read_response(&answer).unwrap_err().to_string();
    assert!(error.contains("not the token endpoint's URL"), "{error}");
}

#[test]
fn a_bad_certificate_stays_bad_and_a_name_may_be_found_later() {
    const CERTIFICATE: &str = "the server's certificate is not good";
    const NAME: &str = "is the host's name right?";
    check_rows(
        [
            (
                "Node, expired",
                ("fetch failed (CERT_HAS_EXPIRED)", false, CERTIFICATE),
            ),
            (
                "Node, self-signed",
                (
                    "fetch failed (DEPTH_ZERO_SELF_SIGNED_CERT)",
                    false,
                    CERTIFICATE,
                ),
            ),
            (
                "Node, chain",
                (
                    "fetch failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
                    false,
                    CERTIFICATE,
                ),
            ),
            (
                "Node, other name",
                (
                    "fetch failed (ERR_TLS_CERT_ALTNAME_INVALID)",
                    false,
                    CERTIFICATE,
                ),
            ),
            (
                "Deno",
                (
                    "client error (Connect): invalid peer certificate: Expired",
                    false,
                    CERTIFICATE,
                ),
            ),
            ("unknown name", ("fetch failed (ENOTFOUND)", true, NAME)),
            (
                "Deno, unknown name",
                (
                    "client error (Connect): dns error: failed to lookup",
                    true,
                    NAME,
                ),
            ),
            (
                "refused",
                ("fetch failed (ECONNREFUSED)", true, "(ECONNREFUSED)"),
            ),
            (
                "a name that only sounds so",
                (
                    "https://certificates.example/token refused",
                    true,
                    "refused",
                ),
            ),
        ],
        |(reason, retryable, advice)| {
            let reply = Reply::After(0, Err(TransportError::Connection(reason.into())));
            let token_url = "https://certificates.example/token".into();
            let (error, asked) = failed(
                ClientOptions {
                    token_url,
                    ..options()
                },
                reply,
            );
            same(error.retryable(), retryable)?;
            same(asked == 1, !retryable)?;
            same(error.reason(), Some(reason))?;
            says(&error, advice, &[CERTIFICATE, NAME])
        },
    );
}

#[test]
fn cloudflares_word_for_a_bad_certificate_is_understood() {
    let page = "<!doctype html><html><title>Invalid SSL certificate</title></html>";
    let (error, asked) = failed(options(), Reply::now(526, page));
    assert!(
        error.to_string().contains("certificate is not good"),
        "{error}"
    );
    assert_eq!(
        (error.retryable(), error.status(), asked),
        (false, Some(526), 1)
    );
    let (error, asked) = failed(options(), Reply::now(525, page));
    assert!(
        error.retryable() && asked > 1,
        "a handshake that failed may succeed"
    );
}
