//! A fleet of isolates in virtual time. The driver, the cache, the flight, the store and the lease
//! are the library's own; what is modelled is the world around them.

#![allow(dead_code)] // the test and the table each use their part

pub mod claims;
pub mod figures;
pub mod host;
pub mod kv;
pub mod ledger;
pub mod limits;
pub mod location_cache;
pub mod outage;
pub mod plan;
pub mod queue;
pub mod rate;
pub mod refused;
pub mod rng;
pub mod rotation;
pub mod scheduler;
pub mod server;
pub mod store_kind;
pub mod stores;
pub mod timeline;
pub mod waits;
pub mod world;
