//! What the client posts to the authorization server, whichever endpoint it is for: how the client says who it is,
//! how long an answer is waited for, and why there is none.

use std::future::Future;

use super::TokenSource;
use crate::error::{Error, ErrorClass, ErrorCode};
use crate::host::{Asked, Host, TransportError};
use crate::protocol::advice;
use crate::protocol::assertion::ClientAssertion;
use crate::protocol::client_authentication::{ClientAuth, ClientCredentials};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::token_refusal;
use crate::race::{Apart, apart};
use crate::redaction::Sent;
use crate::text;
use crate::token::{Credential, Secret};

type Result<T> = std::result::Result<T, Error>;

/// What the client posts. It keeps what is answered.
pub(super) trait Message<H: Host> {
    /// Where to.
    fn place<'a>(&'a self, source: &'a TokenSource<H>) -> Place<'a>;

    /// How often.
    fn posting(&self, source: &TokenSource<H>) -> Posting;

    /// One request and its answer.
    fn exchange<'a>(
        &'a self,
        source: &'a TokenSource<H>,
        poster: &'a Poster<'a>,
    ) -> Apart<'a, Result<()>>;
}

pub(super) enum Place<'a> {
    Known(&'a Endpoint),
    ToBeFound(Apart<'a, Result<Endpoint>>),
}

#[derive(Clone, Copy)]
pub(super) struct Posting {
    /// Once more, in another style of authentication, after the server refused the client.
    pub(super) is_repeatable: bool,
    /// Once only: it spends what is good for one use, or functions of the user's know more about it.
    pub(super) is_once: bool,
}

/// To whom, and by whom.
pub(super) struct Poster<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) client: &'a ClientCredentials,
    pub(super) client_auth: ClientAuth,
    /// What takes the secret's place, in styles that need it.
    pub(super) client_assertion: Option<&'a str>,
}

/// Not every server reads the header, whatever RFC 6749 §2.3.1 says.
const BODY_HINT: &str = " (if client and secret are right, it may want them in the body: clientAuth: 'body', or 'auto')";

/// Nor does every server read the body.
const HEADER_HINT: &str = " (if client and secret are right, it may want them in the header: clientAuth: 'header', or 'auto')";

const SECRET_HINT: &str = " (no secret was sent: if the client has one, give clientSecret)";

