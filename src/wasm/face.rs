//! The JavaScript face in the output of a plain `wasm-pack build`: what it exports, the types of that, and the files
//! that it is made of. The npm package has entry files of its own, which import them.

use wasm_bindgen::prelude::*;

// Never called: named as functions because only those can be exported without a type.
#[wasm_bindgen(module = "/src/wasm/js/client.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = OAuth2Client, reexport, skip_typescript)]
    fn client_class();
}
#[wasm_bindgen(module = "/src/wasm/js/error.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = OAuth2Error, reexport, skip_typescript)]
    fn error_class();
}
#[wasm_bindgen(module = "/src/wasm/js/events.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = serverTiming, reexport, skip_typescript)]
    fn server_timing();
}

/// The classes are written in JavaScript, so their types are written by hand.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../pkg-templates/index.d.ts");

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
    "/src/wasm/js/abort.js" Abort
    "/src/wasm/js/api-options.js" ApiOptions
    "/src/wasm/js/application.js" Application
    "/src/wasm/js/assertion.js" Assertion
    "/src/wasm/js/authorization.js" Authorization
    "/src/wasm/js/body.js" Body
    "/src/wasm/js/circle.js" Circle
    "/src/wasm/js/configurations.js" Configurations
    "/src/wasm/js/deno-kv.js" DenoKv
    "/src/wasm/js/fields.js" Fields
    "/src/wasm/js/functions.js" Functions
    "/src/wasm/js/hand.js" Hand
    "/src/wasm/js/hooks.js" Hooks
    "/src/wasm/js/jwt.js" PrivateKey
    "/src/wasm/js/machine.js" MachineClient
    "/src/wasm/js/members.js" Members
    "/src/wasm/js/near.js" Near
    "/src/wasm/js/options.js" ClientOptions
    "/src/wasm/js/pem.js" Pem
    "/src/wasm/js/readers.js" Readers
    "/src/wasm/js/refusal.js" Refusal
    "/src/wasm/js/request.js" ResourceRequest
    "/src/wasm/js/resource.js" Resource
    "/src/wasm/js/response.js" Responses
    "/src/wasm/js/spelling.js" Spelling
    "/src/wasm/js/store.js" Store
    "/src/wasm/js/stored-token.js" StoredToken
    "/src/wasm/js/token.js" Token
    "/src/wasm/js/token-source.js" TokenSource
}
