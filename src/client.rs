//! What a user configures, validated once.

mod call;
mod check;
mod check_assertion;
mod check_client;
mod check_grant;
mod check_request;
#[cfg(any(
    feature = "serde",
    all(
        target_arch = "wasm32",
        target_os = "unknown",
        any(feature = "bindings", feature = "web")
    )
))]
pub(crate) mod grant_options;
mod options;
mod rooms;

use std::fmt;
use std::ops::Deref;

#[cfg(feature = "inbound")]
pub(crate) use check_request::is_scope;
pub(crate) use check_request::well_formed_headers;
pub use options::{ClientOptions, PrivateKey};
#[cfg(not(feature = "signing"))]
pub(crate) use rooms::left_out;

use crate::error::Error;
use crate::protocol::client_authentication::ClientCredentials;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::grant::Grant;
use crate::protocol::metadata::Sought;
use crate::protocol::token_response::TokenMapping;
use crate::redaction::Sent;
use crate::text;
use crate::token::{Credential, Secret};

/// A validated configuration: the options, and what they come to.
#[derive(Clone)]
pub struct ClientConfig {
    /// As the user named them; `client_auth` is the one that is used.
    pub(crate) options: ClientOptions,
    /// The token endpoint; where that is to be asked for, the issuer.
    pub(crate) endpoint: Endpoint,
    pub(crate) authorization_endpoint: Option<Endpoint>,
    pub(crate) revocation_endpoint: Option<Endpoint>,
    pub(crate) refresh_endpoint: Option<Endpoint>,
    pub(crate) token_mapping: TokenMapping,
    /// What the issuer is asked for.
    pub(crate) sought: Sought,
}

/// An option that nothing comes of is read as it was given.
impl Deref for ClientConfig {
    type Target = ClientOptions;

    fn deref(&self) -> &ClientOptions {
        &self.options
    }
}

