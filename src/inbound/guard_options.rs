//! How a guard tells of itself, validated once.

use crate::client::is_scope;
use crate::error::Error;
use crate::protocol::protected_resource::ProtectedResource;

/// The options of a [`Guard`](super::Guard).
#[derive(Clone, Debug, Default)]
pub struct GuardOptions {
    /// `realm` of challenges (RFC 9110 §11.5): what is protected. Default: none.
    pub realm: Option<String>,
    /// The API's own URL, by which clients ask for tokens (RFC 8707). With it challenges say where the API's metadata
    /// is (RFC 9728 §5.1), and the guard serves that.
    pub resource: Option<String>,
    /// The scopes that the metadata tells of.
    pub scopes_supported: Vec<String>,
}

/// Validated options of a guard.
#[derive(Clone, Debug)]
pub struct GuardConfig {
    pub(super) realm: Option<String>,
    pub(super) resource: Option<ProtectedResource>,
}

impl GuardConfig {
    /// Validates `options`; the error names the option and what to do about it.
    pub fn new(options: GuardOptions) -> Result<Self, Error> {
        let is_legible = |realm: &String| realm.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !options.realm.as_ref().is_none_or(is_legible) {
            let problem = "must be of printable ASCII characters, since it goes into a header";
            return Err(Error::invalid_option("realm", problem));
        }
        if !options.scopes_supported.iter().all(|scope| is_scope(scope)) {
            let problem = "must be scopes, each by itself (RFC 6749 §3.3)";
            return Err(Error::invalid_option("scopesSupported", problem));
        }
        let scopes = options.scopes_supported;
        let resource = match options.resource {
            Some(resource) => Some(ProtectedResource::new(&resource, scopes)?),
            None if scopes.is_empty() => None,
            None => {
                let problem = "goes into the metadata of the resource: give `resource` too";
                return Err(Error::invalid_option("scopesSupported", problem));
            }
        };
        Ok(Self {
            realm: options.realm,
            resource,
        })
    }
}
