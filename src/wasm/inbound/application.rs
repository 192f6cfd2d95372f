//! Functions of the user's that have a say in who may call.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::rendered::{self, Rendered};
use crate::host::HookError;
use crate::inbound::{Admitted, Application as Says, Authorized, Mapped};
use crate::json::{Json, js};
use crate::wasm::promise::Settled;

#[wasm_bindgen]
extern "C" {
    /// An object of the face's, for one request. Its functions never throw; a promise is rejected with a reference to
    /// what the user's function threw.
    pub type Application;
    /// Resolves to whether the proof is good.
    #[wasm_bindgen(method)]
    fn proof(this: &Application, confirmation: &JsValue, admitted: &JsValue) -> JsValue;
    /// Resolves to an array of the principal and perhaps of its scopes; `undefined` if the caller is nobody. An empty
    /// one says that the application has no say.
    #[wasm_bindgen(method)]
    fn principal(this: &Application, admitted: &JsValue) -> JsValue;
}

#[wasm_bindgen(module = "/pkg-templates/face/principal.js")]
extern "C" {
    /// What was admitted, together with the user's principal.
    #[wasm_bindgen(js_name = withPrincipal)]
    fn with_principal(admitted: &JsValue, scopes: Array, principal: &JsValue) -> JsValue;
}

async fn settled(answer: JsValue) -> Result<JsValue, HookError> {
    let settled = Settled::of(&answer).await;
    settled.map_err(|reference| HookError(reference.as_string().unwrap_or_default()))
}

impl Says<Rendered> for Application {
    type Principal = Option<JsValue>;

    async fn proof(
        &self,
        confirmation: &Json,
        admitted: &Admitted<Rendered>,
    ) -> Result<bool, HookError> {
        let admitted = rendered::admitted(admitted);
        let proven = settled(self.proof(&js::to_js(confirmation), &admitted)).await?;
        Ok(proven.as_bool() == Some(true))
    }

    async fn principal(
        &self,
        admitted: &Admitted<Rendered>,
    ) -> Result<Option<Mapped<Option<JsValue>>>, HookError> {
        let answer = settled(self.principal(&rendered::admitted(admitted))).await?;
        let Some(answer) = answer.dyn_ref::<Array>() else {
            return Ok(None);
        };
        let scopes = answer.get(1).dyn_into::<Array>().ok();
        let texts = |scopes: Array| scopes.iter().filter_map(|it| it.as_string()).collect();
        Ok(Some(Mapped {
            principal: (answer.length() > 0).then(|| answer.get(0)),
            scopes: scopes.map(texts),
        }))
    }
}

/// Who may call, for the face.
pub(super) fn authorized(found: Authorized<Rendered, Option<JsValue>>) -> JsValue {
    let admitted = rendered::admitted(&found.admitted);
    match found.principal {
        None => admitted,
        Some(principal) => {
            let scopes = found.scopes.iter().map(|it| JsValue::from(it.as_str()));
            with_principal(&admitted, scopes.collect(), &principal)
        }
    }
}
