//! Absolute `https` URLs, read strictly (RFC 3986 §3).
//!
//! The host's own URL parser forgives much (backslashes, tabs, missing slashes), and a check made
//! by one parser is worthless when another one sends the request. What is accepted here every
//! parser reads alike.

use std::fmt;

use super::form;
use crate::redaction::Sent;
use crate::text;

/// Where plain `http` is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    /// Nowhere.
    Refused,
    /// To this machine.
    Loopback,
    /// Everywhere, because the user said so.
    Anywhere,
}

/// An absolute URL that a credential or token may be sent to: `https`, or `http` to this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    origin: String,
}

impl Endpoint {
    /// Reads `url`; an error is the rest of a sentence that begins with the option's name.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        Self::parse_with(url, Http::Loopback)
    }

    /// The same, where `http` is not accepted as usual.
    pub fn parse_with(url: &str, http: Http) -> Result<Self, &'static str> {
        if url.is_empty() {
            return Err("must not be empty");
        }
        if !url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return Err(
                "must be a URL in ASCII without white space, control characters or backslashes",
            );
        }
        let (scheme, rest) = text::split_once(url, "://")
            .ok_or("must be an absolute URL, such as https://auth.example.com/oauth/token")?;
        if rest.bytes().any(|byte| byte == b'#') {
            return Err("must not have a fragment (RFC 6749 §3.2)");
        }
        let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?'));
        let end = end.unwrap_or(rest.len());
        let (authority, _) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if authority.bytes().any(|byte| byte == b'@') {
            return Err("must not contain credentials");
        }
        let scheme = scheme.to_ascii_lowercase();
        let authority = authority.to_ascii_lowercase();
        let (host, port) = split_port(&authority).ok_or("must have a host and a valid port")?;
        let default_port = match scheme.as_str() {
            "https" => "443",
            "http" if http == Http::Anywhere => "80",
            "http" if http == Http::Refused => return Err("must use https, as the issuer does"),
            "http" if is_loopback(host) => "80",
            "http" => {
                return Err(
                    "must use https; http is accepted for loopback hosts only, and with allowInsecureRequests",
                );
            }
            _ => return Err("must use https"),
        };
        let mut origin = [scheme.as_str(), "://", host].concat();
        if let Some(port) = port.filter(|port| *port != default_port) {
            origin.push(':');
            origin.push_str(port);
        }
        Ok(Self {
            url: url.into(),
            origin,
        })
    }

    /// The URL as it was given.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Scheme, host and port, as a browser would write them (RFC 6454 §6.2).
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The values of its query.
    pub(crate) fn add_to(&self, sent: &mut Sent) {
        if let Some((_, query)) = self.url.split_once('?') {
            sent.add_parameters(&form::decode(query));
        }
    }

    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let (_, authority) = text::split_once(&self.origin, "://").unwrap_or_default();
        split_port(authority).is_some_and(|(host, _)| is_loopback(host))
    }

    /// The URL for a message: without its query, which may hold a secret.
    pub fn for_display(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.for_display())
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    // The colons inside brackets belong to an IPv6 address.
    let mut end = authority
        .bytes()
        .rposition(|byte| matches!(byte, b':' | b']'));
    end = end.filter(|end| authority.as_bytes().get(*end) == Some(&b':'));
    let (host, port) = match end {
        Some(end) => authority.split_at_checked(end)?,
        None => (authority, ""),
    };
    let port = port.strip_prefix(':');
    let host_is_valid = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| {
            address.contains(':')
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        }
    };
    let port_is_valid = port.is_none_or(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && !port.starts_with('0')
            && port.parse::<u16>().is_ok()
    });
    (host_is_valid && port_is_valid).then_some((host, port))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_loopback_ipv4(host)
}

/// 127.0.0.0/8 in four decimal parts; shorter and other spellings are not worth the doubt.
fn is_loopback_ipv4(host: &str) -> bool {
    let parts = host.split('.');
    host.starts_with("127.")
        && parts.clone().count() == 4
        && parts.into_iter().all(|part| part.parse::<u8>().is_ok())
}
