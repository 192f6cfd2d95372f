//! Assertions: what a client signs, or is given, to say who it is or who it acts for (RFC 7521, 7523).

use std::fmt;

use super::jwt::DEFAULT_LIFETIME_SECONDS;
use crate::json::Json;
use crate::token::Credential;

/// `typ` of a client assertion that is for the issuer alone (RFC 10070). It says that the client keeps all
/// of that RFC, so no other assertion has it.
pub const CLIENT_AUTHENTICATION: &str = "client-authentication+jwt";

/// The value of `client_assertion_type` for a JWT (RFC 7523 §2.2).
pub const JWT_CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What takes the secret's place in client authentication (RFC 7521 §4.2).
#[derive(Clone, Debug)]
pub enum ClientAssertion {
    /// It is signed here, and says this.
    Signed(AssertionOptions),
    /// Somebody else has signed it: the platform that the client runs on, or a service that has the key.
    Ready(Credential),
}

impl Default for ClientAssertion {
    fn default() -> Self {
        Self::Signed(AssertionOptions::default())
    }
}

/// What an assertion says (RFC 7523 §3) that is signed here: another one in every request, by its `jti`.
#[derive(Clone, PartialEq)]
pub struct AssertionOptions {
    /// `iss`. Default: the client's id.
    pub issuer: Option<String>,
    /// `sub`, whom the token is for. Default: the issuer itself.
    pub subject: Option<String>,
    /// `aud`, the authorization server. Default: that of the private key, else the token endpoint; of a client
    /// assertion first of all the issuer, where it is known.
    pub audience: Vec<String>,
    /// `typ`. Default: `JWT`; of a client assertion whose audience is the issuer [`CLIENT_AUTHENTICATION`].
    pub typ: Option<String>,
    /// Further claims, such as a `scope` that the server wants to be signed.
    pub claims: Vec<(String, Json)>,
    /// How long it is good. Default: [`DEFAULT_LIFETIME_SECONDS`].
    pub lifetime_seconds: u32,
}

impl Default for AssertionOptions {
    fn default() -> Self {
        Self {
            issuer: None,
            subject: None,
            audience: Vec::new(),
            typ: None,
            claims: Vec::new(),
            lifetime_seconds: DEFAULT_LIFETIME_SECONDS,
        }
    }
}

impl AssertionOptions {
    /// Whether nothing was said of it.
    pub(crate) fn is_default(&self) -> bool {
        let Self {
            issuer,
            subject,
            audience,
            typ,
            claims,
            lifetime_seconds,
        } = self;
        let texts = [issuer, subject, typ];
        texts.into_iter().all(Option::is_none)
            && audience.is_empty()
            && claims.is_empty()
            && *lifetime_seconds == DEFAULT_LIFETIME_SECONDS
    }

    /// All of it, no two alike: for identities.
    pub(crate) fn to_text(&self) -> String {
        let text = |text: &Option<String>| text.as_deref().map(Json::from);
        let audience = self.audience.iter().map(|one| one.as_str().into());
        Json::object([
            ("issuer", text(&self.issuer)),
            ("subject", text(&self.subject)),
            ("audience", Some(Json::Array(audience.collect()))),
            ("typ", text(&self.typ)),
            ("claims", Some(Json::Object(self.claims.clone()))),
            (
                "lifetimeSeconds",
                Some(Json::Number(self.lifetime_seconds.into())),
            ),
        ])
        .to_text()
    }
}

/// Without the values of the claims: they may be somebody's name.
impl fmt::Debug for AssertionOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.claims.iter().map(|(name, _)| name).collect();
        f.debug_struct("AssertionOptions")
            .field("claims", &names)
            .field("lifetime_seconds", &self.lifetime_seconds)
            .finish_non_exhaustive()
    }
}
