//! Options that belong to one grant each, wherever they are read.

use crate::error::Error;

/// The options, and whose they are.
const OWNERS: [(&str, &str); 5] = [
    ("username", "password"),
    ("password", "password"),
    ("refreshToken", "refresh_token"),
    ("assertion", "jwt_bearer"),
    ("token", "token"),
];

/// What a grant cannot be without.
pub(crate) fn demanded<T>(option: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::invalid_option(option, "is required for this grant"))
}

/// Refuses what is left when a grant has taken its own.
pub(crate) fn refuse_left(is_left: impl Fn(&str) -> bool) -> Result<(), Error> {
    match OWNERS.iter().find(|(option, _)| is_left(option)) {
        Some((option, owner)) => {
            let problem = "is not used by this grant; leave it out, or say grant: '";
            let problem = [problem, owner, "'"].concat();
            Err(Error::invalid_option(option, problem))
        }
        None => Ok(()),
    }
}
