//! What we ask: builder, persona, question, hours. Takes shop files; gives domain types and the plan of a wave.

mod builder;
pub mod file;
pub mod freemail;
pub mod hours;
mod inquiry;
pub mod plan;
pub mod zones;

pub use builder::{Ask, Basis, Persona, Shop, SubmitMode, SubmitRules, Success, builder_key, same_builder};
pub use inquiry::{ConfirmedBy, Inquiry, InquiryId, Status};
