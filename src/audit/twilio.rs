//! Asking Twilio: the calls, texts and voicemails of a number since the last time and two days before it, for much becomes known only
//! after a call. When every page came, the number is watched up to when the first was asked for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::door::Sink;
use super::phones::{Problems, TWILIO, take};
use super::wave::Task;
use super::{AuditError, SourcePass, Workspace};
use crate::collect::phone::shown::Kind;
use crate::collect::phone::{Row, read};
use crate::collect::twilio::{self, Account};
use crate::config::{Phone, TwilioAccount};
use crate::store::Look;

/// Under which name it is noted how far Twilio was read.
const NAME: &str = "twilio";
/// How long before the last reading it is read again: transcripts and the ends of calls come later.
const AGAIN: TimeDelta = TimeDelta::days(2);
/// How long before the first inquiry is read: who called then called for another reason.
const QUIET: TimeDelta = TimeDelta::days(14);

/// From when to when all is known.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Known {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Why what an account shows is not all that came to a phone, as a sentence. Where the account does not tell, its lists are believed.
async fn unheld(phone: &Phone, account: &Account) -> Option<String> {
    let (theirs, ours) = (&account.number, &phone.number);
    if theirs != ours {
        return Some(format!("the `number` of `twilio` is {theirs}, and the phone's is {ours}: of one the other proves no silence."));
    }
    let (host, account) = (account.host(), twilio::holds(account).await.ok().filter(|held| !held).map(|_| &account.account)?);
    Some(format!("{host} says that {account} does not hold {theirs}, and so shows no silence of it; look at `number` and `account`."))
}

impl Workspace {
    /// The account with its token, which is read now.
    async fn twilio_account(&self, account: &TwilioAccount) -> Result<Account, AuditError> {
        let token = account.token.clone();
        let token = tokio::task::spawn_blocking(move || token.get()).await.map_err(|_| AuditError::Interrupted("reading a secret"))??;
        Ok(Account { account: account.account.clone(), token, number: account.number.clone(), url: account.url.clone() })
    }

    /// Whether Twilio lets us in and holds the number, and the account's name and standing.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check_twilio(&self, phone: &Phone, account: &TwilioAccount) -> Result<String, AuditError> {
        let login = self.twilio_account(account).await?;
        let name = twilio::check_login(&login).await?;
        match unheld(phone, &login).await {
            Some(problem) => Err(AuditError::wrong(
                format!("watch {} at Twilio: {}", phone.source(), problem.trim_end_matches('.')),
                "set `number` and `account` to those of one number, or read its log by `files`",
            )),
            None => Ok(name),
        }
    }

    /// Asks once. What is in the way is noted.
    pub(super) async fn poll_twilio(&self, phone: &Phone, account: &TwilioAccount) -> Result<SourcePass, AuditError> {
        let start = self.clock.now();
        let asked = self.ask_twilio(phone, account, start).await;
        let problem = match &asked {
            Ok(pass) => pass.problems.first().cloned(),
            Err(error) => Some(error.to_string()),
        };
        let complete_to = problem.is_none().then_some(start);
        let look = Look { folder: NAME.to_owned(), tried_at: start, complete_to, problem, gone: None, left_at: None };
        self.store.note_look(&phone.source(), &look, self.clock.is_rehearsal()).await?;
        asked
    }

    async fn ask_twilio(&self, phone: &Phone, account: &TwilioAccount, start: DateTime<Utc>) -> Result<SourcePass, AuditError> {
        let source = phone.source();
        let first = self.store.inquiries(None).await?.iter().filter_map(|inquiry| inquiry.sent_at).min().unwrap_or(start) - QUIET;
        let known = self.store.progress(&self.place_of(&source)).await?.into_iter().find(|(name, _)| name == NAME);
        let known = known.and_then(|(_, known)| serde_json::from_value::<Known>(known).ok()).filter(|known| known.from <= first);
        let from = known.map_or(first, |known| first.max(known.to.min(start) - AGAIN));
        let account = self.twilio_account(account).await?;
        let pages = twilio::pages(&account, from).await?;
        let name = format!("{} of {}", account.host(), account.account);
        let (settings, of) = (self.phone_settings(phone)?, source.clone());
        let read = move |sink: &mut Sink<'_>| {
            let mut problems = Problems::default();
            let mut take = |row: Row<'_>| match &row.call {
                // It was asked for by whole days.
                Ok(call) if call.started_at_latest.unwrap_or(call.started_at) < from => Ok(()),
                _ => take(&row, &of, sink, &mut problems),
            };
            let summary = read::bytes(std::path::Path::new(""), &name, pages.as_slice(), &settings, &mut take)?;
            Ok((problems.sentences(), summary))
        };
        let ((mut problems, summary), added, before) = self.drain_rows(read).await?;
        problems.extend(unheld(phone, &account).await);
        self.note_limits(&source, &summary).await?;
        if problems.is_empty() {
            for kind in Kind::ALL {
                self.cover_kind(phone, kind, TWILIO, (DateTime::<Utc>::MIN_UTC, start)).await?;
            }
            let known = Known { from: known.map_or(from, |known| known.from), to: start };
            self.store.put_progress(&self.place_of(&source), NAME, &serde_json::to_value(known).unwrap_or_default()).await?;
        }
        Ok(SourcePass::took(source, added, before, problems))
    }

    /// Asks the service of each phone that has one, at its own pace, and sends on what that gave; ends with what it returns.
    pub(super) fn poll_while_watching<T: Send + 'static>(
        &self,
        news: impl Fn(SourcePass) -> T + Clone + Send + 'static,
        sender: &mpsc::Sender<T>,
    ) -> Vec<Task<()>> {
        let of = |phone: &Phone, account: &TwilioAccount| {
            let (workspace, phone, account, news, sender) = (self.clone(), phone.clone(), account.clone(), news.clone(), sender.clone());
            Task(tokio::spawn(async move {
                let mut told = Vec::new();
                loop {
                    let source = phone.source();
                    let mut pass = match workspace.poll_twilio(&phone, &account).await {
                        Ok(pass) => pass,
                        Err(error) => SourcePass { source, problems: vec![format!("{}.", error.with_help())], ..SourcePass::default() },
                    };
                    // What stays in the way is told once.
                    let problems = std::mem::replace(&mut told, pass.problems.clone());
                    pass.problems.retain(|problem| !problems.contains(problem));
                    if (pass.new + pass.grown > 0 || !pass.problems.is_empty()) && sender.send(news(pass)).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(account.poll).await;
                }
            }))
        };
        self.config.phones.values().filter_map(|phone| phone.twilio.as_ref().map(|account| of(phone, account))).collect()
    }
}
