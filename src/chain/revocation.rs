//! Telling the server that a token is no longer needed (RFC 7009), and forgetting it.

use super::TokenSource;
use super::held_token::HeldToken;
use super::post::{Message, Place, Poster, Posting, transport_error};
use crate::error::Error;
use crate::host::Host;
use crate::protocol::form::Parameters;
use crate::protocol::metadata;
use crate::protocol::revocation::{
    self, RevocationRequest, RevocationResponseContext, TokenTypeHint,
};
use crate::race::{Apart, apart};
use crate::store::Verdict;
use crate::token::{Secret, Token};

type Result<T> = std::result::Result<T, Error>;

/// What is to be revoked.
struct Revocation<'a> {
    token: &'a Secret,
    kind: TokenTypeHint,
    parameters: &'a Parameters,
}

impl<H: Host> Message<H> for Revocation<'_> {
    fn place<'a>(&'a self, source: &'a TokenSource<H>) -> Place<'a> {
        Place::ToBeFound(apart(source.endpoint(
            "revocationUrl",
            source.client.config().revocation_endpoint.as_ref(),
            metadata::REVOCATION_ENDPOINT,
        )))
    }

    /// What is revoked already stays revoked (RFC 7009 §2.2).
    fn posting(&self, _: &TokenSource<H>) -> Posting {
        Posting {
            is_repeatable: true,
            is_once: false,
        }
    }

    fn exchange<'a>(
        &'a self,
        source: &'a TokenSource<H>,
        poster: &'a Poster<'a>,
    ) -> Apart<'a, Result<()>> {
        apart(source.send_revocation(self, poster))
    }
}

impl<H: Host> TokenSource<H> {
    /// Revokes `held`, or its refresh token, with further `parameters`. What is revoked is used no more:
    /// neither by this instance, nor from the store. Other instances may use what they have in memory.
    pub async fn revoke(
        &self,
        held: &HeldToken,
        kind: TokenTypeHint,
        parameters: &Parameters,
    ) -> Result<()> {
        let config = self.client.config();
        config.check_revocation(parameters)?;
        let (option, revoked) = match kind {
            TokenTypeHint::AccessToken => ("accessToken", &held.access_token),
            TokenTypeHint::RefreshToken => ("refreshToken", &held.refresh_token),
        };
        let revoked = revoked.as_ref().ok_or_else(|| {
            Error::invalid_option(option, "is missing: there is none to be revoked")
        })?;
        let revocation = Revocation {
            token: revoked,
            kind,
            parameters,
        };
        let timeout_ms = config.timeout_ms.into();
        self.posted(&revocation, timeout_ms).await?;
        self.forget(revoked, kind).await;
        Ok(())
    }

    /// Revokes the refresh token, if there is one, and the access token; both are tried, and all that
    /// fails is returned.
    pub async fn revoke_all(&self, held: &HeldToken) -> std::result::Result<(), Vec<Error>> {
        let mut failures = Vec::new();
        for (kind, token) in [
            (TokenTypeHint::RefreshToken, &held.refresh_token),
            (TokenTypeHint::AccessToken, &held.access_token),
        ] {
            if token.is_some()
                && let Err(error) = self.revoke(held, kind, &Vec::new()).await
            {
                failures.push(error);
            }
        }
        match failures.is_empty() {
            true => Ok(()),
            false => Err(failures),
        }
    }

    fn revocation_headers(&self, poster: &Poster<'_>) -> Vec<(String, String)> {
        let authorization = poster.client.header(poster.client_auth);
        let authorization = authorization.map(|it| ("authorization".to_owned(), it));
        let headers = self.client.config().headers.iter().cloned();
        headers.chain(authorization).collect()
    }

    async fn send_revocation(
        &self,
        revocation: &Revocation<'_>,
        poster: &Poster<'_>,
    ) -> Result<()> {
        let client = poster.client;
        let own = client.parameters(poster.client_auth, poster.client_assertion);
        let request = RevocationRequest {
            endpoint: poster.endpoint,
            token: revocation.token,
            token_type_hint: revocation.kind,
            parameters: [own, revocation.parameters.clone()].concat(),
            headers: self.revocation_headers(poster),
        };
        let mut sent = request.sent();
        client.add_to(&mut sent);
        let context = RevocationResponseContext {
            endpoint: request.endpoint,
            sent: &sent,
            now_ms: self.host.now_ms(),
        };
        let response = self.host.send(request.to_http()).await;
        let response = response.map_err(|error| {
            transport_error(error, "the revocation endpoint ", context.endpoint, &sent)
        })?;
        revocation::read(&response, context)
    }

    /// Servers end the access tokens that came of a revoked refresh token, or should (RFC 7009 §2.1).
    async fn forget(&self, revoked: &Secret, kind: TokenTypeHint) {
        let is_it = |token: &Token| {
            let own = match kind {
                TokenTypeHint::AccessToken => Some(&token.access_token),
                TokenTypeHint::RefreshToken => token.refresh_token.as_ref(),
            };
            own.is_some_and(|own| own.expose() == revoked.expose())
        };
        let entry = self.client.entry();
        entry.distrust(revoked);
        let is_end = kind == TokenTypeHint::RefreshToken && entry.forget(revoked);
        if let Some(cached) = entry.cached()
            && (is_end || is_it(&cached.token))
        {
            entry.distrust(&cached.token.access_token);
            entry.clear();
        }
        let verdict = |token: &Token| match kind {
            _ if !is_it(token) => Verdict::Stays,
            TokenTypeHint::AccessToken => Verdict::AccessTokenGoes,
            TokenTypeHint::RefreshToken => Verdict::Goes,
        };
        if let Some(shared) = self.shared(&entry).await {
            shared.judge(&verdict).await;
        }
    }
}
