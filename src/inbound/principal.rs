//! Who calls, by a token that was found good.

use std::fmt;
use std::future::{Future, ready};
use std::rc::Rc;

use super::answer::Answer;
use super::verified::Verified;
use crate::host::HookError;
use crate::json::Json;
use crate::protocol::access_token;

/// A good token, and by whom it was found so.
pub enum Admitted<S> {
    /// The authorization server said so.
    Introspection(Rc<Answer<S>>),
    /// It is signed by the issuer.
    Jwt(Rc<Verified<S>>),
    /// It is, and the authorization server says that it was not taken back.
    Both(Rc<Verified<S>>, Rc<Answer<S>>),
}

impl<S> Admitted<S> {
    /// Which way it was checked: `introspection`, `jwt` or `both`.
    pub const fn by(&self) -> &'static str {
        match self {
            Self::Introspection(_) => "introspection",
            Self::Jwt(_) => "jwt",
            Self::Both(..) => "both",
        }
    }

    /// What the token says, or is said of it: where it was checked both ways, what it says itself.
    pub fn claims(&self) -> &Json {
        match self {
            Self::Introspection(answer) => &answer.introspection.raw,
            Self::Jwt(verified) | Self::Both(verified, _) => &verified.claims,
        }
    }

    /// `sub`
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Introspection(answer) => answer.introspection.sub.as_deref(),
            _ => self.claims().get("sub")?.as_str(),
        }
    }

    /// `client_id`, or `azp`, as OpenID Connect has it.
    pub fn client_id(&self) -> Option<&str> {
        if let Self::Introspection(answer) = self
            && let Some(client_id) = &answer.introspection.client_id
        {
            return Some(client_id);
        }
        let text = |name| self.claims().get(name)?.as_str();
        text("client_id").or_else(|| text("azp"))
    }

    /// What the token reaches. Where it was checked both ways, and both say something, what both do.
    pub fn scopes(&self) -> Vec<String> {
        let mut sides = self.sides().map(access_token::scopes);
        let said = sides.find(|scopes| !scopes.is_empty());
        let mut scopes = said.unwrap_or_default();
        scopes.retain(|scope| self.reaches(scope));
        scopes
    }

    /// Whether the token reaches `scope`, which is compared whole, and case by case.
    pub(super) fn reaches(&self, scope: &str) -> bool {
        let says = |claims| {
            let mut scopes = access_token::each_scope(claims).peekable();
            scopes.peek()?;
            Some(scopes.any(|it| it == scope))
        };
        let mut said = self.sides().filter_map(says).peekable();
        said.peek().is_some() && said.all(|reaches| reaches)
    }

    /// Whom the token is for.
    pub fn audience(&self) -> Vec<String> {
        access_token::audience(self.claims())
    }

    /// When the token itself says that it ends, by the clock of the issuer.
    pub(super) fn expires_at_ms(&self) -> u64 {
        match self {
            Self::Introspection(answer) => answer.introspection.expires_at_ms(),
            // Float to integer saturates.
            Self::Jwt(verified) | Self::Both(verified, _) => {
                let seconds = verified.claims.get("exp").and_then(Json::as_f64);
                seconds.map(|seconds| (seconds * 1000.0) as u64)
            }
        }
        .unwrap_or(u64::MAX)
    }

    /// What the server said, if it was asked.
    pub(super) fn answer(&self) -> Option<&Answer<S>> {
        match self {
            Self::Introspection(answer) | Self::Both(_, answer) => Some(answer),
            Self::Jwt(_) => None,
        }
    }

    /// What the token is bound to (`cnf`), as each side says that was asked.
    pub fn confirmations(&self) -> Vec<&Json> {
        let mut all: Vec<&Json> = self.sides().filter_map(|it| it.get("cnf")).collect();
        all.dedup_by(|one, other| one == other);
        all
    }

    /// What the token says, and what is said of it.
    fn sides(&self) -> impl Iterator<Item = &Json> {
        let answer = match self {
            Self::Both(_, answer) => Some(&answer.introspection.raw),
            _ => None,
        };
        [self.claims()].into_iter().chain(answer)
    }
}

impl<S> Clone for Admitted<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Introspection(answer) => Self::Introspection(Rc::clone(answer)),
            Self::Jwt(verified) => Self::Jwt(Rc::clone(verified)),
            Self::Both(verified, answer) => Self::Both(Rc::clone(verified), Rc::clone(answer)),
        }
    }
}

/// Says nothing of whom the token is about.
impl<S> fmt::Debug for Admitted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted")
            .field("by", &self.by())
            .finish_non_exhaustive()
    }
}

/// What an application says of a caller whose token is good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped<P> {
    /// Whom it takes the caller for.
    pub principal: P,
    /// What the caller may do, in place of what the token reaches.
    pub scopes: Option<Vec<String>>,
}

/// Where the application has a say. `()` has none: then bound tokens are refused.
pub trait Application<S> {
    /// Whom it takes callers for.
    type Principal;

    /// Whether the caller holds the key that the token is bound to by `confirmation` (`cnf`, RFC 7800 §3.1).
    fn proof(
        &self,
        confirmation: &Json,
        admitted: &Admitted<S>,
    ) -> impl Future<Output = Result<bool, HookError>>;

    /// Who the caller is; `None` if nobody who may call.
    fn principal(
        &self,
        admitted: &Admitted<S>,
    ) -> impl Future<Output = Result<Option<Mapped<Self::Principal>>, HookError>>;
}

impl<S> Application<S> for () {
    type Principal = ();

    fn proof(&self, _: &Json, _: &Admitted<S>) -> impl Future<Output = Result<bool, HookError>> {
        ready(Ok(false))
    }

    fn principal(
        &self,
        _: &Admitted<S>,
    ) -> impl Future<Output = Result<Option<Mapped<()>>, HookError>> {
        ready(Ok(Some(Mapped::default())))
    }
}

/// Who may call.
pub struct Authorized<S, P> {
    /// The token.
    pub admitted: Admitted<S>,
    /// What the caller may do: what the application says, or what the token reaches.
    pub scopes: Vec<String>,
    /// Whom the application takes the caller for.
    pub principal: P,
}

/// Says nothing of who it is.
impl<S, P> fmt::Debug for Authorized<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorized")
            .field("admitted", &self.admitted)
            .finish_non_exhaustive()
    }
}
