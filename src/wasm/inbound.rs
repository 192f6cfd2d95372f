//! What the JavaScript face calls of the checking of tokens: plain functions over numbered configurations.

mod application;
mod challenges;
mod guard;
mod introspector;
mod keys;
mod pending;
mod refusal;
mod rendered;
mod verifier;

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::call::Call;
use super::configurations::Configurations;
use super::error::to_js;
use super::fields::Fields;
use super::host::JsHost;
use crate::error::Error;
use crate::inbound::InboundMemory;

#[wasm_bindgen(module = "/pkg-templates/face/nobody.js")]
extern "C" {
    /// The call of nobody, for what needs none.
    fn nobody() -> Call;
}

thread_local! {
    static MEMORY: Rc<InboundMemory<JsHost>> = Rc::default();
    static NOBODY: Rc<JsHost> = Rc::new(JsHost::of(&nobody()));
}

fn memory() -> Rc<InboundMemory<JsHost>> {
    MEMORY.with(Rc::clone)
}

/// Of what is done without asking anybody.
fn nobodys_host() -> Rc<JsHost> {
    NOBODY.with(Rc::clone)
}

fn host(call: &Call) -> Rc<JsHost> {
    Rc::new(JsHost::of(call))
}

fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Array {
    let pair = |(name, value): (&str, &str)| Array::of2(&name.into(), &value.into());
    pairs.into_iter().map(pair).collect()
}

/// Keeps what `make` makes of the options under the number `id`, which must never have been used.
fn open<T>(
    all: &mut Configurations<T>,
    fields: &JsValue,
    id: u32,
    make: impl FnOnce(Fields) -> Result<T, Error>,
) -> Result<u32, JsValue> {
    let opened = Fields::of(fields).and_then(|fields| {
        let bytes = fields.weight();
        Ok((make(fields)?, bytes))
    });
    let (configuration, bytes) = opened.map_err(|error| to_js(&error))?;
    // The face knows those that are equal, and those that it does not know are the same to the memory.
    Ok(all.open(configuration, id, bytes, |_, _| false))
}
