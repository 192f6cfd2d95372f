//! Tokens whose signatures the host checks at the moment, by numbers that the face gives: those of a lost instance are
//! known to no other.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::guard;
use super::{keys, rendered};
use crate::inbound::{Requirements, Unchecked};
use crate::wasm::host::JsHost;

/// How many there may be. Of requests that end before their tokens are checked nothing is ever heard again.
const MAX_PENDING: usize = 1000;

/// Who wants to know.
pub(super) enum Asked {
    Verifier,
    Guard(Rc<guard::Opened>, Requirements),
}

type Pending = (u32, Asked, Unchecked<JsHost>);

thread_local! {
    static PENDING: RefCell<VecDeque<Pending>> = RefCell::default();
}

/// Has the host check a signature: the promise of whether it is good, in an array.
pub(super) fn begin(number: u32, asked: Asked, unchecked: Unchecked<JsHost>) -> Array {
    let promise = keys::verify(
        unchecked.key(),
        unchecked.algorithm().as_str(),
        unchecked.signing_input().as_bytes(),
        unchecked.signature(),
    );
    PENDING.with_borrow_mut(|all| {
        if all.len() >= MAX_PENDING {
            all.pop_front();
        }
        all.push_back((number, asked, unchecked));
    });
    Array::of1(&promise)
}

/// What is found out of the token with this number, whose signature is good or not; `undefined` if all is to be done
/// again, so that it is said what is wrong.
#[wasm_bindgen(skip_typescript)]
pub fn settled(number: u32, is_good: bool) -> Option<JsValue> {
    let (_, asked, unchecked) = PENDING.with_borrow_mut(|all| {
        let at = all.iter().position(|(it, ..)| *it == number)?;
        all.remove(at)
    })?;
    match asked {
        _ if !is_good => None,
        Asked::Verifier => Some(rendered::verified(&*unchecked.signed()?)),
        Asked::Guard(opened, requirements) => {
            let admitted = opened.idle.end(unchecked, &requirements)?;
            Some(opened.lasting(&admitted, &requirements).into())
        }
    }
}
