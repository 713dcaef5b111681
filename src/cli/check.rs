//! `crickets check`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;

use super::{Context, DONE, Ended, FAILED};
use crate::audit::{self, AuditError, Came, Stand, Workspace};
use crate::collect::Placement;
use crate::collect::mail::imap::{self, Entered};
use crate::config::{MailboxUrl, Phone};
use crate::send::Outbox;
use crate::shop::{Inquiry, SubmitMode};
use crate::store::Canary;

/// How long a canary is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// See whether everything is ready
///
/// Looks at the configuration, the shop files, the browser, the mailbox login, the outgoing mail server, the phone sources,
/// the store and all evidence, which is hashed again. Where `[smtp]` is configured, a test mail of our own (a canary) goes to each mailbox and is waited for.
/// Exits with 1 when it found a fault.
#[derive(Debug, Args)]
pub(super) struct Check {}

/// How many files of evidence are named.
const NAMED: usize = 50;

/// One thing looked at.
struct Finding {
    what: String,
    mark: Mark,
    say: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    /// Works, but limits what can be claimed.
    Note,
    Fault,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Note => "note",
            Self::Fault => "FAULT",
        }
    }
}

fn note(what: impl Into<String>, say: impl Into<String>) -> Finding {
    Finding { what: what.into(), mark: Mark::Note, say: say.into() }
}

fn good(what: impl Into<String>, say: impl Into<String>) -> Finding {
    Finding { what: what.into(), mark: Mark::Good, say: say.into() }
}

fn bad(what: impl Into<String>, say: impl Into<String>) -> Finding {
    Finding { what: what.into(), mark: Mark::Fault, say: say.into() }
}

pub(super) async fn run(_: &Check, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let mut findings = vec![good("workspace", format!("{} in {}", workspace.config.name, workspace.root.display()))];
    findings.push(store(&workspace).await?);
    evidence(&workspace, &mut findings).await?;
    findings.push(clock(&workspace).await?);
    shops(&workspace, &mut findings, context)?;
    findings.push(browser(&workspace).await);
    mailboxes(&workspace, &mut findings).await?;
    phones(&workspace, &mut findings).await?;
    mail_of_our_own(&workspace, &mut findings, context).await?;
    let fine = findings.iter().all(|finding| finding.mark != Mark::Fault);
    let document = json!({
        "schema": "crickets.check/1",
        "good": fine,
        "findings": findings.iter().map(|finding| json!({"what": finding.what, "mark": finding.mark.word(), "say": finding.say})).collect::<Vec<_>>(),
    });
    context.out.result(&document, || {
        findings.iter().map(|finding| format!("{:<5}  {}: {}\n", finding.mark.word(), finding.what, finding.say)).collect()
    });
    Ok(if fine { DONE } else { FAILED })
}

/// The store, and whether it is one that forgot what was done.
async fn store(workspace: &Workspace) -> Result<Finding, AuditError> {
    let at = crate::config::without_password(&workspace.config.store.url);
    Ok(match workspace.forgot_since().await? {
        None => good("store", at),
        Some(since) => bad("store", format!("{at} {}", forgot(since))),
    })
}

/// What is to be said of a store that began beside evidence that it knows nothing of.
pub(super) fn forgot(since: DateTime<Utc>) -> String {
    format!(
        "was new on {} beside evidence of earlier inquiries, of which it knows nothing: put the store back from a backup, lest builders be asked \
         again too soon; if a new one is meant, `crickets shop --send --new-store` says so",
        since.format("%Y-%m-%d %H:%MZ")
    )
}

/// Whether all evidence is there as it was kept.
async fn evidence(workspace: &Workspace, findings: &mut Vec<Finding>) -> Result<(), AuditError> {
    let look = workspace.look_at_evidence().await?;
    let Some(faults) = look.tell() else {
        findings.push(good("evidence", format!("{} files, all as they were kept", look.files)));
        return Ok(());
    };
    findings.push(bad("evidence", format!("{faults}; what rests on them cannot be derived again")));
    for lost in look.lost.iter().take(NAMED) {
        let say = format!("{}, {}: {}; {}", lost.path.display(), lost.fault.word(), lost.tell(), lost.remedy());
        findings.push(bad("evidence", say));
    }
    if look.lost.len() > NAMED {
        findings.push(bad("evidence", format!("and {} more files", look.lost.len() - NAMED)));
    }
    Ok(())
}

