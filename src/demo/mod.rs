//! A neighbourhood to walk: simulated builder sites on loopback ports, and the staff behind them. Takes a clock and folders;
//! gives sites that answer over real HTTP, 30 days of mail (Maildir, RFC 5322) and calls (the neutral log), and the truth about
//! both, against which a finished report is checked. Everything invented; nothing here listens or sends beyond loopback.
//!
//! Each builder is a data file under `cast/`. The product walks through its ordinary doors and never sees the truth.

mod answer;
mod body;
mod canary;
mod cast;
mod check;
mod files;
mod form;
mod letter;
mod moment;
mod pages;
mod play;
mod site;
mod truth;
#[cfg(test)]
mod walk;

pub use answer::answer;
pub use cast::{Character, Kind, Markup, Outcome, Person, Plan, Reply, cast};
pub use check::{check, check_labels};
pub use files::{shop_toml, workspace_toml};
pub use moment::Moment;
pub use play::{Played, WAVE, play};
pub use site::{Ledger, Neighbourhood, Receipt, Visits};
pub use truth::{ShopTruth, Stray, TrueTouch, Truth};
