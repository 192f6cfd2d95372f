//! How the client proves who it is at the token endpoint (RFC 6749 §2.3).

use base64ct::{Base64, Encoding};

use super::form::{Parameters, encode_value};
use crate::token::Secret;

/// A method of client authentication, by its name in the IANA registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// `client_secret_basic`: id and secret in the `Authorization` header (RFC 6749 §2.3.1).
    #[default]
    Basic,
    /// `client_secret_post`: id and secret in the body (RFC 6749 §2.3.1).
    Post,
    /// `none`: a public client sends its id only (RFC 6749 §2.1).
    None,
}

impl ClientAuth {
    /// Reads the option's value.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "header" => Some(Self::Basic),
            "body" => Some(Self::Post),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// A client's id and secret.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// `client_id`
    pub id: String,
    /// `client_secret`; a public client has none.
    pub secret: Option<Secret>,
}

impl ClientCredentials {
    /// The value of the `Authorization` header for [`ClientAuth::Basic`]: id and secret are
    /// form-urlencoded, joined by a colon and put into base64.
    pub fn basic(&self) -> String {
        let secret = self.secret.as_ref().map_or("", Secret::expose);
        let pair = [&encode_value(&self.id), ":", &encode_value(secret)].concat();
        ["Basic ", &Base64::encode_string(pair.as_bytes())].concat()
    }

    /// The body's parameters for `method`.
    pub fn parameters(&self, method: ClientAuth) -> Parameters {
        let id = || ("client_id".to_owned(), self.id.clone());
        match (method, &self.secret) {
            (ClientAuth::Basic, _) => Vec::new(),
            (ClientAuth::Post, Some(secret)) => vec![
                id(),
                ("client_secret".to_owned(), secret.expose().to_owned()),
            ],
            (ClientAuth::Post | ClientAuth::None, _) => vec![id()],
        }
    }
}

impl ClientCredentials {
    /// Takes the secret, in every form it is sent in, out of a text that came from outside.
    pub(crate) fn redact(&self, text: &str) -> String {
        let Some(secret) = &self.secret else {
            return text.to_owned();
        };
        let basic = self.basic();
        let encoded = encode_value(secret.expose());
        [
            basic.trim_start_matches("Basic "),
            secret.expose(),
            encoded.as_str(),
        ]
        .into_iter()
        .filter(|form| !form.is_empty())
        .fold(text.to_owned(), |text, form| {
            text.replace(form, "[redacted]")
        })
    }
}
