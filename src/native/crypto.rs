//! Cryptography by ring.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom, SystemRandom};

pub(super) fn sha256(data: &[u8]) -> Option<[u8; 32]> {
    digest(&SHA256, data).as_ref().try_into().ok()
}

pub(super) fn hkdf_sha256(secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    let info = [info];
    let extracted = Salt::new(HKDF_SHA256, &[]).extract(secret);
    let expanded = extracted.expand(&info, HKDF_SHA256).ok()?;
    expanded.fill(&mut key).ok()?;
    Some(key)
}

pub(super) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

pub(super) fn seal(
    key: &[u8; 32],
    nonce: &[u8; 12],
    associated_data: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let mut text = plaintext.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let key = key_of(key)?;
    key.seal_in_place_append_tag(nonce, Aad::from(associated_data), &mut text)
        .ok()?;
    Some(text)
}

pub(super) fn open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    associated_data: &[u8],
    ciphertext: &[u8],
) -> Option<Vec<u8>> {
    let mut text = ciphertext.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let key = key_of(key)?;
    let opened = key.open_in_place(nonce, Aad::from(associated_data), &mut text);
    opened.ok().map(|opened| opened.to_vec())
}

fn key_of(key: &[u8; 32]) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key).ok()?;
    Some(LessSafeKey::new(key))
}
