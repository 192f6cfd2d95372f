//! A Cloudflare Worker in Rust that calls a protected API.

use edge_oauth2::worker::token_source;
use edge_oauth2::{Error, HttpRequest, Resource, ResourceError};
use worker::{Context, Env, Request, Response, Result, event};

/// `/token` tells until when there is a token; every other GET is passed on to the API.
///
/// Whoever may call this Worker may use the API through it: ask who they are first.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    // OAUTH_TOKEN_URL, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET …: see wrangler.jsonc.
    let source = token_source(&env, "OAUTH_", "TOKENS", move |task| {
        context.wait_until(task)
    })
    .map_err(|error| error.to_string())?;
    if request.path() == "/token" {
        return match source.token().await {
            Ok(cached) => Response::ok(cached.token.expires_at_ms.to_string()),
            Err(error) => refusal(&error),
        };
    }
    let api = env.var("API_URL")?.to_string();
    let url = [&api, request.path().as_str()].concat();
    let resource = Resource::new(source, [api.as_str()]).map_err(|error| error.to_string())?;
    match resource.fetch(HttpRequest::new("GET", url)).await {
        Ok(answer) => Ok(Response::from_bytes(answer.body)?.with_status(answer.status)),
        Err(ResourceError::Token(error)) => refusal(&error),
        Err(error) => Response::error(error.to_string(), 502),
    }
}

/// An error holds no secret and no token: it may be logged.
fn refusal(error: &Error) -> Result<Response> {
    worker::console_error!("{error}");
    Response::error(
        error.code().as_str(),
        if error.retryable() { 503 } else { 502 },
    )
}
