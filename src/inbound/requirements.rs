//! What a route asks of its callers.

use crate::client::is_scope;
use crate::error::Error;
use crate::text;

/// Which ways a token is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// JWTs by their signature, others by the authorization server.
    #[default]
    Either,
    /// JWTs by the authorization server too, which knows whether they were taken back.
    Both,
}

/// What a route asks of its callers. The default is a good token, whatever it reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Scopes, all of which the token must reach.
    pub scopes: Vec<String>,
    /// Scopes, one of which it must reach.
    pub any_scope: Option<Vec<String>>,
    /// Whom the token must be for, one of several. Default: as the verifier says; what is introspected may be for
    /// anybody.
    pub audience: Option<Vec<String>>,
    /// Which ways it is checked.
    pub check: Check,
    /// How old what the authorization server said may be. Default: as the introspector says.
    pub max_age_seconds: Option<u32>,
}

impl Requirements {
    /// Whether somebody can meet them.
    pub(super) fn check(&self) -> Result<(), Error> {
        let any_scope = self.any_scope.as_deref();
        for (option, scopes) in [
            ("scopes", self.scopes.as_slice()),
            ("anyScope", any_scope.unwrap_or_default()),
        ] {
            if !scopes.iter().all(|scope| is_scope(scope)) {
                let problem = "must be scopes, each by itself, of printable ASCII characters without spaces, quotes and backslashes (RFC 6749 §3.3)";
                return Err(Error::invalid_option(option, problem));
            }
        }
        if any_scope.is_some_and(<[_]>::is_empty) {
            let problem =
                "must have a scope, or nobody could call; leave it out where none is needed";
            return Err(Error::invalid_option("anyScope", problem));
        }
        let is_nobody = |it: &Vec<String>| it.is_empty() || it.iter().any(String::is_empty);
        if self.audience.as_ref().is_some_and(is_nobody) {
            let problem = "must name somebody, or nobody could call; leave it out to have it as the verifier does";
            return Err(Error::invalid_option("audience", problem));
        }
        Ok(())
    }

    /// The scopes that a token must reach one of.
    fn any(&self) -> &[String] {
        self.any_scope.as_deref().unwrap_or_default()
    }

    /// What is wanted, as a challenge has it.
    pub(super) fn scope(&self) -> Option<String> {
        let mut scopes: Vec<&str> = Vec::new();
        for scope in self.scopes.iter().chain(self.any()) {
            if !scopes.contains(&scope.as_str()) {
                scopes.push(scope);
            }
        }
        (!scopes.is_empty()).then(|| text::joined(&scopes, " "))
    }

    /// Which scopes are missing, in words.
    pub(super) fn missing(&self, has: impl Fn(&str) -> bool) -> Option<String> {
        let lacking: Vec<&String> = self.scopes.iter().filter(|it| !has(it)).collect();
        if !lacking.is_empty() {
            return Some(["scopes: ", &text::joined(&lacking, " ")].concat());
        }
        let any = self.any();
        let is_met = any.is_empty() || any.iter().any(|it| has(it));
        (!is_met).then(|| ["one of these scopes: ", &text::joined(any, " ")].concat())
    }
}
