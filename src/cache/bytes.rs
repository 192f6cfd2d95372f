//! Values as bytes, no two lists of them alike: every text is written with its length, and every list with its
//! count.

use crate::token::Secret;

#[derive(Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn length(&mut self, length: usize) {
        self.0.extend((length as u64).to_be_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.length(flag.into());
    }

    pub(super) fn flags(&mut self, flags: &[bool]) {
        self.0.extend(flags.iter().map(|it| u8::from(*it)));
    }

    pub(super) fn secret(&mut self, secret: Option<&Secret>) {
        self.option(secret.map(Secret::expose));
    }

    pub(super) fn option(&mut self, text: Option<&str>) {
        self.list(text.into_iter());
    }

    pub(super) fn list<'a>(&mut self, items: impl ExactSizeIterator<Item = &'a str>) {
        self.length(items.len());
        items.for_each(|item| self.text(item));
    }

    pub(super) fn texts(&mut self, texts: &[String]) {
        self.list(texts.iter().map(String::as_str));
    }

    pub(super) fn scopes(&mut self, scopes: &[String]) {
        let mut sorted = Vec::new();
        for scope in scopes {
            insert_sorted(&mut sorted, scope.as_str(), |scope| scope);
        }
        sorted.dedup();
        self.list(sorted.into_iter());
    }

    pub(super) fn headers(&mut self, headers: &[(String, String)]) {
        let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
        let headers: Vec<_> = headers.iter().map(lower).collect();
        self.pairs(&headers);
    }

    /// Sorted by name only: the order of the values of a repeated name is meant.
    pub(super) fn pairs(&mut self, pairs: &[(String, String)]) {
        let mut sorted = Vec::new();
        for pair in pairs {
            insert_sorted(&mut sorted, pair, |(name, _)| name);
        }
        self.length(sorted.len());
        for (name, value) in sorted {
            self.text(name);
            self.text(value);
        }
    }
}

/// Lists here have a handful of items; the standard library's sorts are made for more, and large.
fn insert_sorted<'a, T>(sorted: &mut Vec<&'a T>, item: &'a T, key: impl Fn(&T) -> &str)
where
    T: ?Sized,
{
    let position = sorted.partition_point(|other| key(other) <= key(item));
    sorted.insert(position, item);
}
