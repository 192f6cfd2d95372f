//! What exists to be tested against.

use wasm_bindgen::prelude::*;

/// Fills the memory until it cannot grow, so that a test can see what becomes of everybody else.
#[wasm_bindgen(js_name = __exhaust)]
pub fn test_exhaust() {
    loop {
        std::mem::forget(std::hint::black_box(Vec::<u8>::with_capacity(1 << 30)));
    }
}

/// Panics, so that a test can see what becomes of everybody else.
#[wasm_bindgen(js_name = __panic)]
#[allow(clippy::panic)]
pub fn test_panic() {
    panic!("asked for by a test");
}
