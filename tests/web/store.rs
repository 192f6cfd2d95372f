//! Objects that are stores.

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
    assert_eq!((kv.propagation_ms(), kv.min_ttl_seconds()), (60_000, 60));
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
