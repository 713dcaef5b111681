//! For tests: logs made in a few words. The tables beside them say what the rules give.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Card, Criterion, Log, Rubric, card, parse_log};
use crate::shop::Status;

mod logs;
mod rules;
mod verdicts;
mod watched;

/// Monday 2 November 2026, 10:00 in Chicago.
pub(super) const START: DateTime<Utc> = DateTime::from_timestamp(1_793_635_200, 0).unwrap();

/// A log in the making; every time is in seconds after [`START`].
#[derive(Clone, Debug)]
pub(super) struct Case(Value);

fn at(seconds: i64) -> String {
    (START + TimeDelta::seconds(seconds)).to_rfc3339()
}

const DAY: i64 = 86_400;

impl Case {
    pub(super) fn new() -> Self {
        Self(json!({"schema": "crickets.log/1", "as_of": at(31 * 86_400), "touches": [],
            "inquiry": {"shop": "bluebonnet", "builder": "Bluebonnet Homes", "timezone": "America/Chicago", "hours": "Mo-Fr 09:00-18:00",
                "sent_at": at(-2), "confirmed_at": at(0), "confirmed_by": "redirect", "question": "Three-car garage?",
                "offered": {"phone": true, "text": true}, "coverage_gaps": []}}))
    }

    pub(super) fn set(mut self, key: &str, value: Value) -> Self {
        self.0["inquiry"][key] = value;
        self
    }

    pub(super) fn builder(self, name: &str) -> Self {
        self.set("builder", json!(name))
    }

    pub(super) fn status(self, status: Status) -> Self {
        self.set("status", json!(status))
    }

    pub(super) fn on(mut self, seconds: i64) -> Self {
        self.0["as_of"] = json!(at(seconds));
        self
    }

    pub(super) fn gap(self, from: i64, to: i64) -> Self {
        self.gap_of("mailbox.main", from, to)
    }

    pub(super) fn gap_of(mut self, source: &str, from: i64, to: i64) -> Self {
        let gap = json!({"source": source, "from": at(from), "to": at(to)});
        self.0["inquiry"]["coverage_gaps"].as_array_mut().unwrap().push(gap);
        self
    }

    pub(super) fn touch(mut self, channel: &str, origin: &str, seconds: i64) -> Self {
        let touches = self.0["touches"].as_array_mut().unwrap();
        let id = format!("t{}", touches.len() + 1);
        touches.push(json!({"id": id, "channel": channel, "origin": origin, "at": at(seconds), "from": "+15125550100"}));
        self
    }

    pub(super) fn email(self, seconds: i64) -> Self {
        self.touch("email", "personal", seconds)
    }

    pub(super) fn call(self, seconds: i64) -> Self {
        self.touch("call", "personal", seconds)
    }

    /// Sets a key of the last touch.
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.0["touches"].as_array_mut().unwrap().last_mut().unwrap()[key] = value;
        self
    }

    pub(super) fn labels(self, labels: &str) -> Self {
        self.with("labels", serde_json::from_str(labels).unwrap())
    }

    pub(super) fn until(self, seconds: i64) -> Self {
        self.with("at_latest", json!(at(seconds)))
    }

    pub(super) fn log(&self) -> Log {
        parse_log(&self.0.to_string()).unwrap()
    }

    pub(super) fn card(&self) -> Card {
        card(&self.log(), &Rubric::default_rubric()).unwrap()
    }

    pub(super) fn line(&self, id: &str) -> Criterion {
        self.card().criteria.into_iter().find(|line| line.id == id).unwrap()
    }
}
