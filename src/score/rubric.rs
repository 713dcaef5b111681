//! The rubric: every time, point and share of the score, as data. Takes TOML; refuses unknown criteria and values that `measure`
//! refuses, each underlined in the text. The default is version 1, embedded.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::document::{self, DocumentError};

use super::measure::{Days, Limits, Points, Score, Share, Tiers, TimeBase, Whole};

const DEFAULT: &str = include_str!("rubric.toml");

/// The benchmarks and their points. Every number that scoring uses is read from here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    /// Its name, e.g. `default`.
    pub name: String,
    /// Its version, e.g. `1`.
    pub version: String,
    /// Names for scores, best first.
    pub tiers: Tiers,
    /// How long is watched.
    pub window: Window,
    /// What proves that silence was silence.
    pub proof: Proof,
    /// How touches are counted.
    pub touches: Touches,
    /// Limits on the score.
    pub caps: Caps,
    /// How fast.
    pub speed: Speed,
    /// What was answered.
    pub answer: Answer,
    /// The next step.
    pub next: Next,
    /// Which channels.
    pub channels: Channels,
    /// How long they kept at it.
    pub persist: Persist,
    /// With what respect.
    pub respect: Respect,
    #[serde(skip)]
    text: String,
}

impl Rubric {
    /// The embedded rubric, version 1.
    ///
    /// # Panics
    /// Never: a test parses the embedded text.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the text is compiled in, and a test parses it")]
    pub fn default_rubric() -> Self {
        Self::parse(Path::new("rubric.toml"), DEFAULT).expect("the embedded rubric is valid")
    }

    /// Parses a rubric; `path` is only named in errors.
    ///
    /// # Errors
    /// When the text is no TOML or no rubric; the place is underlined.
    pub fn parse(path: &Path, text: &str) -> Result<Self, DocumentError> {
        let rubric: Self = document::parse(path, text)?;
        Ok(Self { text: text.to_owned(), ..rubric })
    }

    /// The TOML it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the TOML, in hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        format!("{:x}", Sha256::digest(self.text.as_bytes()))
    }

    /// The name of the tier that a score reaches.
    #[must_use]
    pub fn tier(&self, score: f64) -> &str {
        self.tiers.0.iter().find(|tier| score >= tier.from.0).map_or("", |tier| tier.name.as_str())
    }

    /// Every criterion's id and points, in the order of a card.
    #[must_use]
    pub fn criteria(&self) -> [(&'static str, f64); 19] {
        [
            ("speed.call", self.speed.call.points.0),
            ("speed.personal_email", self.speed.personal_email.points.0),
            ("speed.any_personal", self.speed.any_personal.points.0),
            ("speed.acknowledgement", self.speed.acknowledgement.points.0),
            ("answer.question", self.answer.question.points.0),
            ("answer.personal", self.answer.personal.points.0),
            ("answer.clean", self.answer.clean.points.0),
            ("answer.inbox", self.answer.inbox.points.0),
            ("next.appointment", self.next.appointment.points.0),
            ("next.reason", self.next.reason.points.0),
            ("channels.call", self.channels.call.points.0),
            ("channels.personal_email", self.channels.personal_email.points.0),
            ("channels.text", self.channels.text.points.0),
            ("channels.video", self.channels.video.points.0),
            ("persist.calls", self.persist.calls.points.0),
            ("persist.written", self.persist.written.points.0),
            ("persist.spread", self.persist.spread.points.0),
            ("respect.constant_contact", self.respect.constant_contact.points.0),
            ("respect.opt_out", self.respect.opt_out.points.0),
        ]
    }
}

/// How long is watched.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days until the verdict is final.
    pub days: Days,
    /// Seconds before which there is no score.
    pub first_look_s: Whole,
}

/// What proves that silence was silence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Part of the window so far that may go unwatched.
    pub gap_share: Share,
    /// The longest gap of one source, in seconds.
    pub gap_s: Whole,
}

/// How touches are counted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touches {
    /// Rings of one caller this many seconds apart are one attempt.
    pub same_attempt_s: Whole,
    /// A personal mail within so many seconds is suspected to be automatic.
    pub suspect_within_s: Whole,
}

/// Limits on the score.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Nothing came.
    pub silent: Score,
    /// Only auto-replies came.
    pub robot_only: Score,
    /// Nothing personal, but marketing.
    pub marketing_only: Score,
    /// Nothing personal in time.
    pub late: Score,
    /// In what time, in seconds.
    pub late_after_s: Whole,
    /// The question was not answered.
    pub unanswered: Score,
    /// A number was given and nobody called.
    pub no_call: Score,
}

/// A criterion of time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// Points possible.
    pub points: Points,
    /// Which clock.
    pub clock: TimeBase,
    /// The limits.
    pub limits: Limits,
    /// What it is worth after the last limit.
    pub later: Share,
}

/// A criterion without settings of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// Points possible.
    pub points: Points,
}

/// `speed.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    pub call: Timed,
    pub personal_email: Timed,
    pub any_personal: Timed,
    pub acknowledgement: Timed,
}

/// `answer.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub question: Question,
    pub personal: Plain,
    pub clean: Plain,
    pub inbox: Inbox,
}

/// `answer.question`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Points possible.
    pub points: Points,
    /// Worth of a partial answer.
    pub partly: Share,
    /// Worth of "call me and I'll tell you".
    pub deferred: Share,
}

/// `answer.inbox`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// Points possible.
    pub points: Points,
    /// Worth of the promotions tab.
    pub promotions: Share,
    /// Worth of the spam folder.
    pub spam: Share,
}

/// `next.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    pub appointment: Invitation,
    pub reason: Plain,
}

