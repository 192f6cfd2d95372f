//! Tokens that were signed by Web Crypto, checked by it.

use std::rc::Rc;

use edge_oauth2::inbound::{InboundMemory, JwtVerifier, VerifierConfig, VerifierOptions};
use edge_oauth2::protocol::jwa::SignatureAlgorithm;
use edge_oauth2::web::WebHost;
use edge_oauth2::{ErrorCode, Json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/tests/web/issuer.mjs")]
extern "C" {
    type Issuer;
    #[wasm_bindgen(js_name = startIssuer)]
    async fn start_issuer() -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn uri(this: &Issuer) -> String;
    #[wasm_bindgen(method)]
    async fn sign(this: &Issuer, algorithm: &str, key_id: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn stop(this: &Issuer);
}

fn verifier(issuer: &Issuer) -> JwtVerifier<WebHost> {
    let config = VerifierConfig::new(VerifierOptions {
        issuer: "issuer".into(),
        jwks_uri: Some(issuer.uri()),
        audience: vec!["api".into()],
        ..VerifierOptions::default()
    });
    let memory = Rc::new(InboundMemory::default());
    JwtVerifier::new(
        Rc::new(WebHost::default()),
        Rc::new(config.unwrap()),
        memory,
    )
}

async fn token(issuer: &Issuer, algorithm: &str, key_id: &str) -> String {
    issuer.sign(algorithm, key_id).await.as_string().unwrap()
}

#[wasm_bindgen_test]
async fn web_crypto_checks_every_algorithm() {
    let issuer: Issuer = start_issuer().await.unchecked_into();
    let verifier = verifier(&issuer);
    for algorithm in SignatureAlgorithm::ALL {
        let name = algorithm.as_str();
        let good = token(&issuer, name, name).await;
        let verified = verifier.verify(&good, None, false).await;
        let verified = verified.unwrap_or_else(|error| panic!("{name}: {error}"));
        let subject = verified.claims.get("sub").and_then(Json::as_str);
        assert_eq!(subject, Some("user"));
        assert!(verifier.cached(&good, None).is_some());
        let (input, signature) = good.rsplit_once('.').unwrap();
        let forged = [input, &signature.chars().rev().collect::<String>()].join(".");
        let refused = verifier.verify(&forged, None, false).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::TokenRejected, "{name}");
    }
    issuer.stop();
}

#[wasm_bindgen_test]
async fn a_key_that_web_crypto_does_not_take_is_told_of() {
    let issuer: Issuer = start_issuer().await.unchecked_into();
    let verifier = verifier(&issuer);
    let token = token(&issuer, "ES256", "broken").await;
    let error = verifier.verify(&token, None, false).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
    issuer.stop();
}
