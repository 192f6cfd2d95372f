//! What a JWT must say to be an access token for us (RFC 9068, RFC 7519 §4.1, RFC 8725).
