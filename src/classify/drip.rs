//! The same body to several of our inquiries at one builder, or twice to one: the surest sign of a drip, for nobody writes the
//! same letter twice. Takes written touches with their masked bodies; says which are another's twin, and what that makes of them.
//! Short words are never compared: a person, too, writes "give me a call" twice.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use super::body::{Body, Shingles, Sketch, Sketches, body_of_mail, body_of_text};
use super::{Classified, Context, Origin, QuestionAnswered, Said, plain, reply};
use crate::collect::Signal;
use crate::collect::mail::{Mail, links_in};
use crate::collect::phone::CallRecord;
use crate::shop::InquiryId;

/// Of all shingles of two bodies, those that both hold.
const ALIKE: f64 = 0.9;
/// Within this, the same words to one inquiry are one letter that was sent twice.
const SENT_TWICE: TimeDelta = TimeDelta::hours(1);
/// The signal that names the twin.
pub const SIGNAL: &str = "same-body";

/// A written touch whose owner is known.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The touch.
    pub touch: String,
    /// The inquiry it belongs to; all letters compared are one builder's.
    pub inquiry: InquiryId,
    /// Whether a person decided that a person wrote it: then it makes nothing a drip.
    pub by_a_person: bool,
    /// What is compared.
    pub words: Words,
}

/// What of a letter is compared with others, and kept beside the judgement so that no letter is read for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// When it came.
    pub at: DateTime<Utc>,
    /// The mail's own id: the same mail delivered twice is one.
    pub message_id: Option<String>,
    /// Its body.
    pub body: Shingles,
}

/// Another letter of the same body.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin {
    /// That touch.
    pub touch: String,
    /// The inquiry it belongs to.
    pub inquiry: InquiryId,
    /// Whether that is another inquiry.
    pub elsewhere: bool,
    /// Of all shingles, those that both hold.
    pub share: f64,
}

/// Of one builder's letters, each one's closest twin: another inquiry's before its own.
#[must_use]
pub fn twins(letters: &[Letter]) -> Vec<Option<Twin>> {
    letters.iter().map(|letter| closest(letter, letters)).collect()
}

/// A letter's closest twin among others: another inquiry's before its own.
#[must_use]
pub fn closest<'a>(letter: &Letter, others: impl IntoIterator<Item = &'a Letter>) -> Option<Twin> {
    let found = others.into_iter().filter_map(|other| twin(letter, other));
    found.min_by(|a, b| b.elsewhere.cmp(&a.elsewhere).then(b.share.total_cmp(&a.share)).then_with(|| a.touch.cmp(&b.touch)))
}

fn twin(letter: &Letter, other: &Letter) -> Option<Twin> {
    let elsewhere = letter.inquiry != other.inquiry;
    let (words, others) = (&letter.words, &other.words);
    let delivered_twice = words.message_id.is_some() && words.message_id == others.message_id;
    let same = !elsewhere && (delivered_twice || (words.at - others.at).abs() < SENT_TWICE);
    if letter.touch == other.touch || same || letter.by_a_person || other.by_a_person {
        return None;
    }
    let share = words.body.share(&others.body);
    (share >= ALIKE).then(|| Twin { touch: other.touch.clone(), inquiry: other.inquiry.clone(), elsewhere, share })
}

/// The judgement on a mail that has a twin.
#[must_use]
pub fn mail(mail: &Mail, context: &Context, judged: Classified, twin: &Twin) -> Classified {
    lay_over(judged, twin, |said| said.written(&mail.subject, &reply::split(&plain(&mail.text)).body, &mail.links, context))
}

/// The judgement on a text message that has a twin.
#[must_use]
pub fn text(call: &CallRecord, context: &Context, judged: Classified, twin: &Twin) -> Classified {
    let body = plain(call.body.as_deref().unwrap_or_default());
    lay_over(judged, twin, |said| said.written("", &body, &links_in(&body), context))
}

