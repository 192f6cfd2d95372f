//! The authorization code grant (RFC 6749 §4.1): where the user's browser is sent, and what becomes of
//! the code that it comes back with.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::attempts::Attempts;
use super::token_request::Asking;
use super::{Renewed, TokenSource};
use crate::cache::token_state::TokenState;
use crate::error::{Error, ErrorCode};
use crate::host::Host;
use crate::protocol::authorization_code::{
    AuthorizationRequest, ExpectedCallback, read_callback, state_from_random,
};
use crate::protocol::form::Parameters;
use crate::protocol::grant::{self, Grant};
use crate::protocol::metadata;
use crate::protocol::pkce::{CodeVerifier, code_challenge};
use crate::race::apart;
use crate::token::Secret;

type Result<T> = std::result::Result<T, Error>;

/// What one authorization request says, beside the configuration.
#[derive(Clone, Default)]
pub struct AuthorizationOptions {
    /// Where the user comes back to, exactly as it is registered with the server.
    pub redirect_uri: String,
    /// Scopes. Default: those of the configuration.
    pub scopes: Option<Vec<String>>,
    /// `state`. Default: one is made.
    pub state: Option<String>,
    /// The code verifier (RFC 7636 §4.1). Default: one is made, unless PKCE is skipped.
    pub code_verifier: Option<Secret>,
    /// Further parameters, such as `prompt`. None may replace one that the protocol sets.
    pub extra: Parameters,
}

/// Without `state` and `extra`, whose values nobody else should know.
impl fmt::Debug for AuthorizationOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationOptions")
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("code_verifier", &self.code_verifier)
            .finish_non_exhaustive()
    }
}

/// An authorization request, and what must be kept for this user's browser until it comes back.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Where the user's browser is to be sent. Has the state in it.
    pub url: Secret,
    /// What the answer must repeat.
    pub state: Secret,
    /// What proves that the code is ours; `None` where PKCE is skipped.
    pub code_verifier: Option<Secret>,
}

/// What was kept for this user's browser.
#[derive(Clone, Debug)]
pub struct CallbackOptions {
    /// The same as in the authorization request.
    pub redirect_uri: String,
    /// `state` of the authorization request.
    pub state: Secret,
    /// The code verifier of the authorization request.
    pub code_verifier: Option<Secret>,
}

impl<H: Host> TokenSource<H> {
    /// The URL that a user's browser is sent to, to ask for a code (RFC 6749 §4.1.1, RFC 7636).
    pub async fn authorization_url(&self, options: &AuthorizationOptions) -> Result<Authorization> {
        self.check_authorization()?;
        let config = self.client.config();
        let scope = config.scope_of(options.scopes.as_deref())?;
        let state = match &options.state {
            Some(state) => state.clone(),
            None => state_from_random(&self.random_bytes()?),
        };
        let code_verifier = match &options.code_verifier {
            Some(_) if config.skip_pkce => {
                return Err(Error::invalid_option(
                    "codeVerifier",
                    "is given although skipPkce is set; leave one of them out",
                ));
            }
            Some(verifier) => Some(CodeVerifier::parse(verifier.expose())?),
            None if config.skip_pkce => None,
            None => Some(CodeVerifier::from_random(&self.random_bytes()?)),
        };
        let code_verifier = code_verifier.map(|verifier| verifier.secret().clone());
        let code_challenge = match &code_verifier {
            None => None,
            Some(verifier) => {
                let digest = self.host.sha256(verifier.expose().as_bytes()).await;
                Some(code_challenge(&digest.ok_or_else(no_crypto)?))
            }
        };
        let endpoint = self.endpoint(
            "authorizationUrl",
            config.authorization_endpoint.as_ref(),
            metadata::AUTHORIZATION_ENDPOINT,
        );
        let endpoint = self
            .within(config.timeout_ms.into(), apart(endpoint))
            .await?;
        let request = AuthorizationRequest {
            endpoint: &endpoint,
            client_id: &config.client_id,
            client_id_param: &config.client_id_param,
            redirect_uri: &options.redirect_uri,
            scope: &scope,
            state: &state,
            code_challenge: code_challenge.as_deref(),
            resource: &config.resource,
            extra: &options.extra,
        };
        Ok(Authorization {
            url: request.to_url()?.into(),
            state: state.into(),
            code_verifier,
        })
    }

