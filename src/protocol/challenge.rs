//! Challenges as clients read them (RFC 9110 §11.6.1).
