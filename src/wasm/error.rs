//! Errors as JavaScript throws them.

use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorResponse};

#[wasm_bindgen(module = "/pkg-templates/face/error.js")]
extern "C" {
    #[wasm_bindgen(js_name = oauth2Error)]
    fn oauth2_error(
        message: &str,
        code: &str,
        error: Option<&str>,
        description: Option<&str>,
        uri: Option<&str>,
        status: Option<u16>,
        retryable: bool,
        hook: Option<&str>,
        reason: Option<&str>,
    ) -> JsValue;
}

#[wasm_bindgen(module = "/pkg-templates/face/host.js")]
extern "C" {
    /// Why something failed, in one line.
    pub(super) fn reason(error: &JsValue) -> String;
}

pub(super) fn to_js(error: &Error) -> JsValue {
    let response = error.response();
    oauth2_error(
        &error.to_string(),
        error.code().as_str(),
        response
            .map(|response| response.error.as_str())
            .filter(|error| !error.is_empty()),
        response.and_then(|response: &ErrorResponse| response.description.as_deref()),
        response.and_then(|response| response.uri.as_deref()),
        error.status(),
        error.retryable(),
        error.hook(),
        error.reason(),
    )
}