    /// Takes the URL that the user came back to, and spends the code in it (RFC 6749 §4.1.3).
    ///
    /// A code is good for one use, so that nothing is tried again, and the same is not sent twice. The token is the configuration's
    /// from now on if that has an `identity`, which says whose it is; otherwise nothing is kept of it.
    pub async fn callback(&self, url: &str, options: &CallbackOptions) -> Result<Renewed<H::View>> {
        self.check_authorization()?;
        let config = self.client.config();
        let code_verifier = match &options.code_verifier {
            Some(verifier) => Some(CodeVerifier::parse(verifier.expose())?.secret().clone()),
            None if config.skip_pkce => None,
            None => {
                return Err(Error::invalid_option(
                    "codeVerifier",
                    "is required: give the one that authorizationUrl() returned, kept for this user's browser",
                ));
            }
        };
        let timeout_ms = config.timeout_ms.into();
        let until_ms = self.host.now_ms().saturating_add(timeout_ms);
        let requires_issuer = self.within(timeout_ms, apart(self.names_itself())).await?;
        let expected = ExpectedCallback {
            state: options.state.expose(),
            issuer: config.issuer(),
            requires_issuer,
        };
        let code = read_callback(url, expected)?;
        let state = options.state.expose();
        if !self.client.spend(code.expose(), state) {
            return Err(Error::new(ErrorCode::InvalidCallback, CODE_IS_SPENT));
        }
        let grant = grant::authorization_code(&code, &options.redirect_uri, code_verifier.as_ref());
        let source = Self::of_client(Rc::clone(&self.host), Rc::clone(&self.client));
        // What the code was spent for must not be lost with whoever asked.
        let spent = self
            .landed(async move { source.spend_code(grant, until_ms).await })
            .await;
        spent.map_err(|error| match error.code() {
            // Nothing was sent, or hooks know what that brought.
            ErrorCode::DiscoveryFailed | ErrorCode::HookFailed | ErrorCode::InvalidOption => {
                self.client.give_back(code.expose(), state);
                error
            }
            _ => error.last("; the code may be spent: begin the authorization again"),
        })
    }

    async fn spend_code(&self, grant: Parameters, until_ms: u64) -> Result<Renewed<H::View>> {
        let config = self.client.config();
        let asking = Asking {
            endpoint: None,
            grant,
            assertion: None,
            // It was asked for with the code.
            scope: String::new(),
            parameters: &config.endpoint_params,
            is_repeatable: false,
            spends: true,
            renewed: None,
            answer: Cell::default(),
        };
        let attempts = Attempts::new(&*self.host, until_ms.saturating_sub(self.host.now_ms()));
        let posted = self.posted(&asking, attempts.left_ms()).await;
        let issued = posted.and_then(|()| asking.taken());
        attempts.ended(&issued);
        let token = issued?;
        let is_kept = config.identity.is_some();
        Ok(Renewed {
            cached: match is_kept {
                true => self.adopt(*token, until_ms).await,
                false => self.cached(&TokenState::default(), *token),
            },
            is_kept,
        })
    }

    fn check_authorization(&self) -> Result<()> {
        let config = self.client.config();
        if !matches!(config.grant, Grant::AuthorizationCode) {
            return Err(Error::invalid_option(
                "grant",
                "must be 'authorization_code' for users to authorize",
            ));
        }
        // What cannot be sealed would be kept by one instance only.
        match config.identity.is_some() && self.host.store().is_some() {
            true => config.check_sealing(),
            false => Ok(()),
        }
    }

    fn random_bytes(&self) -> Result<[u8; 32]> {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(12) {
            let nonce = self.host.nonce().ok_or_else(no_crypto)?;
            chunk
                .iter_mut()
                .zip(nonce)
                .for_each(|(byte, random)| *byte = random);
        }
        Ok(bytes)
    }
}

/// Servers that see a code twice take it for stolen, and end what came of it (RFC 6749 §4.1.2).
const CODE_IS_SPENT: &str = "the callback has a code that was sent before, and a code is good for one use: go on with the token that it brought, or begin the authorization again";

fn no_crypto() -> Error {
    Error::new(
        ErrorCode::Internal,
        "the host has no random bytes, or no SHA-256",
    )
}
