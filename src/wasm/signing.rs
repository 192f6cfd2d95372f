//! Options of what is signed here.

use super::fields::{Fields, set};
use crate::client::{ClientOptions, PrivateKey};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::assertion::{AssertionOptions, ClientAssertion};
use crate::protocol::jwt::Algorithm;

/// How the client signs what takes the secret's place.
pub(super) fn client(options: &mut ClientOptions, fields: &mut Fields) -> Result<(), Error> {
    if let Some(key) = fields.object("privateKey") {
        options.private_key = private_key(key)?;
    }
    if fields.is_object("clientAssertion") {
        let signed = assertion(fields, "clientAssertion")?;
        options.client_assertion = ClientAssertion::Signed(signed);
    }
    Ok(())
}

#[inline(never)]
fn private_key(mut fields: Fields) -> Result<Option<PrivateKey>, Error> {
    let Some(algorithm) = fields.named("alg", Algorithm::from_name) else {
        return fields.finish().map(|()| None);
    };
    let mut key = PrivateKey {
        algorithm,
        key_id: fields.text("kid"),
        header: Vec::new(),
        audience: fields.list("audience").unwrap_or_default(),
        key: fields.secret("key"),
    };
    for (name, text) in fields.pairs("header").unwrap_or_default() {
        key.header.extend(Json::parse(&text).map(|it| (name, it)));
    }
    fields.finish()?;
    Ok(Some(key))
}

/// What an assertion says, by the option of that name.
#[inline(never)]
pub(super) fn assertion(fields: &mut Fields, name: &str) -> Result<AssertionOptions, Error> {
    let mut options = AssertionOptions::default();
    let Some(mut fields) = fields.object(name) else {
        return Ok(options);
    };
    options.issuer = fields.text("issuer");
    options.subject = fields.text("subject");
    options.audience = fields.list("audience").unwrap_or_default();
    options.typ = fields.text("typ");
    set(
        &mut options.lifetime_seconds,
        fields.number("lifetimeSeconds"),
    );
    for (claim, text) in fields.pairs("claims").unwrap_or_default() {
        let problem = "must be JSON of no great depth";
        let value = Json::parse(&text);
        let value = value.ok_or_else(|| Error::invalid_option("assertion.claims", problem))?;
        options.claims.push((claim, value));
    }
    fields.finish()?;
    Ok(options)
}
