//! `crickets serve`.

use std::net::SocketAddr;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

use super::{Context, DONE, Ended, watch};
use crate::audit::AuditError;
use crate::web::{self, News};

/// Take the webhooks of phone companies as calls and texts happen
///
/// Listens on this machine until it is interrupted; let a proxy with TLS pass `/hooks/` on to it, and tell its public address by
/// `--public-url`, which providers sign. A request counts when its signature is right. It is on the disk before it is answered.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8717")]
    bind: SocketAddr,
    /// The address by which providers reach this machine, as they are told it, without `/hooks/…`.
    #[arg(long, value_name = "URL", env = "CRICKETS_PUBLIC_URL", value_parser = public)]
    public_url: Option<Url>,
}

fn public(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none());
    url.ok_or_else(|| "write it as https://hooks.example.org".to_owned())
}

pub(super) async fn run(command: &Serve, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let failed =
        |error: std::io::Error| AuditError::wrong(format!("listen on {}: {error}", command.bind), "name another address by `--bind`");
    let listener = TcpListener::bind(command.bind).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let mut hooks = Vec::new();
    let base = command.public_url.as_ref().map_or_else(|| format!("http://{address}"), |url| url.as_str().trim_end_matches('/').to_owned());
    let base = crate::config::without_password(&base);
    for phone in workspace.config.phones.values() {
        hooks.extend(phone.webhooks.keys().map(|provider| format!("{base}/hooks/{}/{provider}", phone.name)));
    }
    if !hooks.is_empty() {
        context.out.event(&json!({"schema": "crickets.serve/1", "listening": address, "webhooks": hooks}), || {
            format!("Listening on {address}. Webhooks:\n{}", hooks.iter().map(|hook| format!("  {hook}\n")).collect::<String>())
        });
        if command.public_url.is_none() {
            context.out.tell("No --public-url was given: signatures that cover the address are right only for requests sent to this one.");
        }
    }
    let tell = |news: News<'_>| match news {
        News::Gathered(gathered) => watch::event(gathered, context),
        News::Trouble(sentence) => context.out.say(&sentence),
    };
    web::serve(workspace, listener, command.public_url.clone(), tell).await?;
    Ok(DONE)
}
