//! The client for programs that are no wasm, against real servers on loopback.

#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod callers;
mod crypto;
mod environment;
mod http;
mod server;
mod service;
mod service_test;
