//! `crickets inspect calls`.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::Args;
use serde_json::{Map, Value, json};

use super::super::mapping::{self, MapArgs};
use super::super::{Context, DONE, Ended, FAILED, USAGE};
use crate::audit::{AuditError, maps};
use crate::collect::phone::map::Answers;
use crate::collect::phone::shown::Kind;
use crate::collect::phone::{CALL_SCHEMA, CallLine, CallRecord, Direction, Place, Row, Settings, Summary, read};
use crate::collect::{CollectError, phone};

#[derive(Debug, Args)]
pub(in crate::cli) struct CallsArgs {
    /// Files and folders.
    #[arg(required = true, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// The shopper's own number: a phone's own log does not say it.
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    own: Option<String>,
    /// The time zone of logs that write local times, e.g. `America/Chicago`.
    #[arg(long, value_name = "ZONE", value_parser = mapping::zone)]
    timezone: Option<Tz>,
    #[command(flatten)]
    tables: MapArgs,
}

fn number(text: &str) -> Result<String, String> {
    crate::number::e164(text, crate::number::REGION).ok_or_else(|| "write it as +15125550142".to_owned())
}

pub(super) fn run(args: &CallsArgs, context: &Context) -> Ended {
    let (mut status, mut unread) = (DONE, false);
    let mut answers = Answers { zone_told: args.timezone.is_some(), ..args.tables.answers() };
    if let Some(path) = &args.tables.map {
        answers.named = Some((stem(path), maps::read(Path::new(path))?));
    }
    if let Some(path) = answers.save.as_ref().filter(|path| Path::new(path).exists()) {
        return Err(AuditError::wrong(format!("save the map: {path} is there already"), "use another name, or remove it"));
    }
    answers.save = answers.save.as_deref().map(stem);
    let settings = Settings { own: args.own.clone(), zone: args.timezone, answers, ..Settings::default() };
    let mut taken = Vec::new();
    for path in &args.file {
        let mut take = |row: Row<'_>| {
            match &row.call {
                Ok(call) => context.out.event(&document(&row, call), || told(&row, call)),
                Err(problem) => {
                    status = FAILED;
                    context.out.event(&error(&row, problem), String::new);
                    context.out.say(&format!("{}.", row.problem().unwrap_or_default()));
                }
            }
            Ok(())
        };
        match read::path(path, &settings, &mut take) {
            Ok(summary) => {
                context.out.say(&counted(&path.display().to_string(), &summary));
                unread |= !summary.questions.is_empty();
                for question in &summary.questions {
                    mapping::ask(question, context);
                }
                taken.extend(summary.maps);
            }
            Err(CollectError::Unmapped(question)) => {
                unread = true;
                mapping::ask(&question, context);
            }
            Err(CollectError::Read { source, .. }) if args.file.len() == 1 && !path.exists() => {
                return Err(AuditError::wrong(format!("read {}: {source}", path.display()), "name a file or folder of call logs"));
            }
            Err(failed) => {
                status = FAILED;
                context.out.event(&json!({"error": failed.to_string(), "file": path.display().to_string(), "line": null}), String::new);
                context.out.say(&format!("{failed}."));
            }
        }
    }
    match (&args.tables.save_map, maps::only(&taken)?) {
        (Some(path), Some(map)) => maps::write(Path::new(path), map)?,
        (Some(_), None) if !unread => context.out.say("No mapping was saved: these files are known without one."),
        _ => {}
    }
    Ok(if unread { USAGE } else { status })
}

/// The name of a map in a file.
fn stem(path: &str) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A record for scripts: what the contract names, and what else the source says.
fn document(row: &Row<'_>, call: &CallRecord) -> Value {
    let (mut line, mut byte, mut record) = (None, None, None);
    match &row.place {
        Place::Line(number) => line = Some(*number),
        Place::Byte(number) => byte = Some(*number),
        Place::Item(number) => record = Some(*number),
    }
    json!(CallLine { schema: CALL_SCHEMA, format: row.format, call, file: row.file, line, byte, record })
}

/// A row that cannot be read, for scripts.
fn error(row: &Row<'_>, problem: &str) -> Value {
    let mut document = Map::new();
    document.insert("error".to_owned(), json!(problem));
    document.insert("file".to_owned(), json!(row.file));
    place(&mut document, &row.place);
    Value::Object(document)
}

fn place(document: &mut Map<String, Value>, place: &Place) {
    let (name, value) = match place {
        Place::Line(line) => ("line", line),
        Place::Byte(byte) => ("byte", byte),
        Place::Item(item) => ("record", item),
    };
    document.insert("line".to_owned(), Value::Null);
    document.insert(name.to_owned(), json!(value));
}

/// A record for a terminal, in a line.
fn told(row: &Row<'_>, call: &CallRecord) -> String {
    let at = call.started_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let latest = call.started_at_latest.map(|latest| format!(" to {}", latest.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)));
    let party = |number: &Option<String>, none: &str| number.clone().unwrap_or_else(|| none.to_owned());
    let mut text = format!(
        "{at}{}  {} {}, {} -> {}",
        latest.unwrap_or_default(),
        json!(call.direction).as_str().unwrap_or_default(),
        phone::stored::channel_name(call.channel),
        party(&call.from, if call.direction == Direction::Inbound { "withheld" } else { "?" }),
        party(&call.to, "?")
    );
    if let Some(seconds) = call.duration_s {
        text.push_str(&format!(", {seconds} s"));
    }
    match call.answered {
        Some(true) => text.push_str(", answered"),
        Some(false) => text.push_str(", not answered"),
        None => {}
    }
    if let Some(body) = &call.body {
        let short: String = body.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.push_str(&format!("  \u{201c}{short}{}\u{201d}", if short.len() < body.len() { "…" } else { "" }));
    }
    format!("{text}  ({}, {})\n", row.format, row.place)
}

/// What a file gave, in a sentence.
fn counted(file: &str, summary: &Summary) -> String {
    let records: Vec<String> = summary.records.iter().map(|(format, count)| format!("{count} as {format}")).collect();
    let mut text = format!("{file}: {}", if records.is_empty() { "no record".to_owned() } else { records.join(", ") });
    for (what, count) in &summary.skipped {
        text.push_str(&format!("; passed over {count}: {what}"));
    }
    if summary.bad > 0 {
        text.push_str(&format!("; {} could not be read", summary.bad));
    }
    for kind in Kind::ALL {
        if let Some(until) = summary.shown.until(kind) {
            let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            text.push_str(&format!("; shows the {} up to {until}", kind.name()));
        }
    }
    text.push('.');
    for sentence in &summary.shown.told {
        text.push(' ');
        text.push_str(sentence);
    }
    for caveat in &summary.caveats {
        text.push(' ');
        text.push_str(caveat);
    }
    text
}
