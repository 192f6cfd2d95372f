//! Which keys of a set are used, for which tokens.

use edge_oauth2::protocol::jwa::SignatureAlgorithm;
use edge_oauth2::{ErrorCode, Json};

use super::issuer::{AUDIENCE, ISSUER, Signer, claims, encode, set, signer};
use super::support::host::Reply;
use super::support::inbound::{UNKNOWN, UNTOLD, checked, imported};
use super::support::{check_rows, same};
use super::{Api, api};

/// An API whose issuer has these keys, as JSON.
fn api_of(keys: &[String]) -> Api {
    let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    api(move |_| Reply::now(200, set.as_str()))
}

fn rsa(key_id: &'static str) -> Signer {
    Signer::of(key_id, SignatureAlgorithm::Rs256)
}

#[test]
fn what_a_set_says_of_a_key_is_obeyed() {
    let ec = signer("1");
    let (rs, ps) = (rsa("1"), Signer::of("1", SignatureAlgorithm::Ps256));
    let ed = Signer::of("1", SignatureAlgorithm::EdDsa);
    let renamed = Signer {
        algorithm: SignatureAlgorithm::Ed25519,
        ..ed.clone()
    };
    let taken = None;
    let unknown = Some("unknown_key");
    let unusable = Some("token_unverifiable");
    let rows = [
        ("nothing", (&ec, ec.jwk(), taken)),
        (
            "all of it",
            (
                &ec,
                ec.jwk_with(r#","use":"sig","alg":"ES256","key_ops":["verify"]"#),
                taken,
            ),
        ),
        (
            "nulls",
            (
                &ec,
                ec.jwk_with(r#","use":null,"alg":null,"key_ops":null,"d":null,"x5c":null"#),
                taken,
            ),
        ),
        (
            "certificates that are none",
            (
                &rs,
                rs.jwk_with(r#","x5c":["garbage"],"x5t":7,"x5u":[]"#),
                taken,
            ),
        ),
        (
            "more operations",
            (
                &ec,
                ec.jwk_with(r#","key_ops":["wrapKey","verify"]"#),
                taken,
            ),
        ),
        (
            "members of others",
            (
                &ec,
                ec.jwk_with(r#","ext":false,"issuer":"x","n":1"#),
                taken,
            ),
        ),
        (
            "another alg of the kind",
            (&ps, rs.jwk_with(r#","alg":"RS256""#), unknown),
        ),
        ("no alg of the kind", (&ps, rs.jwk(), taken)),
        (
            "an alg for encryption",
            (&rs, rs.jwk_with(r#","alg":"RSA-OAEP""#), unknown),
        ),
        (
            "an alg that is none",
            (&rs, rs.jwk_with(r#","alg":256"#), unusable),
        ),
        (
            "the older name",
            (&renamed, ed.jwk_with(r#","alg":"EdDSA""#), taken),
        ),
        (
            "the newer name",
            (&ed, ed.jwk_with(r#","alg":"Ed25519""#), taken),
        ),
        (
            "for encryption",
            (&rs, rs.jwk_with(r#","use":"enc""#), unusable),
        ),
        (
            "for something",
            (&rs, rs.jwk_with(r#","use":["sig"]"#), unusable),
        ),
        (
            "to sign",
            (&rs, rs.jwk_with(r#","key_ops":["sign"]"#), unusable),
        ),
        (
            "empty lists",
            (
                &rs,
                rs.jwk_with(r#","key_ops":[],"oth":[],"x5c":[]"#),
                taken,
            ),
        ),
        (
            "to a text",
            (&rs, rs.jwk_with(r#","key_ops":"verify""#), unusable),
        ),
        (
            "a private key",
            (&ec, ec.jwk_with(r#","d":"AAAA""#), unusable),
        ),
        ("a prime", (&rs, rs.jwk_with(r#","p":"AAAA""#), unusable)),
        (
            "another name",
            (&ec, ec.jwk().replace(r#""1""#, r#""2""#), unknown),
        ),
        (
            "a name in another case",
            (
                &signer("a"),
                signer("a").jwk().replace(r#""a""#, r#""A""#),
                unknown,
            ),
        ),
        (
            "another curve",
            (&ec, ec.jwk().replace("P-256", "P-384"), taken),
        ),
        (
            "an unknown curve",
            (&ec, ec.jwk().replace("P-256", "secp256k1"), unusable),
        ),
        (
            "Ed448",
            (&ed, ed.jwk().replace("Ed25519", "Ed448"), unusable),
        ),
        (
            "a point that is too short",
            (
                &ed,
                ed.jwk().replace(&encode(&ed.key), &encode(&ed.key[1..])),
                unusable,
            ),
        ),
        (
            "X25519",
            (&ed, ed.jwk().replace("Ed25519", "X25519"), unusable),
        ),
        (
            "an unknown kind",
            (&ec, ec.jwk().replace("EC", "AKP"), unusable),
        ),
        (
            "a point that is cut",
            (&ec, ec.jwk().replace(r#""y":"#, r#""z":"#), unusable),
        ),
        (
            "no exponent",
            (&rs, rs.jwk().replace(r#""e":"AQAB""#, r#""f":1"#), unusable),
        ),
        (
            "an exponent of one",
            (&rs, rs.jwk().replace("AQAB", "AQ"), unusable),
        ),
        (
            "an even exponent",
            (&rs, rs.jwk().replace("AQAB", "Ag"), unusable),
        ),
        (
            "an exponent of nothing",
            (&rs, rs.jwk().replace("AQAB", "AA"), unusable),
        ),
        (
            "a zero before the exponent",
            (&rs, rs.jwk().replace("AQAB", "AAEAAQ"), taken),
        ),
        (
            "padding",
            (&rs, rs.jwk().replace("AQAB", "AQAB=="), unusable),
        ),
    ];
    check_rows(rows, |(signer, jwk, reason)| {
        let jwk = match reason {
            // Where it can be told that this is another's key than the token says.
            Some("unknown_key") => vec![jwk, Signer::of("other", SignatureAlgorithm::Es512).jwk()],
            _ => vec![jwk],
        };
        let told = api_of(&jwk).reason(&signer.token());
        match jwk[0].contains("P-384") {
            true => same(told.is_some(), true),
            false => same(told, reason),
        }
    });
}

#[test]
fn a_symmetric_key_is_no_key() {
    let secret = format!(r#"{{"kty":"oct","kid":"1","k":"{}"}}"#, encode([7; 32]));
    let api = api_of(&[secret]);
    assert_eq!(api.reason(&signer("1").token()), Some("token_unverifiable"));
    let error = api.verify(&signer("1").token()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the keys of the issuer https://auth.example.com could not be had: the key set https://auth.example.com/keys has no public key for signatures by RSA, P-256, P-384, P-521 or Ed25519"
    );
}

#[test]
fn a_set_may_have_a_mark_before_it() {
    let ec = signer("1");
    let set = format!("\u{feff}\r\n{}\n", set(&[&ec]));
    let api = api(move |_| Reply::now(200, set.as_str()));
    assert_eq!(api.reason(&ec.token()), None);
}

#[test]
fn what_cannot_be_used_spoils_nothing() {
    let ec = signer("1");
    let entries = [
        "null",
        "1",
        r#""text""#,
        "[]",
        "{}",
        r#"{"kty":1}"#,
        r#"{"kty":"EC","crv":"P-256"}"#,
        r#"{"kty":"RSA","n":"AA","e":"AQAB","kid":"1"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"1"}"#,
    ];
    let mut keys: Vec<String> = entries.map(str::to_owned).into();
    keys.push(ec.jwk());
    assert_eq!(api_of(&keys).reason(&ec.token()), None);
}

#[test]
fn numbers_are_written_as_the_standard_has_them() {
    // Java's BigInteger writes a zero before what begins with a set bit; others leave zeros out.
    let mut short = signer("1");
    short.key[0] = 0;
    let whole = short.jwk();
    let cut = whole.replace(&encode(&short.key), &encode(&short.key[1..]));
    let long = whole.replace(
        &encode(&short.key),
        &encode([&[0], &short.key[..]].concat()),
    );
    let rs = rsa("1");
    let signed = rs
        .jwk()
        .replace(&encode(&rs.key), &encode([&[0], &rs.key[..]].concat()));
    for (signer, jwk) in [
        (&short, whole),
        (&short, cut),
        (&short, long),
        (&rs, signed),
    ] {
        assert_eq!(api_of(&[jwk]).reason(&signer.token()), None);
    }
    let mut weak = rs;
    weak.key[0] = 0x7f;
    assert_eq!(
        api_of(&[weak.jwk()]).reason(&weak.token()),
        Some("token_unverifiable")
    );
    let too_long = signer("1")
        .jwk()
        .replace(&encode(signer("1").key), &encode([1; 33]));
    assert_eq!(
        api_of(&[too_long]).reason(&signer("1").token()),
        Some("token_unverifiable")
    );
}

#[test]
fn a_token_without_kid_is_checked_with_all_that_may_be_meant() {
    let keys = ["a", "b", "c"].map(signer);
    let all = keys.iter().map(Signer::jwk).chain([rsa("d").jwk()]);
    let api = api_of(&all.collect::<Vec<_>>());
    let before = checked();
    assert_eq!(api.reason(&keys[2].clone().nameless().token()), None);
    assert_eq!(checked() - before, 3);
    assert_eq!(
        api.reason(&signer("e").nameless().token()),
        Some("signature")
    );
}

#[test]
fn but_not_with_any_number_of_them() {
    let all: Vec<String> = (0..40)
        .map(|n| {
            let mut key = signer("a").nameless();
            key.key[31] = n;
            key.jwk()
        })
        .collect();
    let api = api_of(&all);
    let before = checked();
    assert_eq!(
        api.reason(&signer("b").nameless().token()),
        Some("signature")
    );
    assert_eq!(checked() - before, 16);
}

#[test]
fn a_key_without_kid_is_taken_where_no_other_has_the_tokens() {
    let (named, nameless) = (signer("1"), signer("2").nameless());
    let api = api_of(&[named.jwk(), nameless.jwk()]);
    assert_eq!(api.reason(&named.token()), None);
    assert_eq!(
        api.reason(&nameless.sign(&signer("3").header(), claims(""))),
        None
    );
    assert_eq!(
        api.reason(&nameless.sign(&named.header(), claims(""))),
        Some("signature")
    );
}

#[test]
fn keys_of_one_name_are_told_apart_by_their_kind() {
    let (ec, rs, other) = (
        signer("1"),
        rsa("1"),
        Signer {
            key: vec![9; 32],
            ..signer("1")
        },
    );
    let api = api_of(&[rs.jwk(), other.jwk(), ec.jwk()]);
    for signer in [&ec, &rs, &other] {
        assert_eq!(api.reason(&signer.token()), None);
    }
}

#[test]
fn keys_of_one_name_are_told_apart_by_what_they_are_for() {
    let rs = rsa("1");
    let is_for = |use_: &str, alg: &str| rs.jwk_with(&format!(r#","use":"{use_}","alg":"{alg}""#));
    // As Keycloak has it, and servers that list a key once for each of its algorithms.
    let api = api_of(&[
        is_for("enc", "RSA-OAEP"),
        is_for("sig", "RS512"),
        is_for("sig", "RS384"),
        is_for("sig", "RS256"),
    ]);
    assert_eq!(api.reason(&rs.token()), None);
    let ps = Signer::of("1", SignatureAlgorithm::Ps256);
    assert_eq!(api.reason(&ps.token()), Some("unknown_key"));
}

#[test]
fn a_key_is_imported_once() {
    let ec = signer("1");
    let api = api_of(&[ec.jwk()]);
    let before = imported();
    for n in 0..5 {
        api.verify(&ec.token_with(&format!(r#""jti":"{n}""#)))
            .unwrap();
    }
    api.wait(700);
    api.verify(&ec.token()).unwrap();
    assert_eq!(api.sent(), 2, "asked again");
    assert_eq!(imported() - before, 1);
}

#[test]
fn a_key_of_several_algorithms_is_imported_for_each() {
    let rs = rsa("1");
    let others = [SignatureAlgorithm::Rs512, SignatureAlgorithm::Ps256];
    let api = api_of(&[rs.jwk()]);
    assert_eq!(api.reason(&rs.token()), None);
    for algorithm in others {
        let other = Signer {
            algorithm,
            ..rs.clone()
        };
        assert_eq!(api.reason(&other.token()), None);
    }
    assert_eq!(api.reason(&rs.token_with(r#""jti":"2""#)), None);
}

#[test]
fn a_signature_of_the_wrong_length_is_not_looked_at() {
    for algorithm in [
        SignatureAlgorithm::Es256,
        SignatureAlgorithm::Es384,
        SignatureAlgorithm::Es512,
        SignatureAlgorithm::EdDsa,
        SignatureAlgorithm::Ed25519,
    ] {
        let signer = Signer::of("1", algorithm);
        let api = api_of(&[signer.jwk()]);
        let token = signer.token();
        let (input, _) = token.rsplit_once('.').unwrap();
        let bytes = edge_oauth2::protocol::jws::Jws::parse(&token, 9_000)
            .unwrap()
            .signature;
        // As DER is longer (RFC 7518 §3.4 wants none), and what lost its zeros is shorter.
        for signature in [&[&[0][..], &bytes].concat(), &bytes[1..]] {
            let token = [input, &encode(signature)].join(".");
            assert_eq!(api.reason(&token), Some("signature"));
        }
        assert_eq!(api.sent(), 0, "{algorithm:?}");
    }
}

#[test]
fn a_token_is_checked_once() {
    let ec = signer("1");
    let api = api_of(&[ec.jwk()]);
    let before = checked();
    for _ in 0..5 {
        api.verify(&ec.token()).unwrap();
    }
    assert_eq!(checked() - before, 1);
}

#[test]
fn what_the_platform_cannot_do_is_no_fault_of_the_token() {
    for beginning in [UNKNOWN, UNTOLD] {
        let ed = Signer::beginning(beginning, "1", SignatureAlgorithm::EdDsa);
        let ec = signer("2");
        let api = api_of(&[ed.jwk(), ec.jwk()]);
        let error = api.verify(&ed.token()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
        assert_eq!(
            error.to_string(),
            "this platform cannot check signatures by EdDSA with the key that the issuer has for it"
        );
        assert_eq!(api.reason(&ec.token()), None);
    }
}

#[test]
fn keys_that_are_given_are_never_asked_for() {
    let ec = signer("1");
    let given = Json::parse(&set(&[&ec])).unwrap();
    let api = api(|_| Reply::Never).with(|options| {
        options.jwks_uri = None;
        options.jwks = Some(given);
        options.issuer = "accounts.example.com".into();
        options.audience = vec![AUDIENCE.into()];
    });
    let token = ec.token_with(r#""iss":"accounts.example.com""#);
    let before = imported();
    assert_eq!(api.reason(&token), None);
    let another = ec.token_with(r#""iss":"accounts.example.com","jti":"2""#);
    assert_eq!(api.reason(&another), None);
    assert_eq!(imported() - before, 1);
    assert!(api.cached(&token));
    api.wait(100_000);
    assert_eq!(api.reason(&ec.token()), Some("issuer"));
    let other = signer("2").token_with(r#""iss":"accounts.example.com","exp":9e9"#);
    assert_eq!(api.reason(&other), Some("unknown_key"));
    assert_eq!(api.sent(), 0);
    assert_ne!(ISSUER, "accounts.example.com");
}

#[test]
fn an_issuer_without_metadata_is_helped_by_its_keys() {
    let api = api(|_| Reply::now(404, "")).with(|options| options.jwks_uri = None);
    let error = api.verify(&signer("1").token()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
    // A verifier has no token endpoint that could be given.
    let told = error.to_string();
    assert!(
        told.contains("/.well-known/") && told.contains("or give `jwksUri`"),
        "{told}"
    );
}
