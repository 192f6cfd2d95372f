//! What a refusal means for the next request, in the words of real servers.

use edge_oauth2::ErrorClass::{self, RateLimited, Reauthorize, Retry, Terminal};
use edge_oauth2::Grant;
use edge_oauth2::protocol::http::HttpResponse;

use crate::support::{check_rows, response, same};
use crate::{NOW_MS, read_as};

fn refresh() -> Grant {
    Grant::RefreshToken {
        refresh_token: "a-refresh-token".into(),
    }
}

/// The class of `body` as the answer to a grant, and as the answer to a refresh.
fn classes(status: u16, body: &str, headers: &[(&str, &str)]) -> [Option<ErrorClass>; 2] {
    [Grant::default(), refresh()].map(|grant| {
        let error = read_as(&grant, &with(response(status, body), headers)).unwrap_err();
        error.class()
    })
}

fn with(mut response: HttpResponse, headers: &[(&str, &str)]) -> HttpResponse {
    let further = headers.iter();
    let further = further.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    response.headers.extend(further);
    response
}

fn check(rows: impl IntoIterator<Item = (&'static str, (u16, &'static str, [ErrorClass; 2]))>) {
    check_rows(rows, |(status, body, expected)| {
        same(classes(status, body, &[]), expected.map(Some))
    });
}

