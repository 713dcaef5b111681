//! `crickets record`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::{Context, DONE, Ended};
use crate::audit::{AuditError, InquiryByHand, TouchByHand};
use crate::classify::{Labels, Origin};
use crate::collect::Channel;
use crate::number;
use crate::shop::InquiryId;

/// Record what a person did or saw
#[derive(Debug, Args)]
pub(super) struct Record {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Record an inquiry that a person submitted by hand
    ///
    /// Use the alias address that `crickets shop SLUG --wave WAVE` shows, so that answers can be told apart. The clock starts at `--at`.
    Inquiry {
        /// The shop.
        slug: String,
        /// The wave.
        #[arg(long, value_name = "W")]
        wave: String,
        /// When the site accepted it; by default now.
        #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
        at: Option<DateTime<Utc>>,
        /// Who submitted.
        #[arg(long, value_name = "NAME", default_value = "the shopper")]
        by: String,
        /// No phone number was given.
        #[arg(long)]
        no_phone: bool,
        /// Texts were consented to.
        #[arg(long)]
        text_consent: bool,
        /// A screenshot or saved page of the answer, kept as evidence.
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
    },
    /// Record that the shopper asked not to be contacted again
    ///
    /// Write or text it yourself to whoever answered. It withdraws the inquiry: nobody is asked to persist after it.
    /// Touches later than ten working days after it cost the builder the
    /// points of `respect.opt_out`; without an opt-out these points are not counted.
    OptOut {
        /// The shop.
        slug: String,
        /// The wave.
        #[arg(long, value_name = "W")]
        wave: String,
        /// When it was said; by default now.
        #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
        at: Option<DateTime<Utc>>,
    },
    /// Record that the shopper withdrew the inquiry
    ///
    /// Write to whoever answered, from the alias address, that you chose another home. What came until then is scored; persistence is not, since
    /// nobody is asked to go on after it. Said again, the last word holds.
    Withdrawal {
        /// The shop.
        slug: String,
        /// The wave.
        #[arg(long, value_name = "W")]
        wave: String,
        /// When it was said; by default now.
        #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
        at: Option<DateTime<Utc>>,
        /// What was said, or why.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Who withdrew it.
        #[arg(long, value_name = "NAME", default_value = "the shopper")]
        by: String,
    },
    /// Record that calls from another phone of yours only try whether the shop's number is alive
    ///
    /// Call the number once before a wave, and now and then, from any phone of yours: the log shows the call, and by that what it
    /// shows later is worth more. Calls from there are nobody's touches.
    TestCall {
        /// The number you call from.
        #[arg(long, value_name = "NUMBER", value_parser = number)]
        from: String,
    },
    /// Record a call, voicemail, text or mail that no source shows
    Touch {
        /// The shop.
        slug: String,
        /// The wave.
        #[arg(long, value_name = "W")]
        wave: String,
        /// The channel.
        #[arg(long, value_enum)]
        channel: ChannelArg,
        /// When it came.
        #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
        at: DateTime<Utc>,
        /// Number or address it came from.
        #[arg(long, value_name = "WHO")]
        from: Option<String>,
        /// What was written or said.
        #[arg(long, value_name = "TEXT")]
        body: Option<String>,
        /// Who really wrote or called; judged when absent.
        #[arg(long, value_enum)]
        origin: Option<OriginArg>,
        /// A label, as `name=value`, e.g. `question=yes` or `sender_name=Amy`; may be repeated.
        #[arg(long = "label", value_name = "NAME=VALUE")]
        labels: Vec<String>,
        /// Who recorded it.
        #[arg(long, value_name = "NAME", default_value = "the shopper")]
        by: String,
    },
}

fn number(text: &str) -> Result<String, String> {
    number::e164(text, number::REGION).ok_or_else(|| "write it as +15125550142".to_owned())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChannelArg {
    Call,
    Voicemail,
    Sms,
    Email,
}

/// An origin, as a flag.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum OriginArg {
    Personal,
    #[value(alias = "auto-reply")]
    AutoReply,
    Marketing,
    Bounce,
}

impl From<OriginArg> for Origin {
    fn from(origin: OriginArg) -> Self {
        match origin {
            OriginArg::Personal => Self::Personal,
            OriginArg::AutoReply => Self::AutoReply,
            OriginArg::Marketing => Self::Marketing,
            OriginArg::Bounce => Self::Bounce,
        }
    }
}

