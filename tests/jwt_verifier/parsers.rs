//! Whatever is presented, nothing panics, and what was changed is refused.

use edge_oauth2::Json;
use edge_oauth2::protocol::access_token::{Rules, audience, is_bound, scopes};
use edge_oauth2::protocol::jwa::SignatureAlgorithm;
use edge_oauth2::protocol::jwk_set::{choice, read_set};
use edge_oauth2::protocol::jws::{Jws, is_jws};
use proptest::prelude::*;

use super::api_of;
use super::issuer::{Signer, encode, signer};
use super::support::isolate::START_MS;

/// JSON of any shape, with the names that mean something.
fn json() -> impl Strategy<Value = Json> {
    let name = prop::sample::select(vec![
        "alg", "typ", "kid", "crit", "b64", "iss", "aud", "exp", "nbf", "iat", "cnf", "events",
        "scope", "scp", "keys", "kty", "crv", "n", "e", "x", "y", "d", "use", "key_ops", "",
    ]);
    let text = prop::sample::select(vec![
        "ES256",
        "none",
        "HS256",
        "at+jwt",
        "JWT",
        "RSA",
        "EC",
        "OKP",
        "P-256",
        "Ed25519",
        "sig",
        "verify",
        "AQAB",
        "AA",
        "",
        "a b",
        "https://auth.example.com",
        "https://api.example.com",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>().prop_map(Json::Number),
        (0u64..4_000_000_000).prop_map(|n| Json::Number(n as f64)),
        text.prop_map(Json::from),
        "\\PC{0,8}".prop_map(|text| Json::from(text.as_str())),
    ];
    leaf.prop_recursive(3, 40, 12, move |inner| {
        let member = (name.clone(), inner.clone());
        let member = member.prop_map(|(name, value)| (name.to_owned(), value));
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Json::Array),
            prop::collection::vec(member, 0..12).prop_map(Json::Object),
        ]
    })
}

fn rules() -> Rules {
    Rules {
        issuer: "https://auth.example.com".into(),
        audience: Some(vec!["https://api.example.com".into()]),
        algorithms: SignatureAlgorithm::ALL.into(),
        plain_jwt: true,
        required_claims: Vec::new(),
        clock_skew_seconds: 10,
    }
}

