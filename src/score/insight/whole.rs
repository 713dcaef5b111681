//! Cards that hypotheses may rest on: final ones of which the whole window is proven. Gives none of an inquiry whose window is open,
//! whose silence is not proven, or of which a channel was not watched.

use chrono::{DateTime, Utc};

use super::super::card::{Card, Channels, TouchEntry, Verdict};
use super::super::rubric::Rubric;
use super::continuity::Window;

/// A card whose whole window is proven, with what counts in it.
pub(super) struct Whole<'a> {
    pub(super) card: &'a Card,
    pub(super) window: Window<'a>,
    pub(super) channels: Channels,
}

impl<'a> Whole<'a> {
    /// `None` where something that would explain the card was not watched, or its window is open.
    pub(super) fn of(card: &'a Card, rubric: &Rubric, as_of: DateTime<Utc>) -> Option<Self> {
        let (window, channels) = (Window::of(card, rubric, as_of)?, card.channels?);
        let proven = card.verdict == Verdict::Final && card.score.is_some() && !channels.half_blind();
        proven.then_some(Self { card, window, channels })
    }

    /// Whether nothing cut the window short.
    pub(super) fn uncut(&self) -> bool {
        self.window.until >= self.window.end
    }

    /// Whether nobody made contact in person.
    pub(super) fn silent(&self) -> bool {
        self.window.personal().next().is_none()
    }
}

/// When a touch came, at the latest.
pub(super) fn latest(touch: &TouchEntry) -> DateTime<Utc> {
    touch.at_latest.unwrap_or(touch.at).max(touch.at)
}