/// Our clock, against those of the sites that the last wave asked.
async fn clock(workspace: &Workspace) -> Result<Finding, AuditError> {
    let now = workspace.clock.now();
    if workspace.clock.is_rehearsal() {
        return Ok(good("clock", format!("rehearsal, {now}")));
    }
    let now = now.format("%Y-%m-%d %H:%M:%SZ");
    let all = workspace.store.inquiries(None).await?;
    let last = all.iter().filter(|inquiry| inquiry.sent_at.is_some()).max_by_key(|inquiry| inquiry.sent_at);
    let wave: Vec<&Inquiry> = all.iter().filter(|inquiry| last.is_some_and(|last| last.wave == inquiry.wave)).collect();
    Ok(match workspace.clock_offset(&wave).await? {
        None => good("clock", format!("the machine's, {now}")),
        Some(offset) => match offset.tell() {
            None => good("clock", format!("the machine's, {now}; it agrees with the sites asked last ({})", offset.sites)),
            Some(off) => note("clock", format!("{now}; when the last wave was sent, {off}: set it by NTP")),
        },
    })
}

fn shops(workspace: &Workspace, findings: &mut Vec<Finding>, context: &Context) -> Result<(), AuditError> {
    let (shops, errors) = workspace.shops()?;
    let none = shops.is_empty() && errors.is_empty();
    for error in errors {
        findings.push(bad("shop file", error.to_string()));
        context.out.error(error.into());
    }
    for shop in &shops {
        let persona = workspace.config.personas.get(&shop.ask.persona);
        findings.push(match (persona, shop.basis) {
            (None, _) => bad(format!("shop {}", shop.slug), format!("there is no persona `{}` in crickets.toml", shop.ask.persona)),
            (_, None) => note(format!("shop {}", shop.slug), format!("{}; no basis stated, so nothing is sent", shop.builder)),
            (Some(_), Some(basis)) => good(format!("shop {}", shop.slug), format!("{}, {basis:?}", shop.builder)),
        });
    }
    if none {
        findings.push(bad("shops", "there is none; `crickets init` makes an example"));
    }
    for persona in workspace.config.personas.values() {
        if let Some(phone) = &persona.phone
            && !workspace.config.phones.values().any(|source| source.number == *phone)
        {
            let say = format!("no [phone.…] reads {phone}: calls to it are not seen, and silence of a builder cannot be claimed");
            findings.push(note(format!("persona {}", persona.id), say));
        }
    }
    Ok(())
}

async fn mailboxes(workspace: &Workspace, findings: &mut Vec<Finding>) -> Result<(), AuditError> {
    if workspace.config.mailboxes.is_empty() {
        findings.push(bad("mailbox", "none configured: add a `[mailbox.main]`"));
    }
    for mailbox in workspace.config.mailboxes.values() {
        let source = mailbox.source();
        let mut of_spam = None;
        findings.extend(workspace.without_handover(&source).await?.map(|say| note(format!("{source} handover"), say)));
        findings.push(match &mailbox.url {
            MailboxUrl::Maildir(path) if path.join("new").is_dir() && path.join("cur").is_dir() => {
                good(source, format!("Maildir {}", path.display()))
            }
            MailboxUrl::Maildir(path) => bad(
                source,
                format!(
                    "{} is no Maildir: it has no `new` and `cur`; mend the path in `url`, or let mail be delivered there first",
                    path.display()
                ),
            ),
            MailboxUrl::Mbox(path) if path.is_file() => good(source, format!("mbox {}", path.display())),
            MailboxUrl::Mbox(path) => {
                bad(source, format!("there is no file {}; mend the path in `url`, or let mail be delivered there first", path.display()))
            }
            MailboxUrl::Imap { host, user, .. } => match workspace.imap_settings(mailbox) {
                Err(error) => bad(source, error.with_help()),
                Ok(settings) => {
                    let login = tokio::task::spawn_blocking(move || imap::check_login(&settings))
                        .await
                        .map_err(|_| AuditError::Interrupted("logging in"))?;
                    match login {
                        Ok(entered) => {
                            of_spam = spam(&source, &entered);
                            good(source, format!("logged in to {host} as {user}; watching {}", entered.folders.join(", ")))
                        }
                        Err(error) => bad(source, AuditError::from(error).with_help()),
                    }
                }
            },
        });
        findings.extend(of_spam);
    }
    Ok(())
}

