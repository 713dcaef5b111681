//! The options that tell how tables are read, and the question about one that is open.

use std::fmt::Write as _;

use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Context;
use crate::collect::Channel;
use crate::collect::phone::map::{Answers, MEANINGS, Pick, ROLES, Role, Unit};
use crate::collect::phone::question::Question;
use crate::collect::phone::wall::Order;
use crate::collect::phone::{Direction, stored};

/// How tables are read that are no known export.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(next_help_heading = "Tables (CSV)")]
pub(super) struct MapArgs {
    /// Read with the mapping as it is shown, where it leaves nothing open.
    #[arg(long)]
    yes: bool,
    /// Read with this saved mapping.
    #[arg(long, value_name = "MAP")]
    pub(super) map: Option<String>,
    /// Read, and save the mapping: it is used for every file with the same columns from then on.
    #[arg(long, value_name = "MAP", conflicts_with = "map")]
    pub(super) save_map: Option<String>,
    /// 02/06/17 is the second of June.
    #[arg(long, group = "order")]
    day_first: bool,
    /// 02/06/17 is the sixth of February.
    #[arg(long, group = "order")]
    month_first: bool,
    /// 02/06/17 is the 17th of June 2002.
    #[arg(long, group = "order")]
    year_first: bool,
    /// Which way all rows went, where none says.
    #[arg(long, value_enum, value_name = "WAY")]
    direction: Option<Way>,
    /// What all rows are, where none says.
    #[arg(long, value_enum, value_name = "KIND")]
    channel: Option<Kind>,
    /// The unit of durations that are bare numbers.
    #[arg(long, value_enum, value_name = "UNIT")]
    duration_unit: Option<Measure>,
    /// What parts the columns, e.g. `;`, or `tab`.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<char>,
    /// Which column says what, e.g. `from=Number` or `started_at=2`.
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = column)]
    column: Vec<(Role, Pick)>,
    /// What a word means, e.g. `inbound=Eingehend` or `skip=Internal`.
    #[arg(long, value_name = "MEANING=WORD", value_parser = value)]
    value: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Way {
    Inbound,
    Outbound,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Call,
    Voicemail,
    Sms,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Measure {
    Seconds,
    Minutes,
    Milliseconds,
}

impl MapArgs {
    /// What was said, but for maps in files.
    pub(super) fn answers(&self) -> Answers {
        let order = [(self.day_first, Order::DayFirst), (self.month_first, Order::MonthFirst), (self.year_first, Order::YearFirst)];
        Answers {
            yes: self.yes,
            save: self.save_map.clone(),
            order: order.into_iter().find(|(said, _)| *said).map(|(_, order)| order),
            direction: self.direction.map(|way| match way {
                Way::Inbound => Direction::Inbound,
                Way::Outbound => Direction::Outbound,
            }),
            channel: self.channel.map(|kind| match kind {
                Kind::Call => Channel::Call,
                Kind::Voicemail => Channel::Voicemail,
                Kind::Sms => Channel::Sms,
            }),
            unit: self.duration_unit.map(|unit| match unit {
                Measure::Seconds => Unit::Seconds,
                Measure::Minutes => Unit::Minutes,
                Measure::Milliseconds => Unit::Milliseconds,
            }),
            delimiter: self.delimiter,
            columns: self.column.clone(),
            values: self.value.clone(),
            ..Answers::default()
        }
    }
}

/// The time zone of local times.
pub(super) fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "name it as the IANA does, e.g. America/Chicago".to_owned())
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut letters = text.chars();
    match (text, letters.next(), letters.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(one), None) if one.is_ascii() && !one.is_ascii_alphanumeric() && one != '"' => Ok(one),
        _ => Err("give one character, or `tab`".to_owned()),
    }
}

fn column(text: &str) -> Result<(Role, Pick), String> {
    let (role, column) = text.split_once('=').ok_or("write it as `from=Number`")?;
    let role = ROLES.iter().find(|known| known.name() == role).ok_or_else(|| {
        let names: Vec<&str> = ROLES.iter().map(|role| role.name()).collect();
        format!("`{role}` is none of {}", names.join(", "))
    })?;
    Ok((*role, column.parse().map_or_else(|_| Pick::Name(column.to_owned()), Pick::Number)))
}

fn value(text: &str) -> Result<(String, String), String> {
    let (meaning, word) = text.split_once('=').ok_or("write it as `inbound=Incoming`")?;
    if MEANINGS.contains(&meaning) {
        Ok((meaning.to_owned(), word.to_owned()))
    } else {
        Err(format!("`{meaning}` is none of {}", MEANINGS.join(", ")))
    }
}

/// Shows what is asked about a table.
pub(super) fn ask(question: &Question, context: &Context) {
    let mut document = json!({"schema": "crickets.mapping/1"});
    if let (Value::Object(document), Ok(Value::Object(said))) = (&mut document, serde_json::to_value(question)) {
        document.extend(said);
    }
    context.out.event(&document, || text(question));
    let open = question.ambiguities.len();
    context.out.say(&match open {
        0 => format!("{}: not read yet: nothing is open; take this mapping with --yes, or keep it with --save-map NAME.", question.file),
        1 => format!("{}: not read: one thing is open.", question.file),
        _ => format!("{}: not read: {open} things are open.", question.file),
    });
}

fn text(question: &Question) -> String {
    let mut text = format!(
        "{}: {} rows, {} sure to {:.0} %\n",
        question.file,
        question.rows,
        if question.format == "mapped-csv" { "no known export; its columns would be read so," } else { question.format.as_str() },
        question.confidence * 100.0
    );
    for role in ROLES {
        if let Some(pick) = question.mapping.columns.get(*role) {
            let _ = writeln!(text, "  {:<14} from {pick}", role.name());
        }
    }
    for decided in &question.decided {
        let _ = writeln!(text, "  {decided}");
    }
    for example in &question.examples {
        let row: String = example.row.chars().take(120).collect();
        let _ = writeln!(text, "  line {}: {row}", example.line);
        let read = match (&example.call, &example.problem) {
            (Some(call), _) => format!(
                "{} {} {}, {} -> {}",
                call.started_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
                json!(call.direction).as_str().unwrap_or_default(),
                stored::channel_name(call.channel),
                call.from.as_deref().unwrap_or("withheld"),
                call.to.as_deref().unwrap_or("?")
            ),
            (None, problem) => problem.clone().unwrap_or_default(),
        };
        let _ = writeln!(text, "    reads: {read}");
    }
    for open in &question.ambiguities {
        let _ = writeln!(text, "  open: {}: {}", open.message, open.settle.join(", "));
    }
    text
}
