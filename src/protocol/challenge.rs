//! Challenges as clients read them (RFC 9110 §11.6.1): what an API wants, in `WWW-Authenticate`.

/// How many parameters are read of a challenge. No scheme has a quarter of it.
const MAX_PARAMETERS: usize = 64;

/// A way to authenticate that a server offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme, as it was written. Its case says nothing.
    pub scheme: String,
    /// The parameters in their order, with names in small letters. Each name is there once.
    pub parameters: Vec<(String, String)>,
    /// What some schemes have instead of parameters.
    pub token68: Option<String>,
}

impl Challenge {
    /// The parameter called `name`, which is in small letters.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        parameters.find_map(|(it, value)| (it == name).then_some(value.as_str()))
    }
}

/// Reads the value of a `WWW-Authenticate` header, or several of them joined with commas.
///
/// It never fails. What cannot be read ends the challenge that it is in, and the next one begins after the next
/// comma that is not in quotes. Of parameters of one name the first counts. The time is linear.
pub fn parse_challenges(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = Rest(header);
    // Whether the last challenge may have more parameters.
    let mut is_open = false;
    loop {
        rest.skip(|byte| is_space(byte) || byte == b',');
        if rest.0.is_empty() {
            return challenges;
        }
        let name = rest.take(is_token_byte);
        let has_space = rest.skip(is_space);
        if rest.0.starts_with('=') {
            let last = challenges.last_mut().filter(|_| is_open);
            is_open = last.is_some_and(|it| rest.parameter(name, it).is_some());
        } else if !name.is_empty() {
            let mut challenge = Challenge {
                scheme: name.to_owned(),
                ..Challenge::default()
            };
            is_open = rest.is_at_end() || (has_space && rest.beginning(&mut challenge).is_some());
            is_open &= challenge.token68.is_none();
            challenges.push(challenge);
        }
        rest.skip(is_space);
        if !rest.is_at_end() {
            is_open = false;
            rest.skip_unreadable();
        }
    }
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Takes what is of `wanted` bytes. Those are ASCII, or whatever is not.
    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.0.bytes().position(|byte| !wanted(byte));
        let end = end.unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        taken
    }

    /// Whether there was anything to skip.
    fn skip(&mut self, unwanted: impl Fn(u8) -> bool) -> bool {
        !self.take(unwanted).is_empty()
    }

    /// Whether nothing follows that belongs to what was read.
    fn is_at_end(&self) -> bool {
        self.0.is_empty() || self.0.starts_with(',')
    }

    /// What follows a scheme: its token, or its first parameter.
    fn beginning(&mut self, challenge: &mut Challenge) -> Option<()> {
        let before = self.0;
        let digits = self.take(is_token68_byte);
        let end = self.take(|byte| byte == b'=');
        self.skip(is_space);
        if self.is_at_end() {
            challenge.token68 = Some([digits, end].concat());
            return Some(());
        }
        self.0 = before;
        let name = self.take(is_token_byte);
        self.skip(is_space);
        self.parameter(name, challenge)
    }

    /// Reads from the equals sign on.
    fn parameter(&mut self, name: &str, challenge: &mut Challenge) -> Option<()> {
        self.0 = self.0.strip_prefix('=').filter(|_| !name.is_empty())?;
        self.skip(is_space);
        let value = match self.0.strip_prefix('"') {
            Some(quoted) => {
                self.0 = quoted;
                self.quoted()?
            }
            // Some write URLs and scopes without quotes, in characters that no token has.
            None => {
                let value = self.take(is_unquoted_byte);
                (!value.is_empty()).then(|| value.to_owned())?
            }
        };
        let name = name.to_ascii_lowercase();
        if challenge.parameter(&name).is_some() {
            return Some(());
        }
        let has_room = challenge.parameters.len() < MAX_PARAMETERS;
        has_room.then(|| challenge.parameters.push((name, value)))
    }

    /// Reads from behind the first quotation mark on, to behind the last one.
    fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        loop {
            value.push_str(self.take(|byte| !matches!(byte, b'"' | b'\\')));
            let mut chars = self.0.chars();
            let mark = chars.next();
            if mark == Some('\\') {
                value.push(chars.next()?);
            }
            self.0 = chars.as_str();
            if mark? == '"' {
                return Some(value);
            }
        }
    }

    /// Goes on to the next comma. One in quotes is none.
    fn skip_unreadable(&mut self) {
        loop {
            self.skip(|byte| !matches!(byte, b'"' | b','));
            match self.0.strip_prefix('"') {
                Some(quoted) => self.0 = quoted,
                None => return,
            }
            if self.quoted().is_none() {
                self.0 = "";
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_unquoted_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

/// `tchar` (RFC 9110 §5.6.2)
pub(super) fn is_token_byte(byte: u8) -> bool {
    // What is looked up in a list takes several times as long, and headers are read with every request.
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
        )
}

/// What `token68` is made of, before the equals signs at its end (RFC 9110 §11.2).
#[inline(always)] // It is asked of every byte of every token.
pub(super) fn is_token68_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'..=b'/' | b'_' | b'~')
}
