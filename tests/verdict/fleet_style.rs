//! The style of authentication that one instance found out.

use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{ClientAuth, ClientOptions};

use crate::fleet::{STORES, exact, force, on};
use crate::support::check_rows;
use crate::support::host::Reply;
use crate::support::options;
use crate::support::same;
use crate::{ask, rejection};

fn auto() -> ClientOptions {
    ClientOptions {
        client_auth: ClientAuth::Auto,
        ..options()
    }
}

fn is_in_body(request: &HttpRequest) -> bool {
    String::from_utf8_lossy(&request.body).contains("client_secret=")
}

fn body_only(n: usize, request: &HttpRequest) -> Reply {
    match is_in_body(request) {
        true => Reply::token(0, &format!("token-{n}")),
        false => rejection(401, "invalid_client"),
    }
}

#[test]
fn is_found_out_once() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, body_only);
        same(ask(&world, &auto()).as_deref(), Ok("token-1"))?;
        let neighbour = world.neighbour();
        same(ask(&neighbour, &auto()).as_deref(), Ok("token-1"))?;
        force(&neighbour, &auto());
        same(world.sent(), 3)?;
        same(ask(&neighbour, &auto()).as_deref(), Ok("token-2"))
    });
}

#[test]
fn is_found_out_anew_where_it_is_not_right_any_more() {
    let (world, _) = exact(|n, request| match (n, is_in_body(request)) {
        (0 | 1, _) => body_only(n, request),
        (_, true) => rejection(401, "invalid_client"),
        _ => Reply::token(0, &format!("token-{n}")),
    });
    ask(&world, &auto()).unwrap();
    let neighbour = world.neighbour();
    ask(&neighbour, &auto()).unwrap();
    force(&neighbour, &auto());
    assert_eq!(ask(&neighbour, &auto()).as_deref(), Ok("token-3"));
}
