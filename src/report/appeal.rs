//! What an audited builder disputes, and how it ended (benchmarks, section 4: appeal and outcome are shown in the report). Takes an
//! appeal as it was filed; gives it fit to print. An appeal moves no point by itself: what it proves wrong is set right by a
//! decision in review, which it then names.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;

/// The longest text of an appeal or an outcome, in characters.
pub const APPEAL_LIMIT: usize = 4_000;
/// The longest name under one.
pub const APPEAL_NAME_LIMIT: usize = 120;

/// How an appeal came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// Nobody has decided yet.
    #[default]
    Open,
    /// The builder is right, and nothing in the log had to be changed for it.
    Upheld,
    /// The finding stands.
    Rejected,
    /// The builder is right, and what was wrong was set right in review.
    Corrected,
}

impl AppealOutcome {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "open: not decided yet",
            Self::Upheld => "upheld: the objection is right",
            Self::Rejected => "rejected: the finding stands",
            Self::Corrected => "corrected: the objection is right, and the log was set right",
        }
    }
}

/// One entry of `shops[].appeals`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Appeal {
    /// Its id, e.g. `A1`.
    pub id: String,
    /// When it was filed.
    pub at: DateTime<Utc>,
    /// Who appeals.
    pub by: String,
    /// What is disputed, in their words.
    pub text: String,
    /// The criterion that it disputes.
    pub criterion: Option<String>,
    /// The touch that it disputes.
    pub touch: Option<String>,
    /// How it came out.
    pub outcome: AppealOutcome,
    /// When that was decided.
    pub outcome_at: Option<DateTime<Utc>>,
    /// Who decided.
    pub outcome_by: Option<String>,
    /// Why.
    pub outcome_text: Option<String>,
    /// Of a corrected one: the touches or the inquiry that were decided anew for it.
    pub corrections: Vec<String>,
    /// Filed or decided under a rehearsal clock.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
}

impl Appeal {
    /// The appeal without what could deceive the eye, no text longer than its limit.
    pub(crate) fn tidied(self) -> Self {
        Self {
            by: words::brief(&self.by, APPEAL_NAME_LIMIT),
            text: tidy(&self.text),
            criterion: self.criterion.map(|id| words::brief(&id, APPEAL_NAME_LIMIT)),
            touch: self.touch.map(|id| words::brief(&id, APPEAL_NAME_LIMIT)),
            outcome_by: self.outcome_by.map(|name| words::brief(&name, APPEAL_NAME_LIMIT)),
            outcome_text: self.outcome_text.map(|text| tidy(&text)),
            corrections: self.corrections.iter().map(|id| words::brief(id, APPEAL_NAME_LIMIT)).collect(),
            ..self
        }
    }

    /// What it disputes, in words; empty for the finding as a whole.
    #[must_use]
    pub fn disputes(&self) -> String {
        let criterion = self.criterion.as_deref().map(|id| words::criterion(id).to_owned());
        let touch = self.touch.as_ref().map(|id| format!("touch {id}"));
        criterion.into_iter().chain(touch).collect::<Vec<_>>().join(", ")
    }
}

fn tidy(text: &str) -> String {
    words::cut(words::tidy(text).trim(), APPEAL_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_bounded_and_cannot_deceive_the_eye() {
        let long = format!("\u{202e}We rang\u{0} twice.\n{}", "x".repeat(10_000));
        let appeal =
            Appeal { by: "Amy\nOrtiz\u{1b}".to_owned(), text: long.clone(), outcome_text: Some(long), ..Appeal::default() }.tidied();
        assert_eq!(appeal.by, "Amy Ortiz");
        assert!(appeal.text.starts_with("We rang twice.\nxxx") && appeal.text.chars().count() == APPEAL_LIMIT, "{}", appeal.text);
        assert_eq!(appeal.outcome_text, Some(appeal.text));
    }

    #[test]
    fn it_says_what_it_disputes() {
        let appeal = Appeal { criterion: Some("speed.call".into()), touch: Some("t_1".into()), ..Appeal::default() };
        assert_eq!((appeal.disputes(), Appeal::default().disputes()), ("First call, touch t_1".to_owned(), String::new()));
    }
}
