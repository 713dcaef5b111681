//! `crickets login`.

use clap::Args;
use serde_json::json;

use super::{Context, DONE, Ended};
use crate::audit::{AuditError, Workspace};
use crate::collect::CollectError;
use crate::collect::mail::{Prompt, agree, imap};
use crate::config::{Mailbox, MailboxUrl};

/// Let a mailbox in by OAuth, once
///
/// For mailboxes with `password = { oauth = "outlook" }` or `"gmail"`. Shows where to agree, waits until you did, keeps the login
/// under .crickets/ for you alone, and tries it. Run it again when a provider no longer accepts it.
#[derive(Debug, Args)]
pub(super) struct Login {
    /// The mailbox; by default the one that logs in by OAuth.
    mailbox: Option<String>,
    /// Where a browser comes back to on this machine (Gmail); by default any free port.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
}

pub(super) async fn run(command: &Login, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let mailbox = chosen(&workspace, command.mailbox.as_deref())?;
    let tokens = workspace.tokens(mailbox)?;
    let granted = agree(&tokens.app, command.port, &mut |prompt| context.out.say(&sentence(prompt, &tokens.app.user)))
        .await
        .and_then(|granted| tokens.keep(granted));
    granted.map_err(CollectError::from)?;
    let kept = tokens.place();
    context.out.tell(&format!("The login is kept in {kept}."));
    let settings = workspace.imap_settings(mailbox)?;
    let entered =
        tokio::task::spawn_blocking(move || imap::check_login(&settings)).await.map_err(|_| AuditError::Interrupted("logging in"))??;
    let (MailboxUrl::Imap { user, host, .. }, source) = (&mailbox.url, mailbox.source()) else { return Ok(DONE) };
    context.out.result(
        &json!({"schema": "crickets.login/1", "mailbox": source, "user": user, "host": host, "kept": kept, "folders": entered.folders}),
        || format!("{source}: logged in to {host} as {user}; watching {}\n", entered.folders.join(", ")),
    );
    Ok(DONE)
}

/// The named mailbox, or the only one that logs in by OAuth.
fn chosen<'a>(workspace: &'a Workspace, name: Option<&str>) -> Result<&'a Mailbox, AuditError> {
    let all = &workspace.config.mailboxes;
    if let Some(name) = name {
        let name = name.strip_prefix("mailbox.").unwrap_or(name);
        return all.get(name).ok_or_else(|| {
            AuditError::wrong(format!("find the mailbox `{name}`"), "name one of the `[mailbox.NAME]` tables of crickets.toml")
        });
    }
    let by_oauth: Vec<&Mailbox> = all.values().filter(|mailbox| mailbox.oauth.is_some()).collect();
    match by_oauth.as_slice() {
        [mailbox] => Ok(mailbox),
        [] => Err(AuditError::wrong(
            "find a mailbox that logs in by OAuth: crickets.toml has none",
            "write `password = { oauth = \"gmail\" }` or `\"outlook\"` into its table; a mailbox with a password needs no `crickets login`",
        )),
        many => {
            let names: Vec<&str> = many.iter().map(|mailbox| mailbox.name.as_str()).collect();
            Err(AuditError::wrong("choose a mailbox: several log in by OAuth", format!("name one: {}", names.join(", "))))
        }
    }
}

/// What to do, as a sentence.
fn sentence(prompt: &Prompt, user: &str) -> String {
    match prompt {
        Prompt::Code { url, code } => format!("Open {url} on any device, enter the code {code}, and log in as {user}. Waiting."),
        Prompt::Open { url } => format!("Open this address in a browser of this machine and log in as {user}. Waiting.\n{url}"),
    }
}
