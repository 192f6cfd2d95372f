//! What a protected resource says about itself (RFC 9728).