/// What is to be said of a mailbox of which no folder for spam is watched: an answer may lie there.
fn spam(source: &str, entered: &Entered) -> Option<Finding> {
    let what = format!("{source} spam");
    match &entered.unread {
        Some(unread) => Some(note(what, unread.clone())),
        None if entered.has_spam => None,
        None => Some(note(what, "the server shows no folder for spam; if the provider has one, let it be shown: an answer may lie in it")),
    }
}

/// Starts a browser and ends it. Without one only those shops suffer that need it.
async fn browser(workspace: &Workspace) -> Finding {
    let asked: Vec<String> = workspace
        .shops()
        .map(|(shops, _)| shops.into_iter().filter(|shop| shop.submit.mode == SubmitMode::Browser).map(|shop| shop.slug).collect())
        .unwrap_or_default();
    let browser = workspace.browser();
    let said = match browser.absent() {
        Some(absent) => absent,
        None => match browser.version().await {
            Ok(version) => return good("browser", version),
            Err(fault) => fault.to_string(),
        },
    };
    if asked.is_empty() {
        note("browser", format!("{said}; forms that need one are left to a person"))
    } else {
        bad("browser", format!("{said}; needed by {}", asked.join(", ")))
    }
}

async fn phones(workspace: &Workspace, findings: &mut Vec<Finding>) -> Result<(), AuditError> {
    let came = workspace.webhooks_so_far().await?;
    let phoned = workspace.phoned().await?;
    for phone in workspace.config.phones.values() {
        let mut files = 0;
        for pattern in &phone.files {
            if let Ok(paths) = glob::glob(&workspace.root.join(pattern).to_string_lossy()) {
                files += paths.filter_map(Result::ok).count();
            }
        }
        findings.push(if phone.files.is_empty() {
            good(phone.source(), format!("{}; no files watched, only what is imported", phone.number))
        } else if files == 0 {
            note(phone.source(), format!("{}: no file matches {}", phone.number, phone.files.join(", ")))
        } else {
            good(phone.source(), format!("{}, {files} {}", phone.number, if files == 1 { "file" } else { "files" }))
        });
        findings.push(match phoned.get(&phone.source()).and_then(|phoned| phoned.own_call) {
            Some(at) => good(format!("{} alive", phone.source()), format!("a call of your own came on {}", at.format("%Y-%m-%d %H:%MZ"))),
            None => note(
                format!("{} alive", phone.source()),
                format!(
                    "no call of your own shows it: call {} from another phone of yours, and say so with `crickets record test-call --from NUMBER`",
                    phone.number
                ),
            ),
        });
        if let Some(account) = &phone.twilio {
            let what = format!("{} twilio", phone.source());
            findings.push(match workspace.check_twilio(phone, account).await {
                Ok(name) => good(what, format!("logged in to {}: {name}", account.url.host_str().unwrap_or_default())),
                Err(error) => bad(what, error.with_help()),
            });
        }
        for provider in phone.webhooks.keys() {
            findings.push(webhook(phone, provider, came.get(&format!("{}/{provider}", phone.name))));
        }
    }
    Ok(())
}

/// What became of a provider's webhooks.
fn webhook(phone: &Phone, provider: &str, came: Option<&Came>) -> Finding {
    let what = format!("{} webhooks", phone.source());
    let path = format!("{provider}, to /hooks/{}/{provider} of `crickets serve`", phone.name);
    let Some(came) = came else { return note(what, format!("{path}: none came yet")) };
    let time = |at: &chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%SZ").to_string();
    let last = came.last_at.as_ref().map_or_else(String::new, |at| format!(", the last at {}", time(at)));
    let say = format!("{path}: {} came{last}", came.accepted);
    match &came.last_refused {
        Some((at, why)) if came.last_at.is_none_or(|last| last < *at) => {
            note(what, format!("{say}; {} refused, the last at {}: {why}", came.refused, time(at)))
        }
        _ => good(what, say),
    }
}

