//! The tokens of callers, from the `Authorization` header to who may call.

use std::fmt;
use std::rc::Rc;

use super::answer::Answer;
use super::guard_options::GuardConfig;
use super::introspector::TokenIntrospector;
use super::principal::{Admitted, Application, Authorized};
use super::refusal::{Refusal, Why};
use super::requirements::{Check, Requirements};
use super::verifier::JwtVerifier;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::HookError;
use crate::host::inbound::InboundHost;
use crate::protocol::access_token;
use crate::protocol::bearer::{BearerChallenge, Unusable, read_authorization};
use crate::protocol::form::Parameters;
use crate::protocol::invalid_token::InvalidToken;
use crate::protocol::jws::is_jws;
use crate::protocol::protected_resource::{MetadataResponse, ProtectedResource};
use crate::race::apart;

/// Lets callers through whose tokens are good and reach far enough, and has an answer for all others.
///
/// Cheap to make: what lasts is what introspector and verifier share with others.
pub struct Guard<H: InboundHost> {
    config: Rc<GuardConfig>,
    pub(super) introspector: Option<TokenIntrospector<H>>,
    pub(super) verifier: Option<JwtVerifier<H>>,
}

type Checked<H> = Result<Admitted<<H as InboundHost>::Slot>, Why>;
type Answered<H> = Result<Rc<Answer<<H as InboundHost>::Slot>>, Why>;

impl<H: InboundHost> Guard<H> {
    /// A guard that has tokens checked by one of the two, or both: JWTs go to the verifier, others to the
    /// introspector. With one alone, all go there.
    pub fn new(
        config: Rc<GuardConfig>,
        introspector: Option<TokenIntrospector<H>>,
        verifier: Option<JwtVerifier<H>>,
    ) -> Result<Self, Error> {
        if introspector.is_none() && verifier.is_none() {
            let problem = "or verifier must be given: somebody has to check the tokens";
            return Err(Error::invalid_option("introspector", problem));
        }
        Ok(Self {
            config,
            introspector,
            verifier,
        })
    }

    /// Until when a caller that [`cached`](Self::cached) gives is given again, unless something is forgotten, keys are
    /// exchanged, or the clock is set back.
    pub fn lasts_until_ms(&self, admitted: &Admitted<H::Slot>, requirements: &Requirements) -> u64 {
        let answer = admitted.answer().zip(self.introspector.as_ref());
        let fresh_until_ms = answer.map_or(u64::MAX, |(answer, introspector)| {
            introspector.fresh_until_ms(answer, requirements.max_age_seconds)
        });
        fresh_until_ms.min(admitted.expires_at_ms())
    }

    /// The caller, by the value of the `Authorization` header, or the answer for one who may not call.
    pub async fn authorize<A: Application<H::Slot>>(
        &self,
        authorization: Option<&str>,
        requirements: &Requirements,
        application: &A,
    ) -> Result<Authorized<H::Slot, A::Principal>, Refusal> {
        let authorized = self.decide(authorization, requirements, application).await;
        authorized.map_err(|why| self.refusal(why, requirements))
    }

    /// The metadata of the API (RFC 9728), if a request of this method and URL asks for it.
    pub fn metadata(&self, method: &str, url: &str) -> Option<MetadataResponse> {
        let resource = self.config.resource.as_ref()?;
        let verifier = self.verifier.as_ref().map(|it| &it.config.rules.issuer);
        let introspector = self.introspector.as_ref();
        let introspector = introspector.and_then(|it| it.config().client.issuer.as_ref());
        let mut issuers: Vec<String> = Vec::new();
        for issuer in verifier.into_iter().chain(introspector) {
            if !issuers.iter().any(|it| it == issuer) {
                issuers.push(issuer.to_owned());
            }
        }
        resource.respond(method, url, &issuers)
    }

    async fn decide<A: Application<H::Slot>>(
        &self,
        authorization: Option<&str>,
        requirements: &Requirements,
        application: &A,
    ) -> Result<Authorized<H::Slot, A::Principal>, Why> {
        self.check(requirements).map_err(Why::Misconfigured)?;
        let token = read_authorization(authorization).map_err(|unusable| match unusable {
            Unusable::Missing => Why::Missing,
            Unusable::Malformed(problem) => Why::Malformed(problem),
        })?;
        let admitted = apart(self.admit(token, requirements)).await?;
        judge_answer(&admitted, requirements).map_err(|why| self.invalid(why))?;
        if is_bound(&admitted).map_err(|why| self.invalid(why))? {
            for confirmation in admitted.confirmations() {
                let proven = application.proof(confirmation, &admitted).await;
                if !proven.map_err(|reason| self.failed("proof", reason))? {
                    return Err(self.invalid(InvalidToken::Bound));
                }
            }
        }
        let mapped = application.principal(&admitted).await;
        let mapped = mapped.map_err(|reason| self.failed("principal", reason))?;
        let mapped = mapped.ok_or(Why::Nobody)?;
        let scopes = mapped.scopes.unwrap_or_else(|| admitted.scopes());
        match requirements.missing(|wanted| scopes.iter().any(|it| it == wanted)) {
            Some(missing) => Err(Why::Lacking(missing)),
            None => Ok(Authorized {
                admitted,
                scopes,
                principal: mapped.principal,
            }),
        }
    }

