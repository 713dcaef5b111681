//! Calls that may panic on what strangers send: of libraries, and of our own rules. `caught` gives `None` for a call that panicked, and
//! counts it, so that whoever read a mail can say that not all of it was read. A hook, set by [`tell_caught_panics`], tells the place
//! of each once instead of the words of the panic, which may hold what is secret; all others are told as before. Needs panics that
//! unwind.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// What guarded calls this thread is within, the innermost last.
    static WITHIN: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    /// How many of them panicked so far.
    static FAILED: Cell<usize> = const { Cell::new(0) };
}

/// Counts the thread as guarded while it lives; unwinding drops it too.
struct Within;

impl Within {
    fn enter(what: &'static str) -> Self {
        WITHIN.with_borrow_mut(|within| within.push(what));
        Self
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        WITHIN.with_borrow_mut(Vec::pop);
    }
}

/// Runs a call; `None` when it panicked. What the call was at work on must not be used after that. `what` is what it does, e.g.
/// `reading a mail`.
pub(crate) fn caught<T>(what: &'static str, call: impl FnOnce() -> T) -> Option<T> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _within = Within::enter(what);
        #[cfg(test)]
        crafted::perhaps(what);
        call()
    }));
    if outcome.is_err() {
        FAILED.with(|failed| failed.set(failed.get() + 1));
    }
    outcome.ok()
}

/// How many guarded calls have panicked on this thread: who asks before and after knows whether one did meanwhile.
pub(crate) fn failed_so_far() -> usize {
    FAILED.with(Cell::get)
}

/// Has the place of each panic that is caught told once from now on, and nothing else of it; every other is told as before. For the
/// program's start.
pub fn tell_caught_panics() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        // A thread that is ending has no such list any more, and is within no guarded call.
        match WITHIN.try_with(|within| within.borrow().last().copied()) {
            Ok(Some(what)) => tell(what, panic),
            _ => before(panic),
        }
    }));
}

fn tell(what: &str, panic: &PanicHookInfo<'_>) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(place.clone()) {
        tracing::warn!("a fault in crickets while {what}, at {place}: what it was at work on is set aside. Please report it.");
    }
}

/// Panics on demand, for the tests of whoever calls.
#[cfg(test)]
pub(crate) mod crafted {
    use std::cell::Cell;

    thread_local! {
        static WANTED: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// The next guarded call on this thread that does this panics.
    pub(crate) fn fail(what: &'static str) {
        WANTED.set(Some(what));
    }

    pub(super) fn perhaps(what: &'static str) {
        if WANTED.get() == Some(what) {
            WANTED.set(None);
            panic!("crafted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_none_and_is_counted() {
        let (before, depth) = (failed_so_far(), || WITHIN.with_borrow(Vec::len));
        assert_eq!(caught("a", || 1), Some(1));
        assert_eq!((caught("a", || -> u8 { panic!("crafted") }), failed_so_far()), (None, before + 1));
        let nested = caught("outer", || {
            assert_eq!(caught("inner", || -> u8 { panic!("crafted") }), None);
            (depth(), WITHIN.with_borrow(|within| within.last().copied()))
        });
        assert_eq!(nested, Some((1, Some("outer"))), "the outer call is still guarded after an inner panic");
        assert_eq!((depth(), failed_so_far()), (0, before + 2));
        crafted::fail("b");
        assert_eq!((caught("a", || 1), caught("b", || 1), caught("b", || 1)), (Some(1), None, Some(1)));
    }
}
