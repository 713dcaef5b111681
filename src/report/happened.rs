//! A touch as a scorecard shows it: when, what kind, what it said, why it was judged so, and its evidence. Takes a shop and one of its
//! touches; gives what the template prints.

use chrono::{DateTime, Utc};

use super::{ReportShop, TouchDetail, chart, mail_html, words};
use crate::classify::{Fault, Labels, Origin};
use crate::collect::{Channel, Placement};
use crate::score::TouchEntry;

/// The longest excerpt that a page shows; the evidence holds the whole.
const EXCERPT: usize = 1_500;

/// What a page shows of a touch.
pub(crate) struct Happened {
    pub(crate) n: usize,
    pub(crate) anchor: String,
    pub(crate) icon: String,
    pub(crate) channel: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) elapsed: String,
    pub(crate) local: String,
    pub(crate) utc: String,
    pub(crate) latest: Option<String>,
    pub(crate) disputed: bool,
    pub(crate) suspected: bool,
    pub(crate) from: String,
    pub(crate) subject: Option<String>,
    pub(crate) call: Option<String>,
    /// Whether its words are a transcript.
    pub(crate) spoken: bool,
    pub(crate) excerpt: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) quotes: Vec<(String, String)>,
    pub(crate) reasons: Vec<(String, String)>,
    pub(crate) attributed: String,
    pub(crate) review: Option<String>,
    pub(crate) source: String,
    pub(crate) evidence: Option<String>,
}

/// The touch's place on the page; its id may hold anything, so its number stands for it.
pub(crate) fn anchor(n: usize) -> String {
    format!("touch-{n}")
}

/// A touch, by its place in the list.
pub(crate) fn happened(shop: &ReportShop, index: usize, touch: &TouchEntry) -> Happened {
    let none = TouchDetail::default();
    let detail = shop.detail.touches.get(&*touch.id).unwrap_or(&none);
    let zone = shop.detail.timezone;
    let (n, text) = (index + 1, |text: &Option<String>| text.as_deref().map(|t| words::brief(t, 300)).filter(|t| !t.is_empty()));
    let by = touch.attributed_by.map_or("not stated", words::attributed_by);
    Happened {
        n,
        anchor: anchor(n),
        icon: chart::sign(touch).0.replacen("m-", "i-", 1),
        channel: words::channel(touch.channel),
        origin: words::origin(touch.origin),
        tone: match touch.origin {
            Origin::Personal => "personal",
            Origin::Bounce => "bounce",
            Origin::AutoReply | Origin::Marketing | Origin::Unknown => "machine",
        },
        elapsed: shop.card.confirmed_at.map_or_else(String::new, |from| elapsed(touch, from)),
        local: words::local(touch.at, zone),
        utc: words::utc(touch.at),
        latest: touch.at_latest.map(|at| words::local(at, zone)),
        disputed: touch.disputed,
        suspected: touch.labels.suspected_automation == Some(true),
        from: text(&touch.from).unwrap_or_else(|| "withheld".to_owned()),
        subject: text(&detail.subject),
        call: call(touch.channel, detail),
        spoken: touch.channel == Channel::Voicemail,
        excerpt: detail.excerpt.as_deref().map(|t| words::cut(words::tidy(t).trim(), EXCERPT)).filter(|t| !t.is_empty()),
        html: detail.html.as_deref().and_then(mail_html::clean),
        labels: labels(&touch.labels),
        quotes: detail.quotes.iter().map(|(label, quote)| (label.replace('_', " "), words::brief(quote, 300))).collect(),
        reasons: detail.reasons.iter().map(|r| (words::brief(&r.id, 60), words::brief(&r.detail, 300))).collect(),
        attributed: touch.confidence.map_or_else(|| by.to_owned(), |c| format!("{by}, {}", words::percent(c))),
        review: text(&detail.review),
        source: words::brief(&detail.source, 80),
        evidence: text(&touch.evidence).map(|name| words::evidence(&name, touch.evidence_fault)),
    }
}

fn elapsed(touch: &TouchEntry, from: DateTime<Utc>) -> String {
    let after = |at: DateTime<Utc>| words::duration((at - from).num_seconds());
    if touch.at < from {
        return format!("{} before confirmation", words::duration((from - touch.at).num_seconds()));
    }
    let (first, last) = (after(touch.at), after(touch.at_latest.unwrap_or(touch.at)));
    if first == last { first } else { format!("{first} to {last}") }
}

fn call(channel: Channel, detail: &TouchDetail) -> Option<String> {
    if matches!(channel, Channel::Email | Channel::Sms) {
        return None;
    }
    let long = detail.duration_s.filter(|seconds| *seconds > 0).map(words::duration);
    // What lasted of a voicemail is the message: that it was not answered goes without saying.
    if channel == Channel::Voicemail {
        return long;
    }
    let answered = detail.answered.map(|yes| if yes { "answered" } else { "not answered" }.to_owned());
    let parts: Vec<String> = answered.into_iter().chain(long).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// The labels as short words; what is not known is not said.
fn labels(labels: &Labels) -> Vec<String> {
    let mut out = Vec::new();
    let mut say = |text: String| out.push(words::brief(&text, 160));
    if let Some(name) = &labels.sender_name {
        say(format!("signed by {name}"));
    }
    if let Some(used) = labels.name_used {
        say(if used { "buyer’s name used" } else { "buyer’s name not used" }.to_owned());
    }
    if let Some(named) = labels.community_named {
        say(if named { "community named" } else { "community not named" }.to_owned());
    }
    if let Some(phone) = &labels.direct_phone {
        say(format!("direct number {phone}"));
    }
    if let Some(question) = &labels.question {
        say(format!("question answered: {}", words::key(question)));
    }
    if let Some(appointment) = &labels.appointment {
        say(format!("appointment: {}", words::key(appointment)));
    }
    if let Some(link) = &labels.scheduling_link {
        say(format!("scheduling link {link}"));
    }
    if let Some(video) = &labels.video {
        say(format!("video {video}"));
    }
    if let Some(given) = labels.reason_or_discovery {
        say(if given { "reason or discovery question" } else { "no reason, no discovery question" }.to_owned());
    }
    if let Some(colleague) = &labels.introduces {
        say(format!("introduces {colleague}"));
    }
    match labels.placement {
        Some(Placement::Inbox) => say("landed in the inbox".to_owned()),
        Some(Placement::Promotions) => say("landed in promotions".to_owned()),
        Some(Placement::Spam) => say("landed in spam".to_owned()),
        None => {}
    }
    for fault in labels.faults.iter().flatten() {
        say(match fault {
            Fault::MergeField => "fault: open merge field".to_owned(),
            Fault::WrongName => "fault: wrong name".to_owned(),
            Fault::WrongCommunity => "fault: wrong community".to_owned(),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_tells_how_it_went_and_how_long_it_was() {
        let told = |channel, answered, duration_s| call(channel, &TouchDetail { duration_s, answered, ..TouchDetail::default() });
        for (channel, answered, duration_s, want) in [
            (Channel::Call, Some(true), Some(125), Some("answered, 2 min 5 s")),
            (Channel::Call, Some(false), Some(0), Some("not answered")),
            (Channel::Call, Some(false), Some(20), Some("not answered, 20 s")),
            (Channel::Call, None, Some(20), Some("20 s")),
            (Channel::Voicemail, Some(false), Some(20), Some("20 s")),
            (Channel::Voicemail, Some(false), None, None),
            (Channel::Sms, None, Some(1), None),
        ] {
            assert_eq!(told(channel, answered, duration_s).as_deref(), want, "{channel:?} {answered:?} {duration_s:?}");
        }
    }
}
