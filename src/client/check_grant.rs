//! What a grant must be like.

use super::check::{Checked, credential, refused, text};
use super::check_assertion;
use crate::protocol::grant::{AUTHORIZATION_CODE, Grant};

#[inline(never)]
pub(super) fn grant(grant: &Grant) -> Checked {
    match grant {
        Grant::ClientCredentials | Grant::AuthorizationCode => Ok(()),
        Grant::Password { username, password } => {
            text("username", username)?;
            credential("password", password)
        }
        Grant::RefreshToken { refresh_token } => credential("refreshToken", refresh_token),
        Grant::JwtBearer { assertion } => match assertion.given() {
            Some(assertion) => credential("assertion", assertion),
            None => Ok(()),
        },
        Grant::SignedJwtBearer(options) => check_assertion::of_grant(options),
        Grant::Token {
            access_token,
            refresh_token,
            ..
        } => {
            let fits_header = |byte: u8| byte.is_ascii_graphic();
            let token = access_token.expose();
            if token.is_empty() || !token.bytes().all(fits_header) {
                return refused(
                    "token",
                    "must be an access token of visible ASCII characters (RFC 6750 §2.1)",
                );
            }
            match refresh_token {
                Some(refresh_token) => credential("refreshToken", refresh_token),
                None => Ok(()),
            }
        }
        Grant::Custom { grant_type } if grant_type == AUTHORIZATION_CODE => refused(
            "grant",
            "must be Grant::AuthorizationCode, since a code is good for one use",
        ),
        Grant::Custom { grant_type } => text("grant", grant_type),
    }
}
