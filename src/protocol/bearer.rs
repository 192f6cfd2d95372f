//! Bearer tokens in requests, and the challenge in answers (RFC 6750 §2.1, §3).
