//! Calls of libraries that may panic on what strangers send. `caught` gives `None` for a call that panicked; what such a
//! panic has to say is of no use to whoever runs the program, so that a hook, set by [`hush_caught_panics`], keeps quiet
//! about it, and about no other. Needs panics that unwind.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    /// How many guarded calls this thread is within.
    static WITHIN: Cell<usize> = const { Cell::new(0) };
}

/// Counts the thread as guarded while it lives; unwinding drops it too.
struct Within;

impl Within {
    fn enter() -> Self {
        WITHIN.with(|within| within.set(within.get() + 1));
        Self
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        WITHIN.with(|within| within.set(within.get().saturating_sub(1)));
    }
}

/// Runs a call; `None` when it panicked. What the call was at work on must not be used after that.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(|| {
        let _within = Within::enter();
        call()
    }))
    .ok()
}

/// Keeps panics that are caught off stderr from now on; every other is told as before. For the program's start.
pub fn hush_caught_panics() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        // A thread that is ending has no flag any more, and is within no guarded call.
        if WITHIN.try_with(Cell::get).unwrap_or_default() == 0 {
            before(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_none_and_leaves_no_mark() {
        assert_eq!(caught(|| 1), Some(1));
        assert_eq!(caught(|| -> u8 { panic!("crafted") }), None);
        let nested = caught(|| {
            assert_eq!(caught(|| -> u8 { panic!("crafted") }), None);
            WITHIN.with(Cell::get)
        });
        assert_eq!(nested, Some(1), "the outer call is still guarded after an inner panic");
        assert_eq!(WITHIN.with(Cell::get), 0);
    }
}
