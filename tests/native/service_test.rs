//! The example, called by many at once.

use super::server::Server;
use super::service::router;
use edge_oauth2::native::http_client_builder;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_passes_on_with_one_token() {
    let server = Server::start();
    let api_url = [&server.origin, "/api"].concat();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/items", listener.local_addr().unwrap());
    let router = router(server.options(), &api_url).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http = http_client_builder().unwrap().build().unwrap();
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let request = http.get(&url).send();
            tokio::spawn(async move { request.await?.text().await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), "Bearer token-1 ");
    }
    assert_eq!(server.grants(), 1);
}
