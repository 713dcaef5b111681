//! The charts: how long builders took to answer, how many still waited, the 30 days of an inquiry, its first hours, and the waves one
//! after another. Takes a report or a shop; gives SVG. Shape tells the channel, fill and lane the origin, so that nothing rests on
//! colour alone; each chart has a title, a description, and a table or list beside it on the page.

mod distribution;
mod strip;
mod survival;
mod trend;

use chrono::{DateTime, Utc};

pub(crate) use distribution::distribution;
pub(crate) use strip::{first_hours, strip, summary};
pub(crate) use survival::{Curve, survival};
pub(crate) use trend::{Point, trend};

use super::svg::{Anchor, Svg};
use super::{ReportShop, words};
use crate::classify::Origin;
use crate::collect::Channel;
use crate::score::TouchEntry;

/// The window that rubrics look at, in seconds.
const WINDOW: f64 = 2_592_000.0;
/// Where the log axis begins; what came sooner stands at its left end.
const SOONEST: f64 = 10.0;
/// The ticks of the log axis; the last word: whether a phone shows it too.
const TICKS: [(f64, &str, bool); 8] = [
    (60.0, "1 min", false),
    (300.0, "5 min", true),
    (900.0, "15 min", false),
    (3_600.0, "1 h", true),
    (14_400.0, "4 h", false),
    (86_400.0, "1 d", true),
    (604_800.0, "7 d", false),
    (WINDOW, "30 d", true),
];

/// The log time axis between two places, in percent of the width.
struct LogAxis {
    left: f64,
    right: f64,
}

impl LogAxis {
    fn x(&self, seconds: f64) -> f64 {
        let share = (seconds.clamp(SOONEST, WINDOW) / SOONEST).ln() / (WINDOW / SOONEST).ln();
        self.left + share * (self.right - self.left)
    }

    /// Lines at the ticks, and their names below.
    fn draw(&self, svg: &mut Svg, top: f64, base: f64) {
        for (at, label, always) in TICKS {
            let (line, tick) = if always { ("grid", "tick") } else { ("grid fine", "tick fine") };
            svg.line(line, (self.x(at), top), (self.x(at), base));
            svg.text(tick, (self.x(at), base + 17.0), if at >= WINDOW { Anchor::End } else { Anchor::Middle }, label);
        }
    }

    /// The ground of what was quick, and the line at its end.
    fn limit(&self, svg: &mut Svg, top: f64, base: f64, label: &str) {
        svg.line("limit", (self.x(300.0), top - 6.0), (self.x(300.0), base));
        if !label.is_empty() {
            svg.text("limit-label", (self.x(300.0), top - 11.0), Anchor::Middle, label);
        }
    }
}

/// Seconds as a coordinate; the window is far below where this loses precision.
#[expect(clippy::cast_precision_loss, reason = "a month in seconds has 22 bits")]
fn float(seconds: i64) -> f64 {
    seconds as f64
}

#[expect(clippy::cast_precision_loss, reason = "a count of shops")]
fn small(n: usize) -> f64 {
    n as f64
}

/// The sign of a touch: its shape, and how it is filled.
pub(crate) fn sign(touch: &TouchEntry) -> (&'static str, &'static str) {
    let personal = touch.origin == Origin::Personal;
    let shape = match (touch.origin, touch.channel) {
        (Origin::Bounce, _) => return ("m-bounce", "mark bounce"),
        (Origin::AutoReply, Channel::Email) => "m-auto",
        (Origin::Marketing, Channel::Email) => "m-marketing",
        (Origin::Personal, Channel::Email) if touch.labels.video.is_some() => "m-video",
        (_, Channel::Email) => "m-email",
        (_, Channel::Call) => "m-call",
        (_, Channel::Voicemail) => "m-voicemail",
        (_, Channel::Sms) => "m-text",
    };
    (shape, if personal { "mark personal" } else { "mark machine" })
}

/// What a touch is, in the words of the legend.
pub(crate) fn kind(touch: &TouchEntry) -> &'static str {
    match (touch.origin, touch.channel) {
        (Origin::Bounce, _) => "bounce",
        (Origin::AutoReply, _) => "auto-reply",
        (Origin::Marketing, Channel::Email) => "marketing mail",
        (Origin::Marketing, _) => "marketing",
        (Origin::Personal, Channel::Email) if touch.labels.video.is_some() => "video",
        (Origin::Personal, Channel::Email) => "personal email",
        (Origin::Personal, Channel::Call) => "call",
        (Origin::Personal, Channel::Voicemail) => "voicemail",
        (Origin::Personal, Channel::Sms) => "text",
        (Origin::Unknown, _) => "of unknown origin",
    }
}

/// A touch at its place, which tells what it is when pointed at.
fn marker(svg: &mut Svg, shop: &ReportShop, touch: &TouchEntry, (x, y): (f64, f64)) {
    let since = |from: DateTime<Utc>| words::duration((touch.at - from).num_seconds());
    let elapsed = shop.card.confirmed_at.map(since).unwrap_or_default();
    let told = format!("{} after {elapsed}, {}", kind(touch), words::local(touch.at, shop.detail.timezone));
    let (shape, class) = sign(touch);
    svg.mark(shape, class, (x, y), &told);
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn the_log_axis_keeps_order_and_stays_inside() {
        let axis = LogAxis { left: 10.0, right: 100.0 };
        let xs: Vec<f64> = [-5.0, 0.0, 10.0, 300.0, 301.0, 86_400.0, WINDOW, 9e9].iter().map(|s| axis.x(*s)).collect();
        assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!((xs[0] - 10.0).abs() < 1e-9 && (xs[7] - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_builder_named_like_markup_stays_text() {
        let report = build(sample::input());
        assert!(!distribution(&report).contains("<script"));
        for shop in report.shops.each().map(Result::unwrap) {
            assert!(!strip(&report, &shop, "s", true).contains("<script"));
            assert!(!first_hours(&shop, "f").contains("<script"));
        }
    }

    #[test]
    fn each_kind_of_touch_has_a_sign_of_its_own() {
        let report = build(sample::input());
        let any = report.shops.each().flat_map(|shop| shop.unwrap().card.touches).next().unwrap();
        let of = |channel, origin, video: bool| {
            let mut touch = any.clone();
            (touch.channel, touch.origin) = (channel, origin);
            touch.labels.video = video.then(|| "https://video.example/1".to_owned());
            (sign(&touch), kind(&touch))
        };
        let mut signs = vec![
            of(Channel::Call, Origin::Personal, false),
            of(Channel::Voicemail, Origin::Personal, false),
            of(Channel::Sms, Origin::Personal, false),
            of(Channel::Email, Origin::Personal, false),
            of(Channel::Email, Origin::Personal, true),
            of(Channel::Email, Origin::Marketing, false),
            of(Channel::Email, Origin::AutoReply, false),
            of(Channel::Email, Origin::Bounce, false),
        ];
        let all = signs.len();
        signs.sort_unstable();
        signs.dedup_by_key(|(sign, _)| *sign);
        assert_eq!(signs.len(), all);
        assert_eq!(of(Channel::Call, Origin::Unknown, false), (("m-call", "mark machine"), "of unknown origin"));
    }
}
