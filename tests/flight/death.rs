//! Requests that vanish in the middle of what they do.

use std::cell::RefCell;
use std::collections::HashSet;

use super::*;
use crate::support::explore::{Choices, explore};
use crate::support::host::Reply;

/// Runs `callers` with `victims`, each killed before the step of its number, and checks what
/// must be true whatever dies when. Returns `false` when a victim outlived the scenario.
fn survives(choices: &Choices, callers: usize, victims: &[(Request, usize)]) -> bool {
    let world = World::exploring(choices, |n, _| Reply::token(60, &token(n)));
    let callers = super::callers(&world, callers);
    let mut steps = 0;
    let mut victims = victims.iter().peekable();
    while world.isolate.step(u64::MAX) {
        steps += 1;
        while let Some((victim, _)) = victims.next_if(|(_, step)| *step <= steps) {
            world.isolate.kill(*victim);
        }
    }
    let dead = |caller: &&Caller| !caller.answered();
    let deaths = callers.iter().filter(dead).count();
    assert!(world.sent() <= 1 + deaths, "a grant for nothing");
    for caller in callers.iter().filter(|caller| caller.answered()) {
        assert!(caller.token().starts_with("token-"));
        let longest_ms = (60 + REPLACED_MS) * (1 + deaths as u64);
        assert!(
            caller.waited_ms() <= longest_ms,
            "{} ms",
            caller.waited_ms()
        );
    }
    if deaths < callers.len() {
        assert_eq!(cached(&world), Some(token(world.sent() - 1)));
    }
    victims.next().is_none()
}

#[test]
fn one_dies_at_any_step_in_any_order() {
    let mut runs = 0;
    for victim in 0..3 {
        for step in 0.. {
            let within = RefCell::new(false);
            runs += explore(6, |choices| {
                if survives(choices, 3, &[(victim, step)]) {
                    *within.borrow_mut() = true;
                }
            });
            if !within.into_inner() {
                break;
            }
        }
    }
    assert!(runs > 1_000, "only {runs} runs");
}

#[test]
fn two_of_four_die_at_any_steps() {
    for (first, second) in [(0, 1), (0, 2), (0, 3), (1, 2), (2, 3), (1, 3)] {
        'first: for first_step in 0.. {
            for gap in 0.. {
                let victims = [(first, first_step), (second, first_step + gap)];
                if !survives(&Choices::default(), 4, &victims) {
                    if gap == 0 {
                        break 'first;
                    }
                    break;
                }
            }
        }
    }
}

/// Every leader dies a moment after it sent its request; the last caller lives.
#[test]
fn every_taker_over_is_taken_over() {
    for after_send_ms in [0, 1, 30, 49, 51, 99, 130] {
        let runs = explore(6, |choices| {
            let world = World::exploring(choices, |n, _| match n {
                0..3 => Reply::Never,
                _ => Reply::token(10, &token(n)),
            });
            let callers = callers(&world, 4);
            let dead = RefCell::new(HashSet::new());
            for died in 0..3 {
                while world.sent() == died {
                    assert!(world.isolate.step(u64::MAX));
                }
                world.isolate.run_for(after_send_ms);
                let leader = world.network.sender(died);
                world.isolate.kill(leader);
                dead.borrow_mut().insert(leader);
            }
            run(&world);
            assert_eq!(world.sent(), 4);
            for caller in &callers {
                if dead.borrow().contains(&caller.request) {
                    assert!(!caller.answered());
                } else {
                    assert_eq!(caller.token(), "token-3");
                    assert!(caller.waited_ms() <= 3 * (after_send_ms + REPLACED_MS) + 100);
                }
            }
        });
        assert!(runs > 20, "only {runs} orders");
    }
}

/// The flight stays in the air with nobody in it, until the next caller comes.
#[test]
fn a_leader_that_died_alone_is_replaced_by_the_next_caller() {
    let world = World::new(|n, _| match n {
        0 => Reply::Never,
        _ => Reply::token(10, &token(n)),
    });
    let leader = Caller::asks(&world);
    world.isolate.run_for(70);
    world.isolate.kill(leader.request);
    world.isolate.run_for(5_000);
    let next = Caller::asks(&world);
    run(&world);
    assert_eq!(next.token(), "token-1");
    assert!(next.waited_ms() <= REPLACED_MS + 10);
}

/// Requests come, die and are slow at random; a hundred isolates.
#[test]
fn survivors_of_a_storm_are_answered_in_time() {
    for seed in 0..100_u64 {
        let random = Random::new(seed);
        let slow = Random::new(!seed);
        let world = World::new(move |n, _| match slow.below(4) {
            0 => Reply::status(slow.below(400), 500),
            1 => Reply::Never,
            _ => Reply::token(slow.below(400), &token(n)),
        });
        let mut callers = Vec::new();
        let mut dead = HashSet::new();
        for _ in 0..60 {
            callers.push(if random.below(8) == 0 {
                Caller::insists(&world)
            } else {
                Caller::asks(&world)
            });
            world.isolate.run_for(random.below(40));
            if random.below(3) == 0 {
                let victim = random.below(callers.len() as u64) as usize;
                if !callers[victim].answered() {
                    world.isolate.kill(victim);
                    dead.insert(victim);
                }
            }
            if random.below(20) == 0 {
                world.isolate.block(random.below(300));
            }
        }
        run(&world);
        for caller in callers
            .iter()
            .filter(|caller| !dead.contains(&caller.request))
        {
            // A busy isolate answers when it is free again.
            assert!(caller.waited_ms() <= TIMEOUT_MS + 300, "seed {seed}");
        }
    }
}

/// xorshift64*: enough to stir with.
struct Random(std::cell::Cell<u64>);

impl Random {
    fn new(seed: u64) -> Self {
        Self(std::cell::Cell::new(seed.wrapping_mul(2).wrapping_add(1)))
    }

    fn below(&self, bound: u64) -> u64 {
        let mut x = self.0.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.0.set(x);
        (x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}
