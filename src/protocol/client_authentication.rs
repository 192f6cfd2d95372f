//! How the client proves who it is at the token endpoint (RFC 6749 §2.3, RFC 7523 §2.2).

use super::assertion::JWT_CLIENT_ASSERTION;
use super::form::{Parameters, encode_value};
use crate::base64;
use crate::redaction::Sent;
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
    /// [`Self::Basic`] at first, and [`Self::Post`] when the server answers `invalid_client`. What works
    /// is remembered for the endpoint and the client.
    Auto,
    /// Id and secret in header and body, as servers want it that follow no standard.
    Both,
    /// `none`: a public client sends its id only (RFC 6749 §2.1).
    None,
    /// `private_key_jwt`: an assertion signed with the client's key (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// `client_secret_jwt`: an assertion authenticated with the client's secret (RFC 7523 §2.2).
    ClientSecretJwt,
}

impl ClientAuth {
    /// Reads the option's value.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "header" => Some(Self::Basic),
            "body" => Some(Self::Post),
            "auto" => Some(Self::Auto),
            "both" => Some(Self::Both),
            "none" => Some(Self::None),
            "private_key_jwt" => Some(Self::PrivateKeyJwt),
            "client_secret_jwt" => Some(Self::ClientSecretJwt),
            _ => None,
        }
    }

    /// The option's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "header",
            Self::Post => "body",
            Self::Auto => "auto",
            Self::Both => "both",
            Self::None => "none",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::ClientSecretJwt => "client_secret_jwt",
        }
    }

    /// Whether an assertion takes the secret's place.
    pub(crate) const fn is_assertion(self) -> bool {
        matches!(self, Self::PrivateKeyJwt | Self::ClientSecretJwt)
    }

    const fn has_header(self) -> bool {
        matches!(self, Self::Basic | Self::Both)
    }
}

/// How id and secret are written before they are joined for the `Authorization` header. Servers do not
/// agree on it; for letters and digits all are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialEncoding {
    /// Form-urlencoded, as RFC 6749 §2.3.1 says.
    #[default]
    Strict,
    /// As they are.
    Loose,
    /// As they are, but for the colon, which would end the id.
    Interop,
}

impl CredentialEncoding {
    /// Reads the option's value.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "strict" => Some(Self::Strict),
            "loose" => Some(Self::Loose),
            "interop" => Some(Self::Interop),
            _ => None,
        }
    }

    /// The option's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Loose => "loose",
            Self::Interop => "interop",
        }
    }

    fn encode(self, text: &str) -> String {
        match self {
            Self::Strict => encode_value(text),
            Self::Loose => text.to_owned(),
            Self::Interop => text.replace(':', "%3A"),
        }
    }
}

/// A client's id and secret, and how they are written.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// `client_id`; empty where an assertion is enough (RFC 7521 §4.1).
    pub id: String,
    /// `client_secret`; a public client has none.
    pub secret: Option<Secret>,
    /// How they are written in the header.
    pub encoding: CredentialEncoding,
    /// What `client_id` is called in the body.
    pub id_param: String,
    /// What `client_secret` is called in the body.
    pub secret_param: String,
    /// `client_assertion_type`, where an assertion takes the secret's place.
    pub assertion_type: String,
}

impl ClientCredentials {
    /// Credentials that are written as the standard says.
    pub fn new(id: impl Into<String>, secret: Option<Secret>) -> Self {
        Self {
            id: id.into(),
            secret,
            encoding: CredentialEncoding::default(),
            id_param: "client_id".into(),
            secret_param: "client_secret".into(),
            assertion_type: JWT_CLIENT_ASSERTION.into(),
        }
    }

    /// The value of the `Authorization` header for [`ClientAuth::Basic`]: id and secret, encoded, joined
    /// by a colon and put into base64.
    pub fn basic(&self) -> String {
        let secret = self.secret.as_ref().map_or("", Secret::expose);
        let encode = |text| self.encoding.encode(text);
        let pair = [&encode(&self.id), ":", &encode(secret)].concat();
        ["Basic ", &base64::encode(pair.as_bytes())].concat()
    }

    /// The `Authorization` header for `method`, if it has one.
    pub(crate) fn header(&self, method: ClientAuth) -> Option<String> {
        method.has_header().then(|| self.basic())
    }

    /// The body's parameters for `method`; `assertion` is the one of RFC 7523 §2.2, if it needs one.
    pub fn parameters(&self, method: ClientAuth, assertion: Option<&str>) -> Parameters {
        match method {
            ClientAuth::Basic => Vec::new(),
            _ => self.in_body(method, assertion),
        }
    }

    #[inline(never)]
    fn in_body(&self, method: ClientAuth, assertion: Option<&str>) -> Parameters {
        let id = || (self.id_param.clone(), self.id.clone());
        let given_id = || (!self.id.is_empty()).then(id);
        match (method, &self.secret, assertion) {
            (ClientAuth::Post | ClientAuth::Both, Some(secret), _) => {
                vec![
                    id(),
                    (self.secret_param.clone(), secret.expose().to_owned()),
                ]
            }
            (ClientAuth::PrivateKeyJwt | ClientAuth::ClientSecretJwt, _, Some(assertion)) => {
                let own = [
                    ("client_assertion_type", self.assertion_type.as_str()),
                    ("client_assertion", assertion),
                ];
                let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
                given_id().into_iter().chain(own).collect()
            }
            // Without one, the assertion says who asks.
            _ => given_id().into_iter().collect(),
        }
    }

    /// Whether the ways to write the credentials in the header differ for these.
    pub(crate) fn is_ambiguous(&self) -> bool {
        let secret = self.secret.as_ref().map_or("", Secret::expose);
        [self.id.as_str(), secret]
            .into_iter()
            .any(|text| encode_value(text) != text)
    }

    /// Which of them has around it what settings leave there: white space, or quotes.
    pub(crate) fn padded(&self) -> Option<&'static str> {
        let is_padded = |text: &str| {
            let is_quoted = matches!(text.as_bytes(), [b'"', .., b'"'] | [b'\'', .., b'\'']);
            is_quoted || text.trim() != text
        };
        let secret = self.secret.as_ref().map_or("", Secret::expose);
        if is_padded(&self.id) {
            return Some("clientId");
        }
        is_padded(secret).then_some("clientSecret")
    }

    /// What is sent of them and is secret.
    pub(crate) fn add_to(&self, sent: &mut Sent) {
        if let Some(secret) = &self.secret {
            sent.add(secret.expose());
            let basic = self.basic();
            sent.add(basic.strip_prefix("Basic ").unwrap_or(&basic));
        }
    }
}
