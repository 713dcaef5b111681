//! `crickets shop`.

use std::fmt::Write as _;
use std::io::IsTerminal;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::output::table;
use super::{Context, DONE, Ended, FAILED, REFUSED};
use crate::audit::{Asked, Asking, Step};
use crate::shop::Status;
use crate::submit::encode::{Entry, EntryValue};
use crate::submit::fields::Role;
use crate::submit::{Outcome, Prepared};

/// Plan the inquiries of a wave and, with --send, submit them
///
/// Without `--send` this is a dry run: the form is loaded, and everything that would go out is shown; nothing is sent.
/// The first call draws each inquiry's moment at random inside the allowed window and stores it; `--send` sends what is due
/// and lists the rest; first a test mail of our own goes to the mailbox (once a day, where `[smtp]` is configured). A shop gets one inquiry per wave, whatever happens: what may have been sent is never sent again.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct ShopArgs {
    /// Shops by name; all when none is named.
    slug: Vec<String>,
    /// The wave, e.g. 2026-11.
    #[arg(long, value_name = "W")]
    wave: String,
    /// Submit what is due.
    #[arg(long)]
    send: bool,
    /// Send all that may be sent now, whatever moment was drawn.
    #[arg(long)]
    at_once: bool,
    /// Send outside the allowed window too.
    #[arg(long)]
    any_time: bool,
    /// Try again where nothing could be sent (status `failed`).
    #[arg(long)]
    retry: bool,
    /// The store is new though evidence of earlier inquiries lies beside it, and that is meant: whom they went to is not known any more.
    #[arg(long)]
    new_store: bool,
}

pub(super) async fn run(command: ShopArgs, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let shops = workspace.select(&command.slug)?;
    if command.send && (command.new_store || workspace.forgot_since().await?.is_none()) {
        for (source, problem) in workspace.send_due_canaries(true).await? {
            context.out.say(&format!("{source}: {problem}"));
        }
    }
    let bar = progress(shops.len(), context);
    let asking = Asking {
        wave: command.wave,
        send: command.send,
        at_once: command.at_once,
        any_time: command.any_time,
        retry: command.retry,
        new_store: command.new_store,
    };
    let asked = workspace
        .ask(&asking, shops, |asked| {
            bar.set_message(asked.shop.slug.clone());
            bar.inc(1);
        })
        .await?;
    bar.finish_and_clear();
    let document = json!({
        "schema": "crickets.shop/1", "wave": asking.wave, "sent": asking.send, "shops": asked.iter().map(entry).collect::<Vec<_>>(),
    });
    let sending = asking.send;
    context.out.result(&document, || {
        let mut text: String = asked.iter().map(told).collect();
        if !sending && asked.iter().any(|asked| matches!(asked.step, Step::Dry(_))) {
            text.push_str("Dry run: nothing was sent. `--send` sends what is due.\n");
        }
        text
    });
    let mut status = exit(&asked);
    for asked in asked {
        if let Step::Failed(error) = asked.step {
            status = FAILED;
            context.out.say(&format!("{}:", asked.shop.slug));
            context.out.error(error);
        }
    }
    Ok(status)
}

/// 3 when everything was refused, 1 when some were refused and others not, or one failed.
fn exit(asked: &[Asked]) -> u8 {
    let refused = asked.iter().filter(|asked| matches!(asked.step, Step::Refused(_))).count();
    let failed = |asked: &Asked| match &asked.step {
        Step::Settled => asked.inquiry.as_ref().is_some_and(|inquiry| inquiry.status == Status::Failed),
        Step::DryStopped(outcome) => matches!(outcome, Outcome::Failed { .. }),
        _ => false,
    };
    if asked.iter().any(failed) {
        return FAILED;
    }
    match refused {
        0 => DONE,
        all if all == asked.len() => REFUSED,
        _ => FAILED,
    }
}

pub(super) fn progress(shops: usize, context: &Context) -> ProgressBar {
    if !std::io::stderr().is_terminal() || context.global.quiet || context.out.is_json() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(shops as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}

/// The name of a step, and why.
fn step(asked: &Asked) -> (&'static str, Option<String>) {
    match &asked.step {
        Step::Refused(reason) => ("refused", Some(reason.clone())),
        Step::Before => ("before", asked.inquiry.as_ref().and_then(|inquiry| inquiry.reason.clone())),
        Step::Waiting(reason) => ("waiting", Some(reason.clone())),
        Step::Dry(_) => ("dry", None),
        Step::DryStopped(outcome) => ("dry", Some(stopped(outcome))),
        Step::Settled => ("settled", asked.inquiry.as_ref().and_then(|inquiry| inquiry.reason.clone())),
        Step::Failed(error) => ("failed", Some(error.to_string())),
    }
}

fn stopped(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Confirmed { detail, .. } => detail.clone(),
        Outcome::Rejected { reason } => format!("would be rejected: {reason}"),
        Outcome::Blocked { reason } => format!("would be blocked: {reason}"),
        Outcome::Unclear { reason } => format!("would be unclear: {reason}"),
        Outcome::Failed { reason } => format!("would fail: {reason}"),
        Outcome::Manual { reason } => format!("a person must submit: {reason}"),
    }
}

