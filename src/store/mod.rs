//! Beneath all: one store, two databases, and the evidence files. SQLite (embedded, WAL) by default, PostgreSQL by URL,
//! through sqlx's `Any`. What `Any` cannot do, and so stands on this wall:
//!
//! - no BOOLEAN: flags are BIGINT 0 and 1; no TIMESTAMPTZ, JSONB, NUMERIC, UUID: instants are BIGINT epoch milliseconds (UTC), JSON is TEXT;
//! - a string bound to a BIGINT passes on SQLite and fails on PostgreSQL: every store test runs on both;
//! - no NUL in a text on PostgreSQL: what comes from outside is written through `text`, which puts U+FFFD in its place;
//! - one text of SQL with `$1` parameters (lists of values by `Places`), one query a function, named after what the caller wants.

mod again;
mod appeals;
mod canaries;
mod coverage;
mod decisions;
mod due;
mod evidence;
mod folder;
mod held;
mod inquiries;
mod lessons;
mod lock;
mod looks;
mod open;
mod places;
mod progress;
mod sound;
mod touches;

pub use appeals::{AppealStep, Said};
pub use canaries::{AFTER_REFUSAL, Back, Canary};
pub use coverage::Folder;
pub use decisions::{Decided, Decision, Subject};
pub use due::{Due, LetterRow, Part, Place};
pub(crate) use evidence::sha256_hex;
pub use evidence::{Evidence, EvidenceError};
pub use held::{Held, Reading};
pub use inquiries::Proof;
pub use lessons::Judged;
pub use lock::Lock;
pub use looks::Look;
pub use open::{Store, StoreError};
pub use sound::{Kept, Of};
pub use touches::{Added, NewRecord, Record, Touch};
