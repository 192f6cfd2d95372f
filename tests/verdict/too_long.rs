//! Answers that are longer than is read.

use edge_oauth2::ErrorCode;

use crate::ask;
use crate::support::host::{Reply, World};
use crate::support::{check_rows, options, same};

#[test]
fn the_status_of_a_long_answer_counts() {
    check_rows(
        [
            ("200", (200, false)),
            ("400", (400, false)),
            ("429", (429, true)),
            ("503", (503, true)),
        ],
        |(status, retryable)| {
            let world = World::new(move |_, _| Reply::too_long(status));
            let error = ask(&world, &options()).err().ok_or("a token")?;
            same(error.code(), ErrorCode::InvalidResponse)?;
            same(error.status(), Some(status))?;
            same(error.retryable(), retryable)?;
            same(error.to_string().contains("1 MiB"), true)
        },
    );
}

#[test]
fn a_long_503_is_tried_again() {
    let world = World::new(|n, _| match n {
        0 => Reply::too_long(503),
        _ => Reply::token(0, "token"),
    });
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
}

#[test]
fn a_long_429_says_when() {
    let world = World::new(|_, _| Reply::too_long(429).with(&[("retry-after", "60")]));
    for _ in 0..5 {
        ask(&world, &options()).unwrap_err();
    }
    assert_eq!(world.sent(), 1);
}
