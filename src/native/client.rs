//! The client that callers of any thread use.

use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use super::api::Api;
use super::platform::Platform;
use super::signing_key::SigningKey;
use super::thread;
use crate::chain::TokenSource;
use crate::client::{ClientConfig, ClientOptions};
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::Clock;
use crate::host::store::{NoStore, TokenStore};
use crate::token::Token;

/// A client for every thread and every runtime: see the [module](super). Clients of equal options share one token.
#[derive(Clone, Debug)]
pub struct Client<S = NoStore> {
    config: Arc<ClientConfig>,
    platform: Platform<S>,
}

impl Client {
    /// A client with these options. Nothing is sent before it is asked for a token.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        Ok(Self {
            config: Arc::new(ClientConfig::new(options)?),
            platform: Platform::default(),
        })
    }
}

impl<S> Client<S> {
    /// See [`Platform::with_http`].
    #[must_use]
    pub fn with_http(mut self, client: reqwest::Client) -> Self {
        self.platform = self.platform.with_http(client);
        self
    }

    /// See [`Platform::with_signing_key`].
    #[must_use]
    pub fn with_signing_key(mut self, key: SigningKey) -> Self {
        self.platform = self.platform.with_signing_key(key);
        self
    }

    /// Shares tokens with other processes through `store`. Its futures need not be `Send`: they run on the library's
    /// thread, in a runtime of tokio's.
    #[must_use]
    pub fn with_store<T: TokenStore + Clone + Send + Sync>(self, store: T) -> Client<T> {
        Client {
            config: self.config,
            platform: self.platform.with_store(store),
        }
    }

    /// Hears what happens, on the library's thread.
    #[must_use]
    pub fn with_events(mut self, on_event: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.platform = self.platform.with_events(on_event);
        self
    }
}

impl<S: TokenStore + Clone + Send + Sync> Client<S> {
    /// A token that may be used now: see [`TokenSource::token`].
    pub async fn token(&self) -> Result<Token, Error> {
        self.ask(|source| async move { source.token().await.map(|cached| cached.token.clone()) })
            .await
    }

    /// The value of an `Authorization` header with that token.
    pub async fn authorization(&self) -> Result<String, Error> {
        authorization(&self.token().await?)
    }

    /// A token that the server was asked for after this call began: see [`TokenSource::refreshed`].
    pub async fn refreshed(&self) -> Result<Token, Error> {
        self.ask(|source| async move {
            let cached = source.refreshed().await;
            cached.map(|cached| cached.token.clone())
        })
        .await
    }

    /// Refreshes the token when that is due: see [`TokenSource::warm`].
    pub async fn warm(&self) -> Result<(), Error> {
        self.ask(|source| async move { source.warm().await }).await
    }

    /// Drops the token, in memory and in the store.
    pub async fn invalidate(&self) -> Result<(), Error> {
        self.ask(|source| async move {
            source.invalidate().await;
            Ok(())
        })
        .await
    }

    /// The API at `urls`, to whose origins the token goes and nowhere else.
    pub fn api<'a>(&self, urls: impl IntoIterator<Item = &'a str>) -> Result<Api<S>, Error> {
        Api::new(self.clone(), urls)
    }

    pub(super) fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Notes that the API refused `token`; whether asking for another is worth it.
    pub(super) async fn refuse(&self, token: Token) -> Result<bool, Error> {
        let platform = self.platform.clone();
        self.ask(|source| async move {
            let refused = token.access_token.expose();
            Ok(source.client_state().refuse(refused, platform.now_ms()))
        })
        .await
    }

    async fn ask<T, F>(
        &self,
        work: impl FnOnce(TokenSource<Platform<S>>) -> F + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + 'static,
    {
        let (config, platform) = (Arc::clone(&self.config), self.platform.clone());
        let done = thread::run(move || {
            let config = (*config).clone();
            work(TokenSource::new(
                Rc::new(platform),
                config,
                thread::memory(),
            ))
        });
        done.await?
    }
}

pub(super) fn authorization(token: &Token) -> Result<String, Error> {
    token.authorization().ok_or_else(|| {
        let message = [
            "a token of type ",
            &token.token_type,
            " cannot be sent as a bearer token (RFC 6749 §7.1)",
        ];
        Error::new(ErrorCode::UnsupportedTokenType, message.concat())
    })
}
