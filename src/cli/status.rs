//! `crickets status`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::output::{duration, table};
use super::{Context, DONE, Ended, check};
use crate::audit::{AuditError, Canaries, EvidenceLook, Item, Stand, Workspace, round_trip, skew};
use crate::classify::Origin;
use crate::collect::Channel;
use crate::score::Gap;
use crate::shop::{Inquiry, Status as Standing};
use crate::store::{Look, Touch};

/// Shorter gaps, such as since the last pass, are left to `--json`.
const WORTH_TELLING: TimeDelta = TimeDelta::hours(1);

/// Show what is open, what came back, and whose clock is running
#[derive(Debug, Args)]
pub(super) struct Status {
    /// Only this wave.
    #[arg(long, value_name = "W")]
    wave: Option<String>,
}

pub(super) async fn run(command: &Status, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let now = workspace.clock.now();
    let inquiries = workspace.store.inquiries(command.wave.as_deref()).await?;
    if let Some(wave) = command.wave.as_ref().filter(|_| inquiries.is_empty()) {
        return Err(AuditError::wrong(format!("find the wave `{wave}`"), "`crickets status` lists all waves"));
    }
    workspace.derive().await?;
    let inquiries = workspace.with_opt_outs(inquiries).await?;
    let touches = workspace.touches_once().await?;
    let rehearsal = workspace.clock.is_rehearsal() || !inquiries.is_empty() && inquiries.iter().all(|inquiry| inquiry.rehearsal);
    let coverage = workspace.coverage(rehearsal).await?;
    let (mut canaries, mut others) = (BTreeMap::new(), BTreeMap::new());
    for mailbox in workspace.config.mailboxes.values() {
        others.insert(mailbox.source(), workspace.store.canaries_of_others(&mailbox.source()).await?);
        canaries.insert(mailbox.source(), workspace.canaries(&mailbox.source()).await?);
    }
    let phoned = workspace.phoned().await?;
    let gaps = workspace.gaps(&inquiries.iter().collect::<Vec<_>>()).await?;
    let looks = looks(&workspace, coverage.iter().map(|(source, _)| source), rehearsal).await?;
    let sends = workspace.config.smtp.is_some() && workspace.config.canary.send;
    let queue = workspace.review(command.wave.as_deref()).await?;
    let (unmatched, in_review) = waiting(&queue);
    let evidence = workspace.look_at_evidence().await?;
    let forgot = workspace.forgot_since().await?;
    let document = json!({
        "schema": "crickets.status/1",
        "at": now,
        "evidence": {"files": evidence.files, "lost": evidence.lost.len()},
        "store_forgot_since": forgot,
        "inquiries": inquiries.iter().map(|inquiry| entry(inquiry, &of(inquiry, &touches), now)).collect::<Vec<_>>(),
        "coverage": coverage.iter().map(|(source, spans)| {
            let mut entry = json!({"covered": spans.iter().map(|(from, to)| json!({"from": from, "to": to})).collect::<Vec<_>>()});
            if let Some((canaries, entry)) = canaries.get(source).zip(entry.as_object_mut()) {
                entry.insert("canary".into(), canary(canaries, others.get(source).copied().unwrap_or_default()));
            }
            if let Some((phoned, entry)) = phoned.get(source).zip(entry.as_object_mut()) {
                entry.insert("phone".into(), json!(phoned));
            }
            if let Some(entry) = entry.as_object_mut() {
                let of = |gap: &Gap| json!({"from": gap.from, "to": gap.to, "why": gap.why});
                entry.insert("gaps".into(), gaps.get(source).into_iter().flatten().map(of).collect());
                entry.insert("looks".into(), looks.get(source).into_iter().flatten().map(look).collect());
            }
            (source.clone(), entry)
        }).collect::<serde_json::Map<_, _>>(),
        "in_review": in_review,
        "unmatched": unmatched,
    });
    context.out.result(&document, || {
        let mut rows =
            vec![["wave", "shop", "status", "sent", "calls", "mails", "texts", "auto", "first personal"].map(str::to_owned).to_vec()];
        rows.extend(inquiries.iter().map(|inquiry| row(inquiry, &of(inquiry, &touches), now)));
        let mut text = if inquiries.is_empty() {
            "Nothing was asked yet; `crickets shop --wave WAVE` plans a wave.\n".to_owned()
        } else {
            table(&rows)
        };
        text.push_str(&memory(forgot, &evidence));
        for (source, spans) in &coverage {
            let until =
                spans.last().map_or_else(|| "not read yet".to_owned(), |(_, to)| format!("read up to {}", to.format("%Y-%m-%d %H:%M:%SZ")));
            let canary = canaries.get(source).map_or_else(String::new, |canaries| match (canaries.last(), sends) {
                (None, false) => "; not proven by a canary: no [smtp] sends one".to_owned(),
                _ => format!("; {}", canaries.tell()),
            });
            text.push_str(&format!("{source}: {until}{canary}\n"));
            if let Some(phoned) = phoned.get(source) {
                text.push_str(&format!("  {}\n", crate::report::phoned(phoned)));
                if phoned.own_call.is_none() {
                    text.push_str("  to show that it is alive: call it from another phone of yours, and say so with `crickets record test-call --from NUMBER`\n");
                }
            }
            if let Some(others) = others.get(source).filter(|others| **others > 0) {
                let (mails, workspaces) = if *others == 1 { ("mail", "another workspace") } else { ("mails", "other workspaces") };
                text.push_str(&format!("  {others} {mails} of or about test mails of {workspaces}, set aside\n"));
            }
            for look in looks.get(source).into_iter().flatten() {
                if let Some(problem) = look.problem.as_ref().filter(|_| look.is_watched()) {
                    let folder = if look.folder.is_empty() { String::new() } else { format!("{}: ", look.folder) };
                    text.push_str(&format!("  fault at the last look: {folder}{}\n", problem.trim_end_matches('.')));
                }
                if !look.is_watched() {
                    text.push_str(&format!("  {}\n", unwatched(look)));
                }
            }
            for gap in gaps.get(source).into_iter().flatten().filter(|gap| gap.to - gap.from >= WORTH_TELLING) {
                let (from, to) = (gap.from.format("%Y-%m-%d %H:%MZ"), gap.to.format("%Y-%m-%d %H:%MZ"));
                text.push_str(&format!("  gap {from} to {to}: {}\n", gap.why.as_deref().unwrap_or("not watched")));
            }
        }
        if !queue.is_empty() {
            text.push_str(&format!("{in_review} in review, {unmatched} of no inquiry; see `crickets review list`\n"));
        }
        text
    });
    Ok(DONE)
}

