//! Searching in texts, with little code: the standard library's is made for long ones.

use std::borrow::Cow;

/// Where `word` begins in `text`.
pub(crate) fn find(text: &str, word: &str) -> Option<usize> {
    let mut windows = text.as_bytes().windows(word.len().max(1));
    windows.position(|window| window == word.as_bytes())
}

pub(crate) fn contains(text: &str, word: &str) -> bool {
    find(text, word).is_some()
}

/// What is before the first `word`, and after it.
pub(crate) fn split_once<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = text.split_at_checked(find(text, word)?)?;
    Some((before, rest.strip_prefix(word)?))
}

/// `text` with `by` wherever it has `word`.
pub(crate) fn replace(text: &str, word: &str, by: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, word) {
        replaced.push_str(before);
        replaced.push_str(by);
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

/// What `bytes` say. Nearly all that is read is ASCII, and needs none of the code that others do.
pub(crate) fn of_bytes(bytes: &[u8]) -> Cow<'_, str> {
    #[inline(never)]
    fn decoded(bytes: &[u8]) -> Cow<'_, str> {
        String::from_utf8_lossy(bytes)
    }
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if !byte.is_ascii() {
            return decoded(bytes);
        }
        text.push(char::from(*byte));
    }
    Cow::Owned(text)
}

/// `texts`, with `separator` between them.
pub(crate) fn joined(texts: &[impl AsRef<str>], separator: &str) -> String {
    let mut joined = String::new();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text.as_ref());
    }
    joined
}

/// `text` without the white space around it.
pub(crate) fn trimmed(text: &str) -> &str {
    #[inline(never)]
    fn trim(text: &str) -> &str {
        text.trim()
    }
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => trim(text),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_bytes_as_the_standard_library_does(bytes: Vec<u8>, text: String) {
            prop_assert_eq!(of_bytes(&bytes), String::from_utf8_lossy(&bytes));
            prop_assert_eq!(of_bytes(text.as_bytes()), text.as_str());
        }

        #[test]
        fn does_what_the_standard_library_does(text in "[abé ]{0,12}", word in "[abé]{1,3}") {
            prop_assert_eq!(find(&text, &word), text.find(&word));
            prop_assert_eq!(split_once(&text, &word), text.split_once(&word));
            prop_assert_eq!(replace(&text, &word, "-"), text.replace(&word, "-"));
            prop_assert_eq!(trimmed(&text), text.trim());
        }
    }
}
