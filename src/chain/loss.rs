//! An authorization that is lost, or was never given, and one that is back.

use super::TokenSource;
use crate::cache::token_state::TokenState;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::Host;
use crate::protocol::grant::Grant;

impl<H: Host> TokenSource<H> {
    /// With the refresh token of this `rotation`.
    pub(super) fn authorization_lost(
        &self,
        entry: &TokenState<H::View>,
        rotation: u32,
        error: &Error,
    ) -> Error {
        if entry.lose(rotation) {
            self.host.event(Event::AuthorizationLost);
        }
        self.reauthorization_required(Some(error), true)
    }

    /// The server gave a token, or the user did.
    pub(super) fn restored(&self, entry: &TokenState<H::View>) {
        if entry.lost().is_some() {
            self.host.event(Event::AuthorizationRestored);
        }
    }

    /// The server knows the refresh token no more, and nobody has another; or there never was one.
    pub(super) fn reauthorization_required(&self, error: Option<&Error>, is_dead: bool) -> Error {
        let config = self.client.config();
        let server = &config.server_for_display();
        let code = ErrorCode::ReauthorizationRequired;
        if !is_dead {
            let message = [
                "there is no token and no refresh token for ",
                server,
                match (&config.grant, &config.identity) {
                    (Grant::AuthorizationCode, None) => {
                        "; a client keeps the token of a user if its identity names the user"
                    }
                    _ => "; have the user authorize",
                },
            ];
            return Error::new(code, message.concat());
        };
        let mut message = [
            server,
            " no longer accepts the refresh token; have the user authorize again, or give another refreshToken",
        ]
        .concat();
        let Some(error) = error else {
            return Error::new(code, message);
        };
        let said = error.response().and_then(|it| it.description.as_deref());
        if let Some(said) = said {
            message.extend([" (", said, ")"]);
        }
        error.retold(code, message)
    }
}
