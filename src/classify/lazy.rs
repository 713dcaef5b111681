//! A pattern as two machines that are built while they search (lazy DFAs): one runs on to where a match ends, the other back to where it
//! begins, and is only made once something was found. They find what the `regex` crate finds, whose machines they are (regex-automata);
//! but that crate makes three more of each pattern, just in case, which of a hundred patterns is most of what a judgement holds in memory.

use std::sync::{Mutex, OnceLock};

use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson::{Compiler, Config as NfaConfig, WhichCaptures};
use regex_automata::util::prefilter::Prefilter;
use regex_automata::{Anchored, Input, MatchError, MatchKind};
use regex_syntax::hir::Hir;

/// One machine, and what it built so far.
#[derive(Debug)]
struct Machine {
    dfa: DFA,
    /// What was built; whoever finds it taken builds anew.
    built: Mutex<Option<Box<Cache>>>,
}

impl Machine {
    /// Makes one that runs to the end of a match, or `back` from there to its beginning; `None` for a pattern that it cannot run.
    fn of(pattern: &Hir, back: bool) -> Option<Self> {
        let states = NfaConfig::new().reverse(back).which_captures(WhichCaptures::None);
        let nfa = Compiler::new().configure(states).build_from_hir(pattern).ok()?;
        let starts = if back { None } else { Prefilter::from_hir_prefix(MatchKind::LeftmostFirst, pattern) };
        let kind = if back { MatchKind::All } else { MatchKind::LeftmostFirst };
        let config = Config::new().match_kind(kind).specialize_start_states(starts.is_some()).prefilter(starts);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        Some(Self { dfa, built: Mutex::new(None) })
    }

    fn run<T>(&self, search: impl FnOnce(&DFA, &mut Cache) -> T) -> T {
        let taken = self.built.try_lock().ok().and_then(|mut built| built.take());
        let mut cache = taken.unwrap_or_else(|| Box::new(self.dfa.create_cache()));
        let found = search(&self.dfa, &mut cache);
        if let Ok(mut built) = self.built.try_lock() {
            *built = Some(cache);
        }
        found
    }
}

/// A pattern, ready to be searched for.
#[derive(Debug)]
pub(super) struct Lazy {
    on: Machine,
    back: OnceLock<Option<Machine>>,
}

impl Lazy {
    /// Makes one; `None` for a pattern that cannot be searched for so.
    pub(super) fn of(pattern: &Hir) -> Option<Self> {
        Some(Self { on: Machine::of(pattern, false)?, back: OnceLock::new() })
    }

    /// Whether the pattern is in a text.
    pub(super) fn is_match(&self, text: &str) -> Result<bool, MatchError> {
        let input = Input::new(text).earliest(true);
        Ok(self.on.run(|dfa, cache| dfa.try_search_fwd(cache, &input))?.is_some())
    }

    /// Where a match begins and ends, the first from `from` on. `pattern` is what this was made of.
    pub(super) fn find(&self, text: &str, from: usize, pattern: impl FnOnce() -> Hir) -> Result<Option<(usize, usize)>, MatchError> {
        let input = Input::new(text).span(from..text.len());
        let Some(end) = self.on.run(|dfa, cache| dfa.try_search_fwd(cache, &input))? else { return Ok(None) };
        let end = end.offset();
        if end == from {
            return Ok(Some((from, end)));
        }
        let back = self.back.get_or_init(|| Machine::of(&pattern(), true)).as_ref().ok_or_else(|| MatchError::gave_up(end))?;
        let input = Input::new(text).span(from..end).anchored(Anchored::Yes);
        let start = back.run(|dfa, cache| dfa.try_search_rev(cache, &input))?;
        start.map(|start| Some((start.offset(), end))).ok_or_else(|| MatchError::gave_up(end))
    }
}