impl<H: Host> TokenSource<H> {
    /// Has `message` answered.
    pub(super) fn posted<'a>(
        &'a self,
        message: &'a dyn Message<H>,
        timeout_ms: u64,
    ) -> impl Future<Output = Result<()>> + 'a {
        self.within(timeout_ms, apart(self.delivered(message, timeout_ms / 2)))
    }

    /// Posts in the client's style of authentication; if that has to be found out, and the server does not know the
    /// client, in another.
    async fn delivered(&self, message: &dyn Message<H>, patience_ms: u64) -> Result<()> {
        let config = self.client.config();
        let found;
        let endpoint = match message.place(self) {
            Place::Known(endpoint) => endpoint,
            Place::ToBeFound(find) => {
                found = find.await?;
                &found
            }
        };
        let mut client = config.client();
        if config.asks_for_secret() {
            client.secret = Some(apart(self.ask(Asked::ClientSecret)).await?);
        }
        let mut poster = Poster {
            endpoint,
            client: &client,
            client_auth: config.client_auth,
            client_assertion: None,
        };
        if config.client_auth == ClientAuth::Auto {
            return apart(self.found_out(message, &mut poster, patience_ms)).await;
        }
        let answer = self.asked(message, &poster, patience_ms).await;
        answer.map_err(|error| advised(error, &poster))
    }

    /// Posts once, or once more beside the first.
    async fn asked(
        &self,
        message: &dyn Message<H>,
        poster: &Poster<'_>,
        patience_ms: u64,
    ) -> Result<()> {
        let once = || -> Apart<'_, Result<()>> {
            match poster.client_auth.is_assertion() {
                false => message.exchange(self, poster),
                true => apart(self.asserted(message, poster)),
            }
        };
        match message.posting(self).is_once {
            true => once().await,
            false => self.patiently(patience_ms, once).await,
        }
    }

    async fn asserted(&self, message: &dyn Message<H>, poster: &Poster<'_>) -> Result<()> {
        let assertion = self.client_assertion(poster).await?;
        let poster = Poster {
            client_assertion: Some(assertion.expose()),
            ..*poster
        };
        message.exchange(self, &poster).await
    }

    /// Posts in the style that was right before, or else in one after the other.
    async fn found_out(
        &self,
        message: &dyn Message<H>,
        poster: &mut Poster<'_>,
        patience_ms: u64,
    ) -> Result<()> {
        let known = self.client.style();
        let told = self.client.entry().told_style.get();
        let style = known.or(told).unwrap_or_else(|| self.advertised_style());
        poster.client_auth = style;
        let error = match self.asked(message, poster, patience_ms).await {
            Ok(()) => {
                self.client.learn_style(style);
                return Ok(());
            }
            Err(error) => error,
        };
        if !is_unknown_client(&error) {
            return Err(error);
        }
        if known.is_some() {
            // What was right once is not any more: the next request finds out again.
            self.client.forget_style();
            return Err(error);
        }
        let other = match style {
            ClientAuth::Post => ClientAuth::Basic,
            _ => ClientAuth::Post,
        };
        if !message.posting(self).is_repeatable {
            // Or nobody would ever come to know it.
            self.client.learn_style(other);
            return Err(error);
        }
        // Of two errors the first is the one that means something.
        poster.client_auth = other;
        let answer = self.asked(message, poster, patience_ms).await;
        answer.map_err(|_| error)?;
        self.client.learn_style(other);
        Ok(())
    }

    /// Asks the host for a credential.
    pub(super) async fn ask(&self, asked: Asked) -> Result<Secret> {
        let option = asked.option();
        let secret = self.asking(Some(option), self.host.credential(asked)).await;
        let secret = secret.map_err(|reason| Error::hook_failed(option, reason))?;
        let text = secret.expose();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Error::invalid_option(
                option,
                "gave a text that is empty or has control characters",
            ));
        }
        Ok(secret)
    }

    /// What takes the secret's place (RFC 7523 §2.2).
    async fn client_assertion(&self, poster: &Poster<'_>) -> Result<Secret> {
        let config = self.client.config();
        match &config.client_assertion {
            ClientAssertion::Ready(Credential::Given(ready)) => Ok(ready.clone()),
            ClientAssertion::Ready(Credential::Asked) => self.ask(Asked::ClientAssertion).await,
            ClientAssertion::Signed(options) => {
                let key = config.private_key.as_ref();
                let key = key.filter(|_| poster.client_auth == ClientAuth::PrivateKeyJwt);
                self.sign(options, key, poster.client, config.issuer())
                    .await
            }
        }
    }
}

#[inline(never)]
fn advised(error: Error, poster: &Poster<'_>) -> Error {
    let hint = match poster.client_auth {
        ClientAuth::Basic if !poster.client.is_ambiguous() => BODY_HINT,
        ClientAuth::Post => HEADER_HINT,
        ClientAuth::None => SECRET_HINT,
        _ => return error,
    };
    let is_wordless = error.status() == Some(401) && error.response().is_none();
    match is_wordless || is_unknown_client(&error) {
        true => error.advised(hint),
        false => error,
    }
}

fn is_unknown_client(error: &Error) -> bool {
    let class = error.class().unwrap_or(ErrorClass::Terminal);
    let said = error.response();
    said.is_some_and(|said| token_refusal::is_unknown_client(said, class))
}

/// Why `endpoint`, which is of this kind, gave no answer.
///
/// The platform's words are not known to be free of what was `sent`.
#[inline(never)]
pub(super) fn transport_error(
    error: TransportError,
    kind: &str,
    endpoint: &Endpoint,
    sent: &Sent,
) -> Error {
    let shown = endpoint.for_display();
    match error {
        TransportError::Hook(hook, reason) => Error::hook_failed(hook, reason),
        TransportError::Unusable(reason) => Error::new(
            ErrorCode::InvalidResponse,
            [kind, shown, " gave no response: ", &sent.shown(&reason)].concat(),
        ),
        TransportError::TooLong { status, .. } => {
            let status_text = status.to_string();
            let message = [kind, shown, " answered with status ", &status_text];
            let message = [&message.concat(), " and more than 1 MiB"].concat();
            Error::new(ErrorCode::InvalidResponse, message).with_status(status)
        }
        TransportError::Connection(reason) => {
            // The platform's words may hold the URL with its query.
            let reason = sent.shown(&text::replace(&reason, endpoint.as_str(), shown));
            let advice = advice::on_connection(&reason);
            let message = [kind, shown, " could not be reached: ", &reason, advice].concat();
            let is_lasting = advice::is_of_certificate(&text::replace(&reason, shown, ""));
            let error = Error::new(ErrorCode::Network, message).because(reason);
            match is_lasting {
                true => error.last(advice::ON_CERTIFICATE),
                false => error,
            }
        }
    }
}
