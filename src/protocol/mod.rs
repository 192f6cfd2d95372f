//! OAuth 2.0 as bytes: requests are built and responses are read here, without I/O, clock or async.

#[cfg(feature = "inbound")]
pub mod access_token;
pub(crate) mod advice;
pub mod assertion;
pub mod authorization_code;
#[cfg(feature = "inbound")]
pub mod bearer;
#[cfg(feature = "inbound")]
pub mod challenge;
pub mod client_authentication;
pub mod endpoint;
pub mod error_class;
pub(crate) mod error_response;
pub mod form;
pub mod grant;
pub mod http;
#[cfg(feature = "inbound")]
pub mod introspection;
#[cfg(feature = "inbound")]
pub mod introspection_request;
#[cfg(feature = "inbound")]
pub mod invalid_token;
#[cfg(feature = "inbound")]
pub mod jwa;
#[cfg(feature = "inbound")]
pub mod jwk;
#[cfg(feature = "inbound")]
pub mod jwk_set;
#[cfg(feature = "inbound")]
pub mod jws;
pub mod jwt;
mod lifetime;
pub mod metadata;
pub mod pkce;
#[cfg(feature = "inbound")]
pub mod protected_resource;
pub mod revocation;
#[cfg(feature = "inbound")]
pub mod signed_introspection;
mod timestamp;
pub(crate) mod token_mapping;
pub(crate) mod token_refusal;
pub mod token_request;
pub mod token_response;
pub mod well_known;
