//! What the native tests stand on: an isolate with a clock that is turned by hand, and a scripted
//! network.

#![allow(dead_code)] // every test binary uses its part of this
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing
)]

pub mod crypto;
pub mod explore;
pub mod host;
#[cfg(feature = "inbound")]
pub mod inbound;
pub mod isolate;
pub mod store;

use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::{ClientConfig, ClientOptions};

pub const TOKEN_URL: &str = "https://auth.example.com/token";

pub const ISSUER: &str = "https://auth.example.com";

/// What [`ISSUER`] says about itself, beside its endpoints `/found/token` and so on.
pub fn metadata(members: &str) -> String {
    let endpoint = |name: &str| format!(r#""{name}_endpoint":"{ISSUER}/found/{name}""#);
    let endpoints = ["token", "authorization", "revocation"].map(endpoint);
    format!(
        r#"{{"issuer":"{ISSUER}",{}{members}}}"#,
        endpoints.join(",")
    )
}

/// A configuration that is valid as it is.
pub fn options() -> ClientOptions {
    ClientOptions {
        token_url: TOKEN_URL.into(),
        client_id: "client".into(),
        client_secret: Some("secret".into()),
        ..ClientOptions::default()
    }
}

/// The same, of a client that has its endpoints found.
pub fn discovered() -> ClientOptions {
    ClientOptions {
        token_url: String::new(),
        issuer: Some(ISSUER.into()),
        ..options()
    }
}

pub fn config(options: ClientOptions) -> ClientConfig {
    ClientConfig::new(options).expect("a valid configuration")
}

pub fn response(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("Content-Type".into(), "application/json".into())],
        body: body.into(),
    }
}

/// Every row is tried, and those that fail are named, not only the first.
pub fn check_rows<Row>(
    rows: impl IntoIterator<Item = (&'static str, Row)>,
    check: impl Fn(Row) -> Result<(), String>,
) {
    let failures: Vec<String> = rows
        .into_iter()
        .filter_map(|(name, row)| check(row).err().map(|problem| format!("{name}: {problem}")))
        .collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

/// An equality to be reported by [`check_rows`].
pub fn same<T: PartialEq + std::fmt::Debug>(actual: T, expected: T) -> Result<(), String> {
    if actual == expected {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, got {actual:?}"))
    }
}