#[test]
fn a_refused_refresh_means_the_token_unless_it_speaks_of_something_else() {
    const DEAD: [ErrorClass; 2] = [Terminal, Reauthorize];
    const NOT: [ErrorClass; 2] = [Terminal, Terminal];
    check([
        ("RFC 6749", (400, r#"{"error":"invalid_grant"}"#, DEAD)),
        (
            "Strava, the token",
            (
                400,
                r#"{"message":"Bad Request","errors":[{"resource":"RefreshToken","field":"refresh_token","code":"invalid"}]}"#,
                DEAD,
            ),
        ),
        (
            "Strava, the client",
            (
                400,
                r#"{"message":"Bad Request","errors":[{"resource":"Application","field":"client_id","code":"invalid"}]}"#,
                NOT,
            ),
        ),
        (
            "Strava, its secret",
            (
                401,
                r#"{"message":"Authorization Error","errors":[{"resource":"Application","field":"","code":"invalid"}]}"#,
                NOT,
            ),
        ),
        (
            "Auth0",
            (
                403,
                r#"{"error":"invalid_grant","error_description":"Unknown or invalid refresh token."}"#,
                DEAD,
            ),
        ),
        (
            "Keycloak",
            (
                400,
                r#"{"error":"invalid_grant","error_description":"Session not active"}"#,
                DEAD,
            ),
        ),
        (
            "any invalid_request",
            (400, r#"{"error":"invalid_request"}"#, DEAD),
        ),
        (
            "league/oauth2-server",
            (
                401,
                r#"{"error":"invalid_request","error_description":"The refresh token is invalid.","hint":"Token has been revoked"}"#,
                DEAD,
            ),
        ),
        (
            "Atlassian",
            (
                403,
                r#"{"error":"unauthorized_client","error_description":"refresh_token is invalid"}"#,
                DEAD,
            ),
        ),
        (
            "unauthorized_client without a word",
            (403, r#"{"error":"unauthorized_client"}"#, DEAD),
        ),
        (
            "Google, another client's",
            (
                401,
                r#"{"error":"unauthorized_client","error_description":"Unauthorized"}"#,
                DEAD,
            ),
        ),
        ("invalid_token", (401, r#"{"error":"invalid_token"}"#, DEAD)),
        (
            "GitHub",
            (
                200,
                r#"{"error":"bad_refresh_token","error_description":"The refresh token passed is incorrect or expired."}"#,
                DEAD,
            ),
        ),
        (
            "GitHub, as a form",
            (
                200,
                "error=bad_refresh_token&error_description=expired",
                DEAD,
            ),
        ),
        (
            "Slack",
            (200, r#"{"ok":false,"error":"invalid_refresh_token"}"#, DEAD),
        ),
        ("Zoho", (200, r#"{"error":"invalid_code"}"#, DEAD)),
        (
            "WeChat",
            (
                200,
                r#"{"errcode":40030,"errmsg":"invalid refresh_token"}"#,
                DEAD,
            ),
        ),
        (
            "success: false",
            (
                200,
                r#"{"success":false,"message":"refresh token expired"}"#,
                DEAD,
            ),
        ),
        (
            "Twitch",
            (
                400,
                r#"{"status":400,"message":"Invalid refresh token"}"#,
                DEAD,
            ),
        ),
        (
            "HubSpot",
            (
                400,
                r#"{"status":"BAD_REFRESH_TOKEN","message":"missing or invalid refresh token"}"#,
                DEAD,
            ),
        ),
        (
            "Zoom",
            (
                400,
                r#"{"reason":"Invalid Token!","error":"invalid_request"}"#,
                DEAD,
            ),
        ),
        (
            "Fitbit",
            (
                400,
                r#"{"errors":[{"errorType":"invalid_grant","message":"Refresh token invalid: abc"}],"success":false}"#,
                DEAD,
            ),
        ),
        (
            "Facebook",
            (
                400,
                r#"{"error":{"message":"Error validating access token: Session has expired","type":"OAuthException","code":190}}"#,
                DEAD,
            ),
        ),
        (
            "Apigee",
            (
                401,
                r#"{"fault":{"faultstring":"Invalid refresh token","detail":{"errorcode":"keymanagement.service.invalid_refresh_token"}}}"#,
                DEAD,
            ),
        ),
        (
            "Cognito",
            (
                400,
                r#"{"__type":"NotAuthorizedException","message":"Refresh Token has been revoked"}"#,
                DEAD,
            ),
        ),
        (
            "Entra, expired",
            (
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired due to inactivity."}"#,
                DEAD,
            ),
        ),
        (
            "Entra, MFA",
            (
                400,
                r#"{"error":"interaction_required","error_description":"AADSTS50076: Due to a configuration change"}"#,
                DEAD,
            ),
        ),
        (
            "ServiceNow",
            (
                401,
                r#"{"error":"server_error","error_description":"access_denied"}"#,
                DEAD,
            ),
        ),
        (
            "a list",
            (
                400,
                r#"[{"errorCode":"EXPIRED","message":"expired access/refresh token"}]"#,
                DEAD,
            ),
        ),
        (
            "invalid_grant in a 500",
            (500, r#"{"error":"invalid_grant"}"#, [Retry, Reauthorize]),
        ),
        ("nothing, 400", (400, "", DEAD)),
        (
            "other JSON, 400",
            (400, r#"{"message":"Bad Request"}"#, DEAD),
        ),
        ("nothing, 401", (401, "", DEAD)),
        (
            "words of a token, 403",
            (403, r#"{"message":"The incoming token has expired"}"#, DEAD),
        ),
        (
            "words of a refresh token, 404",
            (404, r#"{"message":"refresh token not found"}"#, DEAD),
        ),
        // Not the token's fault.
        (
            "invalid_client",
            (401, r#"{"error":"invalid_client"}"#, NOT),
        ),
        (
            "Keycloak, bad secret",
            (
                401,
                r#"{"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"}"#,
                NOT,
            ),
        ),
        (
            "GitHub, bad secret",
            (200, r#"{"error":"incorrect_client_credentials"}"#, NOT),
        ),
        (
            "Slack, bad secret",
            (200, r#"{"ok":false,"error":"bad_client_secret"}"#, NOT),
        ),
        (
            "HubSpot, bad secret",
            (
                400,
                r#"{"status":"BAD_CLIENT_SECRET","message":"missing or invalid client secret"}"#,
                NOT,
            ),
        ),
        (
            "Twitch, bad secret",
            (
                403,
                r#"{"status":403,"message":"invalid client secret"}"#,
                NOT,
            ),
        ),
        (
            "Google, client deleted",
            (
                401,
                r#"{"error":"deleted_client","error_description":"The OAuth client was deleted."}"#,
                NOT,
            ),
        ),
        (
            "bad credentials",
            (401, r#"{"message":"Bad credentials"}"#, NOT),
        ),
        (
            "invalid_scope",
            (
                400,
                r#"{"error":"invalid_scope","error_description":"more than the refresh token has"}"#,
                NOT,
            ),
        ),
        (
            "unsupported_grant_type",
            (400, r#"{"error":"unsupported_grant_type"}"#, NOT),
        ),
        (
            "grant type in words",
            (
                400,
                r#"{"error":"unauthorized_client","error_description":"The client may not use the refresh_token grant type"}"#,
                NOT,
            ),
        ),
        (
            "invalid_target",
            (400, r#"{"error":"invalid_target"}"#, NOT),
        ),
        ("DPoP", (400, r#"{"error":"use_dpop_nonce"}"#, NOT)),
        ("a page, 400", (400, "<html>Bad Request", NOT)),
        (
            "a firewall",
            (403, "<!DOCTYPE html>Attention required", NOT),
        ),
        ("a gateway", (403, r#"{"message":"Forbidden"}"#, NOT)),
        ("no such page", (404, "", NOT)),
        (
            "no such method",
            (405, r#"{"message":"Method Not Allowed"}"#, NOT),
        ),
        ("200 without anything", (200, "{}", NOT)),
        ("200 as a page", (200, "<html>", NOT)),
    ]);
}

#[test]
fn a_challenge_for_other_credentials_speaks_of_the_client() {
    let challenge = [("WWW-Authenticate", "Basic realm=\"token\"")];
    assert_eq!(classes(401, "", &challenge)[1], Some(Terminal));
    let bearer = [("WWW-Authenticate", "Bearer error=\"invalid_token\"")];
    assert_eq!(classes(401, "", &bearer)[1], Some(Reauthorize));
}

#[test]
fn what_passes_is_tried_again() {
    const PASSES: [ErrorClass; 2] = [Retry, Retry];
    check([
        ("Google", (400, r#"{"error":"internal_failure"}"#, PASSES)),
        ("server_error", (400, r#"{"error":"server_error"}"#, PASSES)),
        (
            "temporarily_unavailable",
            (400, r#"{"error":"temporarily_unavailable"}"#, PASSES),
        ),
        (
            "Salesforce",
            (
                400,
                r#"{"error":"unknown_error","error_description":"retry your request"}"#,
                PASSES,
            ),
        ),
        (
            "Slack",
            (200, r#"{"ok":false,"error":"fatal_error"}"#, PASSES),
        ),
        (
            "Slack, unavailable",
            (200, r#"{"ok":false,"error":"service_unavailable"}"#, PASSES),
        ),
        (
            "Entra",
            (
                400,
                r#"{"error":"invalid_request","error_description":"AADSTS90033: A transient error has occurred. Please try again."}"#,
                PASSES,
            ),
        ),
        (
            "in words",
            (
                400,
                r#"{"error":"x","error_description":"Something broke. Try again later."}"#,
                PASSES,
            ),
        ),
        ("408", (408, "", PASSES)),
        ("425", (425, "", PASSES)),
        ("500", (500, "<html>", PASSES)),
        ("503", (503, r#"{"error":"invalid_request"}"#, PASSES)),
        ("599", (599, "", PASSES)),
    ]);
}

#[test]
fn a_rate_limit_is_one_in_whatever_words() {
    const LIMIT: [ErrorClass; 2] = [RateLimited, RateLimited];
    check([
        ("429", (429, "", LIMIT)),
        (
            "429 invalid_grant",
            (429, r#"{"error":"invalid_grant"}"#, LIMIT),
        ),
        (
            "Salesforce",
            (
                400,
                r#"{"error":"invalid_grant","error_description":"login rate exceeded"}"#,
                LIMIT,
            ),
        ),
        ("Auth0", (403, r#"{"error":"too_many_requests"}"#, LIMIT)),
        (
            "Salesforce, two refreshes at once",
            (
                400,
                r#"{"error":"invalid_request","error_description":"token request is already being processed"}"#,
                LIMIT,
            ),
        ),
        (
            "WeChat",
            (
                200,
                r#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#,
                LIMIT,
            ),
        ),
        (
            "Feishu",
            (
                400,
                r#"{"code":99991400,"msg":"request trigger frequency limit"}"#,
                LIMIT,
            ),
        ),
        (
            "Slack",
            (200, r#"{"ok":false,"error":"ratelimited"}"#, LIMIT),
        ),
        (
            "Okta",
            (
                400,
                r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}"#,
                LIMIT,
            ),
        ),
        (
            "Cognito",
            (
                400,
                r#"{"__type":"TooManyRequestsException","message":"Too many requests"}"#,
                LIMIT,
            ),
        ),
        (
            "Entra, a loop",
            (
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS50196: The server terminated an operation because it encountered a loop"}"#,
                LIMIT,
            ),
        ),
        ("slow_down", (400, r#"{"error":"slow_down"}"#, LIMIT)),
        (
            "AWS",
            (400, r#"{"message":"Request was throttled"}"#, LIMIT),
        ),
    ]);
    let page = "<!DOCTYPE html><p>Rate Limit Exceeded";
    assert_eq!(
        classes(403, page, &[]),
        LIMIT.map(Some),
        "Google, too many refreshes"
    );
    assert_eq!(classes(400, page, &[]), [Some(Terminal); 2]);
    let exhausted = [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "30")];
    let not_yet = [("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", "30")];
    check_rows(
        [
            (
                "403 Retry-After",
                (403, &[("Retry-After", "5")][..], RateLimited),
            ),
            (
                "425 Retry-After",
                (425, &[("Retry-After", "5")][..], RateLimited),
            ),
            ("403 exhausted", (403, &exhausted[..], RateLimited)),
            ("403 not yet", (403, &not_yet[..], Terminal)),
            (
                "400 Retry-After",
                (400, &[("Retry-After", "5")][..], Terminal),
            ),
            ("503 Retry-After", (503, &[("Retry-After", "5")][..], Retry)),
        ],
        |(status, headers, expected)| same(classes(status, "{}", headers)[0], Some(expected)),
    );
}

/// NOW_MS is 2027-01-15T08:00:00.123Z.
#[test]
fn when_to_ask_again() {
    let at = "Fri, 15 Jan 2027 08:00:10 GMT";
    check_rows(
        [
            ("seconds", (&[("Retry-After", "120")][..], Some(120_000))),
            ("a fraction", (&[("Retry-After", "1.5")][..], Some(1_500))),
            (
                "a small fraction",
                (&[("Retry-After", "0.0625")][..], Some(62)),
            ),
            ("white space", (&[("Retry-After", " 2 ")][..], Some(2_000))),
            ("a date", (&[("Retry-After", at)][..], Some(9_877))),
            (
                "a date of a clock that is an hour ahead",
                (
                    &[
                        ("Retry-After", at),
                        ("Date", "Fri, 15 Jan 2027 08:00:05 GMT"),
                    ][..],
                    Some(5_000),
                ),
            ),
            (
                "a date that is over",
                (
                    &[("Retry-After", "Fri, 15 Jan 2021 08:00:10 GMT")][..],
                    Some(0),
                ),
            ),
            (
                "since the epoch",
                (&[("Retry-After", "1800000060")][..], Some(59_877)),
            ),
            ("nonsense", (&[("Retry-After", "soon")][..], None)),
            ("negative", (&[("Retry-After", "-5")][..], None)),
            (
                "years",
                (&[("Retry-After", "99999999")][..], Some(86_400_000)),
            ),
            (
                "too many digits",
                (&[("Retry-After", "99999999999999999999999")][..], None),
            ),
            ("Azure", (&[("Retry-After-Ms", "250")][..], Some(250))),
            (
                "RateLimit-Reset",
                (&[("RateLimit-Reset", "30")][..], Some(30_000)),
            ),
            (
                "seconds left",
                (&[("X-RateLimit-Reset", "30")][..], Some(30_000)),
            ),
            (
                "seconds since the epoch",
                (&[("X-RateLimit-Reset", "1800000030")][..], Some(29_877)),
            ),
            (
                "milliseconds since the epoch",
                (&[("X-RateLimit-Reset", "1800000030000")][..], Some(29_877)),
            ),
            (
                "Okta",
                (&[("X-Rate-Limit-Reset", "1800000030")][..], Some(29_877)),
            ),
            (
                "a draft",
                (
                    &[("RateLimit", "limit=10, remaining=0, reset=7")][..],
                    Some(7_000),
                ),
            ),
            (
                "a later draft",
                (&[("RateLimit", "\"default\";r=0;t=8")][..], Some(8_000)),
            ),
            (
                "Retry-After first",
                (
                    &[("RateLimit-Reset", "30"), ("Retry-After", "5")][..],
                    Some(5_000),
                ),
            ),
            ("nothing", (&[][..], None)),
        ],
        |(headers, expected)| {
            let response = with(response(429, ""), headers);
            let error = read_as(&Grant::default(), &response).unwrap_err();
            same(error.retry_after_ms(), expected)
        },
    );
    assert_eq!(NOW_MS, 1_800_000_000_123);
}

/// A limit that is not reached says nothing about other failures.
#[test]
fn a_reset_counts_for_rate_limits_only() {
    let response = with(response(503, ""), &[("RateLimit-Reset", "30")]);
    let error = read_as(&Grant::default(), &response).unwrap_err();
    assert_eq!(error.retry_after_ms(), None);
}

#[test]
fn codes_are_judged_as_they_were_received_and_never_redacted() {
    check_rows(
        [
            ("client", (401, "invalid_client", "client")),
            ("grant", (400, "invalid_grant", "grant")),
            ("server", (400, "server_error", "server")),
            ("the code itself", (400, "invalid_grant", "invalid_grant")),
            (
                "a beginning of it",
                (
                    400,
                    "temporarily_unavailable",
                    "temporarily_unavailable-and-more",
                ),
            ),
        ],
        |(status, code, secret)| {
            let body = format!(r#"{{"error":"{code}","error_description":"{secret}"}}"#);
            let refresh = Grant::RefreshToken {
                refresh_token: secret.into(),
            };
            let error = read_as(&refresh, &response(status, body)).unwrap_err();
            same(error.response().map(|it| it.error.as_str()), Some(code))?;
            let plain = read_as(
                &refresh_of("other-token"),
                &response(status, format!(r#"{{"error":"{code}"}}"#)),
            );
            same(error.class(), plain.unwrap_err().class())?;
            same(error.to_string().contains("[redacted]"), secret.len() >= 8)
        },
    );
}

fn refresh_of(token: &str) -> Grant {
    Grant::RefreshToken {
        refresh_token: token.into(),
    }
}
