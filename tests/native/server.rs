//! A token endpoint and an API, by axum.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, post};
use edge_oauth2::ClientOptions;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What the server has seen, and is to do.
#[derive(Default)]
struct Seen {
    grants: AtomicUsize,
    calls: AtomicUsize,
    refuses_first: AtomicBool,
    delay_ms: AtomicUsize,
}

/// Runs until the tests end, in a runtime of its own.
pub struct Server {
    pub origin: String,
    seen: Arc<Seen>,
}

impl Server {
    pub fn start() -> Self {
        let seen = Arc::<Seen>::default();
        let router = Router::new()
            .route("/token", post(token))
            .route(
                "/moved",
                post(|| async { (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/token")]) }),
            )
            .route("/long", post(|| async { "x".repeat(2 * 1024 * 1024) }))
            .route("/api/{*path}", any(api))
            .with_state(Arc::clone(&seen));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        thread::spawn(move || {
            let runtime = Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { origin, seen }
    }

    pub fn options(&self) -> ClientOptions {
        ClientOptions {
            token_url: [&self.origin, "/token"].concat(),
            client_id: "me".into(),
            client_secret: Some("my secret".into()),
            ..ClientOptions::default()
        }
    }

    pub fn grants(&self) -> usize {
        self.seen.grants.load(Ordering::SeqCst)
    }

    /// How many requests the API had.
    pub fn calls(&self) -> usize {
        self.seen.calls.load(Ordering::SeqCst)
    }

    /// Has the API refuse the first token.
    pub fn refuse_first(&self) {
        self.seen.refuses_first.store(true, Ordering::SeqCst);
    }

    /// Has the token endpoint take its time.
    pub fn delay(&self, ms: usize) {
        self.seen.delay_ms.store(ms, Ordering::SeqCst);
    }
}

async fn token(State(seen): State<Arc<Seen>>) -> impl IntoResponse {
    let grant = seen.grants.fetch_add(1, Ordering::SeqCst) + 1;
    let delay_ms = seen.delay_ms.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(delay_ms as u64)).await;
    format!(r#"{{"access_token":"token-{grant}","token_type":"bearer","expires_in":3600}}"#)
}

async fn api(
    State(seen): State<Arc<Seen>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    seen.calls.fetch_add(1, Ordering::SeqCst);
    let authorization = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let authorization = authorization.unwrap_or_default();
    let is_refused = authorization == "Bearer token-1" && seen.refuses_first.load(Ordering::SeqCst);
    match authorization.starts_with("Bearer token-") && !is_refused {
        true => (StatusCode::OK, [authorization, " ", &body].concat()),
        false => (StatusCode::UNAUTHORIZED, String::new()),
    }
}
