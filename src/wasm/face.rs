//! The JavaScript face in the output of a plain `wasm-pack build`: what it exports, the types of that, and the files
//! that it is made of. The npm package has entry files of its own, which import them.

use wasm_bindgen::prelude::*;

// Never called: named as functions because only those can be exported without a type.
#[wasm_bindgen(module = "/pkg-templates/face/client.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = OAuth2Client, reexport, skip_typescript)]
    fn client_class();
}
#[wasm_bindgen(module = "/pkg-templates/face/error.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = OAuth2Error, reexport, skip_typescript)]
    fn error_class();
}
#[wasm_bindgen(module = "/pkg-templates/face/events.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = serverTiming, reexport, skip_typescript)]
    fn server_timing();
}

/// The classes are written in JavaScript, so their types are written by hand.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../pkg-templates/entries/index.d.ts");

/// Names files, so that they are part of the output: what is exported is made of them.
macro_rules! parts {
    ($($file:tt $name:ident)*) => {
        $(
            #[wasm_bindgen(module = $file)]
            extern "C" {
                #[allow(dead_code)]
                type $name;
            }
        )*
    };
}

parts! {
    "/pkg-templates/face/abort.js" Abort
    "/pkg-templates/stores/any.js" Store
    "/pkg-templates/face/api-options.js" ApiOptions
    "/pkg-templates/face/application.js" Application
    "/pkg-templates/face/assertion.js" Assertion
    "/pkg-templates/face/authorization.js" Authorization
    "/pkg-templates/face/body.js" Body
    "/pkg-templates/stores/cache-place.js" CachePlace
    "/pkg-templates/face/circle.js" Circle
    "/pkg-templates/stores/claim.js" Claim
    "/pkg-templates/face/configurations.js" Configurations
    "/pkg-templates/face/crossing.js" Crossing
    "/pkg-templates/stores/deno-kv.js" DenoKv
    "/pkg-templates/face/fields.js" Fields
    "/pkg-templates/face/functions.js" Functions
    "/pkg-templates/face/hand.js" Hand
    "/pkg-templates/face/hooks.js" Hooks
    "/pkg-templates/face/jwt.js" PrivateKey
    "/pkg-templates/face/kept-body.js" KeptBody
    "/pkg-templates/stores/lasting.js" Lasting
    "/pkg-templates/stores/location-cache.js" Near
    "/pkg-templates/face/machine.js" MachineClient
    "/pkg-templates/face/members.js" Members
    "/pkg-templates/face/memory.js" Memory
    "/pkg-templates/face/notices.js" Notices
    "/pkg-templates/face/option-names.js" OptionNames
    "/pkg-templates/face/options.js" ClientOptions
    "/pkg-templates/face/patience.js" Patience
    "/pkg-templates/face/pem.js" Pem
    "/pkg-templates/face/readers.js" Readers
    "/pkg-templates/face/refusal.js" Refusal
    "/pkg-templates/face/request.js" ResourceRequest
    "/pkg-templates/face/resource.js" Resource
    "/pkg-templates/face/response.js" Responses
    "/pkg-templates/face/spelling.js" Spelling
    "/pkg-templates/face/stack.js" Stack
    "/pkg-templates/face/stored-token.js" StoredToken
    "/pkg-templates/face/timers.js" Timers
    "/pkg-templates/face/token-source.js" TokenSource
    "/pkg-templates/face/token.js" Token
    "/pkg-templates/face/unset.js" Unset
    "/pkg-templates/face/url.js" Url
}
