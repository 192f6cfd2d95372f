//! Answers that are signed by the authorization server (RFC 9701), so that who keeps them can show them.

use std::fmt;
use std::rc::Rc;

use super::asker::Asker;
use super::key_source::{KeySource, Unverified};
use crate::error::{Error, ErrorCode};
use crate::host::inbound::InboundHost;
use crate::protocol::introspection::Introspection;
use crate::protocol::jws::Jws;
use crate::race::apart;
use crate::token::Secret;

/// As much as is read of any answer.
const MAX_BYTES: usize = 1024 * 1024;

/// What `jwt` says of a token, if it is the server's answer to us.
pub(super) async fn verified<H: InboundHost>(
    asker: &Asker<H>,
    jwt: &Secret,
    asked_at_ms: u64,
) -> Result<Introspection, Error> {
    let Some(signed) = &asker.config.signed else {
        return Err(refused(&"was not asked for"));
    };
    let jws = Jws::parse(jwt.expose(), MAX_BYTES).map_err(|why| refused(&why))?;
    let rules = &signed.rules;
    let members = rules.judge(jws.algorithm, &jws.header, &jws.claims, asked_at_ms);
    let members = members.map_err(|problem| refused(&problem))?;
    let keys = KeySource::new(
        Rc::clone(&asker.host),
        Rc::clone(&signed.keys),
        Rc::clone(&asker.memory),
    );
    let key = apart(keys.check(&jws)).await;
    key.map_err(|unverified| match unverified {
        Unverified::Invalid(why) => refused(&why),
        Unverified::Unknown(error) => error,
    })?;
    let introspection = Introspection::of(members.clone(), asked_at_ms);
    introspection.map_err(|problem| refused(&["comes ", problem].concat()))
}

fn refused(problem: &dyn fmt::Display) -> Error {
    let message = ["the signed answer about the token ", &problem.to_string()];
    Error::new(ErrorCode::InvalidResponse, message.concat())
}