pub(super) async fn run(command: Record, context: &Context) -> Ended {
    match command.what {
        What::Inquiry { slug, wave, at, by, no_phone, text_consent, proof } => {
            let proof = match proof {
                None => None,
                Some(file) => Some(
                    std::fs::read(&file)
                        .map_err(|error| AuditError::wrong(format!("read {}: {error}", file.display()), "name a file that can be read"))?,
                ),
            };
            let workspace = context.workspace().await?;
            let at = at.unwrap_or_else(|| workspace.clock.now());
            let id = InquiryId::new(&wave, &slug);
            let inquiry =
                workspace.record_inquiry(InquiryByHand { id, at, author: by, phone: !no_phone, text: text_consent, proof }).await?;
            let document = json!({"schema": "crickets.record/1", "inquiry": inquiry.id, "status": inquiry.status, "confirmed_at": inquiry.confirmed_at});
            let accepted = inquiry.confirmed_at.unwrap_or(at).with_timezone(&inquiry.shop.timezone);
            context.out.result(&document, || format!("{} is confirmed as of {accepted}.\n", inquiry.id));
        }
        What::OptOut { slug, wave, at } => {
            let workspace = context.workspace().await?;
            let at = at.unwrap_or_else(|| workspace.clock.now());
            let inquiry = workspace.record_opt_out(&InquiryId::new(&wave, &slug), at).await?;
            let document = json!({"schema": "crickets.record/1", "inquiry": inquiry.id, "opt_out_at": inquiry.opt_out_at});
            context.out.result(&document, || {
                format!("{} was asked to stop at {}.\n", inquiry.shop.builder, at.with_timezone(&inquiry.shop.timezone))
            });
        }
        What::Withdrawal { slug, wave, at, note, by } => {
            let workspace = context.workspace().await?;
            let at = at.unwrap_or_else(|| workspace.clock.now());
            let inquiry = workspace.record_withdrawal(&InquiryId::new(&wave, &slug), at, &by, note.as_deref()).await?;
            let document = json!({"schema": "crickets.record/1", "inquiry": inquiry.id, "withdrawn_at": inquiry.withdrawn_at});
            let local = inquiry.withdrawn_at.unwrap_or(at).with_timezone(&inquiry.shop.timezone);
            context.out.result(&document, || format!("{} is withdrawn as of {local}.\n", inquiry.id));
        }
        What::TestCall { from } => {
            let workspace = context.workspace().await?;
            workspace.record_tester(&from).await?;
            let document = json!({"schema": "crickets.record/1", "test_number": from});
            context.out.result(&document, || format!("Calls from {from} are your own tries: they show that a phone is alive.\n"));
        }
        What::Touch { slug, wave, channel, at, from, body, origin, labels, by } => {
            let channel = match channel {
                ChannelArg::Call => Channel::Call,
                ChannelArg::Voicemail => Channel::Voicemail,
                ChannelArg::Sms => Channel::Sms,
                ChannelArg::Email => Channel::Email,
            };
            let labels = self::labels(&labels)?;
            let workspace = context.workspace().await?;
            let inquiry = InquiryId::new(&wave, &slug);
            if at > workspace.clock.now() {
                context.out.say(&format!("{at} is yet to come: reports up to then leave this touch out."));
            }
            let touch =
                TouchByHand { inquiry: inquiry.clone(), channel, at, from, body, origin: origin.map(Origin::from), labels, author: by };
            let added = workspace.record_touch(touch).await?;
            context.out.result(&json!({"schema": "crickets.record/1", "inquiry": inquiry, "new": added}), || {
                if added { format!("Recorded for {inquiry}.\n") } else { format!("{inquiry} had this touch before.\n") }
            });
        }
    }
    Ok(DONE)
}

/// What a word says of a label, or how to write it.
fn label(name: &str, value: &str) -> Result<Value, String> {
    Ok(match (name, value) {
        ("name_used" | "community_named" | "reason_or_discovery" | "suspected_automation", "true" | "yes") => Value::Bool(true),
        ("name_used" | "community_named" | "reason_or_discovery" | "suspected_automation", "false" | "no") => Value::Bool(false),
        ("faults", _) => value.split(',').map(str::trim).filter(|fault| !fault.is_empty()).collect(),
        ("direct_phone", _) => Value::String(number(value)?),
        ("video" | "scheduling_link", _) => match url::Url::parse(value) {
            Ok(address) if matches!(address.scheme(), "http" | "https") => Value::String(value.to_owned()),
            _ => return Err("write the whole address, https://…".to_owned()),
        },
        _ => Value::String(value.to_owned()),
    })
}

/// Labels from `name=value` words.
pub(super) fn labels(words: &[String]) -> Result<Labels, AuditError> {
    let known = "sender_name, name_used, community_named, direct_phone, placement, video, appointment, scheduling_link, reason_or_discovery, \
                 question, faults, introduces, suspected_automation";
    let mut map = Map::new();
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(AuditError::wrong(format!("read the label `{word}`"), "write it as `name=value`, e.g. `question=yes`"));
        };
        if !known.split(", ").any(|label| label.trim() == name) {
            return Err(AuditError::wrong(format!("read the label `{word}`: there is no `{name}`"), format!("the labels are {known}")));
        }
        let value = label(name, value.trim())
            .map_err(|hint| AuditError::wrong(format!("read the label `{word}`"), format!("{hint}; docs/reference.md tells of each")))?;
        map.insert(name.to_owned(), value);
    }
    serde_json::from_value(Value::Object(map))
        .map_err(|error| AuditError::wrong(format!("read the labels: {error}"), "the values of each label are in docs/reference.md"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::{Fault, QuestionAnswered};

    #[test]
    fn labels_are_read_and_unknown_ones_refused() {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let read = labels(&words(&["question=yes", "name_used=true", "faults=merge_field,wrong_name", "sender_name=Amy"])).unwrap();
        assert_eq!(read.question, Some(QuestionAnswered::Yes));
        assert_eq!(read.name_used, Some(true));
        assert_eq!(read.faults, Some(vec![Fault::MergeField, Fault::WrongName]));
        let read = labels(&words(&["faults=", "direct_phone=(512) 555-0100", "video=https://v.example/1"])).unwrap();
        assert_eq!((read.faults, read.direct_phone.as_deref()), (Some(Vec::new()), Some("+15125550100")));
        assert_eq!(read.video.as_deref(), Some("https://v.example/1"));
        for bad in ["question", "colour=red", "question=perhaps", "name_used=3", "direct_phone=soon", "video=yes", "faults=spelling"] {
            assert!(labels(&words(&[bad])).is_err(), "{bad}");
        }
    }
}
