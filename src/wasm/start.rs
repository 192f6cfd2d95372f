//! What happens when the instance starts: it is connected to the JavaScript face.

use wasm_bindgen::prelude::*;

/// In a tenth of the code of the standard one, which every new isolate compiles; in constant time, and with little
/// fragmentation (TLSF).
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen(module = "/pkg-templates/face/kernel.js")]
extern "C" {
    #[cfg(feature = "npm")]
    fn panicked();
    #[cfg(all(feature = "outbound", not(feature = "npm")))]
    fn connect(kernel: js_sys::Object);
}

/// A panic leaves the instance in an unknown state. The hook has it replaced at once, before
/// anything that still points into it can run. What was cached is lost; what comes next works.
#[cfg(feature = "npm")]
#[wasm_bindgen(start, private)]
pub fn start() {
    std::panic::set_hook(Box::new(|_| {
        abandon();
        panicked();
    }));
}

/// Has the instance replaced when next it is called: also by the face, when it meets an exception that is
/// no panic, such as memory that cannot grow. It does nothing else, since nothing else may work.
#[cfg(feature = "npm")]
#[wasm_bindgen(skip_typescript)]
pub fn abandon() {
    wasm_bindgen::handler::schedule_reinit();
}

/// The entry files of the npm package hand the exported functions to the face. In the output of a
/// plain `wasm-pack build` there are no entry files, so they are handed over here.
#[cfg(all(feature = "outbound", not(feature = "npm")))]
#[wasm_bindgen(start, private)]
pub fn start() {
    use super::call::Call;
    use super::kernel::{hit, invalidate, obtain, open, refuse, warm};
    use super::promise::report;
    use js_sys::Promise;

    let kernel = js_sys::Object::new();
    let set = |name: &str, function: JsValue| {
        // A fresh object takes any member.
        let _ = js_sys::Reflect::set(&kernel, &name.into(), &function);
    };
    type Open = dyn Fn(JsValue, u32) -> Result<u32, JsValue>;
    type Hit = dyn Fn(u32, f64) -> Option<js_sys::Array>;
    type Obtain = dyn Fn(u32, Call, bool) -> Option<Promise>;
    type Run = dyn Fn(u32, Call) -> Option<Promise>;
    type Refuse = dyn Fn(u32, String, f64) -> Option<bool>;
    set(
        "open",
        Closure::<Open>::new(|fields: JsValue, id| open(&fields, id)).into_js_value(),
    );
    set("hit", Closure::<Hit>::new(hit).into_js_value());
    let obtain = |id, call: Call, refreshed| obtain(id, &call, refreshed);
    set("obtain", Closure::<Obtain>::new(obtain).into_js_value());
    let warm = |id, call: Call| warm(id, &call);
    set("warm", Closure::<Run>::new(warm).into_js_value());
    let invalidate = |id, call: Call, forgets| invalidate(id, &call, forgets);
    set(
        "invalidate",
        Closure::<Obtain>::new(invalidate).into_js_value(),
    );
    let refuse = |id, access_token: String, now_ms| refuse(id, &access_token, now_ms);
    type Report = dyn Fn(usize, u32, bool, JsValue);
    set("report", Closure::<Report>::new(report).into_js_value());
    set("refuse", Closure::<Refuse>::new(refuse).into_js_value());
    #[cfg(feature = "held-tokens")]
    crate::wasm::held_tokens::offer(set);
    #[cfg(feature = "revocation")]
    crate::wasm::revocation::offer(set);
    #[cfg(feature = "authorization")]
    crate::wasm::authorization::offer(set);
    connect(kernel);
}
