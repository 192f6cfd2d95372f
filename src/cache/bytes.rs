//! Values as bytes, no two lists of them alike: every text is written with its length, and every list with its
//! count.

use crate::token::Secret;

#[derive(Default)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Bytes {
    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    #[cfg(feature = "inbound")]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.0.push(flag.into());
    }

    pub(super) fn option(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        if let Some(text) = text {
            self.text(text);
        }
    }

    #[inline(never)]
    pub(crate) fn optional(&mut self, text: &Option<String>) {
        self.option(text.as_deref());
    }

    #[inline(never)]
    pub(super) fn secret(&mut self, secret: Option<&Secret>) {
        self.option(secret.map(Secret::expose));
    }

    pub(super) fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    pub(super) fn secrets(&mut self, secrets: &[Secret]) {
        self.length(secrets.len());
        secrets.iter().for_each(|it| self.text(it.expose()));
    }

    /// In any order, and as often as you like.
    pub(super) fn set(&mut self, texts: &[String]) {
        match texts.is_empty() {
            true => self.length(0),
            false => self.sorted_texts(texts),
        }
    }

    /// In any order of names; the order of the values of a repeated name is meant.
    pub(crate) fn pairs(&mut self, pairs: &[(String, String)]) {
        match pairs.is_empty() {
            true => self.length(0),
            false => self.sorted_pairs(pairs),
        }
    }

    #[inline(never)]
    fn sorted_texts(&mut self, texts: &[String]) {
        let mut pairs: Vec<_> = texts.iter().map(|text| (text.as_str(), "")).collect();
        sort(&mut pairs);
        pairs.dedup();
        self.sorted(&pairs);
    }

    #[inline(never)]
    fn sorted_pairs(&mut self, pairs: &[(String, String)]) {
        let pairs = pairs.iter();
        let mut pairs: Vec<_> = pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        sort(&mut pairs);
        self.sorted(&pairs);
    }

    #[inline(never)]
    fn sorted(&mut self, pairs: &[(&str, &str)]) {
        self.length(pairs.len());
        for (name, value) in pairs {
            self.text(name);
            self.text(value);
        }
    }
}

/// Lists here have a handful of items; the standard library's sorts are made for more, and large.
#[inline(never)]
fn sort(pairs: &mut [(&str, &str)]) {
    for end in 1..pairs.len() {
        for at in (1..=end).rev() {
            let before = at.saturating_sub(1);
            match pairs.get(before..=at) {
                Some([(left, _), (right, _)]) if left > right => pairs.swap(before, at),
                _ => break,
            }
        }
    }
}
