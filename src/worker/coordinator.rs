//! The npm package's Durable Object, called by its methods.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::host::store::{Acquired, Lease, StoreError, TokenStore};
use crate::web::reason::{method, reason};
use crate::web::store::{acquired, settled, text};

/// The namespace of `TokenCoordinator`, the class that the npm package's entry `edge-oauth2/cloudflare` has: one Durable
/// Object for each record, with a lease. The class is in a Worker of JavaScript's, this one or another (`script_name`).
#[derive(Clone, Debug)]
pub struct Coordinator {
    namespace: JsValue,
}

impl Coordinator {
    /// Refuses what is no namespace, among it the stub of one object.
    pub fn new(namespace: JsValue) -> Result<Self, Error> {
        match is_stub(&namespace) || method(&namespace, "idFromName").is_none() {
            true => Err(Error::invalid_option(
                "store",
                "needs the binding of a Durable Object namespace",
            )),
            false => Ok(Self { namespace }),
        }
    }

    /// A stub that has failed once stays broken, so each call has its own.
    fn stub(&self, key: &str) -> Result<JsValue, JsValue> {
        let of = |name| method(&self.namespace, name).ok_or(JsValue::UNDEFINED);
        let id = of("idFromName")?.call1(&self.namespace, &key.into())?;
        of("get")?.call1(&self.namespace, &id)
    }

    async fn call(&self, key: &str, name: &str, arguments: &Array) -> Result<JsValue, StoreError> {
        let answer = self.stub(key).and_then(|stub| {
            let function = Reflect::get(&stub, &name.into())?.dyn_into::<Function>()?;
            // To its own `apply` a method of a stub would answer as to any name: with another call of the object.
            Reflect::apply(&function, &stub, arguments)
        });
        settled(answer.map_err(|error| StoreError(reason(&error)))?).await
    }
}

/// The stub of one object has methods of every name.
pub(super) fn is_stub(binding: &JsValue) -> bool {
    method(binding, "no such method").is_some()
}

/// Tenures are numbers there.
fn number_of(fence: &str) -> JsValue {
    fence
        .parse::<f64>()
        .map_or(JsValue::UNDEFINED, JsValue::from_f64)
}

impl TokenStore for Coordinator {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        text(&self.call(key, "read", &Array::new()).await?)
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        let ttl = JsValue::from_f64(ttl_seconds as f64);
        let fence = fence.map_or(JsValue::UNDEFINED, number_of);
        let arguments = Array::of3(&value.into(), &ttl, &fence);
        self.call(key, "write", &arguments).await.map(drop)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.call(key, "remove", &Array::new()).await.map(drop)
    }

    fn lease(&self) -> Option<&impl Lease> {
        Some(self)
    }
}

impl Lease for Coordinator {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        let arguments = Array::of1(&ttl_ms.into());
        acquired(&self.call(key, "acquire", &arguments).await?)
    }

    async fn release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        let arguments = Array::of1(&number_of(fence));
        self.call(key, "release", &arguments).await.map(drop)
    }
}
