//! How good was it? Takes a [`Log`] (one inquiry and its touches) and a [`Rubric`]; gives a [`Card`]: every point given or
//! lost with its reason and evidence. Pure and total; the rules are those of `docs/scoring.md`.

mod answer;
mod attempts;
mod caps;
mod card;
mod facts;
pub mod insight;
mod judge;
mod log;
mod measure;
mod people;
mod persist;
mod possible;
mod posted;
pub mod program;
mod proof;
mod respect;
mod rubric;
mod sensitivity;
mod speed;
mod stats;
mod touch_id;
mod verdict;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

pub use card::{
    Buckets, Came, Cap, CapKind, Card, Channels, Counts, Criterion, First, FirstBusiness, FirstOf, Outcome, Reach, TouchEntry, Verdict,
};
pub use insight::{History, Insight, Setting, insight};
pub use log::{Gap, Log, LogInquiry, LogTouch, Offered, SCHEMA as LOG_SCHEMA};
pub use measure::TimeBase;
pub use program::Program;
pub use rubric::{Rubric, Timed};
pub use sensitivity::{RankRange, RankSensitivity, RankTurn, Sensitivity, Turn, sensitivity};
pub use stats::{
    BUCKETS, BuilderTrend, Change, Cohort, Curve, Curves, Difference, Group, GroupBy, Improved, Kind, MeanScore, NamedShare, Settings,
    Share, Spell, Standing, Statistics, Step, Subject, Trailing, Watch, WavePoint, builders, statistics,
};
pub use touch_id::TouchId;
pub use verdict::{ScoreError, Scorer, card, parse_log};
