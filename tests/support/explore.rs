//! Runs a scenario once for every way its choices can fall out.

use std::cell::RefCell;
use std::rc::Rc;

/// The choices of one run. Cheap to clone: all clones are the same choices.
#[derive(Clone, Default)]
pub struct Choices(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    /// Option taken and options there were, for each choice so far.
    trail: Vec<(usize, usize)>,
    position: usize,
    /// Choices beyond this many always fall on the first option.
    depth: usize,
}

impl Choices {
    /// One of `options` options.
    pub fn pick(&self, options: usize) -> usize {
        let mut state = self.0.borrow_mut();
        if options < 2 || state.position >= state.depth {
            return 0;
        }
        let position = state.position;
        if position == state.trail.len() {
            state.trail.push((0, options));
        }
        state.position += 1;
        let (taken, seen) = state.trail[position];
        assert_eq!(seen, options, "the scenario is not deterministic");
        taken
    }

    /// Goes on to the next run; `false` after the last.
    fn advance(&self) -> bool {
        let mut state = self.0.borrow_mut();
        state.position = 0;
        while let Some((taken, options)) = state.trail.pop() {
            if taken + 1 < options {
                state.trail.push((taken + 1, options));
                return true;
            }
        }
        false
    }
}

/// Runs `scenario` for every combination of its first `depth` choices, and says how many there were.
/// A failing run is reported with its choices.
pub fn explore(depth: usize, scenario: impl Fn(&Choices)) -> usize {
    let choices = Choices::default();
    choices.0.borrow_mut().depth = depth;
    let mut runs = 0;
    loop {
        runs += 1;
        let report = ReportOnPanic(choices.clone());
        scenario(&choices);
        drop(report);
        if !choices.advance() {
            return runs;
        }
    }
}

struct ReportOnPanic(Choices);

impl Drop for ReportOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let state = self.0.0.borrow();
            eprintln!("choices (taken, options): {:?}", state.trail);
        }
    }
}