impl ClientConfig {
    /// Validates `options`; the error names the option and what to do about it.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        rooms::check(&options)?;
        check::server(&options)?;
        let (option, url) = match &options.issuer {
            Some(issuer) if options.is_discovered() => ("issuer", issuer),
            _ => ("tokenUrl", &options.token_url),
        };
        let mut config = Self {
            endpoint: check::url(option, url, options.http())?,
            authorization_endpoint: None,
            revocation_endpoint: None,
            refresh_endpoint: None,
            token_mapping: TokenMapping::default(),
            sought: Sought::TOKENS,
            options,
        };
        config.complete()?;
        Ok(config)
    }

    /// The same, for one that asks the issuer for something else than tokens.
    #[cfg(feature = "inbound")]
    pub(crate) fn seeking(self, sought: Sought) -> Self {
        Self { sought, ..self }
    }

    /// What few clients have is checked apart: V8 compiles a function when it is called first.
    fn complete(&mut self) -> Result<(), Error> {
        let given = [
            &self.refresh_url,
            &self.authorization_url,
            &self.revocation_url,
        ];
        if given.into_iter().any(Option::is_some) {
            self.complete_endpoints()?;
        }
        let options = &mut self.options;
        options.client_auth = check_client::method(options);
        check_client::client(options)?;
        if !matches!(options.grant, Grant::ClientCredentials) {
            check_grant::grant(&options.grant)?;
        }
        check_request::request(options)?;
        if !options.token_mapping.is_empty() {
            self.token_mapping = check_request::token_mapping(&options.token_mapping)?;
        }
        check::policy(options)?;
        check::identity(options)?;
        if options.seal_key.is_some() || !options.previous_seal_keys.is_empty() {
            check::seal_keys(options)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn complete_endpoints(&mut self) -> Result<(), Error> {
        let options = &self.options;
        let endpoint = |option, given: &Option<String>| match given {
            Some(given) => check::url(option, given, options.http()).map(Some),
            None => Ok(None),
        };
        self.refresh_endpoint = endpoint("refreshUrl", &options.refresh_url)?;
        self.authorization_endpoint = endpoint("authorizationUrl", &options.authorization_url)?;
        self.revocation_endpoint = endpoint("revocationUrl", &options.revocation_url)?;
        Ok(())
    }

    /// Whether tokens may be put into a store: sealed, or expressly not.
    pub(crate) fn check_sealing(&self) -> Result<(), Error> {
        let has_password = matches!(self.grant, Grant::Password { .. });
        if has_password && !self.seal && self.client_secret().is_none() {
            return Err(Error::invalid_option(
                "seal",
                "must not be false with grant: 'password' and no clientSecret: a dictionary would find the password by the record's name",
            ));
        }
        if self.seal && self.current_seal_key().is_none() {
            return Err(Error::invalid_option(
                "sealKey",
                "is required to share the tokens of a client without a secret; seal: false stores them as they are",
            ));
        }
        Ok(())
    }

    /// The client's id and secret, without a secret that the host is asked for.
    pub(crate) fn client(&self) -> ClientCredentials {
        ClientCredentials {
            id: self.client_id.clone(),
            secret: self.client_secret().cloned(),
            encoding: self.credential_encoding,
            id_param: self.client_id_param.clone(),
            secret_param: self.client_secret_param.clone(),
            assertion_type: self.client_assertion_type.clone(),
        }
    }

    /// What records are sealed with and named by, first, and were of before, after it.
    pub(crate) fn seal_keys(&self) -> Vec<&Secret> {
        if !self.seal {
            return Vec::new();
        }
        let current = self.seal_key.as_ref().or(self.client_secret());
        current
            .into_iter()
            .chain(&self.previous_seal_keys)
            .collect()
    }

    /// The same configuration with the client secret of before, if there is one.
    pub(crate) fn of_previous_secret(&self) -> Option<Self> {
        let secret = self.previous_client_secret.clone()?;
        let mut config = self.clone();
        if config.seal_key.is_some() {
            config.options.previous_seal_keys.push(secret.clone());
        }
        config.options.client_secret = Some(Credential::Given(secret));
        Some(config)
    }

    /// The first of them.
    pub(crate) fn current_seal_key(&self) -> Option<&Secret> {
        let current = self.seal_key.as_ref().or(self.client_secret());
        let first = current.or(self.previous_seal_keys.first());
        first.filter(|_| self.seal)
    }

    /// The first of what names records.
    pub(crate) fn naming_key(&self) -> Option<&Secret> {
        match self.seal {
            true => self.current_seal_key(),
            false => self.client_secret(),
        }
    }

    /// What names records, as it is and as it was before: nobody else can tell which name stands for whom. Where
    /// nothing is sealed and there is no secret, names are what anybody can make of the options.
    pub(crate) fn naming_keys(&self) -> Vec<Option<&Secret>> {
        match self.seal {
            true => self.seal_keys().into_iter().map(Some).collect(),
            false => vec![self.client_secret()],
        }
    }

    /// The issuer, if it is known. It is asked where those endpoints are that are not given.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The server as messages name it.
    pub(crate) fn server_for_display(&self) -> String {
        let kind = match self.is_discovered() {
            true => "the issuer ",
            false => "the token endpoint ",
        };
        [kind, self.endpoint.for_display()].concat()
    }

    /// The value of `scope` where a call may ask for others.
    pub(crate) fn scope_of(&self, scopes: Option<&[String]>) -> Result<String, Error> {
        let scopes = scopes.unwrap_or(&self.scopes);
        check_request::scopes(scopes)?;
        Ok(text::joined(scopes, &self.scope_separator))
    }

    /// The value of `scope`.
    pub(crate) fn scope(&self) -> String {
        text::joined(&self.scopes, &self.scope_separator)
    }

    /// What nobody else is to see of it.
    pub(crate) fn sent(&self) -> Sent {
        let mut sent = Sent::default();
        let parameters = self.refresh_params.iter().chain([&self.endpoint_params]);
        parameters.for_each(|it| sent.add_parameters(it));
        sent.add_parameters(&self.grant.parameters());
        sent.add_headers(&self.headers);
        let secrets = self.seal_keys().into_iter();
        let secrets = secrets.chain(&self.previous_client_secret);
        sent.add_all(secrets.map(Secret::expose));
        self.client().add_to(&mut sent);
        self.endpoint.add_to(&mut sent);
        sent
    }

    /// Whether a refresh token renews the token.
    pub(crate) fn is_renewed_by_refresh_token(&self) -> bool {
        self.grant.is_renewed_by_refresh_token() && !self.no_refresh_token
    }
}

/// Without `endpoint_params` and `headers`: their values may be secrets.
impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
