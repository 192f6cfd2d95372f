//! What the port [`Crypto`](crate::host::Crypto) asks for, by the RustCrypto crates: for platforms that have none of
//! their own.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use hkdf::hmac::digest::core_api::BlockSizeUser;
use hkdf::hmac::digest::{Digest, FixedOutput};
use hkdf::hmac::{Mac, SimpleHmac};
use sha2::{Sha256, Sha384, Sha512};

use crate::protocol::jwt::Algorithm;
use crate::token::Secret;

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub(crate) fn hkdf_sha256(secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    let derived = Hkdf::<Sha256>::new(None, secret).expand(info, &mut key);
    derived.ok().map(|()| key)
}

pub(crate) fn aes256_gcm_seal(
    key: &[u8; 32],
    nonce: &[u8; 12],
    associated_data: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let message = Payload {
        msg: plaintext,
        aad: associated_data,
    };
    let cipher = Aes256Gcm::new(key.into());
    cipher.encrypt(Nonce::from_slice(nonce), message).ok()
}

pub(crate) fn aes256_gcm_open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    associated_data: &[u8],
    ciphertext: &[u8],
) -> Option<Vec<u8>> {
    let message = Payload {
        msg: ciphertext,
        aad: associated_data,
    };
    let cipher = Aes256Gcm::new(key.into());
    cipher.decrypt(Nonce::from_slice(nonce), message).ok()
}

/// Signs with a secret. A private key is nothing that these crates know.
pub(crate) fn sign(
    algorithm: Algorithm,
    secret: Option<&Secret>,
    data: &[u8],
) -> Result<Vec<u8>, String> {
    let key = secret.map(|secret| secret.expose().as_bytes());
    let signed = key.and_then(|key| match algorithm {
        Algorithm::Hs256 => hmac::<Sha256>(key, data),
        Algorithm::Hs384 => hmac::<Sha384>(key, data),
        Algorithm::Hs512 => hmac::<Sha512>(key, data),
        _ => None,
    });
    signed.ok_or_else(|| {
        let problem = "cannot be used: this platform signs with client secrets only, not with ";
        [problem, algorithm.as_str()].concat()
    })
}

fn hmac<D: Digest + BlockSizeUser + FixedOutput>(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mac = <SimpleHmac<D> as Mac>::new_from_slice(key).ok()?;
    Some(mac.chain_update(data).finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex
            .chars()
            .filter_map(|it| it.to_digit(16))
            .map(|it| it as u8)
            .collect();
        digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect()
    }

    #[test]
    fn sha256_is_that_of_fips_180() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc").to_vec(), bytes(digest));
    }

    #[test]
    fn hkdf_is_that_of_rfc_5869_without_salt() {
        // Appendix A.3.
        let derived = hkdf_sha256(&[0x0b; 22], &[]).unwrap();
        let okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d";
        assert_eq!(derived.to_vec(), bytes(okm));
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_nonce_and_data_only() {
        let (key, nonce) = ([7; 32], [9; 12]);
        let sealed = aes256_gcm_seal(&key, &nonce, b"place", b"token").unwrap();
        assert_eq!(sealed.len(), 5 + 16);
        let open = |key, nonce, data: &[u8]| aes256_gcm_open(key, nonce, data, &sealed);
        assert_eq!(open(&key, &nonce, b"place").as_deref(), Some(&b"token"[..]));
        assert_eq!(open(&[8; 32], &nonce, b"place"), None);
        assert_eq!(open(&key, &[8; 12], b"place"), None);
        assert_eq!(open(&key, &nonce, b"elsewhere"), None);
    }

    #[test]
    fn secrets_sign_as_in_rfc_4231_and_private_keys_do_not() {
        // Test case 2.
        let secret = Secret::from("Jefe".to_owned());
        let sign = |algorithm, secret| sign(algorithm, secret, b"what do ya want for nothing?");
        let hs256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign(Algorithm::Hs256, Some(&secret)), Ok(bytes(hs256)));
        assert_eq!(
            sign(Algorithm::Hs384, Some(&secret)).map(|mac| mac.len()),
            Ok(48)
        );
        assert_eq!(
            sign(Algorithm::Hs512, Some(&secret)).map(|mac| mac.len()),
            Ok(64)
        );
        let refused = sign(Algorithm::Rs256, None).unwrap_err();
        assert!(
            refused.ends_with("with client secrets only, not with RS256"),
            "{refused}"
        );
    }
}
