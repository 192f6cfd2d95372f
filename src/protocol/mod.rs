//! OAuth 2.0 as bytes: requests are built and responses are read here, without I/O, clock or async.

pub mod assertion;
pub mod authorization_code;
pub mod client_authentication;
pub mod endpoint;
pub mod error_class;
pub(crate) mod error_response;
pub mod form;
pub mod grant;
pub mod http;
pub mod jwt;
mod lifetime;
pub mod metadata;
pub mod pkce;
pub mod revocation;
mod timestamp;
pub(crate) mod token_mapping;
pub(crate) mod token_refusal;
pub mod token_request;
pub mod token_response;
