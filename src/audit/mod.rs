//! The audit: walks the one way through the house. Takes a workspace; asks (`wave`), gathers what came back (`gather`),
//! judges it (`derive`), lets people decide what is uncertain (`review`), and publishes (`publish`). The rooms it calls
//! know nothing of the store; only this room puts the two together.

mod alive;
mod appeal;
mod browsers;
mod canary;
mod content;
mod derive;
mod door;
mod draft;
mod drips;
mod error;
mod gather;
mod hand_over;
mod hooks;
mod import;
mod judge;
mod ledger;
mod login;
mod looks;
pub mod maps;
mod one_call;
mod phones;
mod portfolio;
mod probe;
pub mod programs;
mod publish;
mod record;
mod review;
mod skews;
mod taught;
mod told;
mod twilio;
mod watch;
mod watched;
mod wave;
mod webclock;
mod workspace;

pub use appeal::{Ending, Filing};
pub use canary::{Canaries, Stand, round_trip, skew, trip};
pub use derive::Derived;
pub use draft::{Draft, draft};
pub use error::AuditError;
pub use gather::{Gathered, SourcePass, Vouched};
pub use hand_over::Mailed;
pub use hooks::Came;
pub use portfolio::{Collected, Collecting};
pub use probe::Prober;
pub use publish::{Published, TRAILING_WAVES, Topic};
pub use record::{InquiryByHand, TouchByHand};
pub use review::{Item, Ruling};
pub use wave::{Asked, Asking, Step};
pub use workspace::{CONFIG_FILE, Workspace};
