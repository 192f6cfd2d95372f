//! Tokens as the face hands them out.

use wasm_bindgen::prelude::*;

use crate::host::View;
use crate::token::{Secret, Token};

#[wasm_bindgen(module = "/pkg-templates/face/host.js")]
extern "C" {
    fn view(
        access_token: &str,
        token_type: &str,
        expires_at: f64,
        scope: Option<&str>,
        refresh_token: Option<&str>,
        id_token: Option<&str>,
        raw: JsValue,
        authorization: Option<String>,
    ) -> JsValue;

    fn withdraw(view: &JsValue);
    #[wasm_bindgen(js_name = takeUse)]
    fn take_use(view: &JsValue) -> bool;
}

/// What `view` made.
impl View for JsValue {
    fn withdraw(&self) {
        withdraw(self);
    }

    fn take_use(&self) -> bool {
        take_use(self)
    }
}

pub(super) fn rendered(token: &Token) -> JsValue {
    view(
        token.access_token.expose(),
        &token.token_type,
        token.expires_at_ms as f64,
        token.scope.as_deref(),
        token.refresh_token.as_ref().map(Secret::expose),
        token.id_token.as_ref().map(Secret::expose),
        crate::json::js::to_js(&token.raw),
        token.authorization(),
    )
}
