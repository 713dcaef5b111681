//! Who wrote it, and what does it say? Takes a mail, call or text and what was asked; gives its origin and labels with
//! confidence, reasons and quotes. Order of the rules: bounce → complaint → auto-reply → bulk → human. Pure.

mod acts;
mod appointment;
mod automatic;
mod body;
mod bounce;
mod bulk;
mod disguise;
pub mod drip;
mod evidence;
mod faults;
mod human;
mod labels;
mod lazy;
mod name;
mod needs;
mod opting;
mod origin;
mod part;
mod pattern;
mod phone;
mod putoff;
mod question;
mod reply;
mod robot;
mod selling;
mod sender;
mod settling;
mod speech;
mod topics;
mod trigrams;
mod video;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use labels::{Appointment, Fault, Labels, QuestionAnswered, Quotes};
pub use opting::{Opting, opting};

use question::Answer;

use crate::collect::mail::{Link, Mail, links_in};
use crate::collect::phone::CallRecord;
use crate::collect::{Channel, Signal};
use crate::number;

/// Below this confidence an origin goes to review.
pub const THRESHOLD: f64 = 0.6;

/// Who really wrote a touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person.
    Personal,
    /// An automatic answer.
    AutoReply,
    /// Marketing: newsletters, drips.
    Marketing,
    /// A delivery failure.
    Bounce,
    /// Not known.
    Unknown,
}

/// What was asked, and by whom: the labels are judged against it. Every field may be empty.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The persona's first name.
    pub first_name: String,
    /// The persona's last name.
    pub last_name: String,
    /// The builder.
    pub builder: String,
    /// The community asked about.
    pub community: Option<String>,
    /// The question asked.
    pub question: String,
    /// Words a real answer would hold.
    pub answer: Vec<String>,
    /// The inquiry's alias address and number, which are ours and never the sender's.
    pub own: Vec<String>,
    /// Seconds between the confirmed inquiry and the arrival, where known.
    pub elapsed_s: Option<i64>,
}

/// The judgement on one touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Classified {
    /// Who wrote it.
    pub origin: Origin,
    /// 0 to 1.
    pub confidence: f64,
    /// The reasons.
    pub signals: Vec<Signal>,
    /// What it says.
    pub labels: Labels,
    /// The words that each judged label rests on.
    pub quotes: Quotes,
}

/// Judges a mail. The label `placement` is the caller's to set.
#[must_use]
pub fn mail(mail: &Mail, context: &Context) -> Classified {
    let reply = reply::split(&plain(&mail.text));
    let sender = sender::of_mail(mail, &reply, context);
    let tel: Vec<&str> = mail.links.iter().map(|link| link.href.as_str()).filter(|href| number::written_in(href).is_some()).collect();
    let phone = phone::direct(&reply, &tel, &context.own);
    let answer = question::answered(&reply.body, context);
    let number = phone.as_ref().map(|found| found.0.as_str());
    let (origin, confidence, mut signals) = origin::of_mail(mail, &reply, sender.as_deref(), number, answer.as_ref(), context);
    let mut said = Said::default();
    match origin {
        Origin::Bounce => {}
        Origin::AutoReply | Origin::Marketing => {
            said.written(&mail.subject, &reply.body, &mail.links, context);
        }
        Origin::Personal | Origin::Unknown => {
            said.written(&mail.subject, &reply.body, &mail.links, context);
            said.offered(&reply.body, &mail.links, origin::is_invitation(mail), sender, answer, context);
            said.phone(phone);
            if origin == Origin::Personal && context.elapsed_s.is_some_and(|seconds| seconds <= 60) {
                said.labels.suspected_automation = Some(true);
                signals.push(Signal::new("suspected-automation", 0.0, "looks personal, and came within a minute"));
            }
        }
    }
    Classified { origin, confidence, signals, labels: said.labels, quotes: said.quotes }
}

/// The named human behind a mail of whatever origin, which a label does not name: an auto-reply is signed too.
#[must_use]
pub fn writer(mail: &Mail, context: &Context) -> Option<String> {
    sender::of_mail(mail, &reply::split(&plain(&mail.text)), context)
}