    /// The token, checked the ways that it has to be.
    async fn admit(&self, token: &str, requirements: &Requirements) -> Checked<H> {
        let verifier = match (&self.verifier, &self.introspector) {
            (Some(verifier), Some(_)) if is_jws(token) => Some(verifier),
            (Some(verifier), None) => Some(verifier),
            _ => None,
        };
        let Some(verifier) = verifier else {
            let answer = apart(self.introspect(token, requirements)).await?;
            return Ok(Admitted::Introspection(answer));
        };
        let audience = requirements.audience.as_deref();
        let verified = apart(verifier.verify(token, audience, true)).await;
        // Whatever is wrong with it, it is the token that is.
        let verified = verified.map_err(|error| match error.code() {
            ErrorCode::TokenRejected | ErrorCode::TokenMalformed => Why::Invalid(error),
            _ => Why::Unverifiable(error),
        })?;
        if requirements.check == Check::Either {
            return Ok(Admitted::Jwt(verified));
        }
        let answer = apart(self.introspect(token, requirements)).await?;
        Ok(Admitted::Both(verified, answer))
    }

    async fn introspect(&self, token: &str, requirements: &Requirements) -> Answered<H> {
        let introspector = self
            .introspector
            .as_ref()
            .ok_or_else(|| Why::Misconfigured(unable()))?;
        let parameters = Parameters::new();
        let answer = introspector.introspect(token, &parameters, requirements.max_age_seconds);
        answer.await.map_err(Why::Unverifiable)
    }

    /// Whether these requirements can be met here.
    pub(super) fn check(&self, requirements: &Requirements) -> Result<(), Error> {
        let has_both = self.introspector.is_some() && self.verifier.is_some();
        if requirements.check == Check::Both && !has_both {
            return Err(unable());
        }
        requirements.check()
    }

    fn invalid(&self, why: InvalidToken) -> Why {
        self.event(Event::TokenRejected {
            reason: why.reason(),
        });
        Why::Invalid(why.into())
    }

    /// `hook` is what the user calls the function that failed.
    fn failed(&self, hook: &'static str, reason: HookError) -> Why {
        self.event(Event::HookFailed { hook });
        Why::Unverifiable(Error::hook_failed(hook, reason))
    }

    fn event(&self, event: Event) {
        match (&self.introspector, &self.verifier) {
            (Some(introspector), _) => introspector.event(event),
            (None, Some(verifier)) => verifier.event(event),
            (None, None) => {}
        }
    }

    fn refusal(&self, why: Why, requirements: &Requirements) -> Refusal {
        let scope = requirements.scope().filter(|_| why.wants_token());
        let challenge = BearerChallenge {
            realm: self.config.realm.as_deref(),
            scope: scope.as_deref(),
            resource_metadata: self.config.resource.as_ref().map(ProtectedResource::url),
            ..BearerChallenge::default()
        };
        Refusal::new(why, challenge)
    }
}

/// Whether what the authorization server said, if it was asked, is what is required.
pub(super) fn judge_answer<S>(
    admitted: &Admitted<S>,
    requirements: &Requirements,
) -> Result<(), InvalidToken> {
    let Some(answer) = admitted.answer() else {
        return Ok(());
    };
    let said = &answer.introspection;
    if !said.active {
        return Err(InvalidToken::Inactive);
    }
    if access_token::is_for_something_else(&said.raw) {
        return Err(InvalidToken::Purpose);
    }
    let is_for = |wanted: &Vec<String>| said.aud.iter().any(|it| wanted.contains(it));
    match requirements.audience.as_ref().is_none_or(is_for) {
        true => Ok(()),
        false => Err(InvalidToken::Audience),
    }
}

/// Whether the token is good together with a proof only. One that does not say what is to be proven is never good.
pub(super) fn is_bound<S>(admitted: &Admitted<S>) -> Result<bool, InvalidToken> {
    let said = admitted.answer().map(|it| &it.introspection);
    let token_type = said.and_then(|it| it.token_type.as_deref());
    let is_bound = !admitted.confirmations().is_empty();
    match token_type.is_some_and(|it| it.eq_ignore_ascii_case("DPoP")) && !is_bound {
        true => Err(InvalidToken::Bound),
        false => Ok(is_bound),
    }
}

#[inline(never)]
fn unable() -> Error {
    let problem = "needs an introspector and a verifier to have tokens checked both ways";
    Error::invalid_option("check", problem)
}

impl<H: InboundHost> fmt::Debug for Guard<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
