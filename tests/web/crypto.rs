//! Web Crypto.

use edge_oauth2::host::Crypto;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::web::WebCrypto;
use js_sys::{Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::evaluate;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[wasm_bindgen_test]
async fn web_crypto_computes_what_the_standards_say() {
    let crypto = WebCrypto::default();
    assert_eq!(
        hex(&crypto.sha256(b"abc").await.unwrap()),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    // RFC 5869 A.3: no salt, no info.
    assert_eq!(
        hex(&crypto.hkdf_sha256(&[0x0b; 22], b"").await.unwrap()),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    );
    let nonce = crypto.nonce().unwrap();
    assert_ne!(Some(nonce), crypto.nonce());
    let sealed = crypto.aes256_gcm_seal(&[1; 32], &nonce, b"key", b"text");
    let sealed = sealed.await.unwrap();
    assert_eq!(sealed.len(), 4 + 16);
    let open = async |key: u8, nonce: &[u8; 12], data: &[u8]| {
        let key = [key; 32];
        crypto.aes256_gcm_open(&key, nonce, data, &sealed).await
    };
    assert_eq!(open(1, &nonce, b"key").await, Some(b"text".to_vec()));
    assert_eq!(open(2, &nonce, b"key").await, None);
    assert_eq!(open(1, &[0; 12], b"key").await, None);
    assert_eq!(open(1, &nonce, b"another").await, None);
    // RFC 4231, test case 2.
    let secret = "Jefe".into();
    let mac = crypto.sign(
        Algorithm::Hs256,
        Some(&secret),
        b"what do ya want for nothing?",
    );
    assert_eq!(
        hex(&mac.await.unwrap()),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    let problem = crypto
        .sign(Algorithm::Es256, None, b"data")
        .await
        .unwrap_err();
    assert!(problem.starts_with("is required to sign"), "{problem}");
}

#[wasm_bindgen_test]
async fn a_key_that_cannot_be_exported_signs() {
    let pair = JsFuture::from(Promise::from(evaluate(
        "crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])",
    )));
    let key = Reflect::get(&pair.await.unwrap(), &"privateKey".into()).unwrap();
    let crypto = WebCrypto::signing_with(key.unchecked_into());
    let signature = crypto.sign(Algorithm::Es256, None, b"data").await;
    assert_eq!(signature.unwrap().len(), 64);
    let problem = crypto
        .sign(Algorithm::Rs256, None, b"data")
        .await
        .unwrap_err();
    assert!(problem.starts_with("cannot be used for RS256"), "{problem}");
}
