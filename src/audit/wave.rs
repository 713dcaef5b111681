//! One round over the shops: draw each inquiry's moment, show what would go out, and with `send` submit what is due.
//! At most one inquiry: `sending` is durable before the first byte of the submission, and nothing is ever sent from it again.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use url::Url;

use super::browsers::browsers;
use super::{AuditError, Workspace};
use crate::config::leads_here;
use crate::shop::hours::{Hours, open_spans};
use crate::shop::plan::{self, Rules, Span};
use crate::shop::{Inquiry, InquiryId, Persona, Shop, Status};
use crate::store::{Lock, Proof};
use crate::submit::{self, Asker, Browser, Client, Exchange, HttpSettings, Outcome, Piece, Preparation, Prepared};

/// A task that ends with whoever waits for it.
pub(super) struct Task<T>(pub(super) tokio::task::JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is wanted of a wave.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Asking {
    /// The wave.
    pub wave: String,
    /// Send what is due; without it nothing leaves.
    pub send: bool,
    /// All inside the allowed window now, whatever moment was drawn.
    pub at_once: bool,
    /// Outside the allowed window too.
    pub any_time: bool,
    /// Try again what failed before anything was sent.
    pub retry: bool,
    /// A person says that a store which knows nothing of earlier inquiries is meant.
    pub new_store: bool,
}

/// Why a store sends nothing that began beside evidence which it knows nothing of.
const FORGOT: &str = "the store is new, and evidence of earlier inquiries lies beside it in `.crickets/evidence`: whom they went to, and when, is not \
    known, so that this builder might be asked again too soon; put the store back from a backup, or say `--new-store` if a new one is meant";

/// Bytes that the name of a wave may have: it becomes the name of a folder, and stands on pages and in ids.
const NAME: usize = 100;

impl Asking {
    /// Refuses the name of a wave that would lead out of `reports/`, be hidden there, or fit into no folder or line.
    pub(super) fn named(&self) -> Result<(), AuditError> {
        let wave = &self.wave;
        if wave.is_empty()
            || wave.len() > NAME
            || wave.starts_with('.')
            || wave.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
        {
            return Err(AuditError::wrong(format!("use `{}` as the name of a wave", wave.escape_debug()), "name it like `2026-11`"));
        }
        Ok(())
    }
}

/// What happened to one shop.
#[derive(Debug)]
pub struct Asked {
    /// The shop.
    pub shop: Shop,
    /// Its inquiry, where one was drawn.
    pub inquiry: Option<Inquiry>,
    /// What happened.
    pub step: Step,
}

/// What happened to one shop in this run.
#[derive(Debug)]
pub enum Step {
    /// Refused on principle.
    Refused(String),
    /// Was asked in this wave before; the inquiry says how it stands.
    Before,
    /// Not due: its moment is to come, or the window is closed.
    Waiting(String),
    /// A dry run: what would go out.
    Dry(Box<Prepared>),
    /// A dry run: nothing could go out.
    DryStopped(Outcome),
    /// Settled now; the inquiry says how.
    Settled,
    /// Went wrong on our side.
    Failed(AuditError),
}

impl Workspace {
    /// Draws, shows or submits the inquiries of a wave, several at a time; `tell` hears of each as it is done.
    /// The result is in the order of `shops`.
    ///
    /// # Errors
    /// When the workspace is not fit for any of them; what goes wrong with one shop is told in its [`Asked`].
    pub async fn ask(&self, asking: &Asking, shops: Vec<Shop>, tell: impl Fn(&Asked)) -> Result<Vec<Asked>, AuditError> {
        asking.named()?;
        let mut lock = self.submit_lock(asking.send).await?;
        match &lock {
            Some(lock) => self.recover(lock).await?,
            None if asking.send => return Err(AuditError::Busy),
            None => {}
        }
        let settings = HttpSettings {
            timeout: Duration::from_secs(self.config.limits.timeout_s),
            rehearsal_hosts: self.config.rehearsal_hosts.clone(),
            ..HttpSettings::default()
        };
        let client = Client::new(settings, self.clock.clone())?.with_browser(self.browser());
        if asking.send && asking.new_store {
            self.mean_new_store().await?;
        }
        if asking.send && self.forgot_since().await?.is_some() {
            let refused = |shop| Asked { shop, inquiry: None, step: Step::Refused(FORGOT.to_owned()) };
            return Ok(shops.into_iter().map(refused).inspect(|asked| tell(asked)).collect());
        }
        let earlier = self.store.inquiries(None).await?;
        let mut order = BTreeMap::new();
        for (index, shop) in shops.iter().enumerate() {
            order.entry(shop.slug.clone()).or_insert(index);
        }
        // Named twice, it is one shop.
        let once: Vec<Shop> =
            shops.into_iter().enumerate().filter(|(index, shop)| order.get(&shop.slug) == Some(index)).map(|(_, shop)| shop).collect();
        // Drawing is one after another, because aliases of a list must not be handed out twice; who is drawn is asked meanwhile.
        let draw = futures::stream::unfold((once.into_iter(), earlier), |(mut left, mut earlier)| async move {
            let shop = left.next()?;
            let asked = self.draw(asking, shop, &mut earlier).await;
            Some((asked, (left, earlier)))
        });
        let drawn = if asking.send {
            draw.boxed()
        } else {
            // A look at what would go out must not keep others from sending: the lock is for drawing only.
            let drawn: Vec<Asked> = draw.collect().await;
            lock = None;
            futures::stream::iter(drawn).boxed()
        };
        // Each on a task of its own: a page that is slow to read must not hold up the others, or an interruption.
        let mut asked: Vec<Asked> = drawn
            .map(|asked| {
                let (workspace, asking, client) = (self.clone(), asking.clone(), client.clone());
                let (shop, inquiry) = (asked.shop.clone(), asked.inquiry.clone());
                let mut task = Task(tokio::spawn(async move { Box::pin(workspace.one(&asking, asked, &client)).await }));
                async move {
                    let lost = |_| Asked { shop, inquiry, step: Step::Failed(AuditError::Interrupted("asking a shop")) };
                    (&mut task.0).await.unwrap_or_else(lost)
                }
            })
            .buffer_unordered(self.config.limits.concurrency)
            .inspect(|asked| tell(asked))
            .collect()
            .await;
        asked.sort_by_key(|asked| order.get(&asked.shop.slug).copied());
        drop(lock);
        Ok(asked)
    }

    /// The lock of whoever submits. Other commands hold it for a moment when they open the workspace, so one who means to send waits a little.
    async fn submit_lock(&self, wait: bool) -> Result<Option<Lock>, AuditError> {
        for _ in 0..if wait { 40 } else { 0 } {
            if let Some(lock) = self.store.lock("submit").await? {
                return Ok(Some(lock));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(self.store.lock("submit").await?)
    }

    /// Why a rehearsal may not send to this shop: its hours, limits and times would be make-believe, and its builder real.
    fn beyond_rehearsal(&self, shop: &Shop) -> Option<String> {
        let served = |url: &Url| url.domain().is_some_and(|name| self.config.rehearsal_hosts.contains_key(&name.to_lowercase()));
        let here = |url: &Url| leads_here(url) || served(url);
        let real = [Some(&shop.site), shop.form.as_ref()].into_iter().flatten().find(|url| !here(url))?;
        Some(format!("a rehearsal (`--now`) sends only to this machine, and {real} is a real site"))
    }

    /// Permission, and the inquiry with its moment and alias, stored.
    async fn draw(&self, asking: &Asking, shop: Shop, earlier: &mut Vec<Inquiry>) -> Asked {
        if asking.send
            && self.clock.is_rehearsal()
            && let Some(reason) = self.beyond_rehearsal(&shop)
        {
            return Asked { shop, inquiry: None, step: Step::Refused(reason) };
        }
        match self.draw_inquiry(asking, &shop, earlier).await {
            Ok(Ok(inquiry)) => {
                earlier.retain(|known| known.id != inquiry.id);
                earlier.push(inquiry.clone());
                Asked { shop, inquiry: Some(inquiry), step: Step::Settled }
            }
            Ok(Err(refusal)) => Asked { shop, inquiry: None, step: Step::Refused(refusal.to_string()) },
            Err(error) => Asked { shop, inquiry: None, step: Step::Failed(error) },
        }
    }

    pub(super) async fn draw_inquiry(
        &self,
        asking: &Asking,
        shop: &Shop,
        earlier: &[Inquiry],
    ) -> Result<Result<Inquiry, plan::Refusal>, AuditError> {
        let id = InquiryId::new(&asking.wave, &shop.slug);
        let known = self.store.inquiry(&id).await?;
        let now = self.clock.now();
        let unsent = |status| status == Status::Planned || asking.retry && status == Status::Failed;
        if known.as_ref().is_none_or(|inquiry| unsent(inquiry.status)) {
            let rules = Rules { do_not_shop: self.config.wave.do_not_shop.clone(), min_days_between: self.config.wave.min_days_between };
            if let Err(refusal) = plan::permit(shop, &rules, earlier, &asking.wave, now) {
                return Ok(Err(refusal));
            }
        }
        let persona = self.persona(shop)?;
        if let Some(mut known) = known {
            // Until it is sent, an inquiry follows its shop file; a moment drawn in rehearsal means nothing outside it.
            let other_clock = known.rehearsal != self.clock.is_rehearsal();
            if unsent(known.status) && (known.shop != *shop || known.persona != persona || other_clock) {
                known.shop = shop.clone();
                known.persona = persona;
                if other_clock {
                    known.rehearsal = self.clock.is_rehearsal();
                    known.planned_at = self.moment(shop, &known.id, now).await?;
                }
                self.store.refreeze(&known).await?;
            }
            return Ok(Ok(known));
        }
        let seed = self.seed().await?;
        let mailbox = self.mailbox()?;
        let alias_token = plan::alias_token(&seed, &id.0);
        let used: Vec<String> = earlier.iter().map(|inquiry| inquiry.alias_address.clone()).collect();
        let alias_address = mailbox.alias_address(&alias_token, &used).ok_or_else(|| {
            AuditError::wrong("give this inquiry an address of its own: the list of aliases is used up", "add to `aliases` of the mailbox")
        })?;
        let planned_at = self.moment(shop, &id, now).await?;
        let inquiry = Inquiry {
            id,
            wave: asking.wave.clone(),
            shop: shop.clone(),
            persona,
            mailbox: mailbox.source(),
            alias_token,
            alias_address,
            planned_at,
            status: Status::Planned,
            reason: None,
            sent_at: None,
            confirmed_at: None,
            confirmed_by: None,
            offered_phone: false,
            offered_text: false,
            opt_out_at: None,
            withdrawn_at: None,
            rehearsal: self.clock.is_rehearsal(),
            readiness: None,
        };
        self.store.add_inquiry(&inquiry, now).await?;
        Ok(Ok(self.store.inquiry(&inquiry.id).await?.unwrap_or(inquiry)))
    }

    /// Draws the moment of an inquiry.
    async fn moment(&self, shop: &Shop, id: &InquiryId, now: DateTime<Utc>) -> Result<DateTime<Utc>, AuditError> {
        let spans = self.allowed(shop, now, now + TimeDelta::days(self.config.wave.spread_days))?;
        Ok(plan::draw(&self.seed().await?, &id.0, &spans).unwrap_or(now))
    }

    /// The seed of drawing, made once for a workspace and kept, so that a draw can be repeated.
    pub(super) async fn seed(&self) -> Result<String, AuditError> {
        let make = || {
            use std::hash::{BuildHasher, Hasher, RandomState};
            format!("{:016x}{:016x}", RandomState::new().build_hasher().finish(), RandomState::new().build_hasher().finish())
        };
        Ok(self.store.setting("seed", make).await?)
    }

    /// The persona of a shop.
    pub(super) fn persona(&self, shop: &Shop) -> Result<Persona, AuditError> {
        self.config.personas.get(&shop.ask.persona).cloned().ok_or_else(|| {
            let known = self.config.personas.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
            AuditError::wrong(
                format!("find the persona `{}` of the shop `{}`", shop.ask.persona, shop.slug),
                if known.is_empty() { "add `[persona.NAME]` to crickets.toml".to_owned() } else { format!("crickets.toml has `{known}`") },
            )
        })
    }

    /// When this shop may be asked between two moments: inside the window and its posted hours.
    pub(super) fn allowed(&self, shop: &Shop, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Span>, AuditError> {
        let spans = |rule: &str| {
            Hours::parse(rule, shop.timezone, &shop.holidays).map(|hours| open_spans(&hours, from, to)).map_err(|message| {
                AuditError::wrong(format!("read the hours of `{}`: {message}", shop.slug), "mend `hours` or `[wave] window`")
            })
        };
        Ok(plan::overlap(&spans(&self.config.wave.window)?, &spans(&shop.hours)?))
    }

    /// One shop on its way.
    async fn one(&self, asking: &Asking, drawn: Asked, client: &Client) -> Asked {
        let Asked { shop, inquiry: Some(inquiry), step: Step::Settled } = drawn else { return drawn };
        match self.step(asking, &inquiry, client).await {
            Ok(step) => {
                let inquiry = match self.store.inquiry(&inquiry.id).await {
                    Ok(Some(fresh)) => fresh,
                    _ => inquiry,
                };
                Asked { shop, inquiry: Some(inquiry), step }
            }
            Err(error) => Asked { shop, inquiry: Some(inquiry), step: Step::Failed(error) },
        }
    }

    async fn step(&self, asking: &Asking, inquiry: &Inquiry, client: &Client) -> Result<Step, AuditError> {
        let from = match inquiry.status {
            Status::Planned => Status::Planned,
            Status::Failed if asking.retry => Status::Failed,
            _ => return Ok(Step::Before),
        };
        if asking.send
            && let Some(reason) = self.not_due(asking, inquiry)?
        {
            return Ok(Step::Waiting(reason));
        }
        let asker = Asker { shop: &inquiry.shop, persona: &inquiry.persona, alias: &inquiry.alias_address };
        match submit::prepare(client, asker).await {
            Preparation::Ready(prepared) if asking.send => self.submit(from, inquiry, *prepared, client).await,
            Preparation::Ready(prepared) => {
                submit::release(&prepared).await;
                Ok(Step::Dry(prepared))
            }
            Preparation::Stopped { outcome, .. } if !asking.send => Ok(Step::DryStopped(outcome)),
            Preparation::Stopped { exchanges, pieces, outcome } => {
                self.keep(&inquiry.id, &exchanges, pieces).await?;
                self.note_readiness(&inquiry.id, &exchanges).await?;
                let mut inquiry = inquiry.clone();
                inquiry.rehearsal |= self.clock.is_rehearsal();
                apply(&mut inquiry, outcome, None);
                self.store.settle(from, &inquiry, self.clock.now()).await?;
                Ok(Step::Settled)
            }
        }
    }

    /// Why an inquiry is not sent now.
    fn not_due(&self, asking: &Asking, inquiry: &Inquiry) -> Result<Option<String>, AuditError> {
        let now = self.clock.now();
        let local = |at: DateTime<Utc>| at.with_timezone(&inquiry.shop.timezone).format("%a %Y-%m-%d %H:%M %Z").to_string();
        if !asking.at_once && !asking.any_time && now < inquiry.planned_at {
            return Ok(Some(format!("due {}", local(inquiry.planned_at))));
        }
        if asking.any_time {
            return Ok(None);
        }
        let spans = self.allowed(&inquiry.shop, now, now + TimeDelta::days(14))?;
        Ok(match spans.first() {
            Some((from, _)) if *from <= now => None,
            Some((from, _)) => Some(format!("outside the allowed window, which opens {}", local(*from))),
            None => Some("outside the allowed window, which does not open within 14 days".to_owned()),
        })
    }

    /// The one submission: evidence kept, `sending` durable, then one request.
    async fn submit(&self, from: Status, inquiry: &Inquiry, prepared: Prepared, client: &Client) -> Result<Step, AuditError> {
        self.keep(&inquiry.id, &prepared.exchanges, prepared.pieces.clone()).await?;
        self.note_readiness(&inquiry.id, &prepared.exchanges).await?;
        tokio::time::sleep(prepared.wait).await;
        let turn = submit::turn(client, &prepared).await;
        let mut inquiry = inquiry.clone();
        inquiry.rehearsal |= self.clock.is_rehearsal();
        let now = whole_second(self.clock.now());
        if !self.store.start_sending(&inquiry.id, from, now, prepared.offered_phone, prepared.offered_text, inquiry.rehearsal).await? {
            return Ok(Step::Before);
        }
        let sent = submit::send(client, &prepared, turn).await;
        let kept = self.keep(&inquiry.id, &sent.exchanges, sent.pieces.clone()).await;
        let mut outcome = submit::judge(&inquiry.shop, &prepared, &sent);
        if let Err(error) = &kept {
            // It was sent, and stays so; a claim without its evidence is for a person.
            outcome = Outcome::Unclear { reason: format!("the request was sent, and its evidence is missing: {error}") };
        }
        (inquiry.offered_phone, inquiry.offered_text) = sent.offered;
        // What ended before the press was never sent; where that is in doubt, the outcome is unclear.
        let unsent = sent.stopped.is_some() && !matches!(outcome, Outcome::Unclear { .. });
        inquiry.sent_at = (!unsent).then(|| whole_second(sent.sent_at));
        apply(&mut inquiry, outcome, sent.answered_at.map(whole_second));
        self.store.settle(Status::Sending, &inquiry, self.clock.now()).await?;
        kept.map(|()| Step::Settled)
    }

    /// The browsers that this workspace may drive.
    #[must_use]
    pub fn browser(&self) -> Browser {
        browsers(&self.config.browser, self.config.limits.timeout_s, self.config.rehearsal_hosts.clone(), self.clock.is_rehearsal())
    }

    /// Notes how ready the site was, by the pages that were loaded to ask it.
    async fn note_readiness(&self, id: &InquiryId, exchanges: &[Exchange]) -> Result<(), AuditError> {
        let Some(findings) = submit::readiness::of_exchanges(exchanges) else { return Ok(()) };
        Ok(self.store.note_readiness(id, &findings.record()).await?)
    }

    /// Keeps every request and response, and what else there is, as evidence, durably, and lists it under the inquiry.
    async fn keep(&self, id: &InquiryId, exchanges: &[Exchange], pieces: Vec<Piece>) -> Result<(), AuditError> {
        let mut parts: Vec<(String, Vec<u8>, DateTime<Utc>)> = Vec::new();
        for exchange in exchanges {
            parts.push((format!("{} request", exchange.label), exchange.request.clone(), exchange.started_at));
            if let Some(response) = &exchange.response {
                parts.push((format!("{} response", exchange.label), response.clone(), exchange.ended_at));
            }
        }
        parts.extend(pieces.into_iter().map(|piece| (piece.role, piece.bytes, piece.at)));
        let evidence = self.evidence.clone();
        let proofs = tokio::task::spawn_blocking(move || {
            let names = evidence.keep_all(parts.iter().map(|(_, bytes, _)| bytes.as_slice()))?;
            Ok::<_, AuditError>(
                parts
                    .into_iter()
                    .zip(names)
                    .map(|((role, bytes, at), sha256)| Proof { role, sha256, size: i64::try_from(bytes.len()).unwrap_or(i64::MAX), at })
                    .collect::<Vec<_>>(),
            )
        })
        .await
        .map_err(|_| AuditError::Interrupted("keeping evidence"))??;
        Ok(self.store.add_proofs(id, &proofs).await?)
    }
}

/// Mail servers stamp whole seconds; so do we, lest an answer of the same second seem to come before its question.
pub(super) fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}

/// Writes an outcome into an inquiry.
fn apply(inquiry: &mut Inquiry, outcome: Outcome, answered_at: Option<DateTime<Utc>>) {
    let (status, reason) = match outcome {
        Outcome::Confirmed { by, detail } => {
            inquiry.confirmed_by = Some(by);
            (Status::Confirmed, detail)
        }
        Outcome::Rejected { reason } => (Status::Rejected, reason),
        Outcome::Blocked { reason } => (Status::Blocked, reason),
        Outcome::Unclear { reason } => (Status::Unclear, reason),
        Outcome::Failed { reason } => (Status::Failed, reason),
        Outcome::Manual { reason } => (Status::Manual, reason),
    };
    inquiry.status = status;
    inquiry.reason = Some(reason);
    match status {
        Status::Confirmed => inquiry.confirmed_at = answered_at.or(inquiry.sent_at),
        // Kept for the person who decides: the clock would start here.
        Status::Unclear => inquiry.confirmed_at = answered_at,
        Status::Failed => inquiry.sent_at = None,
        _ => {}
    }
}
