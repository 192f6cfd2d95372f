//! What the JavaScript face calls of the client: plain functions over numbered configurations.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::call::Call;
use super::configurations::Configurations;
use super::error::to_js;
use super::fields::Fields;
use super::host::{JsHost, promise};
use super::options::options;
use crate::cache::client_state::ClientState;
use crate::cache::memory::Memory;
use crate::chain::TokenSource;
use crate::client::ClientConfig;
use crate::error::Error;
use crate::race::apart;

#[derive(Default)]
struct Clients {
    clients: Configurations<ClientState<JsValue>>,
    memory: Rc<Memory<JsValue>>,
}

thread_local! {
    static CLIENTS: RefCell<Clients> = RefCell::default();
}

fn client(id: u32) -> Option<Rc<ClientState<JsValue>>> {
    CLIENTS.with_borrow(|Clients { clients, .. }| clients.of(id))
}

/// Validates a configuration and returns its number: `id`, or the one that an equal configuration
/// was given before. `fields` is an object of the options; `id` must never have been used.
#[wasm_bindgen(skip_typescript)]
pub fn open(fields: &JsValue, id: u32) -> Result<u32, JsValue> {
    let (config, bytes) = config(fields).map_err(|error| to_js(&error))?;
    Ok(CLIENTS.with_borrow_mut(|Clients { clients, memory }| {
        let client = ClientState::new(config, Rc::clone(memory));
        clients.open(client, id, bytes, ClientState::equals)
    }))
}

/// The configuration, and how many bytes of options it has.
fn config(fields: &JsValue) -> Result<(ClientConfig, usize), Error> {
    let mut fields = Fields::of(fields)?;
    let bytes = fields.weight();
    let is_shared = fields.flag("store").is_some();
    let config = ClientConfig::new(options(fields)?)?;
    if is_shared {
        config.check_sealing()?;
    }
    Ok((config, bytes))
}

/// How long the face may hand out a token by itself: then it says what its clock shows, and that the token is used.
const UNASKED_MS: u64 = 1_000;

/// The token in the cache, as the face rendered it, and until when it may be handed out unasked unless it is withdrawn;
/// `undefined` if none may be.
#[wasm_bindgen(skip_typescript)]
pub fn hit(id: u32, now_ms: f64) -> Option<Array> {
    let now_ms = now_ms as u64;
    let (cached, until_ms) = client(id)?.lasting_hit(now_ms)?;
    let until_ms = until_ms.min(now_ms.saturating_add(UNASKED_MS));
    let until_ms = JsValue::from_f64(until_ms as f64);
    Some(Array::of2(&cached.view, &until_ms))
}

/// Brings a token, from the server if need be or if `refreshed` is asked for; `undefined` if `id`
/// is not known.
#[wasm_bindgen(skip_typescript)]
pub fn obtain(id: u32, call: &Call, refreshed: bool) -> Option<Promise> {
    let source = source(id, call)?;
    Some(promise(async move {
        let result = match refreshed {
            true => apart(source.refreshed()).await,
            false => source.token().await,
        };
        result.map(|cached| cached.view.clone())
    }))
}

/// Refreshes the token if that is due; `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn warm(id: u32, call: &Call) -> Option<Promise> {
    let source = source(id, call)?;
    Some(promise(async move {
        source.warm().await.map(|()| JsValue::UNDEFINED)
    }))
}

/// Notes that the API refused `access_token`; whether asking for another is worth it, or
/// `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn refuse(id: u32, access_token: &str, now_ms: f64) -> Option<bool> {
    Some(client(id)?.refuse(access_token, now_ms as u64))
}

/// Drops the token, in memory and in the store, and the refresh token too if it is to be forgotten;
/// `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn invalidate(id: u32, call: &Call, forgets_refresh_token: bool) -> Option<Promise> {
    let source = source(id, call)?;
    Some(promise(async move {
        match forgets_refresh_token {
            true => source.forget_authorization().await,
            false => source.invalidate().await,
        }
        Ok(JsValue::UNDEFINED)
    }))
}

pub(super) fn source(id: u32, call: &Call) -> Option<TokenSource<JsHost>> {
    let host = JsHost::of(call);
    Some(TokenSource::of_client(Rc::new(host), client(id)?))
}