/// Judges a call, voicemail or text. Nothing is said about words that nobody recorded.
#[must_use]
pub fn call(call: &CallRecord, context: &Context) -> Classified {
    let body = plain(call.body.as_deref().map(str::trim).unwrap_or_default());
    let body = body.as_str();
    let sender = sender::of_speech(body, context);
    let used = name::used(body, context).is_some_and(|(used, _)| used);
    let answer = if body.is_empty() { None } else { question::answered(body, context) };
    let answers = answer.as_ref().is_some_and(|answer| answer.named && answer.verdict == QuestionAnswered::Yes);
    let (origin, confidence, mut signals) = speech::of_call(call, sender.is_some(), used, answers, context);
    let mut said = Said::default();
    if !body.is_empty() {
        let links = links_in(body);
        said.written("", body, &links, context);
        if matches!(origin, Origin::Personal | Origin::Unknown) {
            said.offered(body, &links, false, sender, answer, context);
            let reply = reply::Reply { body: body.to_owned(), ..reply::Reply::default() };
            said.phone(phone::direct(&reply, &[], &context.own));
            if call.channel == Channel::Sms && context.elapsed_s.is_some_and(|seconds| seconds <= 60) {
                said.labels.suspected_automation = Some(true);
                signals.push(Signal::new("suspected-automation", 0.0, "looks personal, and came within a minute"));
            }
        }
    }
    Classified { origin, confidence, signals, labels: said.labels, quotes: said.quotes }
}

/// What the writer of a text wrote, the signature, and whether something was quoted: the reply stripping alone, for its fuzz target.
#[cfg(fuzzing)]
#[doc(hidden)]
#[must_use]
pub fn stripped_reply(text: &str) -> (String, String, bool) {
    let reply = reply::split(&plain(text));
    (reply.body, reply.signature, reply.quoted)
}

/// Typographic apostrophes and spaces as typed ones, so that one pattern finds both.
fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.replace(['\u{2019}', '\u{2018}'], "'").replace(['\u{a0}', '\u{202f}'], " ")
}

/// Labels and their quotes as they are found.
#[derive(Default)]
struct Said {
    labels: Labels,
    quotes: Quotes,
}

impl Said {
    fn quote(&mut self, label: &str, words: String) {
        if !words.is_empty() {
            self.quotes.insert(label.to_owned(), words);
        }
    }

    /// What any written touch shows, automatic ones too: names, faults, a video.
    fn written(&mut self, subject: &str, body: &str, links: &[Link], context: &Context) {
        let whole = format!("{subject}\n{body}");
        if let Some((used, quote)) = name::used(body, context) {
            self.labels.name_used = Some(used);
            self.quote("name_used", quote);
        }
        if let Some((named, quote)) = name::community(&whole, context) {
            self.labels.community_named = Some(named);
            self.quote("community_named", quote);
        }
        let found = [
            (Fault::MergeField, faults::merge_field(subject, body)),
            (Fault::WrongName, name::wrong(body, context)),
            (Fault::WrongCommunity, faults::wrong_community(&whole, context)),
        ];
        let kinds = found.iter().filter(|(_, quote)| quote.is_some()).map(|(fault, _)| *fault).collect();
        self.quote("faults", found.into_iter().filter_map(|(_, quote)| quote).collect::<Vec<_>>().join(" | "));
        self.labels.faults = Some(kinds);
        self.labels.video = video::found(links);
    }

    /// What a person offers: a name, an answer, an appointment, a reason, a colleague.
    fn offered(&mut self, body: &str, links: &[Link], calendar: bool, sender: Option<String>, answer: Option<Answer>, context: &Context) {
        if let Some(answer) = answer {
            self.labels.question = Some(answer.verdict);
            self.quote("question", answer.quote);
        }
        let (appointment, quote, link) = appointment::asked(body, links, calendar);
        self.labels.appointment = Some(appointment);
        self.labels.scheduling_link = link;
        self.quote("appointment", quote);
        let reason = selling::reason_or_discovery(body, context);
        self.labels.reason_or_discovery = Some(reason.is_some());
        self.quote("reason_or_discovery", reason.unwrap_or_default());
        if let Some((name, quote)) = selling::introduces(body, sender.as_deref(), context) {
            self.labels.introduces = Some(name);
            self.quote("introduces", quote);
        }
        self.quote("sender_name", sender.clone().unwrap_or_default());
        self.labels.sender_name = sender;
    }

    fn phone(&mut self, phone: Option<(String, String)>) {
        if let Some((number, line)) = phone {
            self.labels.direct_phone = Some(number);
            self.quote("direct_phone", pattern::shorten(&line));
        }
    }
}

#[cfg(test)]
mod tests;
