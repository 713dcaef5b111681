//! What listens: the webhooks of phone companies (`hooks`) over HTTP, meant to stand behind a proxy that speaks TLS. Takes a workspace
//! and an address to listen on; ends when it is dropped.

mod hooks;
mod listener;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use tokio::net::TcpListener;
use url::Url;

use crate::audit::{AuditError, Gathered, Workspace};
use crate::collect::hooks::Provider;
use hooks::Hooks;
use listener::Bounded;

/// How often it is looked for what another process left in the journal, and noted what became of requests.
const LOOK: Duration = Duration::from_secs(5);

/// What is heard by whoever started it.
pub enum News<'a> {
    /// What webhooks brought.
    Gathered(&'a Gathered),
    /// Something is in the way, as a sentence.
    Trouble(String),
}

/// Listens until it is dropped. `public` is the address by which providers reach this machine, which they sign.
///
/// # Errors
/// When no webhook is configured, a secret cannot be had, another process listens for this workspace, or the store fails.
pub async fn serve(workspace: Workspace, listener: TcpListener, public: Option<Url>, tell: impl Fn(News<'_>)) -> Result<(), AuditError> {
    let Some(_lock) = workspace.store.lock("serve").await? else {
        return Err(AuditError::wrong("start: another crickets serves this workspace", "end it first; its lock ends with it"));
    };
    let hooks = Arc::new(Hooks::new(&workspace, secrets(&workspace).await?, public.as_ref()).await?);
    let router = Router::new().route("/hooks/{phone}/{provider}", any(hooks::take)).with_state(Arc::clone(&hooks));
    let listening = async move { axum::serve(Bounded::new(listener), router).await };
    let reading = async {
        let mut in_the_way = None;
        loop {
            let problem = match workspace.take_in_webhooks().await {
                Ok(gathered) => {
                    if !gathered.passes.is_empty() {
                        tell(News::Gathered(&gathered));
                    }
                    None
                }
                // The requests are safe in the journal.
                Err(error) => Some(format!("{error}; trying again.")),
            };
            for sentence in hooks.note(&workspace).await.unwrap_or_else(|error| vec![format!("{error}.")]) {
                tell(News::Trouble(sentence));
            }
            if problem != in_the_way {
                if let Some(problem) = &problem {
                    tell(News::Trouble(problem.clone()));
                }
                in_the_way = problem;
            }
            let _ = tokio::time::timeout(LOOK, hooks.came.notified()).await;
        }
    };
    tokio::select! {
        ended = listening => ended.map_err(|error| AuditError::wrong(format!("listen: {error}"), "look at `--bind`")),
        never = reading => never,
    }
}

/// The secrets of all webhooks, which are read now.
async fn secrets(workspace: &Workspace) -> Result<HashMap<(String, Provider), secrecy::SecretString>, AuditError> {
    let mut secrets = HashMap::new();
    for phone in workspace.config.phones.values() {
        for (name, secret) in &phone.webhooks {
            let Some(provider) = Provider::of_name(name) else { continue };
            let secret = secret.clone();
            let value =
                tokio::task::spawn_blocking(move || secret.get()).await.map_err(|_| AuditError::Interrupted("reading a secret"))??;
            secrets.insert((phone.name.clone(), provider), value);
        }
    }
    if secrets.is_empty() {
        return Err(AuditError::wrong(
            "serve: no webhook is configured",
            "add `webhooks = { twilio = { env = \"TWILIO_TOKEN\" } }` or the like to a `[phone.…]`; docs/operations.md says how",
        ));
    }
    Ok(secrets)
}
