//! Options from the variables of a process.

use std::process::Command;

use edge_oauth2::native::options_from_env;

/// Runs itself in a process that has the variables.
#[test]
fn options_are_read_from_variables() {
    if std::env::var("A_TOKEN_URL").is_ok() {
        let options = options_from_env("A_").unwrap();
        assert_eq!(options.token_url, "https://auth.example/token");
        assert_eq!(options.scopes, ["one", "two"]);
        assert_eq!((options.timeout_ms, options.issuer), (5, None));
        return;
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "environment::options_are_read_from_variables"])
        .env("A_TOKEN_URL", "https://auth.example/token")
        .env("A_SCOPES", "one two")
        .env("A_TIMEOUT_MS", "5")
        .env("A_ISSUER", "")
        .status();
    assert!(status.unwrap().success());
}