/// One shop of the JSON document.
fn entry(asked: &Asked) -> Value {
    let (step, reason) = step(asked);
    let mut entry = json!({
        "shop": asked.shop.slug,
        "builder": asked.shop.builder,
        "step": step,
        "reason": reason,
        "status": asked.inquiry.as_ref().map(|inquiry| inquiry.status),
        "alias": asked.inquiry.as_ref().map(|inquiry| &inquiry.alias_address),
        "planned_at": asked.inquiry.as_ref().map(|inquiry| inquiry.planned_at),
        "sent_at": asked.inquiry.as_ref().and_then(|inquiry| inquiry.sent_at),
        "confirmed_at": asked.inquiry.as_ref().and_then(|inquiry| inquiry.confirmed_at),
        "confirmed_by": asked.inquiry.as_ref().and_then(|inquiry| inquiry.confirmed_by),
    });
    if let (Step::Dry(prepared), Some(entry)) = (&asked.step, entry.as_object_mut()) {
        entry.insert("request".into(), request(prepared));
    }
    entry
}

/// A name and value as they go out, with what crickets takes the field for.
struct Outgoing {
    name: String,
    label: String,
    role: Role,
    value: String,
}

/// Every entry of the request, in its order: what was filled in and what the page itself brings.
fn outgoing(prepared: &Prepared) -> Vec<Outgoing> {
    let mut filled: Vec<_> = prepared.filled.iter().collect();
    let entry = |entry: &Entry| {
        let value = match &entry.value {
            EntryValue::Text(text) => text.clone(),
            EntryValue::File(_) => "(no file)".to_owned(),
        };
        // Two controls may share a name: each explains one entry.
        let known = filled.iter().position(|field| field.name == entry.name).map(|index| filled.remove(index));
        let brought = || prepared.fields.iter().find(|field| field.name.as_ref() == Some(&entry.name));
        let (label, role) = known
            .map(|field| (field.label.clone(), field.role))
            .or_else(|| brought().map(|field| (field.label.clone(), field.role)))
            .unwrap_or((String::new(), Role::Hidden));
        Outgoing { name: entry.name.clone(), label, role, value }
    };
    prepared.request.entries.iter().map(entry).collect()
}

fn request(prepared: &Prepared) -> Value {
    let fields: Vec<Value> = outgoing(prepared)
        .into_iter()
        .map(|field| json!({"name": field.name, "label": field.label, "role": field.role, "value": field.value}))
        .collect();
    if prepared.plan.is_some() {
        return json!({"browser": true, "page": prepared.page.url, "fields": fields});
    }
    json!({"method": prepared.request.method, "url": prepared.request.url, "content_type": prepared.request.content_type, "fields": fields})
}

/// What a person who submits in crickets' place must write into the form.
fn by_hand(asked: &Asked) -> String {
    let stopped = match &asked.step {
        Step::DryStopped(outcome) => matches!(outcome, Outcome::Manual { .. } | Outcome::Blocked { .. }),
        _ => false,
    };
    let Some(inquiry) = asked.inquiry.as_ref().filter(|inquiry| stopped || matches!(inquiry.status, Status::Manual | Status::Blocked))
    else {
        return String::new();
    };
    let phone = inquiry.persona.phone.as_ref().map_or_else(String::new, |phone| format!(", {phone}"));
    format!(
        "  to submit it by hand: {}, {}{phone}\n  {}\n",
        inquiry.persona.full_name(),
        inquiry.alias_address,
        inquiry.shop.ask.question.replace('\n', " ⏎ ")
    )
}

/// One shop for a terminal.
fn told(asked: &Asked) -> String {
    let mut text = format!("{} ({})", asked.shop.builder, asked.shop.slug);
    let (step, reason) = step(asked);
    let reason = reason.unwrap_or_default();
    let status = asked.inquiry.as_ref().map_or(Status::Planned, |inquiry| inquiry.status);
    let _ = match &asked.step {
        Step::Dry(prepared) => {
            let due =
                asked.inquiry.as_ref().map(|inquiry| inquiry.planned_at.with_timezone(&asked.shop.timezone).format("%a %Y-%m-%d %H:%M %Z"));
            let _ = writeln!(text, ", due {}", due.map_or_else(String::new, |due| due.to_string()));
            let _ = if prepared.plan.is_some() {
                writeln!(text, "  in a browser, on {}", prepared.page.url)
            } else {
                let content_type = prepared.request.content_type.as_deref().unwrap_or("no body");
                writeln!(text, "  {} {}\n  as {content_type}", prepared.request.method, prepared.request.url)
            };
            let mut rows = vec![["  field", "label", "role", "value"].map(str::to_owned).to_vec()];
            rows.extend(outgoing(prepared).into_iter().map(|field| {
                vec![format!("  {}", field.name), field.label, field.role.as_str().to_owned(), field.value.replace('\n', " ⏎ ")]
            }));
            write!(text, "{}", table(&rows))
        }
        Step::Settled | Step::Before => {
            let status = format!("{status:?}").to_lowercase();
            let before = if matches!(asked.step, Step::Before) { " before" } else { "" };
            let _ = writeln!(text, ": {status}{before}{}{reason}", if reason.is_empty() { "" } else { ", " });
            write!(text, "{}", by_hand(asked))
        }
        Step::Refused(_) | Step::Waiting(_) => writeln!(text, ": {step}, {reason}"),
        Step::DryStopped(_) => writeln!(text, ": {reason}").and_then(|()| write!(text, "{}", by_hand(asked))),
        Step::Failed(_) => writeln!(text, ": went wrong, see below"),
    };
    text
}