/// Greets the server, and logs in where a password is configured; then a canary goes round to each mailbox.
async fn mail_of_our_own(workspace: &Workspace, findings: &mut Vec<Finding>, context: &Context) -> Result<(), AuditError> {
    let Some(server) = &workspace.config.smtp else {
        findings.push(note("smtp", "none configured: no canary proves that mail arrives, so silence rests on other mail that does"));
        return Ok(());
    };
    let reading = server.clone();
    // A password command or keyring may take its time, or ask a person.
    let read = tokio::task::spawn_blocking(move || Outbox::of(&reading))
        .await
        .map_err(|_| AuditError::Interrupted("reading the password of the outgoing server"))?;
    let outbox = match read {
        Ok(outbox) => outbox,
        Err(error) => {
            findings.push(bad("smtp", AuditError::from(error).with_help()));
            return Ok(());
        }
    };
    if let Err(error) = outbox.greet().await {
        findings.push(bad("smtp", AuditError::from(error).with_help()));
        return Ok(());
    }
    findings.push(good("smtp", format!("{} answers", outbox.host())));
    for mailbox in workspace.config.mailboxes.values() {
        let what = format!("canary {}", mailbox.source());
        let earlier = workspace.canaries(&mailbox.source()).await?;
        if matches!(earlier.last(), Some((_, Stand::Lost))) {
            findings.push(note(what.clone(), earlier.tell()));
        }
        if !workspace.config.canary.send {
            findings.push(note(what, "none is sent: `[canary] send` is false, so silence rests on other mail that arrives"));
            continue;
        }
        if findings.iter().any(|finding| finding.mark == Mark::Fault && finding.what == mailbox.source()) {
            findings.push(note(what, "none is sent: the mailbox cannot be read, so it could not be seen back"));
            continue;
        }
        if !matches!(mailbox.url, MailboxUrl::Imap { .. }) {
            let say = "none is sent now: whatever fills these files may take longer than a check; `watch` sends one a day and reads it";
            findings.push(note(what, say));
            continue;
        }
        context.out.tell(&format!("A test mail goes to {}; it is waited for up to {} s.", mailbox.address, PATIENCE.as_secs()));
        findings.push(canary(what, workspace.canary_round_trip(mailbox, PATIENCE).await)?);
    }
    Ok(())
}

/// What came of a canary.
fn canary(what: String, trip: Result<Option<Canary>, AuditError>) -> Result<Finding, AuditError> {
    Ok(match trip {
        Ok(None) => note(what, "a rehearsal (`--now`) sends only to this machine: none was sent"),
        Ok(Some(canary)) => match (&canary.back, &canary.undelivered) {
            (Some(back), _) if back.placement == Some(Placement::Spam) => {
                note(what, format!("back after {}: builders' mail may land there too", audit::trip(&canary, back)))
            }
            (Some(back), _) => match audit::skew(&canary) {
                Some(skew) if skew.is_certain() => {
                    let say = format!(
                        "back after {}, but {}: arrivals are corrected by it; set the clock by NTP",
                        audit::trip(&canary, back),
                        skew.tell()
                    );
                    note(what, say)
                }
                Some(skew) => good(what, format!("back after {}; {}", audit::trip(&canary, back), skew.tell())),
                None => good(what, format!("back after {}", audit::trip(&canary, back))),
            },
            (None, Some(why)) => bad(what, format!("the mail to {} could not be delivered: {why}", canary.address)),
            (None, None) => {
                let say =
                    format!("the mail to {} was not back within {} s; `crickets status` tells later", canary.address, PATIENCE.as_secs());
                note(what, say)
            }
        },
        Err(error @ (AuditError::Send(_) | AuditError::Secret(_) | AuditError::Collect(_))) => bad(what, error.with_help()),
        Err(error) => return Err(error),
    })
}
