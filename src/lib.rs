//! # crickets
//!
//! A home builder's website invites buyers to ask a question. crickets asks it, watches what comes back for 30 days,
//! and writes a scored report with the evidence behind every point.
//!
//! ```text
//! shops/*.toml ─► shop ─► submit ─► collect ─► attribute ─► classify ─► score ─► report ─► reports/
//!  what we ask   who,     how we    what came  whose is     who wrote   how      files a
//!                when,    ask, and  back, byte it, and how  it, what    good,    person
//!                what     the proof for byte   sure         it says     and why  reads
//!                  └────────── store (SQLite or PostgreSQL) and evidence beneath ─────────┘
//!                  audit walks the way; web and cli are faces on it; demo is a neighbourhood to walk it in
//! ```
//!
//! A later room may use an earlier room's types, never the reverse (`tests/it/layers.rs` holds the order).
//! `attribute`, `classify`, `score` and the report model are pure: values in, values out; no I/O, no clock, no async.

pub mod attribute;
pub mod audit;
pub mod classify;
pub mod cli;
pub mod clock;
pub mod collect;
pub mod config;
pub mod demo;
pub mod document;
pub mod guard;
pub mod number;
pub mod report;
pub mod score;
pub mod send;
pub mod shop;
pub mod store;
pub mod submit;
pub mod web;