/// `next.appointment`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Points possible.
    pub points: Points,
    /// Worth of a vague invitation.
    pub vague: Share,
}

/// `channels.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    pub call: Plain,
    pub personal_email: Plain,
    pub text: Plain,
    pub video: Plain,
}

/// `persist.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persist {
    pub calls: Attempts,
    pub written: Written,
    pub spread: Spread,
}

/// `persist.calls`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// Points possible.
    pub points: Points,
    /// Call attempts for full marks.
    pub attempts: Whole,
}

/// `persist.written`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Points possible.
    pub points: Points,
    /// Messages for full marks.
    pub messages: Whole,
    /// What a marketing touch counts.
    pub marketing_each: Share,
    /// What marketing counts at most.
    pub marketing_most: Points,
}

/// `persist.spread`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Points possible.
    pub points: Points,
    /// A personal touch on this day or later.
    pub late_day: Days,
    /// No gap longer than so many days.
    pub gap_days: Days,
    /// Personal touches on so many days of the builder's calendar.
    pub local_days: Days,
}

/// `respect.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Respect {
    pub constant_contact: Constant,
    pub opt_out: OptOut,
}

/// `respect.constant_contact`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// Points possible.
    pub points: Points,
    /// Share of the most frequent person.
    pub share: Share,
}

/// `respect.opt_out`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptOut {
    /// Points possible.
    pub points: Points,
    /// Weekdays allowed to react.
    pub weekdays: Days,
    /// Days watched after the opt-out.
    pub watched_days: Days,
    /// Over-calling is so many attempts of one caller …
    pub over_calls: Whole,
    /// … within so many seconds.
    pub over_calls_within_s: Whole,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(from: &str, to: &str) -> (usize, String, Option<String>) {
        assert!(DEFAULT.contains(from), "{from}");
        match Rubric::parse(Path::new("mine.toml"), &DEFAULT.replacen(from, to, 1)).unwrap_err() {
            DocumentError::Content { line, message, hint, .. } => (line, message, hint),
            other @ DocumentError::Read { .. } => panic!("{other}"),
        }
    }

    #[test]
    fn the_default_is_version_1_with_100_points() {
        let rubric = Rubric::default_rubric();
        assert_eq!((rubric.name.as_str(), rubric.version.as_str()), ("default", "1"));
        let sum: f64 = rubric.criteria().iter().map(|(_, points)| points).sum();
        assert!((sum - 100.0).abs() < 1e-9, "{sum}");
        assert_eq!(rubric.sha256().len(), 64);
        assert_eq!(Rubric::parse(Path::new("copy.toml"), rubric.text()).unwrap().sha256(), rubric.sha256());
    }

    #[test]
    fn tiers_begin_where_they_say() {
        let rubric = Rubric::default_rubric();
        let cases = [
            (100.0, "Best in class"),
            (80.0, "Best in class"),
            (79.9, "Solid"),
            (60.0, "Solid"),
            (59.9, "Leaking"),
            (40.0, "Leaking"),
            (39.9, "Failing"),
            (0.1, "Failing"),
            (0.0, "Crickets"),
        ];
        for (score, want) in cases {
            assert_eq!(rubric.tier(score), want, "{score}");
        }
    }

    #[test]
    fn what_is_wrong_is_placed_and_named() {
        let line = |text: &str| DEFAULT.lines().position(|line| line == text).unwrap() + 1;
        let (at, message, hint) = error("[speed.call]", "[speed.cal]");
        assert_eq!((at, hint.as_deref()), (line("[speed.call]"), Some("did you mean `call`?")), "{message}");
        let (at, message, _) = error("[next.reason]", "[next.smile]");
        assert_eq!(at, line("[next.reason]"), "{message}");
        assert!(message.contains("unknown field `smile`"), "{message}");
        let (at, message, hint) = error("[proof]", "[proofs]");
        assert_eq!((at, hint.as_deref()), (line("[proof]"), Some("did you mean `proof`?")), "{message}");
        let (_, message, hint) = error("[answer.question]", "[answr.question]");
        assert_eq!(message, "missing field `question`");
        assert_eq!(hint.as_deref(), Some("`question` stands in `answr`: did you mean `answer.question`?"));
        let (_, message, hint) = error("[answer.question]", "[reply.question]");
        assert_eq!((message.as_str(), hint), ("missing field `question`", None), "another name is no slip");
        let (at, message, _) = error("[channels.video]", "[channels.video]\nfaces = 2");
        assert_eq!(at, line("[channels.video]") + 1, "{message}");
        let (at, message, _) = error("partly = 0.50", "partly = 1.50");
        assert_eq!((at, message.as_str()), (line("partly = 0.50"), "a share must lie between 0 and 1, not 1.5"));
        let (at, message, _) = error("points = 16", "points = -1");
        assert_eq!((at, message.as_str()), (line("points = 16"), "points must lie between 0 and 1000, not -1"));
        let (_, message, _) = error("within_s = 900", "within_s = 300");
        assert!(message.contains("must ascend"), "{message}");
        let (_, message, _) = error("share = 0.75", "share = 0.5");
        assert!(message.contains("must not be worth more"), "{message}");
        let (_, message, _) = error("from = 0, ", "from = 1, ");
        assert!(message.contains("must go from the highest"), "{message}");
        let (_, message, hint) = error("clock = \"business\"", "clock = \"busines\"");
        assert_eq!(hint.as_deref(), Some("did you mean `business`?"), "{message}");
        let (_, message, _) = error("points = 16", "points = nan");
        assert!(message.contains("between 0 and 1000"), "{message}");
        let (_, message, _) = error("days = 30", "days = 0");
        assert!(message.contains("days between 1 and 365"), "{message}");
    }
}
