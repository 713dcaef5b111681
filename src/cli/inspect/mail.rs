//! `crickets inspect mail`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::{Context, DONE, Ended, FAILED};
use crate::audit::AuditError;
use crate::classify::{self, Classified, Origin};
use crate::collect::mail::files::{self, FileSettings};
use crate::collect::mail::handover::{Trust, handover};
use crate::collect::mail::{Mail, parse};
use crate::collect::{CollectError, RawRecord};

const SCHEMA: &str = "crickets.mail/1";

#[derive(Debug, Args)]
pub(in crate::cli) struct MailArgs {
    /// Files and folders.
    #[arg(required = true, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// The question that was asked.
    #[arg(long, value_name = "TEXT")]
    question: Option<String>,
    /// Words that a real answer would hold; repeatable, or separated by commas.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    answer: Vec<String>,
    /// The name of the shopper who asked, first and last.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The community asked about.
    #[arg(long, value_name = "NAME")]
    community: Option<String>,
    /// The builder asked.
    #[arg(long, value_name = "NAME")]
    builder: Option<String>,
    /// An address or number of the shopper's own, which is never the writer's; repeatable.
    #[arg(long, value_name = "ADDRESS|NUMBER")]
    own: Vec<String>,
    /// When the inquiry was confirmed, RFC 3339: what comes within a minute of it is hardly typed by hand.
    #[arg(long, value_name = "TIME")]
    asked_at: Option<chrono::DateTime<chrono::Utc>>,
    /// A host of the shopper's mail provider, whose `Received` lines are believed; repeatable. By default whoever wrote the topmost.
    #[arg(long, value_name = "HOST")]
    trusted: Vec<String>,
}

pub(super) fn run(args: &MailArgs, context: &Context) -> Ended {
    let mut status = DONE;
    let mut refuse = |file: &str, error: &str| {
        status = FAILED;
        context.out.event(&json!({"schema": SCHEMA, "file": file, "error": error}), String::new);
        context.out.say(&format!("could not inspect {file}: {error}."));
    };
    let nobody = Trust::nobody();
    let settings = FileSettings { source: "", trust: &nobody, clock: &context.clock, placement: None, known: None };
    for path in &args.file {
        let given = path.display().to_string();
        let folder = path.is_dir();
        let mut take = |record: RawRecord| {
            let file = if folder { record.external_id.clone() } else { given_name(&given, &record.external_id) };
            let mail = parse(&record.bytes);
            let judged = classify::mail(&mail, &asked(args, &mail));
            let document = document(&file, &record.bytes, &mail, &judged, &args.trusted);
            context.out.event(&document, || told(&file, &mail, &judged));
            Ok(())
        };
        match files::read_path(path, &settings, &mut take) {
            Ok(pass) => {
                // A message of which only the beginning was read is judged by that.
                for problem in pass.problems.into_iter().filter(|problem| !problem.cut) {
                    let inner = problem.path.strip_prefix(path).ok().filter(|inner| !inner.as_os_str().is_empty());
                    refuse(&inner.unwrap_or(&problem.path).display().to_string(), &problem.message);
                }
            }
            Err(CollectError::Read { source, .. }) if args.file.len() == 1 && !path.exists() => {
                return Err(AuditError::wrong(format!("read {given}: {source}"), "name a file or folder of mail"));
            }
            Err(CollectError::Read { source, .. }) => refuse(&given, &source.to_string()),
            Err(CollectError::NotMail { .. }) => refuse(&given, "it does not begin with the headers of a message"),
            Err(error) => refuse(&given, &error.to_string()),
        }
    }
    Ok(status)
}

/// The path as given, and within an mbox where the message begins.
fn given_name(given: &str, external_id: &str) -> String {
    match external_id.rsplit_once('@').map(|(_, offset)| offset) {
        Some(offset) if !given.ends_with(external_id) && offset.bytes().all(|byte| byte.is_ascii_digit()) => format!("{given}@{offset}"),
        _ => given.to_owned(),
    }
}

/// What was asked, as far as the options tell.
fn asked(args: &MailArgs, mail: &Mail) -> classify::Context {
    let name = args.name.as_deref().unwrap_or_default().trim();
    let (first, last) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
    let arrived = arrived(mail, &args.trusted);
    classify::Context {
        first_name: first.to_owned(),
        last_name: last.trim().to_owned(),
        builder: args.builder.clone().unwrap_or_default(),
        community: args.community.clone(),
        question: args.question.clone().unwrap_or_default(),
        answer: args.answer.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect(),
        own: args.own.clone(),
        elapsed_s: args.asked_at.and_then(|asked| arrived.map(|arrived| (arrived - asked).num_seconds())),
    }
}

/// The handover line's time, else that of the topmost line.
fn arrived(mail: &Mail, trusted: &[String]) -> Option<chrono::DateTime<chrono::Utc>> {
    let trust = Trust::of_mail(mail).besides(trusted);
    handover(mail, &trust).or_else(|| mail.received.iter().find_map(|line| line.at))
}

fn document(file: &str, bytes: &[u8], mail: &Mail, judged: &Classified, trusted: &[String]) -> Value {
    let mut labels = match serde_json::to_value(&judged.labels) {
        Ok(Value::Object(labels)) => labels,
        _ => Map::new(),
    };
    if judged.origin != Origin::Bounce {
        for key in ["video", "scheduling_link"] {
            labels.entry(key).or_insert(Value::Null);
        }
    }
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    json!({
        "schema": SCHEMA,
        "file": file,
        "sha256": format!("{:x}", Sha256::digest(bytes)),
        "from": mail.from.as_ref().map(|from| &from.address),
        "to": mail.to.iter().map(|to| &to.address).collect::<Vec<_>>(),
        "subject": mail.subject,
        "arrived": {"received_hop": time(arrived(mail, trusted)), "date_header": time(mail.date)},
        "origin": judged.origin,
        "confidence": judged.confidence,
        "signals": judged.signals,
        "labels": labels,
        "quotes": judged.quotes,
    })
}

/// A mail for a terminal.
fn told(file: &str, mail: &Mail, judged: &Classified) -> String {
    let origin = json!(judged.origin);
    let mut text = format!("{file}\n  {} ({:.2})", origin.as_str().unwrap_or_default(), judged.confidence);
    text.extend(mail.from.as_ref().map(|from| format!(", from {}", from.address)));
    text.push_str(&format!(": {}\n", mail.subject));
    for signal in &judged.signals {
        text.push_str(&format!("    {:+.2}  {}: {}\n", signal.weight, signal.id, signal.detail));
    }
    if let Ok(Value::Object(labels)) = serde_json::to_value(&judged.labels) {
        for (label, value) in labels {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let quote =
                judged.quotes.get(&label).map(|quote| format!("  \u{201c}{}\u{201d}", quote.replace('\n', " "))).unwrap_or_default();
            text.push_str(&format!("    {label}: {value}{quote}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_an_mbox_are_named_by_their_place() {
        assert_eq!(given_name("in/all.mbox", "all.mbox@120"), "in/all.mbox@120");
        assert_eq!(given_name("in/a.eml", "a.eml"), "in/a.eml");
        assert_eq!(given_name("in/a@5", "a@5"), "in/a@5");
    }
}
