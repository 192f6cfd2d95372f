//! Signed tokens in their compact form (RFC 7515 §7.1).