/// What looked personal is marketing, and says what marketing can say, unless it answers the question. An automatic answer stays one.
fn lay_over(mut judged: Classified, twin: &Twin, written: impl FnOnce(&mut Said)) -> Classified {
    let answers = judged.labels.question == Some(QuestionAnswered::Yes);
    let what = if twin.elsewhere { "went to" } else { "came before or after to" };
    let detail = format!("{:.0} % of the same words {what} {} ({})", twin.share * 100.0, twin.inquiry, twin.touch);
    match judged.origin {
        Origin::Personal | Origin::Unknown if answers => {
            judged.signals.push(Signal::new(SIGNAL, 0.0, format!("{detail}; but it answers the question")));
        }
        Origin::Personal | Origin::Unknown => {
            let mut said = Said::default();
            written(&mut said);
            said.labels.placement = judged.labels.placement;
            for signal in &mut judged.signals {
                signal.weight = -signal.weight;
            }
            judged.signals.insert(0, Signal::new(SIGNAL, 1.0, detail));
            judged.signals.retain(|signal| signal.id != "suspected-automation");
            return Classified {
                origin: Origin::Marketing,
                confidence: if twin.share > 0.98 { 0.93 } else { 0.87 },
                signals: judged.signals,
                labels: said.labels,
                quotes: said.quotes,
            };
        }
        Origin::Marketing => {
            judged.confidence = judged.confidence.max(0.9);
            judged.signals.insert(0, Signal::new(SIGNAL, 1.0, detail));
        }
        Origin::AutoReply | Origin::Bounce => {}
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify;
    use crate::collect::mail::parse;

    fn asked(first: &str, community: &str, question: &str) -> Context {
        Context {
            first_name: first.into(),
            last_name: "Whitfield".into(),
            builder: "Bluebonnet Homes".into(),
            community: Some(community.into()),
            question: question.into(),
            answer: vec!["three-car".into(), "third bay".into()],
            elapsed_s: Some(86_400),
            ..Context::default()
        }
    }

    fn dana() -> Context {
        asked("Dana", "Willow Creek", "Does the Magnolia come with a three-car garage?")
    }

    fn marcus() -> Context {
        asked("Marcus", "Cedar Park", "Which schools serve Cedar Park?")
    }

    fn drip(name: &str, place: &str, day: &str, more: &str) -> String {
        format!(
            "From: Amy Ortiz <amy@bluebonnet.example>\nSubject: Your new home\n\nHi {name},\n\nI was thinking of you this morning. There is no better feeling than walking through \
             the door of a home that was built for you, and {place} has a few of those left. I would love to show you around on \
             {day}, pour you a coffee and hear what you are looking for. When would suit you best?{more}\n\nAmy Ortiz\n512-223-1234\n"
        )
    }

    fn letter(touch: &str, wave: &str, raw: &str, context: &Context, hours: i64) -> Option<Letter> {
        let mail = parse(raw.as_bytes());
        let at: DateTime<Utc> = "2026-11-03T15:00:00Z".parse().unwrap();
        Some(Letter {
            touch: touch.into(),
            inquiry: InquiryId::new(wave, "bluebonnet"),
            by_a_person: false,
            words: Words {
                at: at + TimeDelta::hours(hours),
                message_id: mail.message_id.clone(),
                body: body_of_mail(&mail, context)?.shingles(),
            },
        })
    }

    #[test]
    fn the_same_text_to_several_inquiries_is_no_persons() {
        let text = |name: &str, place: &str| {
            let body = format!(
                "Hi {name}, Amy with Bluebonnet here. I was just walking {place} this morning and thought of you, there are only a few of those \
                 lots left with a view over the creek. Would you like me to send you a picture of the one that I would take myself?"
            );
            let at = crate::collect::phone::Stamp::exactly("2026-11-03T15:00:00Z".parse().unwrap());
            CallRecord { from: Some("+15122231234".into()), body: Some(body), ..CallRecord::new(crate::collect::Channel::Sms, at) }
        };
        let (one, two) = (text("Dana", "Willow Creek"), text("Marcus", "Cedar Park"));
        let letter = |touch: &str, wave: &str, call: &CallRecord, context: &Context| Letter {
            touch: touch.into(),
            inquiry: InquiryId::new(wave, "bluebonnet"),
            by_a_person: false,
            words: Words { at: call.started_at, message_id: None, body: body_of_text(call, context).unwrap().shingles() },
        };
        let twin = twins(&[letter("t_a", "2026-11", &one, &dana()), letter("t_b", "2026-12", &two, &marcus())])[0].clone().unwrap();
        let alone = classify::call(&one, &dana());
        assert_eq!(alone.origin, Origin::Personal);
        let judged = super::text(&one, &dana(), alone, &twin);
        assert_eq!((judged.origin, judged.signals[0].id.as_str()), (Origin::Marketing, SIGNAL));
        assert!(judged.confidence > 0.8);
    }

    fn share(a: &str, b: &str) -> Option<f64> {
        let letters = [letter("t_a", "2026-11", a, &dana(), 0)?, letter("t_b", "2026-12", b, &marcus(), 700)?];
        twins(&letters)[0].as_ref().map(|twin| twin.share)
    }

    #[test]
    fn the_same_words_to_two_personas_are_twins() {
        let one = drip("Dana", "Willow Creek", "Tuesday, November 3rd at 10 am", "");
        assert_eq!(share(&one, &drip("Marcus", "Cedar Park", "Friday", "")), Some(1.0));
        let link = " See https://crm.example/c/8f7a6?u=1";
        assert_eq!(share(&one, &drip("Marcus", "Cedar Park", "Friday", link)).map(|share| share >= 0.9), Some(true));
        let own = " You asked about the schools: they are Hill Elementary and Lake Middle, both ten minutes from the model, and my son goes to the first.";
        assert_eq!(share(&one, &drip("Marcus", "Cedar Park", "Friday", own)), None, "a paragraph of its own");
    }

    #[test]
    fn short_words_are_never_compared_however_long_what_stands_below() {
        let print = "CONFIDENTIALITY NOTICE: this message and what is attached to it is meant for the one to whom it is addressed and for nobody else, \
                     and whoever else has it in hand is kindly asked to tell us and to throw it away without reading a word of what it holds";
        let call = |name: &str, below: &str| {
            format!(
                "From: Amy Ortiz <a@b.example>\n\nHi {name}, give me a call!\n\n{below}Amy Ortiz\nOnline Sales\n512-223-1234\n{print}\n"
            )
        };
        for below in ["", "Thanks,\n", "-- \n"] {
            assert_eq!(share(&call("Dana", below), &call("Marcus", below)), None, "{below}");
        }
    }

    #[test]
    fn once_is_once() {
        let raw = drip("Dana", "Willow Creek", "Friday", "");
        let twice = |hours: i64, id: &str| {
            let raw = format!("Message-ID: <{id}>\n{raw}");
            let first = letter("t_a", "2026-11", &format!("Message-ID: <m1@x>\n{raw}"), &dana(), 0)?;
            twins(&[first, letter("t_b", "2026-11", &raw, &dana(), hours)?])[0].clone()
        };
        assert!(twice(0, "m2@x").is_none(), "sent twice by mistake");
        assert!(twice(200, "m1@x").is_none(), "delivered twice");
        assert!(twice(200, "m2@x").is_some_and(|twin| !twin.elsewhere));
        let mut letters = [letter("t_a", "2026-11", &raw, &dana(), 0).unwrap(), letter("t_b", "2026-12", &raw, &dana(), 700).unwrap()];
        letters[1].by_a_person = true;
        assert_eq!(twins(&letters), [None, None], "a person said that a person wrote it");
    }

    #[test]
    fn a_twin_is_marketing_unless_it_answers() {
        let raw = drip("Dana", "Willow Creek", "Friday", "");
        let mail = parse(raw.as_bytes());
        let judged = classify::mail(&mail, &dana());
        assert_eq!(judged.origin, Origin::Personal, "{:?}", judged.signals);
        let twin = Twin { touch: "t_b".into(), inquiry: InquiryId::new("2026-12", "bluebonnet"), elsewhere: true, share: 1.0 };
        let laid = super::mail(&mail, &dana(), judged.clone(), &twin);
        assert!(laid.origin == Origin::Marketing && laid.confidence > 0.9);
        assert!(laid.signals[0].id == "same-body" && laid.signals[0].detail.contains("2026-12/bluebonnet"), "{:?}", laid.signals);
        assert_eq!((laid.labels.sender_name.clone(), laid.labels.appointment, laid.labels.name_used), (None, None, Some(true)));
        assert!(!laid.quotes.contains_key("appointment"));
        let newsletter = parse(
            format!("List-Unsubscribe: <https://x.example/u>\nPrecedence: bulk\n{raw}\nUnsubscribe from all offers here.").as_bytes(),
        );
        let same = classify::mail(&newsletter, &Context::default());
        assert_eq!(same.origin, Origin::Marketing);
        assert_eq!(
            super::mail(&newsletter, &Context::default(), same.clone(), &twin).labels,
            same.labels,
            "one rule for what marketing says"
        );
        let answer = parse(drip("Dana", "Willow Creek", "Friday", " Yes, the Magnolia comes with a three-car garage.").as_bytes());
        let judged = classify::mail(&answer, &dana());
        let laid = super::mail(&answer, &dana(), judged, &twin);
        assert!(laid.origin == Origin::Personal && laid.signals.iter().any(|signal| signal.id == "same-body"));
    }
}
