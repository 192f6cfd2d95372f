//! Objects that are stores.

use edge_oauth2::Json;
use edge_oauth2::store::{Acquired, Lease, TokenStore};
use edge_oauth2::web::ObjectStore;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{evaluate, parse};

#[wasm_bindgen_test]
async fn objects_are_stores() {
    let problem = ObjectStore::new(parse(r#"{"get":1}"#)).unwrap_err();
    assert_eq!(problem.option(), Some("store"));

    let kv = ObjectStore::new(evaluate(
        "({ put: (...call) => { globalThis.seen = JSON.stringify(call); }, get: async (key) => key === 'none' ? null : 7, delete: async () => { throw new Error('down'); }, getWithMetadata() {} })",
    ))
    .unwrap();
    kv.put("key", "value", 90, None).await.unwrap();
    let seen = evaluate("globalThis.seen").as_string().unwrap();
    assert_eq!(seen, r#"["key","value",{"expirationTtl":90}]"#);
    assert_eq!(kv.get("none").await, Ok(None));
    assert!(kv.get("number").await.is_err());
    assert_eq!(kv.delete("key").await.unwrap_err().0, "down");
    let rules = rules();
    let of_kv = |name| rules.get("kv")?.get(name)?.as_f64();
    let propagation_ms = Some(f64::from(kv.propagation_ms()));
    assert_eq!(propagation_ms, of_kv("propagationMs"));
    let min_ttl_seconds = Some(kv.min_ttl_seconds() as f64);
    assert_eq!(min_ttl_seconds, of_kv("minTtlSeconds"));
    assert!(kv.lease().is_none());

    let held = ObjectStore::new(evaluate(
        "({ get() {}, set() {}, delete() {}, propagationMs: 5, acquire: (key) => key === 'mine' ? { held: true, fence: 'f' } : { held: false, retryAfterMs: 9 }, release() {} })",
    ))
    .unwrap();
    assert_eq!(held.propagation_ms(), 5);
    let lease = held.lease().unwrap();
    let fence = "f".to_owned();
    assert_eq!(lease.acquire("mine", 1).await, Ok(Acquired::Held { fence }));
    let other = Acquired::HeldByOther { retry_after_ms: 9 };
    assert_eq!(lease.acquire("theirs", 1).await, Ok(other));
    assert_eq!(lease.release("mine", "f").await, Ok(()));
}

/// Rules that the JavaScript face has to know as well: tests/runtimes/rules.test.mjs holds it to the same table.
fn rules() -> Json {
    Json::parse(include_str!("../rules.json")).unwrap()
}

#[wasm_bindgen_test]
async fn no_more_of_a_strangers_words_is_kept_than_of_javascripts() {
    let store = ObjectStore::new(evaluate(
        "({ get: async () => { throw new Error('x'.repeat(100_000)); }, put() {}, delete() {} })",
    ))
    .unwrap();
    let reason = store.get("key").await.unwrap_err().0;
    let most = rules().get("maxReasonChars").and_then(Json::as_f64);
    assert_eq!(Some(reason.len() as f64), most);
}
