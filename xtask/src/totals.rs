//! What test runners say at their end.

/// Whether a line is a runner's own summary, cargo's and wasm-bindgen's or Node's, or what a test
/// of Node's has to tell. Not the summary of an empty file, nor what is zero.
pub fn is_total(line: &str) -> bool {
    match line.strip_prefix("ℹ ") {
        Some(of_node) => ![
            "suites ",
            "cancelled 0",
            "skipped 0",
            "todo 0",
            "duration_ms ",
        ]
        .iter()
        .any(|noise| of_node.starts_with(noise)),
        None => {
            line.starts_with("test result: ") && !line.contains(" 0 passed; 0 failed; 0 ignored;")
        }
    }
}

/// How many tests passed, if that is what a total says.
pub fn passed(total: &str) -> Option<u64> {
    let count = match total.strip_prefix("ℹ ") {
        Some(of_node) => of_node.strip_prefix("pass ")?,
        None => total.split(" passed; ").next()?.rsplit(' ').next()?,
    };
    count.parse().ok()
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn totals_of_every_runner_are_found_and_read() {
        let rust = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s";
        let empty = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert!(is_total(rust) && is_total("ℹ pass 7") && is_total("ℹ fail 0"));
        assert!(!is_total(empty) && !is_total("ℹ duration_ms 12") && !is_total("✔ ℹ pass 7"));
        assert_eq!(
            [rust, "ℹ pass 7", "ℹ fail 3"].map(passed),
            [Some(12), Some(7), None]
        );
    }
}