/// The report's two words: what matches no inquiry at all, and everything else that waits for a person.
fn waiting(queue: &[Item]) -> (usize, usize) {
    let unmatched = queue.iter().filter(|item| item.is_unmatched()).count();
    (unmatched, queue.len() - unmatched)
}

/// How the folders of each source were last looked at.
async fn looks<'a>(
    workspace: &Workspace,
    sources: impl Iterator<Item = &'a String>,
    rehearsal: bool,
) -> Result<BTreeMap<String, Vec<Look>>, AuditError> {
    let mut looks = BTreeMap::new();
    for source in sources {
        looks.insert(source.clone(), workspace.store.looks(source, rehearsal).await?);
    }
    Ok(looks)
}

/// Whether the store or the evidence lost something, a line each.
fn memory(forgot: Option<DateTime<Utc>>, evidence: &EvidenceLook) -> String {
    let store = forgot.map(|since| format!("The store {}.\n", check::forgot(since)));
    let files = evidence.tell().map(|faults| format!("evidence: {faults}; `crickets check` names them\n"));
    store.into_iter().chain(files).collect()
}

/// Why a folder is watched no more.
fn unwatched(look: &Look) -> String {
    let day = "%Y-%m-%d %H:%MZ";
    match (look.left_at, look.gone) {
        (Some(at), _) => format!("folder {} is no longer watched since {}: it is not in `folders`", look.folder, at.format(day)),
        (None, Some((from, noticed))) => format!(
            "folder {} is gone: what came into it between {} and {} is not known",
            look.folder,
            from.format(day),
            noticed.format(day)
        ),
        (None, None) => format!("folder {} is no longer watched", look.folder),
    }
}

/// How a folder was last looked at.
fn look(look: &Look) -> Value {
    let folder = Some(&look.folder).filter(|folder| !folder.is_empty());
    json!({"folder": folder, "tried_at": look.tried_at, "complete_to": look.complete_to, "problem": look.problem,
        "gone": look.gone.map(|(from, noticed)| json!({"from": from, "to": noticed})), "left_at": look.left_at})
}

