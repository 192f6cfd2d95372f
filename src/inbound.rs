//! The tokens that callers present to us, checked: by the authorization server (RFC 7662), or here (RFC 9068).