proptest! {
    #[test]
    fn no_text_upsets_the_reader_of_tokens(text in "\\PC{0,60}|[A-Za-z0-9_.=-]{0,60}|(e30|eyJhbGciOiJFUzI1NiJ9)?\\.[A-Za-z0-9_-]{0,9}\\.[A-Za-z0-9_-]{0,90}") {
        let _ = is_jws(&text);
        if let Ok(jws) = Jws::parse(&text, 1_000) {
            prop_assert!(is_jws(&text));
            prop_assert!(text.starts_with(jws.signing_input));
        }
    }

    #[test]
    fn no_header_and_no_claims_upset_it(header in json(), claims in json()) {
        let token = [encode(header.to_text()), encode(claims.to_text()), encode([1; 64])].join(".");
        if let Ok(jws) = Jws::parse(&token, 100_000) {
            prop_assert!(jws.header.get("crit").is_none());
            prop_assert!(matches!(jws.claims, Json::Object(_)));
        }
    }

    #[test]
    fn no_claims_upset_the_judge(header in json(), claims in json()) {
        let algorithm = SignatureAlgorithm::Es256;
        let judged = rules().judge(algorithm, &header, &claims, None, START_MS);
        if judged.is_ok() {
            let expiry = claims.get("exp").and_then(Json::as_f64).unwrap();
            prop_assert!(expiry + 10.0 > START_MS as f64 / 1000.0);
            prop_assert_eq!(claims.get("iss").and_then(Json::as_str), Some("https://auth.example.com"));
            prop_assert!(audience(&claims).contains(&"https://api.example.com".to_owned()));
        }
        let _ = is_bound(&claims);
        prop_assert!(scopes(&claims).iter().all(|scope| !scope.is_empty()));
    }

    #[test]
    fn no_set_upsets_its_reader(set in json(), entries in prop::collection::vec(json(), 0..4)) {
        let of_entries = Json::Object(vec![("keys".into(), Json::Array(entries))]);
        for set in [set, of_entries] {
            for key in read_set(&set).unwrap_or_default() {
                prop_assert!(matches!(key.jwk(), Json::Object(_)));
                for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                    prop_assert!(key.jwk().get(private).is_none());
                }
            }
        }
    }

    #[test]
    fn what_is_chosen_does(kid in prop::option::of("[ab]"), kids in prop::collection::vec(prop::option::of("[abc]"), 0..9)) {
        let entries: Vec<String> = kids.iter().map(|kid| {
            let jwk = signer("x").nameless().jwk();
            match kid {
                Some(kid) => jwk.replacen('{', &format!(r#"{{"kid":"{kid}","#), 1),
                None => jwk,
            }
        }).collect();
        let set = Json::parse(&format!(r#"{{"keys":[{}]}}"#, entries.join(","))).unwrap();
        let keys = read_set(&set).unwrap_or_default();
        let chosen = choice(&keys, |key| key, kid.as_deref(), SignatureAlgorithm::Es256);
        for key in &chosen {
            prop_assert!(key.serves(SignatureAlgorithm::Es256));
            prop_assert!(kid.is_none() || key.key_id().is_none() || key.key_id() == kid.as_deref());
        }
        let is_there = |wanted: &Option<String>| kids.contains(wanted);
        prop_assert_eq!(chosen.is_empty(), !(is_there(&kid) || is_there(&None) || kid.is_none() && !kids.is_empty()));
        prop_assert!(choice(&keys, |key| key, kid.as_deref(), SignatureAlgorithm::Rs256).is_empty());
    }

    /// Every byte of a token counts, and there is one way to write it.
    #[test]
    fn a_changed_byte_is_refused(at in 0usize..10_000, byte in 0x20u8..0x7f) {
        let signer = signer("1");
        let api = api_of(&signer);
        let good = signer.token();
        let mut changed = good.clone().into_bytes();
        let at = at % changed.len();
        changed[at] = byte;
        let changed = String::from_utf8(changed).unwrap();
        prop_assert_eq!(api.verify(&changed).is_ok(), changed == good);
    }

    #[test]
    fn an_inserted_or_lost_byte_is_refused(at in 0usize..10_000, byte in 0x20u8..0x7f, is_lost: bool) {
        let signer = signer("1");
        let api = api_of(&signer);
        let mut changed = signer.token();
        let at = at % changed.len();
        match is_lost {
            true => drop(changed.remove(at)),
            false => changed.insert(at, char::from(byte)),
        }
        prop_assert!(api.verify(&changed).is_err());
    }

    #[test]
    fn what_another_key_signed_is_refused(n in 0usize..11, m in 0usize..11) {
        let (ours, theirs) = (SignatureAlgorithm::ALL[n], SignatureAlgorithm::ALL[m]);
        let (ours, theirs) = (Signer::of("1", ours), Signer::of("1", theirs));
        let api = api_of(&ours);
        // The same key, if it is of the same kind: what counts is what the header says.
        let header = ours.header();
        let token = theirs.sign(&header, super::issuer::claims(""));
        prop_assert_eq!(api.verify(&token).is_ok(), n == m);
    }
}

#[test]
fn scopes_are_where_servers_write_them() {
    let rows = [
        (r#"{"scope":"read write"}"#, "read,write"),
        (r#"{"scope":"  read   write read "}"#, "read,write"),
        (r#"{"scope":["read","write"]}"#, "read,write"),
        (r#"{"scp":"read write"}"#, "read,write"),
        (r#"{"scp":["read"],"scope":"write"}"#, "write,read"),
        (r#"{"scope":["a b",1,null,""]}"#, "a b"),
        (r#"{"scope":null}"#, ""),
        (r#"{"scope":{"read":true}}"#, ""),
        (r#"{"scope":"read,write"}"#, "read,write"),
        (r#"{"scope":"Read"}"#, "Read"),
        ("{}", ""),
    ];
    for (claims, expected) in rows {
        assert_eq!(
            scopes(&Json::parse(claims).unwrap()).join(","),
            expected,
            "{claims}"
        );
    }
}