/// The canaries of a mailbox: the last, and how all stand.
fn canary(canaries: &Canaries, others: usize) -> Value {
    let last = canaries.last().map(|(canary, stand)| {
        json!({
            "sent_at": canary.sent_at, "stand": word(*stand), "back_at": canary.back.as_ref().map(|back| back.arrival.at),
            "round_trip_s": canary.back.as_ref().map(|back| round_trip(canary, back)),
            "placement": canary.back.as_ref().and_then(|back| back.placement), "why": canary.undelivered,
            "skew_s": skew(canary),
        })
    });
    let refused = canaries.refused().map(|(at, why, again)| json!({"at": at, "why": why, "again_at": again}));
    json!({
        "refused": refused, "of_others": others,
        "last": last, "back": canaries.count(Stand::Back), "lost": canaries.count(Stand::Lost),
        "waiting": canaries.count(Stand::Waiting), "unsent": canaries.count(Stand::Unsent),
    })
}

fn word(stand: Stand) -> &'static str {
    match stand {
        Stand::Back => "back",
        Stand::Waiting => "waiting",
        Stand::Lost => "lost",
        Stand::Unsent => "unsent",
    }
}

fn of<'a>(inquiry: &Inquiry, touches: &'a [Touch]) -> Vec<&'a Touch> {
    touches.iter().filter(|touch| touch.inquiry.as_ref() == Some(&inquiry.id)).collect()
}

/// Seconds to the first personal touch after the inquiry was accepted.
fn first_personal(inquiry: &Inquiry, touches: &[&Touch]) -> Option<i64> {
    let start = inquiry.confirmed_at?;
    let sent = inquiry.sent_at.unwrap_or(start);
    touches
        .iter()
        .filter(|touch| touch.classified.origin == Origin::Personal && touch.arrival.at >= sent)
        .map(|touch| (touch.arrival.at - start).num_seconds().max(0))
        .min()
}

fn entry(inquiry: &Inquiry, touches: &[&Touch], now: DateTime<Utc>) -> Value {
    let first = first_personal(inquiry, touches);
    let waiting = inquiry.status == Standing::Confirmed && first.is_none();
    json!({
        "id": inquiry.id, "shop": inquiry.shop.slug, "builder": inquiry.shop.builder, "wave": inquiry.wave, "status": inquiry.status,
        "reason": inquiry.reason, "alias": inquiry.alias_address, "planned_at": inquiry.planned_at, "sent_at": inquiry.sent_at,
        "confirmed_at": inquiry.confirmed_at, "touches": touches.len(), "first_personal_s": first,
        "waiting_s": if waiting { inquiry.confirmed_at.map(|at| (now - at).num_seconds()) } else { None },
        "opt_out_at": inquiry.opt_out_at, "withdrawn_at": inquiry.withdrawn_at, "rehearsal": inquiry.rehearsal,
    })
}

fn row(inquiry: &Inquiry, touches: &[&Touch], now: DateTime<Utc>) -> Vec<String> {
    let personal = |channels: &[Channel]| {
        touches.iter().filter(|touch| touch.classified.origin == Origin::Personal && channels.contains(&touch.channel)).count().to_string()
    };
    let automatic = touches.iter().filter(|touch| matches!(touch.classified.origin, Origin::AutoReply | Origin::Marketing)).count();
    let clock = match (inquiry.status, first_personal(inquiry, touches), inquiry.confirmed_at) {
        (Standing::Confirmed, Some(first), _) => format!("after {}", duration(first)),
        (Standing::Confirmed, None, Some(at)) => format!("none for {}", duration((now - at).num_seconds().max(0))),
        (Standing::Planned, ..) => format!("due {}", inquiry.planned_at.with_timezone(&inquiry.shop.timezone).format("%a %m-%d %H:%M %Z")),
        _ => inquiry.reason.clone().unwrap_or_default(),
    };
    let clock = match inquiry.withdrawn_at.into_iter().chain(inquiry.opt_out_at).min() {
        Some(at) => format!("{clock}; withdrawn {}", at.with_timezone(&inquiry.shop.timezone).format("%m-%d %H:%M %Z")),
        None => clock,
    };
    vec![
        inquiry.wave.clone(),
        inquiry.shop.slug.clone(),
        format!("{:?}", inquiry.status).to_lowercase(),
        inquiry.sent_at.map_or_else(|| "-".to_owned(), |at| at.format("%Y-%m-%d %H:%MZ").to_string()),
        personal(&[Channel::Call, Channel::Voicemail]),
        personal(&[Channel::Email]),
        personal(&[Channel::Sms]),
        automatic.to_string(),
        clock,
    ]
}
